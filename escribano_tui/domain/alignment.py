"""Speech aligned to segments by time: nothing is lost and nothing told twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from escribano_tui.domain.evidence import Utterance, Word
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Part:
    """What of an utterance lies in one segment."""

    segment_id: str
    utterance: Utterance


def align(timeline: Timeline, utterances: Sequence[Utterance]) -> list[Part]:
    """Every utterance once, in time order: across a boundary it is split at the times of its words where it has them,
    else it belongs to the segment in which most of it lies."""
    parts: list[Part] = []
    for utterance in sorted(utterances, key=lambda u: (u.start_s, u.track, u.id)):
        parts += _by_words(timeline, utterance) if utterance.words else [_by_most(timeline, utterance)]
    return parts


def _by_most(timeline: Timeline, utterance: Utterance) -> Part:
    first = timeline.index_at(utterance.start_s * 1000)
    last = timeline.index_at(utterance.end_s * 1000)
    spans = timeline.segments[first : last + 1]

    def shared(segment: Segment) -> float:
        return min(segment.end_s, utterance.end_s) - max(segment.start_s, utterance.start_s)

    return Part(max(spans, key=shared).id, utterance)


def _by_words(timeline: Timeline, utterance: Utterance) -> list[Part]:
    runs: list[tuple[str, list[Word]]] = []
    for word in utterance.words:
        segment = timeline.at((word.start_s + word.end_s) * 500)
        if not runs or runs[-1][0] != segment.id:
            runs.append((segment.id, []))
        runs[-1][1].append(word)
    if len(runs) == 1:
        return [Part(runs[0][0], utterance)]
    return [
        Part(
            segment_id,
            replace(
                utterance,
                id=utterance.id if k == 0 else f"{utterance.id}.{k}",
                start_s=utterance.start_s if k == 0 else words[0].start_s,
                end_s=utterance.end_s if k == len(runs) - 1 else words[-1].end_s,
                text=" ".join(w.text.strip() for w in words),
                words=tuple(words),
            ),
        )
        for k, (segment_id, words) in enumerate(runs)
    ]
