"""Guards against what speech models invent."""

from __future__ import annotations

import pytest

from escribano_tui.pipeline.doubts import judge
from escribano_tui.ports import Heard


@pytest.mark.parametrize(
    ("text", "confidence", "seconds"),
    [
        ("The label tests pass now, but the time test fails.", 0.9, 4.0),
        (
            "It was the best of times. It was the worst of times. It was the age of wisdom. It was the age of foolishness.",
            0.7,
            9.0,
        ),
        ("Yes.", 0.9, 0.5),
        ("Thank you.", 0.95, 0.6),
        ("No no no, not that one.", 0.8, 1.5),
        ("Bye bye.", 0.9, 0.7),
        ("def f of x returns x plus one", 0.65, 3.0),
        ("Let me put the items in parentheses, one, two, three.", 0.7, 4.0),
        ("Ещё раз, тесты не прошли.", 0.8, 2.0),
    ],
)
def test_what_people_say_is_kept(text: str, confidence: float, seconds: float) -> None:
    verdict = judge(Heard(text, confidence), seconds)
    assert (verdict.text, verdict.why) == (text, "")


@pytest.mark.parametrize(
    ("text", "confidence", "seconds", "why"),
    [
        ("Thank you for watching!", 0.74, 2.0, "stock line"),
        ("Subtitles by the Amara.org community", 0.8, 2.0, "stock line"),
        ("♪♪♪♪♪♪", 0.8, 6.0, "no words"),
        ("[Music] (applause)", 0.9, 6.0, "no words"),
        ("...", 0.9, 2.0, "no words"),
        ("You", 0.5, 2.0, "low probability"),
        ("You can also use the", 0.3, 2.0, "low probability"),
        ("la la la la la la la la la la", 0.9, 3.0, "repeats itself"),
        ("I am going to use the button" + " to use the button" * 4, 0.8, 8.0, "repeats itself"),
        ("one two three four five six seven eight nine ten eleven twelve thirteen", 0.9, 0.5, "too much text for its length"),
    ],
)  # fmt: skip
def test_what_nobody_said_is_dropped_with_a_reason(text: str, confidence: float, seconds: float, why: str) -> None:
    verdict = judge(Heard(text, confidence), seconds)
    assert (verdict.text, verdict.why) == ("", why)


@pytest.mark.parametrize(
    ("text", "confidence", "seconds", "why"),
    [
        ("Thanks for watching.", 0.97, 1.5, "stock line"),
        ("You", 0.8, 1.0, "low probability"),
        ("The dages report in you", 0.5, 2.0, "low probability"),
        ("I am so tired of this. I am so tired of this.", 0.8, 4.0, "repeats itself"),
        ("one two three four five six seven eight nine ten", 0.9, 1.0, "too much text for its length"),
        ("Hello there", 0.9, 15.0, "too little text for its length"),
        ("one two three four five six seven eight nine ten", 0.5, 1.0, "low probability"),
    ],
)
def test_what_may_be_wrong_is_kept_and_doubted(text: str, confidence: float, seconds: float, why: str) -> None:
    verdict = judge(Heard(text, confidence), seconds)
    assert (verdict.text, verdict.why) == (text, why)


def test_what_the_backend_doubts_is_doubtful() -> None:
    assert judge(Heard("A sentence that goes on", 0.9, doubtful="did not come to an end"), 2.0).why == "did not come to an end"


def test_annotations_are_taken_out_of_what_was_said() -> None:
    assert judge(Heard("♪ Good morning ♪ [music] everyone", 0.9), 2.0).text == "Good morning everyone"
