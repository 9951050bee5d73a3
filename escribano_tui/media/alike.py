"""Which packets show the same picture, as far as their sizes say: the cheapest of them is as good as any."""

from __future__ import annotations

import numpy as np

from escribano_tui.media.keynews import judge
from escribano_tui.media.levels import is_between, is_variable, levels
from escribano_tui.media.packets import Bools, Ints, Packets

_SHORT = 400  # packets
_LITTLE_SENT, _KEY_SAME = 0.02, 0.01  # where next to nothing was sent, keyframes of one picture weigh the same
_QUIET_S = 0.25  # nothing came this long before and after a keyframe: it repeats


class Alike:
    """Stretches of packets, in the order in which they are shown, between two that bring something.

    Where sizes do not tell what is shown when (hidden pictures), and in a short file, where statistics are weak and
    decoding is cheap, every packet is on its own.
    """

    def __init__(self, packets: Packets, pixels: int) -> None:
        measured = levels(packets, pixels)
        keys = judge(packets, measured)
        brings = packets.size > measured.still
        brings[packets.key] = False
        unexplained = (keys.sent < _LITTLE_SENT) & (keys.moved > _KEY_SAME)
        news = (keys.share > 0) | keys.doubtful | unexplained | _busy_around(packets, brings, keys.index)
        brings[keys.index[news]] = True
        if packets.hidden.any() or len(packets) <= _SHORT:
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


def _busy_around(packets: Packets, brings: Bools, index: Ints) -> Bools:
    """Keyframes beside packets that bring something, and all of a variable rate: they may bring something as well."""
    if is_variable(packets):
        return np.ones(len(index), dtype=np.bool_)
    at_s = np.sort(packets.time_s[brings])
    first = np.searchsorted(at_s, packets.time_s[index] - _QUIET_S, side="left")
    last = np.searchsorted(at_s, packets.time_s[index] + _QUIET_S, side="right")
    return np.asarray(last > first, dtype=np.bool_)


def _apart(packets: Packets, brings: Bools) -> Bools:
    """Pictures of a mini-GOP in which anything was brought: each may equal either reference, so each is on its own."""
    between = is_between(packets)
    reference = np.maximum.accumulate(np.where(between, 0, np.arange(len(packets))))
    busy = np.zeros(len(packets), dtype=np.bool_)
    busy[reference[brings]] = True
    has_between = np.zeros(len(packets), dtype=np.bool_)
    has_between[reference[between]] = True
    return np.asarray(busy[reference] & (between | has_between), dtype=np.bool_)
