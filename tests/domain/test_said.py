"""Corrections of what was said: laid over what was heard, whatever run heard it, and nothing else is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.domain.evidence import Utterance, Word
from escribano_tui.domain.holding import DoesNotFit
from escribano_tui.domain.operations import Say
from escribano_tui.domain.said import correct, put_in, retimed


def heard(start: float, end: float, text: str, track: str = "mic", words: bool = True) -> Utterance:
    """An utterance with a word every so often."""
    said = text.split()
    step = (end - start) / max(1, len(said))
    timed = tuple(Word(start + k * step, start + (k + 1) * step, w) for k, w in enumerate(said)) if words else ()
    return Utterance(f"u{track}{start}", start, end, text, track, "moonshine", "tiny-en", 0.6, True, "en", timed, "unsure")


def test_the_owners_words_stand_in_place_of_what_was_heard() -> None:
    said = put_in([heard(0, 4, "the label tests parse now"), heard(6, 8, "good")], Say(0, 4000, "mic", "The label tests pass."))
    assert [(u.text, u.edited) for u in said] == [("The label tests pass.", True), ("good", False)]
    first = said[0]
    assert (first.id, first.confidence, first.doubtful, first.why_doubtful) == ("umic0", 1.0, False, "")
    assert first.model == "tiny-en", "who heard it first stays known"
    assert [round(w.start_s, 2) for w in first.words] == [0.0, 0.8, 1.6, 2.4], "equal words keep their times"


def test_an_empty_text_strikes_it_out() -> None:
    assert put_in([heard(0, 4, "thanks for watching")], Say(0, 4000, "mic", "")) == []


def test_another_track_is_left_alone() -> None:
    both = [heard(0, 4, "one"), heard(0, 4, "two", "system")]
    assert [u.text for u in put_in(both, Say(0, 4000, "system", "three"))] == ["one", "three"]


def test_another_run_that_cuts_the_speech_elsewhere_keeps_the_correction() -> None:
    say = Say(10_000, 20_000, "mic", "mine")
    two = put_in([heard(10, 14, "a b"), heard(15, 20.4, "c d")], say)
    assert [(u.start_s, u.end_s, u.text) for u in two] == [(10, 20, "mine")]
    longer = put_in([heard(5, 25, "a b c d e f g h i j")], say)
    assert [u.text for u in longer] == ["a b", "mine", "h i j"]
    assert len({u.id for u in longer}) == 3
    none = put_in([], say)
    assert [(u.text, u.edited) for u in none] == [("mine", True)], "a run that heard nothing there does not take it away"


def test_what_would_lose_other_words_does_not_fit() -> None:
    whole = [heard(5, 25, "a b c d e f g h i j", words=False)]
    with pytest.raises(DoesNotFit):
        put_in(whole, Say(10_000, 20_000, "mic", "mine"))
    corrected = correct(whole, [Say(10_000, 20_000, "mic", "mine")])
    assert list(corrected.utterances) == whole
    assert len(corrected.misfits) == 1


def test_the_later_of_two_corrections_counts() -> None:
    said = correct([heard(0, 4, "a b")], [Say(0, 4000, "mic", "first"), Say(0, 4000, "mic", "second")])
    assert [u.text for u in said.utterances] == ["second"]


WORDS = st.lists(st.sampled_from(["a", "b", "c", "dd", "e-e", "?"]), max_size=8).map(" ".join)


@given(WORDS, WORDS)
def test_retimed_words_are_those_of_the_text_in_order(before: str, after: str) -> None:
    words = retimed(heard(2.0, 9.0, before).words, after, 2.0, 9.0)
    if before:
        assert [w.text for w in words] == after.split()
        assert all(2.0 <= w.start_s <= w.end_s <= 9.0 for w in words)
        assert [w.start_s for w in words] == sorted(w.start_s for w in words)
    else:
        assert words == ()


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9), st.booleans()), max_size=6),
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9), WORDS), max_size=4),
)
def test_nothing_but_what_lies_in_the_span_is_lost(
    spans: list[tuple[int, int, bool]], says: list[tuple[int, int, str]]
) -> None:
    before = [heard(a, a + n, "x " * n, words=w) for a, n, w in sorted({s[0]: s for s in spans}.values())]
    made = [Say(a * 1000, (a + n) * 1000, "mic", t) for a, n, t in says]
    after = correct(before, made)
    assert [u.start_s for u in after.utterances] == sorted(u.start_s for u in after.utterances)
    for u in before:
        if not any(s.start_ms < u.end_s * 1000 and s.end_ms > u.start_s * 1000 for s in made):
            assert u in after.utterances
    if made and made[-1].text and made[-1] not in after.misfits:
        assert any(u.text == made[-1].text and u.edited for u in after.utterances)
