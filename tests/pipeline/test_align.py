"""The phase align: every utterance once, by the segment in which it was said."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from escribano_tui.domain.evidence import SpeechSpan, Utterance, Word
from escribano_tui.domain.recording import Recording, Track
from escribano_tui.domain.segment import Segment
from escribano_tui.pipeline.align import Align
from tests.fakes import MemoryContext


def segments_at(*edges_ms: int) -> list[Segment]:
    return [Segment(f"s{k}", a, b, "coding") for k, (a, b) in enumerate(pairwise(edges_ms))]


def said(ident: str, start_s: float, end_s: float, words: int = 0, track: str = "mic") -> Utterance:
    step = (end_s - start_s) / max(1, words)
    told = tuple(Word(start_s + k * step, start_s + (k + 1) * step, f"{ident}{k}") for k in range(words))
    return Utterance(ident, start_s, end_s, " ".join(w.text for w in told) or ident, track, words=told)


def aligned(segments: Sequence[Segment], *utterances: Utterance) -> dict[str, list[Utterance]]:
    """What was put for each segment."""
    recording = Recording("r", "r.mp4", "f", 1, segments[-1].end_s, tracks=(Track("mic", "m.wav"),))
    spans = [SpeechSpan(u.start_s, u.end_s, u.track) for u in utterances]
    context = MemoryContext(recording, earlier={"segment": segments, "transcribe": list(utterances), "listen": spans})
    Align().run(context)
    assert context.total == len(segments)
    return {item: [e for e in evidence if isinstance(e, Utterance)] for item, evidence in context.items.items()}


def test_an_utterance_across_a_boundary_is_split_at_its_words() -> None:
    told = aligned(segments_at(0, 10_000, 20_000), said("a", 2, 4, 2), said("b", 8, 12, 4))
    assert [u.id for u in told["s0"]] == ["a", "b"]
    assert [u.text for u in told["s0"]] == ["a0 a1", "b0 b1"]
    assert [u.text for u in told["s1"]] == ["b2 b3"]


def test_without_words_it_belongs_where_most_of_it_lies() -> None:
    told = aligned(segments_at(0, 10_000, 20_000), said("a", 9, 12), said("b", 7, 10.5))
    assert [u.id for u in told["s0"]] == ["b"]
    assert [u.id for u in told["s1"]] == ["a"]


def test_refined_text_stands_in_place_of_the_first() -> None:
    recording = Recording("r", "r.mp4", "f", 1, 20.0, tracks=(Track("mic", "m.wav"),))
    first, again = said("first", 2, 5), said("again", 2, 5)
    earlier = {"segment": segments_at(0, 20_000), "transcribe": [first], "refine": [again], "listen": [SpeechSpan(2, 5, "mic")]}
    context = MemoryContext(recording, earlier=earlier)
    Align().run(context)
    assert [u.id for u in context.mine(Utterance)] == ["again"]


def test_a_silent_recording_is_skipped() -> None:
    from escribano_tui.domain.profile import Profile

    assert Align().skip(Recording("r", "r.mp4", "f", 1, 20.0), Profile("quick"))


spoken = st.lists(st.tuples(st.floats(0, 59), st.floats(0.2, 9), st.integers(0, 12)), max_size=12)


@settings(max_examples=60)
@given(spoken, st.lists(st.integers(200, 59_000), max_size=6, unique=True))
def test_no_word_is_lost_or_told_twice(utterances: list[tuple[float, float, int]], cuts: list[int]) -> None:
    at, told = 0.0, []
    for k, (gap, length, words) in enumerate(utterances):
        start = at + gap / 10
        told.append(said(f"u{k}w", start, start + length, words))
        at = start + length
    total = max(60_000, round(at * 1000) + 1)
    edges = [0, *sorted(cuts), total]
    result = aligned(segments_at(*edges), *told)
    words = [w.text for parts in result.values() for u in parts for w in u.words]
    assert sorted(words) == sorted(w.text for u in told for w in u.words)
    whole = {u.id.split(".")[0] for parts in result.values() for u in parts}
    assert whole == {u.id for u in told}
