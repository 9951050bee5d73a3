"""How much of a packet is news: its size above what a repeat of the picture weighs there, per size of a whole picture.

All arrays are in decoding order, one value a packet. Statistics are local: encoders drift, and screens differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from escribano_tui.media.packets import Bools, Floats, Ints, Packets

KEY, AFTER_KEY, PLAIN = 0, 1, 5  # kinds: AFTER_KEY to AFTER_KEY + 3 are the first four packets after a keyframe

_BLOCK = 32  # packets of a kind whose sizes are looked at together
_STILL_PERCENTILE = 25  # while somebody types, most pictures are still repeats
_AROUND_BLOCKS = 9  # a level holds for this many blocks: about half a minute
_ABOVE_STILL, _ABOVE_BYTES = 1.35, 16.0  # repeats of one kind weigh the same to within this
_MOST_OF_LEAST = 2.0
_LEAST_PERCENTILE = 2
_EVEN_STEPS = 0.7  # a constant rate has at least this share of equal distances
_FEW = 8  # fewer packets than this have no level of their own
_TOUCH_UP = 0.012  # of a whole picture: what an encoder adds right after a keyframe
_OF_GREATEST, _GREATEST_PERCENTILE = 0.4, 98
_LEAST_PER_PIXEL = 0.01  # bytes: what a nearly blank screen weighs as a keyframe at usual settings
_FEW_KEYS_PER_PIXEL = 0.02  # the same where the file has too few keyframes to tell


@dataclass(frozen=True, slots=True)
class Levels:
    """`news` is the share of a whole picture that a packet brings anew (keyframes: 0, they are judged on their own);
    `whole` is what a whole picture weighs there, `still` what a repeat weighs at most, both in bytes."""

    news: Floats
    whole: Floats
    still: Floats


def levels(packets: Packets, pixels: int) -> Levels:
    """The levels of every packet of a stream of pictures of `pixels` pixels."""
    whole = _whole(packets, pixels)
    still = _still(packets, whole)
    news = np.maximum(packets.size - still, 0.0) / whole
    return Levels(np.where(packets.key, 0.0, news), whole, still)


def is_between(packets: Packets) -> Bools:
    """Whether a packet is shown before one that is decoded earlier (B-pictures)."""
    if not len(packets):
        return np.zeros(0, dtype=np.bool_)
    return np.asarray(packets.time_s < np.maximum.accumulate(packets.time_s) - 1e-9, dtype=np.bool_)


def kinds(packets: Packets) -> Ints:
    """Packets of one kind weigh the same when nothing changes: by B or not, by what follows, by closeness to a keyframe."""
    between = is_between(packets)
    followed = np.append(between[1:], False) if len(between) else between
    kind = PLAIN + 2 * between.astype(np.int64) + followed
    since = since_key(packets.key)
    near = (since >= 1) & (since <= 4)
    kind[near] = AFTER_KEY + since[near] - 1
    kind[packets.key] = KEY
    return np.asarray(kind, dtype=np.int64)


def since_key(key: Bools) -> Ints:
    """How many packets ago the last keyframe was; large before the first."""
    index = np.arange(len(key))
    last = np.maximum.accumulate(np.where(key, index, -(1 << 30))) if len(key) else index
    return np.asarray(index - last, dtype=np.int64)


def is_variable(packets: Packets) -> bool:
    """Whether pictures come only when something changed: their distances are uneven."""
    if len(packets) < 3:
        return False
    steps = np.diff(np.sort(packets.time_s))
    return float(np.mean(np.abs(steps - np.median(steps)) <= 0.25 * np.median(steps))) < _EVEN_STEPS


def _still(packets: Packets, whole: Floats) -> Floats:
    """The most that a repeat of the picture weighs, for each packet by its kind."""
    size = packets.size.astype(np.float64)
    kind = kinds(packets)
    plain = size[kind >= PLAIN]
    if is_variable(packets):  # no repeats are sent: the least that ever came is nearest to one
        return np.full(len(packets), _percentile(plain, _LEAST_PERCENTILE))
    usual = _percentile(plain, _STILL_PERCENTILE)
    still = np.full(len(packets), usual)
    for one in range(AFTER_KEY, PLAIN + 4):
        here = kind == one
        count = int(np.count_nonzero(here))
        if count >= _FEW:
            still[here] = _floor(size[here])
        elif one < PLAIN:
            still[here] = np.maximum(usual, _TOUCH_UP * whole[here])
    return still * _ABOVE_STILL + _ABOVE_BYTES


def _percentile(size: Floats, percent: float) -> float:
    return float(np.percentile(size, percent)) if len(size) else 0.0


def _floor(values: Floats) -> Floats:
    """A low percentile of blocks of values, and the least of it around each."""
    count = max(1, len(values) // _BLOCK)
    edges = np.linspace(0, len(values), count + 1).astype(np.int64)
    even = len(values) // count
    inner = np.percentile(values[: even * count].reshape(count, even), _STILL_PERCENTILE, axis=1)
    least = ndimage.minimum_filter1d(inner, min(_AROUND_BLOCKS, count) | 1, mode="nearest")
    least = np.minimum(least, _MOST_OF_LEAST * _percentile(values, 10))  # half a minute may pass without a repeat
    return np.asarray(np.repeat(least, np.diff(edges)), dtype=np.float64)


def _whole(packets: Packets, pixels: int) -> Floats:
    """What a whole picture weighs around each packet: the smaller of the keyframes before and after it.

    Encoders that live by a bit rate make keyframes poor and refine them after: the greatest others count as well.
    """
    keys = np.flatnonzero(packets.key)
    greatest = _OF_GREATEST * _percentile(packets.size[~packets.key].astype(np.float64), _GREATEST_PERCENTILE)
    if len(keys) < 3:
        biggest = float(packets.size[keys].max()) if len(keys) else 0.0
        return np.full(len(packets), max(biggest, greatest, _FEW_KEYS_PER_PIXEL * pixels, 1.0))
    size = packets.size[keys].astype(np.float64)
    after = np.searchsorted(keys, np.arange(len(packets)), side="right")
    before_size = size[np.maximum(after - 1, 0)]
    after_size = size[np.minimum(after, len(keys) - 1)]
    return np.maximum(np.minimum(before_size, after_size), max(greatest, _LEAST_PER_PIXEL * pixels, 1.0))
