"""What a line of text looks like, kept so that the same line is known again wherever it stands.

A print is the line's own pixels, cut at its ink and in 16 levels of grey. Two prints are the same line where no pixel
differs by a stroke and few of one place by a trace of one: noise of a codec is weak everywhere, but another letter, and be
it a comma for a full stop, differs strongly in one pixel at least (drawn at 9 to 16 px in three fonts, no pair of letters
does not).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from escribano_tui.domain.evidence import Box
from escribano_tui.pipeline.reading.pixels import Gray

Levels = npt.NDArray[np.int8]

_LEAST_CONTRAST = 24  # levels of 256 between ground and ink, below which nothing is legible
_INK = 0.15  # of the contrast: what counts as ink when a line is cut at its ink
_STROKE = 0.3  # of the contrast: a difference that noise does not make
_TRACE, _TRACES = 0.2, 4  # of the contrast: one that noise makes in so many pixels of a place, and no more
_ABOVE, _BELOW = 0.14, 0.16  # of a box's rows: ground, or what hangs down from or stands up in its neighbours
_BORDER = 0.85  # of a box's rows: no letter is as tall
_END = 0.4  # of the contrast: what may lie beside a line that ends there
_WINDOW = 8  # columns, about a letter
_SLACK = 1  # pixels by which the cut of the same line may differ


@dataclass(frozen=True, slots=True, eq=False)
class Print:
    """`levels` (height, width) in 0..15; `contrast` in the same levels; `x`, `y` where it was taken from the picture."""

    levels: Levels
    contrast: int
    x: int = 0
    y: int = 0

    @property
    def size(self) -> tuple[int, int]:
        return self.levels.shape[0], self.levels.shape[1]


def print_of(gray: Gray, box: Box) -> Print | None:
    """The print of what stands in a box; None where it holds no ink."""
    left, top = max(0, box.x), max(0, box.y)
    cut = gray[top : box.bottom, left : box.right]
    if not cut.size:
        return None
    apart = np.abs(cut.astype(np.int16) - _median(cut))
    contrast = int(apart.max())
    if contrast < _LEAST_CONTRAST:
        return None
    ink = apart > max(16, contrast * _INK)
    ink[:, _borders(ink)] = False
    if not ink.any():
        return None
    rows = _run_at_the_middle(np.asarray(ink.any(axis=1), dtype=np.bool_))
    columns = np.flatnonzero(ink[rows].any(axis=0))
    levels = levels_of(cut[rows, columns[0] : columns[-1] + 1])
    return Print(levels, max(1, contrast >> 4), left + int(columns[0]), top + rows.start)


def _borders(ink: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Columns at both ends that are ink from top to bottom: the border of a window that a box has caught."""
    full = ink.mean(axis=0) > _BORDER
    borders = np.zeros(len(full), np.bool_)
    inside = np.flatnonzero(~full)
    if len(inside):
        borders[: inside[0]] = borders[inside[-1] + 1 :] = True
    return borders


def levels_of(gray: Gray) -> Levels:
    """Sixteen levels of grey."""
    return np.asarray(np.minimum((gray.astype(np.int16) + 8) >> 4, 15), dtype=np.int8)


def stands(one: Print, gray: Gray) -> float:
    """How far what stands at a print's own place is from it, as `difference`; infinity also where more stands at its
    ends: then it is another line."""
    height, width = one.size
    rows = slice(one.y, one.y + height)
    there = gray[rows, one.x : one.x + width]
    if there.shape != (height, width):
        return float("inf")
    beside = (gray[rows, max(0, one.x - height) : one.x], gray[rows, one.x + width : one.x + width + height])
    if any(end.size and int(end.max()) - int(end.min()) > max(16, one.contrast * 16 * _END) for end in beside):
        return float("inf")
    return _apart(one.levels, levels_of(there), one.contrast)


def _run_at_the_middle(inked: npt.NDArray[np.bool_]) -> slice:
    """The rows of the line itself: a box also holds the feet of the line above and the heads of the one below."""
    height = len(inked)
    first_row, last_row = round(height * _ABOVE), max(1, round(height * (1 - _BELOW)))
    rows = np.flatnonzero(inked[first_row:last_row]) + first_row
    if not len(rows):
        rows = np.flatnonzero(inked)
    widest_gap = max(2, round(len(inked) * 0.12))  # the dot of an i, the bars of an equals sign
    first = last = int(np.argmin(np.abs(rows - len(inked) // 2)))
    while first > 0 and rows[first] - rows[first - 1] <= widest_gap:
        first -= 1
    while last + 1 < len(rows) and rows[last + 1] - rows[last] <= widest_gap:
        last += 1
    return slice(int(rows[first]), int(rows[last]) + 1)


def sizes_like(size: tuple[int, int]) -> list[tuple[int, int]]:
    """Sizes that a print of the same line may have, the likeliest first."""
    height, width = size
    near = [(dy, dx) for dy in range(-_SLACK, _SLACK + 1) for dx in range(-_SLACK, _SLACK + 1)]
    return [(height + dy, width + dx) for dy, dx in sorted(near, key=lambda d: abs(d[0]) + abs(d[1]))]


def difference(one: Print, other: Print) -> float:
    """How far apart two prints are, mean levels a pixel; infinity where any stroke differs."""
    (height, width), (other_height, other_width) = one.size, other.size
    if abs(height - other_height) > _SLACK or abs(width - other_width) > _SLACK:
        return float("inf")
    down, across = min(height, other_height), min(width, other_width)
    best = float("inf")
    for y in range(height - down + 1):
        for x in range(width - across + 1):
            for other_y in range(other_height - down + 1):
                for other_x in range(other_width - across + 1):
                    part = one.levels[y : y + down, x : x + across]
                    against = other.levels[other_y : other_y + down, other_x : other_x + across]
                    best = min(best, _apart(part, against, min(one.contrast, other.contrast)))
    return best


def unchanged(one: Print, before: Gray, now: Gray) -> bool:
    """Whether no stroke differs between two pictures where a print was taken from the first, nor at its ends."""
    height, width = one.size
    rows, columns = slice(one.y, one.y + height), slice(max(0, one.x - height), one.x + width + height)
    return _apart(levels_of(before[rows, columns]), levels_of(now[rows, columns]), one.contrast) < float("inf")


def _apart(one: Levels, other: Levels, contrast: int) -> float:
    apart = np.abs(one - other)
    if apart.size and int(apart.max()) > max(1, int(contrast * _STROKE)):
        return float("inf")
    traces = (apart > max(1, int(contrast * _TRACE))).sum(axis=0)
    if traces.any():
        reach = np.convolve(traces, np.ones(min(_WINDOW, len(traces)), np.int64), mode="valid")
        if reach.max() > _TRACES:
            return float("inf")
    return float(apart.mean())


def _median(gray: Gray) -> int:
    """By counting levels: several times as quick as by sorting pixels."""
    counts = np.bincount(gray.ravel(), minlength=256)
    return int(np.searchsorted(np.cumsum(counts), (gray.size + 1) // 2))
