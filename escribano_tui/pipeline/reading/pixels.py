"""What changed between two pictures, and where. Pure functions on grey pictures of shape (height, width)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from escribano_tui.domain.evidence import Box

if TYPE_CHECKING:
    from escribano_tui.ports import Image

cv2.setNumThreads(1)  # the lanes share a small machine

Gray = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.uint8]  # 0 or 1
Sums = npt.NDArray[np.int32]  # integral image of a mask, one row and column larger

TILE = 16
_STEADY = 80  # pixels: a multiple of the tiles and of every step of a detector that looks at four fifths
# Levels of grey between softened pictures: codec noise stays below it (measured: under 8 at H.264 CRF 28, and at JPEG
# 95), a stroke of pale text does not.
CHANGED = 12


def grayed(image: Image) -> Gray:
    """Lightness (as in HSL: the mean of the largest and the smallest channel) of a picture of shape (height, width, 3).

    The usual luma counts red and blue little: dark red letters on black, which terminals write, would be all but gone.
    """
    blue, green, red = cv2.split(image)
    largest, smallest = cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red)
    return np.asarray(cv2.addWeighted(largest, 0.5, smallest, 0.5, 0.0), dtype=np.uint8)


def changed(before: Gray, now: Gray) -> Mask:
    """1 for each pixel that is not what it was. Both pictures have the same shape."""
    apart = cv2.absdiff(cv2.blur(before, (3, 3)), cv2.blur(now, (3, 3)))
    return np.asarray(apart > CHANGED, dtype=np.uint8)


def sums(mask: Mask) -> Sums:
    """To count the pixels of any box of a mask at once."""
    return np.asarray(cv2.integral(mask, sdepth=cv2.CV_32S), dtype=np.int32)


def count(table: Sums, box: Box) -> int:
    """Set pixels inside a box, which may stick out of the picture."""
    height, width = table.shape[0] - 1, table.shape[1] - 1
    left, right = min(max(box.x, 0), width), min(max(box.right, 0), width)
    top, bottom = min(max(box.y, 0), height), min(max(box.bottom, 0), height)
    return int(table[bottom, right] - table[top, right] - table[bottom, left] + table[top, left])


def by_tile(mask: Mask) -> Mask:
    """1 for each tile of 16 px in which at least two pixels are set: one alone is noise."""
    height, width = mask.shape
    rows, columns = -(-height // TILE), -(-width // TILE)
    padded = np.zeros((rows * TILE, columns * TILE), np.uint8)
    padded[:height, :width] = mask
    counts = padded.reshape(rows, TILE, columns, TILE).sum(axis=(1, 3), dtype=np.int32)
    return np.asarray(counts >= 2, dtype=np.uint8)


def regions(tiles: Mask, width: int, height: int, margin: int = 1) -> list[Box]:
    """Rectangles in pixels around the connected parts of a mask of tiles, `margin` tiles wider, none within another."""
    if not tiles.any():
        return []
    wider = cv2.dilate(tiles, np.ones((2 * margin + 1, 2 * margin + 1), np.uint8))
    found = cv2.connectedComponentsWithStats(wider, connectivity=8)[2]
    boxes = [_in_pixels(part, width, height) for part in found[1:].tolist()]
    return joined(boxes)


def _in_pixels(part: Sequence[int], width: int, height: int) -> Box:
    left, top, across, down = (value * TILE for value in part[:4])
    return Box(left, top, min(width, left + across) - left, min(height, top + down) - top)


def joined(boxes: Iterable[Box]) -> list[Box]:
    """Boxes with those that overlap made one, until none do."""
    apart: list[Box] = []
    for box in boxes:
        while meets := [other for other in apart if other.overlap(box)]:
            for other in meets:
                apart.remove(other)
                box = around(box, other)
        apart.append(box)
    return sorted(apart, key=lambda b: (b.y, b.x))


def steady(boxes: Iterable[Box], width: int, height: int) -> list[Box]:
    """Boxes that begin and end at steps of 80 px, joined where they overlap then: what is searched for text in one picture
    lies in the detector's grid as it does in any other, so that the same line is found in the same box."""
    wider: list[Box] = []
    for box in boxes:
        left, top = box.x // _STEADY * _STEADY, box.y // _STEADY * _STEADY
        right, bottom = -(-box.right // _STEADY) * _STEADY, -(-box.bottom // _STEADY) * _STEADY
        wider.append(Box(left, top, min(width, right) - left, min(height, bottom) - top))
    return joined(wider)


def around(one: Box, other: Box) -> Box:
    """The smallest box that holds both."""
    left, top = min(one.x, other.x), min(one.y, other.y)
    return Box(left, top, max(one.right, other.right) - left, max(one.bottom, other.bottom) - top)


def mark(tiles: Mask, box: Box) -> None:
    """Set the tiles that a box touches."""
    rows, columns = tiles.shape
    top, bottom = max(0, box.y // TILE), min(rows, -(-box.bottom // TILE))
    left, right = max(0, box.x // TILE), min(columns, -(-box.right // TILE))
    tiles[top:bottom, left:right] = 1


def crop(picture: Image, box: Box) -> Image:
    """A copy of the pixels of a box."""
    return np.ascontiguousarray(picture[max(0, box.y) : box.bottom, max(0, box.x) : box.right])


def shared_width(one: Box, other: Box) -> int:
    """Columns that both boxes cover."""
    return max(0, min(one.right, other.right) - max(one.x, other.x))
