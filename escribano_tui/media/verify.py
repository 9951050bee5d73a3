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
_LONG_S = 0.8  # placed in the middle of a longer doubt, a boundary could be lost: these are decoded first
# Packets that may be decoded to place changes: a share of all, but always so many.
_LONG_SHARE, _LONG_LEAST = 0.1, 3000
_SHORT_SHARE, _SHORT_LEAST = 0.02, 100
_HINT, _OF_HINT = 0.001, 0.2  # news in a B-picture: it holds something of what is being painted
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


def placed(packets: Packets, news: Floats, chosen: Ints, glimpses: Glimpses) -> tuple[Floats, Floats]:
    """(times in the container's clock at which the changes that packets `chosen`, strongest first, bring are really
    shown; share of the picture that differs then, nan where nothing was decoded). `news` is that of each packet.

    A picture may be shown before the one it was brought by (B-pictures), or later (hidden pictures of VP9 and AV1).
    """
    area = np.full(len(chosen), np.nan)
    stretches = _Stretches(packets)
    found = {k: stretches.of(number) for k, number in enumerate(chosen.tolist())}
    time_s = np.array([_likely_s(packets, news, stretch) for stretch in found.values()], dtype=np.float64)
    wanted = _affordable(packets, found, stretches)
    sampled = {k: _sampled(packets, found[k]) for k in wanted}
    seen = glimpses.of(found[k][at] for k, places in sampled.items() for at in places)
    for k, places in sampled.items():
        here = [(at, seen[found[k][at]]) for at in places if found[k][at] in seen]
        if len(here) < 2:
            continue
        steps = [unlike(one[1], other[1]) for one, other in pairwise(here)]
        area[k] = max(*steps, unlike(here[0][1], here[-1][1]))
        if max(steps) >= SAME_AREA:
            most = int(np.argmax(steps))
            old, new = here[most][0], here[most + 1][0]
            time_s[k] = packets.time_s[found[k][old + 1 + (new - old) // 2 if new - old > 1 else new]]
    return time_s, area


def _likely_s(packets: Packets, news: Floats, stretch: list[int]) -> float:
    """When a change among these pictures is shown, as well as can be told without looking: the last one where they are
    close together, else the first B-picture that brings something, else the middle."""
    time_s = packets.time_s[stretch]
    if time_s[-1] - time_s[0] <= EXACT_S:
        return float(time_s[-1])
    inner = news[stretch[1:-1]]
    told = np.flatnonzero(inner >= max(_HINT, _OF_HINT * float(inner.max(initial=0.0))))
    return float(time_s[1 + int(told[0])] if len(told) else time_s[(len(stretch) + 1) // 2])


def _sampled(packets: Packets, stretch: list[int]) -> list[int]:
    """Places in a stretch of pictures that are looked at: all of a short file, else as close as a moment needs be known."""
    if len(packets) <= SHORT_FILE:
        return list(range(len(stretch)))
    time_s = packets.time_s[stretch]
    places = [0]
    for at in range(1, len(stretch) - 1):
        if time_s[at + 1] - time_s[places[-1]] > EXACT_S + 1e-6:
            places.append(at)
    return [*places, len(stretch) - 1]


def _affordable(packets: Packets, found: dict[int, list[int]], stretches: _Stretches) -> dict[int, list[int]]:
    """The stretches to be decoded by the index of their change: long doubts first, then the strongest changes.

    In a short file every change can be looked at, also those whose moment is known.
    """
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
