"""Packets that repeat the picture and need not be decoded on the way to another one: most of a screen recording."""

from __future__ import annotations

import numpy as np

from escribano_tui.media.levels import is_between, is_variable, levels
from escribano_tui.media.packets import Bools, Ints, Packets

_SHORT = 400  # packets: in a short file statistics are weak and decoding is cheap
_REPEAT_BYTES, _REPEAT_PER_PIXEL = 64.0, 1 / 8000  # at most: a header and a row of skipped macroblocks
# What refers to pictures before it finds them as the encoder had them: these are decoded before anything new.
_DECODED_GOPS, _DECODED_PACKETS = 1, 4


def spared(packets: Packets, pixels: int, countable: int) -> Bools:
    """Whether each packet of an H.264 stream may be left out on the way to a later one.

    Its mini-GOP and those right after it bring nothing. The decoder fills in for what never came with a copy of the picture
    before (8.2.5.2, gaps in frame_num; those of other codecs make it grey, or carry more than pictures from packet to
    packet); never for more than `countable` frames in a row, or it would lose count of their order. Over encoders of many
    kinds this moved the mean brightness of no picture by more than 0.2 of 255.
    """
    none = np.zeros(len(packets), dtype=np.bool_)
    if countable < 1 or len(packets) <= _SHORT or is_variable(packets):
        return none
    least = np.minimum(levels(packets, pixels).still, _REPEAT_BYTES + _REPEAT_PER_PIXEL * pixels)
    gop = mini_gops(packets)
    quiet = _quiet(gop, packets.key | (packets.size > least))
    # So many mini-GOPs, and what of the one before is counted from, are never more than countable.
    every = max(1, (countable + 1) // int(np.bincount(gop).max()) - 1)
    anchors = ~is_between(packets)
    return np.asarray(quiet[gop] & ~(anchors & (gop % every == 0)), dtype=np.bool_)


def mini_gops(packets: Packets) -> Ints:
    """The number of each packet's mini-GOP, in decoding order: a picture, and those decoded after it but shown before."""
    return np.asarray(np.maximum(np.cumsum(~is_between(packets)) - 1, 0), dtype=np.int64)


def _quiet(gop: Ints, brings: Bools) -> Bools:
    """Whether each mini-GOP, and what has to be decoded whole after it, is without packets that bring something."""
    count = int(gop[-1]) + 1
    busy = np.bincount(gop, weights=brings, minlength=count) > 0
    before = np.concatenate(([0], np.cumsum(busy)))
    here = np.arange(count)
    last = np.searchsorted(gop, here, side="right") - 1
    until = gop[np.minimum(last + _DECODED_PACKETS, len(gop) - 1)] + 1
    until = np.minimum(np.maximum(until, here + 1 + _DECODED_GOPS), count)
    return np.asarray(before[until] == before[here], dtype=np.bool_)
