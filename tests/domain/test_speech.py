"""One account of what was said, out of several tracks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.domain.evidence import Utterance
from escribano_tui.domain.speech import settled, told_once, utterance_id

WORDS = ["the", "tests", "pass", "label", "stamp", "gauge", "one", "two"]


def said(
    text: str, start_s: float, end_s: float, track: str = "mic", confidence: float = 0.9, doubtful: bool = False
) -> Utterance:
    return Utterance(utterance_id(track, start_s), start_s, end_s, text, track, confidence=confidence, doubtful=doubtful)


UTTERANCE = st.builds(
    lambda words, start, length, track, confidence: said(" ".join(words), start, start + length, track, confidence),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=6), st.integers(0, 300).map(float), st.integers(1, 20).map(float),
    st.sampled_from(["mic", "system", "embedded:0"]), st.floats(0.1, 1.0),
)  # fmt: skip


def test_the_same_words_on_both_tracks_are_told_once_by_the_surest() -> None:
    mic = said("Let me look at the sprint board.", 10.0, 12.0, "mic", 0.8)
    system = said("let me look at the sprint board", 10.4, 12.3, "system", 0.95)
    assert told_once([mic, system]) == [system]


def test_a_word_that_was_heard_otherwise_does_not_make_it_another_utterance() -> None:
    mic = said("let me look at the spring board now", 10.0, 12.0, "mic", 0.7)
    system = said("Let me look at the sprint board now.", 10.0, 12.0, "system", 0.9)
    assert told_once([mic, system]) == [system]


def test_different_words_at_the_same_time_are_both_told() -> None:
    mic = said("I will check the documentation", 10.0, 12.0, "mic")
    system = said("Could you share your screen please", 10.0, 12.0, "system")
    assert told_once([mic, system]) == [mic, system]


def test_the_same_words_at_another_time_or_on_the_same_track_are_told_twice() -> None:
    again = [said("run the tests", 10.0, 12.0, "mic"), said("run the tests", 60.0, 62.0, "system")]
    assert told_once(again) == again
    twice = [said("run the tests", 10.0, 12.0, "mic"), said("run the tests", 12.5, 14.0, "mic")]
    assert told_once(twice) == twice


def test_one_track_may_tell_in_two_lines_what_the_other_tells_in_one() -> None:
    whole = said("the label tests pass now but the time test fails", 10.0, 16.0, "system", 0.7)
    parts = [said("the label tests pass now", 10.0, 12.5, "mic", 0.9), said("but the time test fails", 13.0, 16.0, "mic", 0.8)]
    assert told_once([whole, *parts]) == parts
    surer = said(whole.text, 10.0, 16.0, "system", 0.99)
    assert told_once([surer, *parts]) == [surer]


def test_a_doubtful_text_never_stands_for_a_trusted_one() -> None:
    trusted = said("all five tests pass", 10.0, 12.0, "mic", 0.7)
    doubtful = said("all five tests pass", 10.0, 12.0, "system", 0.99, doubtful=True)
    assert told_once([trusted, doubtful]) == [trusted]


@given(st.lists(UTTERANCE, max_size=25, unique_by=lambda u: u.id))
def test_nothing_is_invented_and_one_track_loses_nothing(utterances: list[Utterance]) -> None:
    told = told_once(utterances)
    assert set(told) <= set(utterances)
    assert [u.start_s for u in told] == sorted(u.start_s for u in told)
    assert told_once(told) == told
    mic = [u for u in utterances if u.track == "mic"]
    assert set(told_once(mic)) == set(mic)
    assert set(settled(utterances, [], [])) == set(told)
