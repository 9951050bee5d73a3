"""What a picture looks like: a perceptual hash, how sharp, how full of text, how new. Pure functions on pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from escribano_tui.ports import Image

cv2.setNumThreads(1)  # the lanes share a small machine

Gray = npt.NDArray[np.uint8]

_HASH_SIDE = 32  # pHash: the low 8x8 frequencies of a 32x32 picture (Zauner, "Perceptual image hash functions", 2010)
_SEEN = 24  # levels of grey: compression noise stays below, a thin antialiased stroke does not
_BLOCK = 8


@dataclass(frozen=True, slots=True)
class Look:
    """`sharpness` and `density` in 0..1; `gray` is kept to be compared with the next picture."""

    gray: Gray
    phash: int
    sharpness: float
    density: float


def look(image: Image) -> Look:
    """All that is measured on one picture of shape (height, width, 3)."""
    gray = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    edges = cv2.absdiff(gray[:, 1:], gray[:, :-1])
    strong = float(np.count_nonzero(edges > 60)) / edges.size
    any_edge = float(np.count_nonzero(edges > 12)) / edges.size
    return Look(
        gray=gray,
        phash=phash(gray),
        sharpness=min(1.0, strong / any_edge) if any_edge else 0.0,
        density=min(1.0, strong * 8),  # a page full of text has strong edges on about an eighth of its pixels
    )


def phash(gray: Gray) -> int:
    """64-bit perceptual hash: signs of the low DCT coefficients against their median, the mean left out."""
    small = cv2.resize(gray, (_HASH_SIDE, _HASH_SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = cv2.dct(small)[:8, :8].ravel()
    bits = low > np.median(low[1:])
    bits[0] = False  # the mean says how bright, not what
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def newness(before: Gray | None, now: Gray) -> float:
    """Share of 8x8 blocks in which a stroke changed, 0..1; 1.0 where there is nothing to compare with."""
    if before is None or before.shape != now.shape:
        return 1.0
    changed = np.asarray(cv2.absdiff(before, now) > _SEEN, dtype=np.uint8) * 255
    height, width = now.shape
    size = (max(1, width // _BLOCK), max(1, height // _BLOCK))
    blocks = cv2.resize(changed, size, interpolation=cv2.INTER_AREA)
    return float(np.count_nonzero(blocks) / blocks.size)
