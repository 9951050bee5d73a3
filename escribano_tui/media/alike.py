"""Which packets show the same picture, as far as their sizes say: the cheapest of them is as good as any."""

from __future__ import annotations

import numpy as np

from escribano_tui.media.keynews import judge
from escribano_tui.media.levels import is_between, levels
from escribano_tui.media.packets import Bools, Packets


class Alike:
    """Stretches of packets, in the order in which they are shown, between two that bring something."""

    def __init__(self, packets: Packets, pixels: int) -> None:
        measured = levels(packets, pixels)
        keys = judge(packets, measured)
        brings = packets.size > measured.still
        brings[packets.key] = False
        brings[keys.index[(keys.share > 0) | keys.doubtful]] = True
        if packets.hidden.any():  # what is shown when is not told by sizes
            brings[:] = True
        order = np.argsort(packets.time_s, kind="stable")
        self._order = order
        self._time_s = packets.time_s[order]
        self._key = packets.key[order]
        self._rank = np.empty(len(order), dtype=np.int64)
        self._rank[order] = np.arange(len(order))
        self._stretch = np.cumsum((brings | _apart(packets, brings))[order])

    def cheapest(self, index: int) -> tuple[int, float]:
        """The number of the packet to decode instead of packet `index`, and since when their picture is shown (s)."""
        rank = int(self._rank[index])
        first = int(np.searchsorted(self._stretch, self._stretch[rank], side="left"))
        last = int(np.searchsorted(self._stretch, self._stretch[rank], side="right"))
        keys = first + np.flatnonzero(self._key[first:last])
        chosen = int(keys[np.argmin(np.abs(keys - rank))]) if len(keys) else first
        return int(self._order[chosen]), float(self._time_s[first])


def _apart(packets: Packets, brings: Bools) -> Bools:
    """B-pictures before a reference that brings something: some may show it already, so each is on its own."""
    between = is_between(packets)
    reference = np.maximum.accumulate(np.where(between, 0, np.arange(len(packets))))
    return np.asarray(between & brings[reference], dtype=np.bool_)
