"""The time line in cells: what each column of the band shows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from escribano_tui.domain.evidence import Envelope
from escribano_tui.domain.times import clock
from escribano_tui.ui.review.place import Review, size_of

STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200)
BARS: Final = " ▁▂▃▄▅▆▇█"
SILENT_DB: Final = -120.0
RANGE_DB: Final = 36.0  # from the lowest bar to the highest, which is the recording's own loud passages


@dataclass(frozen=True, slots=True)
class Cells:
    """One value for each column. `owner` is the index of the segment in the middle of the column, `starts` the columns
    at which a segment begins; `level` is 0..8; `spoken` says whether somebody speaks there."""

    owner: tuple[int, ...]
    starts: frozenset[int]
    level: tuple[int, ...]
    spoken: tuple[bool, ...]
    change: tuple[int, ...]  # 0 none, 1 small, 2 medium, 3 large


def time_at(view: tuple[int, int], width: int, column: int) -> int:
    """The time (ms) at the left edge of a column."""
    low, high = view
    return low + (high - low) * column // max(1, width)


def column_of(view: tuple[int, int], width: int, t_ms: int) -> int:
    """The column that shows a time; outside of 0..width-1 where it is not in view."""
    low, high = view
    return (t_ms - low) * width // max(1, high - low)


def cells_of(review: Review, width: int) -> Cells:
    """The columns of the visible part of a review."""
    view = review.view
    edges = [time_at(view, width, k) for k in range(width + 1)]
    owner = tuple(review.timeline.index_at((a + b) / 2) for a, b in pairwise(edges))
    starts = frozenset(k for k in range(width) if k == 0 or owner[k] != owner[k - 1])
    return Cells(owner, starts, *_sound(review, edges), _changes(review, edges))


def _sound(review: Review, edges: Sequence[int]) -> tuple[tuple[int, ...], tuple[bool, ...]]:
    curves = [e for e in review.outline.envelopes if e.name.startswith("loudness:")]
    spans = sorted((u.start_s * 1000, u.end_s * 1000) for u in review.outline.utterances)
    starts = [a for a, _ in spans]
    quiet = _loud(curves) - RANGE_DB
    level, spoken = [], []
    for low, high in pairwise(edges):
        k = bisect_right(starts, high)
        said = any(b > low for _, b in spans[max(0, k - 4) : k])
        height = max((_height(c, low / 1000, high / 1000, quiet) for c in curves), default=0.0)
        level.append(max(round(height * 8), 2 if said and not curves else 1 if said else 0))
        spoken.append(said)
    return tuple(level), tuple(spoken)


@lru_cache(8)
def _loud_of(curve: Envelope) -> float:
    """The level that one value in fifty exceeds."""
    ranked = sorted(curve.values[:: max(1, len(curve.values) // 4000)])
    return ranked[len(ranked) * 49 // 50] if ranked else SILENT_DB


def _loud(curves: Sequence[Envelope]) -> float:
    return max([-45.0, *(_loud_of(c) for c in curves)])


def _height(curve: Envelope, low_s: float, high_s: float, quiet: float) -> float:
    """0..1, of the loudest third of a column: its peak would make all speech look alike, its mean would lose words."""
    first = int(low_s / curve.step_s)
    last = max(first + 1, int(high_s / curve.step_s))
    part = sorted(curve.values[first : last : max(1, (last - first) // 60)], reverse=True)
    loudest = part[: max(1, len(part) // 3)]
    return sum(min(1.0, max(0.0, (v - quiet) / RANGE_DB)) for v in loudest) / max(1, len(loudest))


def _changes(review: Review, edges: Sequence[int]) -> tuple[int, ...]:
    found = [0] * (len(edges) - 1)
    for change in review.outline.changes:
        t = round(change.t_s * 1000)
        if edges[0] <= t < edges[-1]:
            k = min(len(found) - 1, bisect_right(edges, t) - 1)
            found[k] = max(found[k], 1 + size_of(change))
    return tuple(found)


def ticks(view: tuple[int, int], width: int) -> list[tuple[int, str]]:
    """(column, label) of a ruler: round times, as many as fit with room between them."""
    low, high = view
    span_s = (high - low) / 1000
    room = len(clock(high / 1000)) + 3
    step = next((s for s in STEPS_S if span_s / s * room <= width), STEPS_S[-1])
    first = -(-low // (step * 1000)) * step
    times = range(first, int(high / 1000) + 1, step)
    marks = [(column_of(view, width, t * 1000), clock(t)) for t in times]
    return [(k, label) for k, label in marks if k >= 0 and k + len(label) <= width]


def boundary_near(review: Review, width: int, column: int) -> int | None:
    """The inner boundary that a column shows, for the mouse; None where there is none."""
    low, high = time_at(review.view, width, column), time_at(review.view, width, column + 1)
    inner = review.timeline.boundaries_ms
    k = bisect_left(inner, low)
    return inner[k] if k < len(inner) and inner[k] <= high else None
