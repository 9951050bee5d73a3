"""What segmentation looks at, gathered and put in order once. Times are seconds from the first video frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from escribano_tui.domain.evidence import Change, Description, Envelope, Frame, ScreenLine, SpeechSpan, Utterance


@dataclass(frozen=True, slots=True)
class Clues:
    """All evidence of a recording in time order. `speech` are disjoint spans in which somebody speaks; `appearances` are
    the moments at which lines of content came up."""

    duration_ms: int
    changes: tuple[Change, ...] = ()
    motion: Envelope | None = None
    frames: tuple[Frame, ...] = ()
    descriptions: tuple[Description, ...] = ()
    speech: tuple[tuple[float, float], ...] = ()
    appearances: tuple[float, ...] = ()

    @property
    def duration_s(self) -> float:
        return self.duration_ms / 1000


def gather(
    duration_ms: int,
    changes: Sequence[Change] = (),
    motion: Envelope | None = None,
    frames: Sequence[Frame] = (),
    descriptions: Sequence[Description] = (),
    utterances: Sequence[Utterance] = (),
    spans: Sequence[SpeechSpan] = (),
    lines: Iterable[ScreenLine] = (),
) -> Clues:
    """Clues of a recording; what lies outside of it is left out. Speech is what was heard and what was understood."""
    end_s = duration_ms / 1000
    told = [(u.start_s, u.end_s) for u in utterances if not u.doubtful] + (
        [(s.start_s, s.end_s) for s in spans] if not utterances else []
    )
    return Clues(
        duration_ms,
        tuple(sorted((c for c in changes if 0 < c.t_s < end_s), key=lambda c: c.t_s)),
        motion if motion is not None and motion.values else None,
        tuple(sorted((f for f in frames if 0 <= f.t_s <= end_s), key=lambda f: f.t_s)),
        tuple(sorted((d for d in descriptions if 0 <= d.t_s <= end_s), key=lambda d: d.t_s)),
        merged(told, 0.0, end_s),
        tuple(sorted(line.start_s for line in lines if line.region == "content" and len(line.text) > 2)),
    )


def merged(spans: Iterable[tuple[float, float]], start_s: float, end_s: float) -> tuple[tuple[float, float], ...]:
    """Disjoint spans in order, clipped to a span."""
    result: list[tuple[float, float]] = []
    for start, end in sorted((max(start_s, a), min(end_s, b)) for a, b in spans):
        if end <= start:
            continue
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return tuple(result)
