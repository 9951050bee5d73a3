"""Streams whose pictures all weigh much (MJPEG, ProRes, intra-only, lossless): sizes hint, small pictures decide."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from escribano_tui.media.glimpse import Glimpses, Gray, unlike
from escribano_tui.media.packets import Floats, Ints, Packets
from escribano_tui.media.verify import SAME_AREA

_ALL = 0.9  # a stream in which this share of the packets are keyframes counts as one
_FEWEST = 5
_AS_LARGE = frozenset({"ffv1", "gif", "huffyuv", "ffvhuff", "utvideo", "magicyuv", "rawvideo", "png"})
_GRID_S = 2.0  # looked at in any case, whatever the sizes say
_HINTS_PER_MINUTE = 20
_HINT = 0.004  # a step in size that is worth a look
_ROUNDS = 8  # halvings: 2 s at 100 pictures a second


def is_intra(packets: Packets, codec: str) -> bool:
    """Whether nearly every packet is a keyframe, or as large as one whatever it shows."""
    if len(packets) < _FEWEST:
        return False
    return codec in _AS_LARGE or float(np.mean(packets.key)) >= _ALL


def intra_news(packets: Packets, glimpses: Glimpses) -> Floats:
    """Share of the picture that changed at each packet, 0..1, found by halving between pictures that differ."""
    share = np.zeros(len(packets))
    seen: dict[int, Gray] = {}
    at = _first_looks(packets)
    for _ in range(_ROUNDS):
        seen.update(glimpses.of(at.tolist()))
        known = np.array(sorted(seen), dtype=np.int64)
        halves = [
            (int(a) + int(b)) // 2 for a, b in pairwise(known.tolist()) if b - a > 1 and unlike(seen[a], seen[b]) >= SAME_AREA
        ]
        if not halves:
            break
        at = np.array(halves, dtype=np.int64)
    numbers = sorted(seen)
    for one, other in pairwise(numbers):
        area = unlike(seen[one], seen[other])
        if area >= SAME_AREA:
            share[other] = area
    return share


def _first_looks(packets: Packets) -> Ints:
    """The packets of a grid, and those on both sides of the largest steps in size."""
    count = len(packets)
    every = max(1, round(_GRID_S / packets.step_s)) if packets.step_s > 0 else count
    size = packets.size.astype(np.float64)
    step = np.abs(np.diff(size)) / np.maximum(size[1:], 1.0)
    minutes = max(1.0, (packets.end_s - float(packets.time_s.min())) / 60)
    most = int(_HINTS_PER_MINUTE * minutes)
    limit = max(_HINT, 6.0 * float(np.median(step)))
    hints = np.flatnonzero(step >= limit)
    hints = hints[np.argsort(-step[hints], kind="stable")][:most]
    return np.unique(np.concatenate((np.arange(0, count, every), [count - 1], hints, hints + 1)))
