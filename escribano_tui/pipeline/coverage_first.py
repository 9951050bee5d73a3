"""Which moments are looked at where not all can be: those that leave least of what mattered unseen. Pure."""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from escribano_tui.pipeline.moments import Moment, Seen

REACH_S = 120.0  # a look tells what stood so long before and after it, as far as no change lies between
STILL_S = 30.0  # where nothing has moved for longer, and does not soon, nothing is done
STILL_WORTH = 0.35  # of such a second, as that of what is least important (describing/stretches.py)
BOTH_ENDS = 8  # with fewer looks than that, one at the end is not worth it for its own sake


def capped(wanted: Sequence[Moment], most_per_minute: float, seen: Seen) -> tuple[list[Moment], int]:
    """At most so many for each minute of the recording, wherever they lie, a part of one counting whole where that is all
    there is; and how many were left out.

    Each is the one that adds most to what is told of: greedy, which for such a gain (it only shrinks as others are taken) is
    within 1 - 1/e of the best choice (Nemhauser, Wolsey & Fisher, 1978). So every stretch between two changes is looked at
    once, the longest first, before any is looked at twice; one of more than four minutes counts as several.
    """
    most = max(1, math.ceil(most_per_minute * max(1.0, seen.duration_s / 60) - 1e-9))
    if len(wanted) <= most:
        return list(wanted), 0
    told = _Told(seen)
    kept = [m for m in wanted if m.reason == "intro" or (m.reason == "outro" and most >= BOTH_ENDS)][:most]
    for moment in kept:
        told.add(moment)
    heap = [(-told.gain(m), m.t_s, k) for k, m in enumerate(wanted) if m not in kept]
    heapq.heapify(heap)
    while len(kept) < most:
        gain, t_s, k = heapq.heappop(heap)
        now = -told.gain(wanted[k])
        if heap and now > gain + 1e-12:  # others have taken some of it since
            heapq.heappush(heap, (now, t_s, k))
            continue
        kept.append(wanted[k])
        told.add(wanted[k])
    return sorted(kept, key=lambda m: m.t_s), len(wanted) - len(kept)


class _Told:
    """What of a recording is told of by the looks taken so far, second by second."""

    def __init__(self, seen: Seen) -> None:
        self._edges = [0.0, *sorted(c.t_s for c in seen.changes if c.size != "small"), seen.duration_s]
        self._moving = seen.active_steps(0.0, seen.duration_s)
        self._seen: set[int] = set()

    def gain(self, moment: Moment) -> float:
        """Seconds that it would add, those in which nothing is done for less. Where it adds none, what stands for more time
        still comes first."""
        return sum(self._worth(second) for second in self._around(moment) - self._seen) + moment.weight * 1e-3

    def add(self, moment: Moment) -> None:
        self._seen |= self._around(moment)

    def _around(self, moment: Moment) -> set[int]:
        """The seconds that a look tells of: around it, within the stretch that it lies in."""
        after = bisect_right(self._edges, moment.t_s)
        start_s = max(self._edges[after - 1], moment.t_s - REACH_S)
        end_s = min(self._edges[min(after, len(self._edges) - 1)], moment.t_s + REACH_S)
        return set(range(round(start_s), max(round(start_s) + 1, round(end_s))))

    def _worth(self, second: int) -> float:
        near = bisect_left(self._moving, second - STILL_S)
        return 1.0 if near < len(self._moving) and self._moving[near] <= second + STILL_S else STILL_WORTH
