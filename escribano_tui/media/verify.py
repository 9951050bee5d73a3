"""Where sizes leave a doubt: decode only the stretch in question, small, and look."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from escribano_tui.media.glimpse import SHORT_FILE, Glimpses, unlike
from escribano_tui.media.keynews import KeyNews
from escribano_tui.media.levels import is_between
from escribano_tui.media.packets import Floats, Ints, Packets

SAME_AREA = 0.004  # pictures that differ in less are taken for the same
EXACT_S = 0.2  # when a moment is known to within this, no decoding is spent on it
_HIDDEN_AHEAD = 33  # a hidden picture is shown at most this many pictures later (a pyramid of 32, libvpx lag 25)
_LONG_S = 0.4  # a doubt longer than this could lose a boundary: these are decoded first
# Packets that may be decoded to place changes: a share of all, but always so many.
_LONG_SHARE, _LONG_LEAST = 0.1, 3000
_SHORT_SHARE, _SHORT_LEAST = 0.05, 200
_LITTLE_SENT = 0.02  # of a whole picture: less than a line of text
_MOST_KEYS = 400  # keyframes compared at most


def verified(packets: Packets, keys: KeyNews, glimpses: Glimpses) -> KeyNews:
    """Doubtful keyframes compared with what was shown before: what looks the same has not changed.

    Where little was sent since, that is the keyframe before; else the picture right before, if that is near enough.
    """
    before = _compared_with(packets, keys)
    if not before:
        return keys
    wanted = {n for k, other in before.items() for n in (int(keys.index[k]), other)}
    seen = glimpses.of(wanted)
    share, sure = keys.share.copy(), keys.sure.copy()
    for k, other in before.items():
        now, then = seen.get(int(keys.index[k])), seen.get(other)
        if now is None or then is None:
            continue
        area = unlike(then, now)
        share[k] = area if area >= SAME_AREA else 0.0
        sure[k] = 0.8 if area >= SAME_AREA else 0.0
    return replace(keys, share=share, sure=sure)


def _compared_with(packets: Packets, keys: KeyNews) -> dict[int, int]:
    """For each doubtful keyframe the number of the packet that it is compared with."""
    order = np.argsort(packets.time_s, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    budget = len(packets) if len(packets) <= SHORT_FILE else 0
    before: dict[int, int] = {}
    for k in np.flatnonzero(keys.doubtful)[:_MOST_KEYS].tolist():
        number, last = int(keys.index[k]), int(keys.index[k - 1])
        if keys.sent[k] < _LITTLE_SENT:
            before[k] = last
        elif number - last <= budget and rank[number] > 0:
            budget -= number - last
            before[k] = int(order[rank[number] - 1])
        elif keys.share[k] > 0:  # it was called a change by its size: the pictures may still tell that it is none
            before[k] = last
    return before


def placed(packets: Packets, chosen: Ints, glimpses: Glimpses) -> tuple[Floats, Floats]:
    """(times in the container's clock at which the changes that packets `chosen`, strongest first, bring are really
    shown; share of the picture that differs then, nan where nothing was decoded).

    A picture may be shown before the one it was brought by (B-pictures), or later (hidden pictures of VP9 and AV1).
    """
    time_s, area = packets.time_s[chosen].copy(), np.full(len(chosen), np.nan)
    wanted = _affordable(packets, chosen)
    seen = glimpses.of(n for stretch in wanted.values() for n in stretch)
    for k, stretch in wanted.items():
        here = [(n, seen[n]) for n in stretch if n in seen]
        if len(here) < 2:
            continue
        steps = [unlike(one[1], other[1]) for one, other in pairwise(here)]
        area[k] = max(*steps, unlike(here[0][1], here[-1][1]))
        if max(steps) >= SAME_AREA:
            time_s[k] = packets.time_s[here[int(np.argmax(steps)) + 1][0]]
    return time_s, area


def _affordable(packets: Packets, chosen: Ints) -> dict[int, list[int]]:
    """The stretches to be decoded by the index of their change: long doubts first, then the strongest changes.

    In a short file every change can be looked at, also those whose moment is known.
    """
    stretches = _Stretches(packets)
    found = {k: stretches.of(number) for k, number in enumerate(chosen.tolist())}
    if len(packets) <= SHORT_FILE:
        return {k: stretch for k, stretch in found.items() if len(stretch) > 1}
    found = {k: stretch for k, stretch in found.items() if len(stretch) > 2}  # of two, the later one is new
    length_s = {k: float(packets.time_s[s[-1]] - packets.time_s[s[0]]) for k, s in found.items()}
    long = [k for k in found if length_s[k] > _LONG_S]
    short = [k for k in found if EXACT_S < length_s[k] <= _LONG_S]
    count = len(packets)
    wanted = _within(max(_LONG_LEAST, _LONG_SHARE * count), long, found, stretches)
    return wanted | _within(max(_SHORT_LEAST, _SHORT_SHARE * count), short, found, stretches)


def _within(budget: float, order: list[int], found: dict[int, list[int]], stretches: _Stretches) -> dict[int, list[int]]:
    """The first stretches of `order` that cost no more than `budget` packets; a group is decoded once for all in it."""
    reached: dict[int, int] = {}
    wanted: dict[int, list[int]] = {}
    for k in order:
        key, end = stretches.group_of(found[k])
        budget -= max(0, end - reached.get(key, key))
        if budget < 0:
            break
        reached[key] = max(end, reached.get(key, key))
        wanted[k] = found[k]
    return wanted


class _Stretches:
    """The pictures among which a change lies, from the last one that is surely old to the first that is surely new."""

    def __init__(self, packets: Packets) -> None:
        self._packets = packets
        self._between = is_between(packets)
        self._latest = np.maximum.accumulate(packets.time_s)
        self._order = np.argsort(packets.time_s, kind="stable")
        self._sorted_s = packets.time_s[self._order]
        self._keys = np.flatnonzero(packets.key)

    def of(self, number: int) -> list[int]:
        """Packet numbers in the order in which they are shown, the last old one first; one alone at the beginning."""
        packets, time_s = self._packets, float(self._packets.time_s[number])
        if number == 0:
            return [number]
        if self._between[number]:
            at = int(np.searchsorted(self._sorted_s, time_s - 1e-9, side="left"))
            return [int(n) for n in self._order[max(0, at - 1) : at + 1]]
        until = int(np.searchsorted(self._sorted_s, time_s + 1e-9, side="left"))
        first = int(np.searchsorted(self._sorted_s, self._latest[number - 1] - 1e-9, side="left"))
        if 2 * packets.hidden[number] > packets.size[number]:
            until = min(until + _HIDDEN_AHEAD, len(self._order))
        return [int(n) for n in self._order[min(first, until - 1) : until]]

    def group_of(self, stretch: list[int]) -> tuple[int, int]:
        """(keyframe from which a stretch is decoded, its last packet), as packet numbers."""
        at = int(np.searchsorted(self._keys, min(stretch), side="right")) - 1
        return (int(self._keys[at]) if at >= 0 else 0), max(stretch)
