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
from escribano_tui.backends.screen_text.seams import cut_at_seams
from escribano_tui.domain.evidence import Box

if TYPE_CHECKING:
    from escribano_tui.ports import Image

Gray = npt.NDArray[np.uint8]

_BLANK = 0.7  # of a box's height: the widest blank within a line
_SIGN = 0.6  # of a box's height: a figure or a sign that may stand before a line; an icon is wider
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
    """The boxes with words of one line joined, and grown over short words at its end; cut at the edges of windows."""
    gray = lightness(image)
    boxes = cut_at_seams(gray, boxes)
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
    """The box, longer by what stands a blank behind it and in no other box, and by a figure or a sign before it."""
    box, size = line.box, line.box.h
    beside = [o.box for o in lines if o is not line and _meet(o.box, box)]
    last = min([gray.shape[1], line.right + 12 * size, *(o.x for o in beside if o.x >= line.right - size // 2)])
    first = max([0, line.left - 2 * size, *(o.right for o in beside if o.right <= line.left + size // 2)])
    behind, before = _behind(gray, line, last), _before(gray, line, first)
    right = max(box.right, min(last, line.right + behind + size // 4)) if behind else box.right
    left = min(box.x, max(first, line.left - before - size // 8)) if before else box.x
    return Box(left, box.y, right - left, box.h)


def _behind(gray: Gray, line: _Line, last: int) -> int:
    """How many columns the words take that stand behind a line, each a blank from the one before, none taller than it."""
    size = line.box.h
    top, bottom = max(0, line.top - 2 * _TALLER), min(gray.shape[0], line.bottom + 2 * _TALLER)
    beyond = _ink(gray, line, slice(top, bottom), slice(line.right, last))
    above, below = beyond[: max(0, line.top - _TALLER - top)], beyond[line.bottom + _TALLER - top :]
    tall = np.asarray(above.any(axis=0) | below.any(axis=0), dtype=np.bool_)
    end = 0
    for begins, ends in _runs(np.flatnonzero(beyond.any(axis=0)), max(2, size // 8)):
        if begins - end > _BLANK * size or tall[begins : ends + 1].any():
            break
        end = ends + 1
    return end


def _before(gray: Gray, line: _Line, first: int) -> int:
    """How many columns before a line a figure or a sign begins that stands a blank from it; 0 where there is none.

    A line may begin right behind the border of its window, and rows of a small font all but touch: only its own rows count.
    """
    size = line.box.h
    rows = _ink(gray, line, slice(max(0, line.top - _TALLER), line.bottom + _TALLER), slice(first, line.left))
    borders = np.flatnonzero(rows.mean(axis=0) > _BORDER) if rows.size else np.zeros(0, np.int64)
    start = int(borders[-1]) + 1 if len(borders) else 0
    own = rows[min(_TALLER, line.top) : -_TALLER, start:]
    runs = _runs(np.flatnonzero(own.any(axis=0)), max(2, size // 8))
    if not runs:
        return 0
    begins, ends = runs[-1]
    columns = own.shape[1]
    near, narrow = columns - 1 - ends <= _BLANK * size, ends + 1 - begins <= _SIGN * size
    return columns - begins if near and narrow else 0


def _ink(gray: Gray, line: _Line, rows: slice, columns: slice) -> npt.NDArray[np.bool_]:
    part = gray[rows, columns.start : max(columns.start, columns.stop)].astype(np.int16)
    return np.asarray(np.abs(part - line.ground) > line.far, dtype=np.bool_)


def _meet(one: Box, other: Box) -> bool:
    return min(one.bottom, other.bottom) - max(one.y, other.y) > 0.3 * min(one.h, other.h)


def _runs(columns: npt.NDArray[np.int64], gap: int) -> list[tuple[int, int]]:
    """(first, last) of runs of columns that lie at most `gap` apart."""
    if not len(columns):
        return []
    breaks = np.flatnonzero(np.diff(columns) > gap)
    firsts, lasts = [columns[0], *columns[breaks + 1]], [*columns[breaks], columns[-1]]
    return [(int(first), int(last)) for first, last in zip(firsts, lasts, strict=True)]
