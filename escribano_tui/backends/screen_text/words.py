"""Puts lines together again: the detector tears a line with wide blanks into words, and drops short ones at its end.

Words of one line stand a blank apart; cells, menus and buttons stand further apart, and borders stand between tabs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from escribano_tui.backends.screen_text.blank import lightness
from escribano_tui.domain.evidence import Box

if TYPE_CHECKING:
    from escribano_tui.ports import Image

Gray = npt.NDArray[np.uint8]

_BLANK = 0.7  # of a box's height: the widest blank within a line
_TALLER = 3  # pixels that ink may stand out of the line's rows: a slash, a bracket
_LEAST_CONTRAST = 24
_SAME_GROUND = 6  # levels: the border of a dark window on a dark one is hardly more
_BORDER = 0.9  # of the rows of a column that are not ground: the border of a window
_INK = 0.3  # of the contrast


@dataclass(frozen=True, slots=True)
class _Line:
    """A box with the rows and columns of its ink, and what is ink in it: so far from the ground."""

    box: Box
    top: int
    bottom: int
    left: int
    right: int
    ground: int
    far: float


def whole_lines(image: Image, boxes: Sequence[Box]) -> list[Box]:
    """The boxes with words of one line joined, and grown over short words at its end."""
    gray = lightness(image)
    lines = [_line(gray, box) for box in boxes]
    inked = sorted((line for line in lines if line is not None), key=lambda line: line.box.x)
    joined: list[_Line] = []
    for line in inked:
        before = next((k for k, other in enumerate(joined) if _goes_on(gray, other, line)), None)
        if before is None:
            joined.append(line)
        else:
            joined[before] = _both(joined[before], line)
    grown = [_grown(gray, line, joined) for line in joined]
    return [*grown, *(box for box, line in zip(boxes, lines, strict=True) if line is None)]


def _line(gray: Gray, box: Box) -> _Line | None:
    """None where a box holds no ink, or runs upwards."""
    cut = gray[box.y : box.bottom, box.x : box.right].astype(np.int16)
    if box.h > 1.5 * box.w or not cut.size:
        return None
    ground = int(np.median(cut))
    apart = np.abs(cut - ground)
    far = max(16.0, float(apart.max()) * _INK)
    if apart.max() < _LEAST_CONTRAST:
        return None
    ink = apart > far
    middle = ink[box.h // 5 : box.h - box.h // 5]
    rows = np.flatnonzero(middle.any(axis=1)) + box.h // 5
    columns = np.flatnonzero(middle.any(axis=0))
    if not len(rows):
        return None
    top, bottom = box.y + int(rows[0]), box.y + int(rows[-1]) + 1
    return _Line(box, top, bottom, box.x + int(columns[0]), box.x + int(columns[-1]) + 1, ground, far)


def _goes_on(gray: Gray, one: _Line, other: _Line) -> bool:
    """Whether `other` stands a blank behind `one`, in its rows, on the same ground, with nothing between."""
    size = max(one.box.h, other.box.h)
    gap = other.left - one.right
    if not -size / 2 <= gap <= _BLANK * size or abs(one.ground - other.ground) > _SAME_GROUND:
        return False
    if not (_within(other, one) or _within(one, other)):
        return False
    rows = max(one.bottom, other.bottom) - min(one.top, other.top)
    if rows > max(one.bottom - one.top, other.bottom - other.top) + _TALLER:
        return False  # two rows, each a little in the other
    between = gray[one.top : one.bottom, one.right : other.left].astype(np.int16)
    if not between.size:
        return True
    apart = np.abs(between - one.ground)
    return not bool((apart > one.far).any()) and not bool((apart > _SAME_GROUND).mean(axis=0).max() > _BORDER)


def _within(one: _Line, other: _Line) -> bool:
    """Whether the ink of `one` lies in the rows of `other`."""
    return one.top >= other.top - _TALLER and one.bottom <= other.bottom + _TALLER


def _both(one: _Line, other: _Line) -> _Line:
    left, top = min(one.box.x, other.box.x), min(one.box.y, other.box.y)
    right, bottom = max(one.box.right, other.box.right), max(one.box.bottom, other.box.bottom)
    return _Line(
        Box(left, top, right - left, bottom - top), min(one.top, other.top), max(one.bottom, other.bottom),
        min(one.left, other.left), max(one.right, other.right), one.ground, max(one.far, other.far),
    )  # fmt: skip


def _grown(gray: Gray, line: _Line, lines: Sequence[_Line]) -> Box:
    """The box, longer by what stands a blank behind it and in no other box."""
    box, size = line.box, line.box.h
    others = [o.box.x for o in lines if o.box.x >= line.right - size // 2 and o is not line and _meet(o.box, box)]
    reach = min([*others, line.right + 12 * size, gray.shape[1]])
    top, bottom = max(0, line.top - 2 * _TALLER), min(gray.shape[0], line.bottom + 2 * _TALLER)
    beyond = np.abs(gray[top:bottom, line.right : reach].astype(np.int16) - line.ground) > line.far
    above, below = beyond[: max(0, line.top - _TALLER - top)], beyond[line.bottom + _TALLER - top :]
    tall = np.asarray(above.any(axis=0) | below.any(axis=0), dtype=np.bool_)
    end = 0
    for first, last in _runs(np.flatnonzero(beyond.any(axis=0)), max(2, size // 8)):
        if first - end > _BLANK * size or tall[first : last + 1].any():
            break
        end = last + 1
    if not end:
        return box
    return Box(box.x, box.y, max(box.right, min(reach, line.right + end + size // 4)) - box.x, box.h)


def _meet(one: Box, other: Box) -> bool:
    return min(one.bottom, other.bottom) - max(one.y, other.y) > 0.3 * min(one.h, other.h)


def _runs(columns: npt.NDArray[np.int64], gap: int) -> list[tuple[int, int]]:
    """(first, last) of runs of columns that lie at most `gap` apart."""
    if not len(columns):
        return []
    breaks = np.flatnonzero(np.diff(columns) > gap)
    firsts, lasts = [columns[0], *columns[breaks + 1]], [*columns[breaks], columns[-1]]
    return [(int(first), int(last)) for first, last in zip(firsts, lasts, strict=True)]
