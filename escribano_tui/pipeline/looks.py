"""What a picture looks like: a perceptual hash, how sharp, how full of text, how new. Pure functions on pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pathlib import Path

    from escribano_tui.ports import Image

cv2.setNumThreads(1)  # the lanes share a small machine

Gray = npt.NDArray[np.uint8]

_HASH_SIDE = 32  # pHash: the low 8x8 frequencies of a 32x32 picture (Zauner, "Perceptual image hash functions", 2010)
_APART = 4.0  # of an orthonormal 32x32 DCT: an eighth of a level of grey all over the picture
LEAST_BITS = 28  # of 63: pictures of windows in use have 34 and more, a page with a panel and a few lines has 14
_SEEN = 24  # levels of grey: compression noise stays below, a thin antialiased stroke does not
_BLOCK = 8
_STRONG = 60  # levels of grey between neighbours: the edge of a letter


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
    strong = float(np.count_nonzero(edges > _STRONG)) / edges.size
    any_edge = float(np.count_nonzero(edges > 12)) / edges.size
    return Look(
        gray=gray,
        phash=phash(gray),
        sharpness=min(1.0, strong / any_edge) if any_edge else 0.0,
        density=min(1.0, strong * 8),  # a page full of text has strong edges on about an eighth of its pixels
    )


def phash(gray: Gray) -> int:
    """64-bit perceptual hash: signs of the low DCT coefficients against their median, the mean left out."""
    bits = _over_median(gray) > 0
    bits[0] = False  # the mean says how bright, not what
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def _over_median(gray: Gray) -> npt.NDArray[np.float32]:
    """How far each of the 64 low DCT coefficients of a small picture (orthonormal) is above their median."""
    small = cv2.resize(gray, (_HASH_SIDE, _HASH_SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = cv2.dct(small)[:8, :8].ravel()
    return np.asarray(low - np.median(low[1:]), dtype=np.float32)


def tells(picture: Path) -> bool:
    """Whether a picture in a file shows so much that its hash is no accident: a bit whose coefficient hardly differs from
    the median is decided by noise, and nearly blank pictures have few others. False where it cannot be read."""
    gray = cv2.imread(str(picture), cv2.IMREAD_GRAYSCALE)
    if gray is None:
        return False
    apart = np.abs(_over_median(np.asarray(gray, dtype=np.uint8))[1:])
    return int(np.count_nonzero(apart > _APART)) >= LEAST_BITS


def newness(before: Gray | None, now: Gray) -> float:
    """Share of 8x8 blocks in which a stroke changed, 0..1; 1.0 where there is nothing to compare with."""
    if before is None or before.shape != now.shape:
        return 1.0
    blocks = _blocks(cv2.absdiff(before, now) > _SEEN, now)
    return float(np.count_nonzero(blocks) / blocks.size)


def worth(look: Look, new: float, settled: float) -> float:
    """How good a picture is to be looked at, 0..1: new, settled, sharp, full of text. What is new counts by its root: a
    line of text is a hundredth of the screen."""
    return min(1.0, 0.3 * math.sqrt(new) + 0.3 * settled + 0.2 * look.sharpness + 0.2 * look.density)


def _blocks(mask: npt.ArrayLike, picture: Gray) -> Gray:
    """The share of each 8x8 block of a picture that is set, in 0..255."""
    height, width = picture.shape
    size = (max(1, width // _BLOCK), max(1, height // _BLOCK))
    return np.asarray(cv2.resize(np.asarray(mask, dtype=np.uint8) * 255, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
