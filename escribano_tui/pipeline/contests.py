"""Candidates that would show the same: of these the one with the best picture goes on. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from escribano_tui.pipeline.moments import ACTIVE, BUSY, Moment, Seen

NEAR_S = 10.0  # one that was left out competes with the moment taken of the same stretch that lies so near
MOST_RIVALS = 2
UNSETTLED = 0.5  # a picture that is less settled, and is to be described, competes with one a little later
WAIT_S, LATEST_S = 0.6, 2.0


@dataclass(frozen=True, slots=True)
class Contest:
    """`moment` is taken where none of its `rivals`, of the same stretch, has a better picture; all in time order."""

    moment: Moment
    rivals: tuple[Moment, ...] = ()

    @property
    def moments(self) -> list[Moment]:
        return sorted((self.moment, *self.rivals), key=lambda m: m.t_s)


def contests(taken: Sequence[Moment], left: Sequence[Moment], seen: Seen) -> tuple[list[Contest], list[Moment]]:
    """(one for each moment that is taken, in time order; those of the `left` ones that compete with none).

    None reaches past a neighbour that is taken, or over a change: what is looked at is the same stretch in any case.
    """
    edges = [c.t_s for c in seen.changes if c.size != "small"]
    times = [m.t_s for m in taken]
    rivals: list[list[Moment]] = [[] for _ in taken]
    alone, taken_s = [], set(times)
    for moment in sorted(left, key=lambda m: (-m.weight, m.t_s)):
        at = _beside(moment.t_s, times, edges)
        if at is None or len(rivals[at]) >= MOST_RIVALS or moment.t_s in taken_s:
            alone.append(moment)
        else:
            rivals[at].append(replace(moment, reason=taken[at].reason, describe=taken[at].describe))
    for at, moment in enumerate(taken):
        if rivals[at] or not moment.describe or settled(moment.t_s, seen) >= UNSETTLED:
            continue
        later_s = _once_settled(moment.t_s, times[at + 1] if at + 1 < len(times) else seen.duration_s, edges, seen)
        if later_s is not None:
            rivals[at].append(replace(moment, t_s=later_s))
    return [Contest(moment, tuple(found)) for moment, found in zip(taken, rivals, strict=True)], alone


def settled(t_s: float, seen: Seen) -> float:
    """How far the picture has settled at a moment, as far as the packets tell: 1 it stands, 0 it paints."""
    return min(1.0, max(0.0, (BUSY - seen.motion_at(t_s)) / (BUSY - ACTIVE)))


def _beside(t_s: float, times: Sequence[float], edges: Sequence[float]) -> int | None:
    """The index of the moment taken that is nearest, if it is near and no change lies between."""
    after = bisect_left(times, t_s)
    near = [k for k in (after - 1, after) if 0 <= k < len(times) and abs(times[k] - t_s) <= NEAR_S]
    same = [k for k in near if bisect_right(edges, t_s) == bisect_right(edges, times[k])]
    return min(same, key=lambda k: abs(times[k] - t_s), default=None)


def _once_settled(t_s: float, until_s: float, edges: Sequence[float], seen: Seen) -> float | None:
    """A moment a little later at which more has settled; None where there is none before the next one."""
    after = bisect_right(edges, t_s)
    until_s = min(until_s, edges[after] if after < len(edges) else until_s) - WAIT_S / 2
    if t_s + WAIT_S >= until_s:
        return None
    later_s = seen.cheap(t_s + 2 * WAIT_S, t_s + WAIT_S, min(t_s + LATEST_S, until_s))
    later_s = round(min(later_s, until_s), 3)
    return later_s if settled(later_s, seen) > settled(t_s, seen) else None
