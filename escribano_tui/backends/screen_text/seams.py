"""Cuts lines where the edge of a window runs through them: the detector takes what stands on both sides for one line."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from escribano_tui.domain.evidence import Box

Gray = npt.NDArray[np.uint8]

_STEP = 8  # levels between neighbouring columns
_LONG = 64  # rows that an edge runs straight: no letter does, nor a bar within one line
_FILLED = 0.75  # of those
_WHOLE = 0.9  # of a box's rows that an edge fills
_ANOTHER = 16  # levels between the grounds of two windows; a margin line has one ground on both sides
_LEAST = 1.5  # of a box's height: what is left on either side; less is an icon, a fold mark, a scroll bar
_BESIDE = 3  # of a box's height: as far as the ground is looked at


def cut_at_seams(gray: Gray, boxes: Sequence[Box]) -> list[Box]:
    """The boxes, those in two where a long vertical edge runs through them between two grounds."""
    wide = [box for box in boxes if box.w >= 2 * _LEAST * box.h]
    if not wide:
        return list(boxes)
    edges = _long_edges(gray)
    return [piece for box in boxes for piece in (_cut(gray, edges, box) if box in wide else [box])]


def _long_edges(gray: Gray) -> Gray:
    """1 where a pixel lies on a straight vertical edge, else 0; letters that touch it may hide some of it."""
    steps = np.zeros_like(gray)
    steps[:, 1:] = (cv2.absdiff(gray[:, 1:], gray[:, :-1]) > _STEP) * np.uint8(255)
    filled = cv2.blur(steps, (1, _LONG), borderType=cv2.BORDER_REFLECT)
    return np.asarray(filled >= round(_FILLED * 255), dtype=np.uint8)


def _cut(gray: Gray, edges: Gray, box: Box) -> list[Box]:
    filled = np.flatnonzero(edges[box.y : box.bottom, box.x : box.right].mean(axis=0) >= _WHOLE) + box.x
    least = round(_LEAST * box.h)
    for first, last in _runs(filled):
        if first - box.x >= least and box.right - last > least and _two_grounds(gray, box, first, last):
            right = Box(last + 1, box.y, box.right - last - 1, box.h)
            return [Box(box.x, box.y, first - box.x, box.h), *_cut(gray, edges, right)]
    return [box]


def _two_grounds(gray: Gray, box: Box, first: int, last: int) -> bool:
    far = _BESIDE * box.h
    left = gray[box.y : box.bottom, max(box.x, first - far) : first - 1]
    right = gray[box.y : box.bottom, last + 2 : min(box.right, last + far)]
    return bool(left.size and right.size and abs(float(np.median(left)) - float(np.median(right))) > _ANOTHER)


def _runs(columns: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """(first, last) of columns that lie close together: both sides of a border."""
    if not len(columns):
        return []
    breaks = np.flatnonzero(np.diff(columns) > 4)
    return [(int(a), int(b)) for a, b in zip(columns[[0, *(breaks + 1)]], columns[[*breaks, -1]], strict=True)]
