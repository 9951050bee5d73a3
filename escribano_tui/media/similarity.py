"""Which moments look like this one: an index over the perceptual hashes of a recording's frames.

Every query compares with all hashes at once (exclusive or, population count): at 10,000 frames that takes some 0.05 ms,
less than a tree over 64 bits would, whose branches a query with a useful distance has to visit nearly all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NEAR = 10  # bits of 64: 0.15 of them, below which pHash counts pictures as alike (Zauner 2010)


@dataclass(frozen=True, slots=True)
class Looks:
    """Perceptual hashes of frames, as made by `looks_of`."""

    hashes: npt.NDArray[np.uint64]

    def distances(self, phash: int) -> npt.NDArray[np.uint8]:
        """How many of the 64 bits differ, for each frame."""
        return np.asarray(np.bitwise_count(self.hashes ^ np.uint64(phash)), dtype=np.uint8)

    def near(self, phash: int, max_distance: int = NEAR) -> list[int]:
        """Indices of the frames that differ in at most `max_distance` bits, the most alike first."""
        distance = self.distances(phash)
        found = np.flatnonzero(distance <= max_distance)
        return [int(k) for k in found[np.argsort(distance[found], kind="stable")]]


def looks_of(hashes: Sequence[int]) -> Looks:
    """An index over hashes of 64 bits."""
    return Looks(np.array(hashes, dtype=np.uint64))
