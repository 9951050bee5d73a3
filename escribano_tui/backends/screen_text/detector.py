"""Finds lines of text: the DB detector of PP-OCR, never enlarged, on what is not blank.

Differentiable Binarization: Liao et al., 2020. RapidOCR's own pipeline scales crops up to 736 pixels, normalises in
double precision and fits rotated boxes; none of it serves a screen, where text is upright and small.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import numpy.typing as npt

from escribano_tui.backends.screen_text.blank import inked_parts
from escribano_tui.backends.screen_text.words import whole_lines
from escribano_tui.domain.evidence import Box
from escribano_tui.domain.layout import reading_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from escribano_tui.backends.screen_text.spread import Spread
    from escribano_tui.ports import Image

_STRIDE = 32  # the network wants sides that are multiples of it
_PROBABLE = 0.3  # of a pixel to be text
_SURE = 0.35  # mean over a box: prompts in colour and single words score below the usual 0.5
_UNCLIP = 1.95  # how far a box grows beyond the shrunken kernel that the network draws, by area / perimeter
_UNCLIP_ALONG = 0.4  # of that growth at both ends of a line: less ground to recognise
_LEAST = 5  # pixels; smaller boxes hold no letter


class Detector:
    """Boxes of text lines in an image of shape (height, width, 3); `spread` looks at several parts of it at once."""

    def __init__(self, session: Any, spread: Spread = map) -> None:
        self._session = session
        self._spread = spread
        self._input = session.get_inputs()[0].name

    def __call__(self, image: Image, scale: float = 1.0) -> list[Box]:
        """In reading order: by rows, from left to right. `scale` (at most 1) is that at which text is looked for."""
        parts = inked_parts(image)
        crops = [np.ascontiguousarray(image[part.y : part.bottom, part.x : part.right]) for part in parts]
        inside = self._spread(lambda crop: self._within(crop, scale), crops)
        found = [Box(part.x + b.x, part.y + b.y, b.w, b.h) for part, boxes in zip(parts, inside, strict=True) for b in boxes]
        return reading_order(whole_lines(image, _without_doubles(found)), lambda box: box)

    def _within(self, crop: Image, scale: float) -> list[Box]:
        if scale == 1.0:
            return boxes_of(self._probabilities(crop), crop.shape[1], crop.shape[0])
        height, width = round(crop.shape[0] * scale), round(crop.shape[1] * scale)
        smaller = np.asarray(cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
        found = boxes_of(self._probabilities(smaller), width, height)
        return [_enlarged(box, scale) for box in found]

    def _probabilities(self, crop: Image) -> npt.NDArray[np.float32]:
        height, width = crop.shape[:2]
        below, beside = -height % _STRIDE, -width % _STRIDE
        whole = cv2.copyMakeBorder(crop, 0, below, 0, beside, cv2.BORDER_REPLICATE)
        pixels = cv2.dnn.blobFromImage(whole, 1 / 127.5, mean=(127.5, 127.5, 127.5))
        return np.asarray(self._session.run(None, {self._input: pixels})[0][0, 0], dtype=np.float32)


def _enlarged(box: Box, scale: float) -> Box:
    left, top = math.floor(box.x / scale), math.floor(box.y / scale)
    return Box(left, top, math.ceil(box.right / scale) - left, math.ceil(box.bottom / scale) - top)


def boxes_of(probable: npt.NDArray[np.float32], width: int, height: int) -> list[Box]:
    """Boxes from the network's map of probabilities, clipped to width x height.

    Kernels are not dilated, as RapidOCR does: rows of a small font would touch; words are joined later.
    """
    mask = np.asarray(probable > _PROBABLE, dtype=np.uint8)
    outlines = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    boxes = (_grown(cv2.boundingRect(outline), probable, width, height) for outline in outlines)
    return [box for box in boxes if box is not None]


def _grown(kernel: Sequence[int], probable: npt.NDArray[np.float32], width: int, height: int) -> Box | None:
    x, y, w, h = kernel
    if min(w, h) < 3 or float(probable[y : y + h, x : x + w].mean()) < _SURE:
        return None
    by = w * h * _UNCLIP / (2 * (w + h))
    along = by * _UNCLIP_ALONG
    beside, above = (along, by) if w >= h else (by, along)
    left, right = max(0, round(x - beside)), min(width, round(x + w + beside))
    top, bottom = max(0, round(y - above)), min(height, round(y + h + above))
    return Box(left, top, right - left, bottom - top) if min(right - left, bottom - top) >= _LEAST else None


def _without_doubles(boxes: Sequence[Box]) -> list[Box]:
    """Margins of parts overlap: of two boxes on the same text the larger stays."""
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda b: -b.area):
        if all(box.overlap(other) < 0.6 * box.area for other in kept):
            kept.append(box)
    return kept
