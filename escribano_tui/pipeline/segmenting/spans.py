"""The partition of the time line into spans of one state."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from escribano_tui.pipeline.segmenting.clues import Clues, merged
from escribano_tui.pipeline.segmenting.grid import Territory, lay_grid, territories
from escribano_tui.pipeline.segmenting.path import best_partition
from escribano_tui.pipeline.segmenting.standing import seen_standing
from escribano_tui.pipeline.segmenting.states import State, likeness, place_of
from escribano_tui.pipeline.segmenting.stillness import still_stretches

if TYPE_CHECKING:
    from escribano_tui.pipeline.segmenting.closer import Look

LOOKS_S = 10.0
SAME_WINDOW = 0.5  # likeness


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


def partition(clues: Clues, settings: Settings, look: Look | None = None) -> list[Span]:
    """The best partition of the time line; neighbours in the same state are one. What was described is not yet in it. With
    `look`, pictures tell where nothing but a clock or a meter moves."""
    told = [*still_stretches(clues, settings.idle_after_s), *seen_standing(clues, settings.idle_after_s, look)]
    still = [_after_a_look(stretch, clues, settings.idle_after_s) for stretch in merged(told, 0.0, clues.duration_s)]
    grid = lay_grid(clues, still, settings.least_s)
    least_ms = min(round(settings.least_s * 1000), clues.duration_ms)
    spans: list[Span] = []
    for stretch in best_partition(grid.edges_ms, grid.gains, grid.costs, least_ms):
        start, end, state = grid.edges_ms[stretch.first], grid.edges_ms[stretch.last], grid.states[stretch.state]
        if spans and spans[-1].state == state:
            start = spans.pop().start_ms
        spans.append(Span(start, end, state))
    return spans


def _after_a_look(stretch: tuple[float, float], clues: Clues, idle_after_s: float) -> tuple[float, float]:
    """A still stretch without its first seconds where it begins with another window than before: who turns to one looks at
    it first. The bare desktop is not looked at."""
    start, end = stretch
    times = [d.t_s for d in clues.descriptions]
    k = bisect_right(times, start)
    if not 0 < k < len(times) or times[k] > end or end - start - LOOKS_S < idle_after_s:
        return stretch
    before, after = clues.descriptions[k - 1], clues.descriptions[k]
    turned = likeness(place_of(before), place_of(after), after.activity) < SAME_WINDOW
    return (start + LOOKS_S, end) if turned and after.activity != "idle" else stretch


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
