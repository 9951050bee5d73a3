"""Speech aligned to segments: nothing lost, nothing told twice."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from escribano_tui.domain.alignment import align
from escribano_tui.domain.evidence import Utterance, Word
from tests.domain.edits import drafts
from tests.domain.test_timeline import line


def spoken(start: float, *words: tuple[float, str]) -> Utterance:
    told = tuple(Word(start + at, start + at + 0.4, text) for at, text in words)
    return Utterance("u1", start, start + words[-1][0] + 0.4, " ".join(w.text for w in told), "mic", words=told)


def test_an_utterance_is_split_at_the_times_of_its_words() -> None:
    parts = align(line(30_000), [spoken(29.0, (0.0, "before"), (0.5, "it"), (1.2, "after"))])
    assert [(p.segment_id, p.utterance.text) for p in parts] == [("s0", "before it"), ("s1", "after")]
    assert len({p.utterance.id for p in parts}) == 2


def test_without_word_times_it_belongs_where_most_of_it_lies() -> None:
    parts = align(line(30_000), [Utterance("u1", 29.0, 33.0, "mostly after", "mic")])
    assert [p.segment_id for p in parts] == ["s1"]


@given(st.data())
@settings(max_examples=200)
def test_every_word_is_told_once(data: st.DataObject) -> None:
    timeline = data.draw(drafts(8))
    end = timeline.duration_ms / 1000
    starts = data.draw(st.lists(st.floats(0, end), max_size=8))
    utterances = []
    for k, start in enumerate(starts):
        words = tuple(Word(start + n * 0.5, start + n * 0.5 + 0.4, f"w{k}-{n}") for n in range(data.draw(st.integers(0, 5))))
        text = " ".join(w.text for w in words) or f"all of {k}"
        utterances.append(Utterance(f"u{k}", start, start + 3, text, "mic", words=words))
    parts = align(timeline, utterances)
    told = sorted(w for p in parts for w in p.utterance.text.split())
    assert told == sorted(w for u in utterances for w in u.text.split())
    assert {p.segment_id for p in parts} <= {s.id for s in timeline.segments}
    assert len({p.utterance.id for p in parts}) == len(parts)
