"""The phase `refine`: better text where the first was not sure, and nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from escribano_tui.domain.evidence import SpeechSpan, Utterance
from escribano_tui.domain.profile import Profile, RefineSettings
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.speech import settled
from escribano_tui.pipeline.refine import Refine
from escribano_tui.ports import Availability, BackendError, BackendInfo, Cancelled, Choice, Heard
from tests.fakes import MemoryContext, OneBackend, SoundMedia, sound_recording
from tests.sounds import hiss, silence

GOOD = Choice("speech", BackendInfo("speech", "better", "large", "Better", Availability(True)), model="large")
SPANS = [SpeechSpan(k * 10.0, k * 10.0 + 4.0, "mic") for k in range(5)]
CONFIDENCE = [0.95, 0.5, 0.65, 0.3, 0.9]
FIRST = [
    Utterance(f"u{k}", s.start_s, s.end_s, f"first text of {k}", "mic", "fast", "tiny", CONFIDENCE[k], doubtful=k == 1)
    for k, s in enumerate(SPANS)
]


class Better:
    def __init__(self, say: Callable[[int], Heard]) -> None:
        self._say = say
        self.calls = 0

    def transcribe(self, samples: Any, language: str = "", prompt: str = "", margins_s: Any = (0.0, 0.0)) -> Heard:
        self.calls += 1
        return self._say(self.calls)

    def close(self) -> None:
        self.calls = -1


def context_of(say: Callable[[int], Heard], first: list[Utterance] = FIRST, below: float = 0.7, **more: Any) -> MemoryContext:
    sounds = {"mic": hiss(60, 0.1)}
    return MemoryContext(
        sound_recording(sounds), media=SoundMedia(sounds), backends=OneBackend(lambda options: Better(say)), choice=GOOD,
        profile=Profile("p", refine=RefineSettings(enabled=True, below_confidence=below)),
        earlier={"listen": SPANS, "transcribe": first}, **more,
    )  # fmt: skip


def better(call: int) -> Heard:
    return Heard(f"a better text, number {call}", 0.9)


def test_the_least_sure_spans_are_done_first_and_the_sure_ones_not_at_all() -> None:
    context = context_of(better)
    Refine().run(context)
    assert context.puts == [SPANS[3].item, SPANS[1].item, SPANS[2].item]
    assert context.total == 3
    assert context.notes[-1] == "3 of 5 spans have a better text"
    told = settled(FIRST, context.mine(Utterance), SPANS)
    assert [u.text[:8] for u in told] == ["first te", "a better", "a better", "a better", "first te"]
    assert [u.model for u in told] == ["tiny", "large", "large", "large", "tiny"]


def test_all_spans_are_done_where_the_profile_says_so() -> None:
    context = context_of(better, below=1.0)
    Refine().run(context)
    assert len(context.puts) == 5


def test_a_span_that_gave_nothing_is_tried_again() -> None:
    context = context_of(better, first=FIRST[1:])
    Refine().run(context)
    assert context.puts[0] in {SPANS[0].item, SPANS[3].item}
    assert len(settled(FIRST[1:], context.mine(Utterance), SPANS)) == 5


@pytest.mark.parametrize("worse", [Heard("", 0.9), Heard("la la la la la la la la", 0.9)])
def test_what_is_not_better_does_not_replace(worse: Heard) -> None:
    context = context_of(lambda call: worse)
    Refine().run(context)
    assert settled(FIRST, context.mine(Utterance), SPANS) == FIRST
    assert len(context.items) == 3


def test_a_doubtful_text_replaces_a_doubtful_one_only() -> None:
    context = context_of(lambda call: Heard("somewhat unsure words", 0.5))
    Refine().run(context)
    told = settled(FIRST, context.mine(Utterance), SPANS)
    assert [u.id for u in told if u.model == "large"] == [told[1].id]


def test_the_same_model_is_not_asked_twice() -> None:
    same = [replace(u, backend="better", model="large") for u in FIRST]
    context = context_of(better, first=same)
    Refine().run(context)
    assert context.puts == []
    assert context.backends.opened == []
    assert "no better model" in context.notes[-1]


def test_what_was_refined_stays_when_it_is_cancelled_and_nothing_is_done_twice() -> None:
    context = context_of(better, cancel_after=1)
    with pytest.raises(Cancelled):
        Refine().run(context)
    told = settled(FIRST, context.mine(Utterance), SPANS)
    assert [u.model for u in told] == ["tiny", "tiny", "tiny", "large", "tiny"]
    again = context.resumed()
    Refine().run(again)
    assert again.puts == [SPANS[1].item, SPANS[2].item]
    assert len(again.mine(Utterance)) == 3


def test_a_span_that_fails_keeps_its_first_text_and_can_be_tried_again() -> None:
    def say(call: int) -> Heard:
        if call == 2:
            raise BackendError("it crashed")
        return better(call)

    context = context_of(say)
    Refine().run(context)
    assert context.failed == {SPANS[1].item: "it crashed"}
    assert len(settled(FIRST, context.mine(Utterance), SPANS)) == 5
    again = context.resumed(retry_failed=True)
    Refine().run(again)
    assert again.puts == [SPANS[1].item]


def test_it_is_skipped_where_it_is_not_wanted_or_there_is_no_sound() -> None:
    on, off = (Profile("p", refine=RefineSettings(enabled=e)) for e in (True, False))
    some = sound_recording({"mic": silence(1)})
    assert Refine().skip(some, off) == "This profile transcribes once."
    assert Refine().skip(some, on) == ""
    assert Refine().skip(Recording("r", "r", "f", 1, 1.0), on) == "This recording has no sound."


class Listening(Better):
    def __init__(self, told: list[tuple[str, int]]) -> None:
        super().__init__(lambda call: Heard("ein anderer Text", 0.9, language="de"))
        self.told = told

    def transcribe(self, samples: Any, language: str = "", prompt: str = "", margins_s: Any = (0.0, 0.0)) -> Heard:
        self.told.append((language, len(samples)))
        return super().transcribe(samples, language, prompt, margins_s)


def test_the_language_is_told_where_it_is_known_and_found_by_the_longest_spans_where_it_is_not() -> None:
    told: list[tuple[str, int]] = []
    known = [replace(u, language="en") for u in FIRST]
    context = context_of(better, first=known)
    context.backends = OneBackend(lambda options: Listening(told))
    Refine().run(context)
    assert {language for language, _ in told} == {"en"}
    told.clear()
    spans = [replace(s, end_s=s.start_s + 2.0 + k) for k, s in enumerate(SPANS)]
    foreign = [replace(u, doubtful=True, language="", end_s=s.end_s) for u, s in zip(FIRST, spans, strict=True)]
    context = context_of(better, first=foreign)
    context.earlier["listen"] = spans
    context.backends = OneBackend(lambda options: Listening(told))
    Refine().run(context)
    assert context.puts[:3] == [spans[k].item for k in (4, 3, 2)]
    assert [language for language, _ in told] == ["", "", "", "de", "de"]
