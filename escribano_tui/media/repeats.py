"""Packets that repeat the picture and need not be decoded on the way to another one: most of a screen recording."""

from __future__ import annotations

import numpy as np

from escribano_tui.media.levels import is_between, is_variable, levels
from escribano_tui.media.packets import Bools, Ints, Packets
from escribano_tui.media.sps import Counting

_SHORT = 400  # packets: in a short file statistics are weak and decoding is cheap
_REPEAT_BYTES, _REPEAT_PER_PIXEL = 64.0, 1 / 8000  # at most: a header and a row of skipped macroblocks
# Of what a repeat weighs at most (levels), and bytes: a character that was typed weighs more.
_SURELY, _SURELY_BYTES = 0.81, -9.0
_LEAST_AFTER = 2  # anchors


def spared(packets: Packets, pixels: int, count: Counting | None) -> Bools:
    """Whether each packet of an H.264 stream may be left out on the way to a later one.

    Anchors are left out where they and those after them surely repeat the picture; pictures between two anchors where the
    next anchors, which may refer to them, do as far as their sizes say. The decoder fills in for what never came with a
    copy of the picture before (8.2.5.2, gaps in frame_num; those of other codecs make it grey, or carry more than pictures
    from packet to packet); never for more frames in a row than can be counted, or it would lose their order.
    """
    none = np.zeros(len(packets), dtype=np.bool_)
    if count is None or count.countable_frames < 1 or len(packets) <= _SHORT or is_variable(packets):
        return none
    still = levels(packets, pixels).still
    least = np.minimum(still, _REPEAT_BYTES + _REPEAT_PER_PIXEL * pixels)
    gop = mini_gops(packets)
    between = is_between(packets)
    repeats = ~packets.key & (packets.size <= least)
    surely = repeats & (packets.size <= _SURELY * still + _SURELY_BYTES)
    remembered = count.references // 2  # mini-GOPs of an anchor and a picture between that refers are kept
    # So many mini-GOPs, and what of the one before is counted from, are never more than countable.
    every = max(1, (count.countable_frames + 1) // int(np.bincount(gop).max()) - 1)
    anchors = surely & _before(surely[~between], max(_LEAST_AFTER, remembered))[gop] & (gop % every != 0)
    return np.asarray(np.where(between, _before(repeats[~between], max(1, remembered - 1))[gop], anchors), dtype=np.bool_)


def mini_gops(packets: Packets) -> Ints:
    """The number of each packet's mini-GOP, in decoding order: a picture, and those decoded after it but shown before."""
    return np.asarray(np.maximum(np.cumsum(~is_between(packets)) - 1, 0), dtype=np.int64)


def _before(quiet: Bools, count: int) -> Bools:
    """For each anchor whether the `count` next ones are all quiet."""
    busy = np.concatenate(([0], np.cumsum(~quiet)))
    here = np.arange(len(quiet))
    until = here + 1 + count
    return np.asarray((until <= len(quiet)) & (busy[np.minimum(until, len(quiet))] == busy[here + 1]), dtype=np.bool_)
