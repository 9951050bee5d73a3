"""Leaves out what is blank: text detection costs by the pixel, and most of a screen is empty ground.

A screen is drawn, not photographed: ground is flat and frames are straight lines. A tile can hold text only where
brightness steps both along x and along y nearby; a border steps along one of them only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from escribano_tui.domain.evidence import Box

if TYPE_CHECKING:
    from escribano_tui.ports import Image

Mask = npt.NDArray[np.bool_]

TILE = 16
_STEP = 24  # levels between neighbouring pixels: above compression noise, below the palest legible text
_GAP = 2  # blank tiles between two parts
_WORTH = 12  # tiles that a cut must save: each part costs some milliseconds of its own
# Parts begin at such pixels, so that the detector's samples (at four fifths) and its strides of 32 fall on the same ones
# whatever else is searched: the same line is found in the same box.
_STEADY = 40
_EVEN = 5
_PAD = TILE  # pixels of ground around a part: the detector needs to see where text ends


def inked_parts(image: Image) -> list[Box]:
    """Rectangles of an image of shape (height, width, 3) that hold all that can be text, by recursive X-Y cut.

    They do not overlap but for their margins. (Nagy and Seth, "Hierarchical representation of optically scanned
    documents", 1984.)
    """
    height, width = image.shape[:2]
    parts = _cut(_inked_tiles(image), 0, 0)
    return [_padded(part, width, height) for part in parts]


def lightness(image: Image) -> npt.NDArray[np.uint8]:
    """The mean of the largest and the smallest channel (as in HSL): dark red on black is seen, which luma all but loses."""
    blue, green, red = cv2.split(image)
    largest, smallest = cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red)
    return np.asarray(cv2.addWeighted(largest, 0.5, smallest, 0.5, 0.0), dtype=np.uint8)


def _inked_tiles(image: Image) -> Mask:
    gray = lightness(image)
    along_x, along_y = np.zeros_like(gray), np.zeros_like(gray)
    along_x[:, 1:] = cv2.absdiff(gray[:, 1:], gray[:, :-1])
    along_y[1:] = cv2.absdiff(gray[1:], gray[:-1])
    steps_x, steps_y = _by_tile(along_x), _by_tile(along_y)
    around = np.ones((3, 3), np.uint8)
    both = cv2.dilate(steps_x, around) & cv2.dilate(steps_y, around)
    return np.asarray((steps_x | steps_y) & both, dtype=np.bool_)


def _by_tile(steps: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """1 for each tile in which a step is large enough."""
    height, width = steps.shape
    rows, columns = -(-height // TILE), -(-width // TILE)
    padded = np.zeros((rows * TILE, columns * TILE), np.uint8)
    padded[:height, :width] = steps
    largest = padded.reshape(rows, TILE, columns, TILE).max(axis=(1, 3))
    return np.asarray(largest > _STEP, dtype=np.uint8)


def _cut(mask: Mask, left: int, top: int) -> list[Box]:
    """Rectangles in tiles; `left` and `top` are where the mask lies."""
    rows, columns = np.flatnonzero(_any(mask, 1)), np.flatnonzero(_any(mask, 0))
    if not len(rows):
        return []
    mask = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    left, top = left + int(columns[0]), top + int(rows[0])
    height, width = mask.shape
    down, across = _widest_gap(_any(mask, 1)), _widest_gap(_any(mask, 0))
    if max(down[1] * width, across[1] * height) < _WORTH:
        return [Box(left, top, width, height)]
    if down[1] * width >= across[1] * height:
        at, length = down
        return _cut(mask[:at], left, top) + _cut(mask[at + length :], left, top + at + length)
    at, length = across
    return _cut(mask[:, :at], left, top) + _cut(mask[:, at + length :], left + at + length, top)


def _any(mask: Mask, axis: int) -> Mask:
    return np.asarray(mask.any(axis=axis), dtype=np.bool_)


def _widest_gap(profile: Mask) -> tuple[int, int]:
    """(first, length) of the widest blank run of a profile that begins and ends with ink; (0, 0) where there is none."""
    inked = np.flatnonzero(profile)
    lengths = np.diff(inked) - 1
    if not len(lengths) or lengths.max() < _GAP:
        return 0, 0
    widest = int(np.argmax(lengths))
    return int(inked[widest]) + 1, int(lengths[widest])


def _padded(part: Box, width: int, height: int) -> Box:
    left, top = max(0, part.x * TILE - _PAD) // _STEADY * _STEADY, max(0, part.y * TILE - _PAD) // _STEADY * _STEADY
    right, bottom = _up(part.right * TILE + _PAD, width), _up(part.bottom * TILE + _PAD, height)
    return Box(left, top, right - left, bottom - top)


def _up(at: int, most: int) -> int:
    return min(most, -(-at // _EVEN) * _EVEN)
