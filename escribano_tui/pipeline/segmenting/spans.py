"""The partition of the time line into spans of one state."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from escribano_tui.pipeline.segmenting.clues import Clues
from escribano_tui.pipeline.segmenting.grid import Territory, lay_grid, territories
from escribano_tui.pipeline.segmenting.path import best_partition
from escribano_tui.pipeline.segmenting.states import State
from escribano_tui.pipeline.segmenting.stillness import still_stretches


@dataclass(frozen=True, slots=True)
class Settings:
    """`least_s` is the shortest visit that splits; a still screen is idle after `idle_after_s`."""

    least_s: float = 5.0
    idle_after_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in one state, with what was described in it."""

    start_ms: int
    end_ms: int
    state: State
    lands: tuple[Territory, ...] = ()


def partition(clues: Clues, settings: Settings) -> list[Span]:
    """The best partition of the time line; neighbours in the same state are one. What was described is not yet in it."""
    still = still_stretches(clues, settings.idle_after_s)
    grid = lay_grid(clues, still, settings.least_s)
    least_ms = min(round(settings.least_s * 1000), clues.duration_ms)
    spans: list[Span] = []
    for stretch in best_partition(grid.edges_ms, grid.gains, grid.costs, least_ms):
        start, end, state = grid.edges_ms[stretch.first], grid.edges_ms[stretch.last], grid.states[stretch.state]
        if spans and spans[-1].state == state:
            start = spans.pop().start_ms
        spans.append(Span(start, end, state))
    return spans


def furnished(spans: Sequence[Span], clues: Clues) -> list[Span]:
    """Spans with the territories of the descriptions that lie in them."""
    lands = territories(clues)
    return [replace(s, lands=_within(lands, s.start_ms / 1000, s.end_ms / 1000)) for s in spans]


def _within(lands: Sequence[Territory], start_s: float, end_s: float) -> tuple[Territory, ...]:
    """Territories, in order of their beginnings, clipped to a span."""
    first = bisect_left(lands, start_s, key=lambda land: land.start_s)
    while first > 0 and lands[first - 1].end_s > start_s:
        first -= 1
    last = bisect_right(lands, end_s, key=lambda land: land.start_s)
    clipped = (replace(land, start_s=max(land.start_s, start_s), end_s=min(land.end_s, end_s)) for land in lands[first:last])
    return tuple(land for land in clipped if land.end_s > land.start_s)
