"""How long a picture will take to be read, told before it is read: by how much of it has to be searched, and by how much text
in it was not shown before.

Strokes (strong edges between neighbours) are counted for each row in bands of 32 columns. Rows with strokes between rows
without are a line of text in that band; where they go on for too many rows it is a drawing or a photo. A line of text is known
where the strokes are what they were at that place in one of the last pictures, or at any height in one of the last few: it
scrolled, or its window was moved.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from escribano_tui.pipeline.reading.pixels import by_tile, regions, steady

if TYPE_CHECKING:
    from escribano_tui.pipeline.looks import Gray

# Seconds on two slow cores that do nothing else: for any picture, for a million pixels that are searched, for 10,000 columns
# (lines scaled to 48 rows) of text that is new, which grows more slowly than that (drawings and photos hold strokes too), and
# for as much that was shown before. Fitted to 562 pictures of 14 recordings; of one left out it foretells the sum within 15 %.
PICTURE_S, SEARCHED_S, NEW_S, KNOWN_S = 0.04, 0.06, 0.26, 0.019
GROWS = 0.7
_STROKE = 60  # levels of grey between neighbours: the edge of a letter
_CHANGED = 24  # levels of grey: compression noise stays below, a thin antialiased stroke does not
_BAND = 32  # columns
_BIN = 4  # rows
_MOST_HISTORY, _MOST_LINES = 48, 3  # pictures that are compared at the same place, and at any height
_STROKES = 8  # of 255: with fewer in a band of a row there is no text
_LEAST_ROWS, _MOST_ROWS = 6, 44  # of strokes in a line of text
_AROUND = 8  # rows: as much higher than its strokes a line is cut out
_NEW_SHARE = 0.3  # of a line's rows must have changed
_SAME_PLACE, _SAME_LINE = 8, 7  # of 255: strokes of the same text differ by less
_SAMPLES = 10  # rows of a line by which it is told from others
_NETWORK_ROWS = 48

Strokes = npt.NDArray[np.uint8]  # (rows, bands): share of pixels that are an edge of a letter, 0..255
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """Lines of text by band: first and last row, the band, and strokes at some rows of each."""

    first: npt.NDArray[np.int64]
    after: npt.NDArray[np.int64]
    band: npt.NDArray[np.int64]
    looks: npt.NDArray[np.int16]  # (lines, _SAMPLES)

    def where(self, chosen: Flags) -> _Lines:
        return _Lines(self.first[chosen], self.after[chosen], self.band[chosen], self.looks[chosen])

    @property
    def columns(self) -> float:
        """That the network would be given, about."""
        return float((_NETWORK_ROWS * _BAND / (self.rows + _AROUND)).sum())

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        return self.after - self.first


class Effort:
    """Pictures are given in the order in which they will be read."""

    def __init__(self) -> None:
        self._before: Gray | None = None
        self._places: deque[npt.NDArray[np.int16]] = deque(maxlen=_MOST_HISTORY)
        self._lines: deque[_Lines] = deque(maxlen=_MOST_LINES)

    def see(self, gray: Gray) -> float:
        """Seconds that reading this picture, of shape (height, width), will take on two slow cores by themselves."""
        if self._before is not None and self._before.shape != gray.shape:
            self._before = None
            self._places.clear()
            self._lines.clear()
        changed = self._changed(gray)
        strokes = strokes_of(gray)
        lines = lines_of(strokes)
        moved = _by_row(changed, strokes)
        touched = lines.where(_share(lines, moved) > _NEW_SHARE)
        new = self._new(touched, moved & ~self._stood(strokes))
        searched = self._searched(gray, changed)
        self._before = gray
        self._lines.append(lines)
        known_s, new_s = KNOWN_S * touched.columns / 1e4, NEW_S * math.pow(new.columns / 1e4, GROWS)
        return round(PICTURE_S + SEARCHED_S * searched / 1e6 + known_s + new_s, 3)

    def _changed(self, gray: Gray) -> npt.NDArray[np.uint8] | None:
        """1 for each pixel that is not what it was before; None where there is nothing to compare with."""
        if self._before is None:
            return None
        return np.asarray(cv2.absdiff(self._before, gray) > _CHANGED, dtype=np.uint8)

    def _searched(self, gray: Gray, changed: npt.NDArray[np.uint8] | None) -> int:
        """Pixels in which text will be looked for."""
        if changed is None:
            return int(gray.size)
        height, width = gray.shape
        return sum(part.area for part in steady(regions(by_tile(changed), width, height), width, height))

    def _stood(self, strokes: Strokes) -> Flags:
        """(rows, bands): where the strokes are what they were in one of the last pictures."""
        height, bands = strokes.shape
        small = cv2.resize(strokes, (bands, max(1, height // _BIN)), interpolation=cv2.INTER_AREA).astype(np.int16)
        known = np.zeros(small.shape, bool)
        for place in self._places:
            known |= np.abs(place - small) <= _SAME_PLACE
        self._places.append(small)
        return np.asarray(known[np.minimum(np.arange(height) // _BIN, len(small) - 1)])

    def _new(self, lines: _Lines, unseen: Flags) -> _Lines:
        """The lines of text that are to be recognised."""
        new = lines.where(_share(lines, unseen) > _NEW_SHARE)
        for earlier in self._lines:
            new = new.where(~_found(new, earlier))
        return new


def _by_row(changed: npt.NDArray[np.uint8] | None, strokes: Strokes) -> Flags:
    """(rows, bands): where anything changed; everywhere where there is nothing to compare with."""
    if changed is None:
        return np.ones(strokes.shape, bool)
    return np.asarray(_banded(changed * np.uint8(255)) > 0)


def _share(lines: _Lines, flags: Flags) -> npt.NDArray[np.float64]:
    """Of the rows of each line, those that are flagged."""
    upto = np.concatenate([np.zeros((1, flags.shape[1]), np.int32), np.cumsum(flags, axis=0, dtype=np.int32)])
    flagged = upto[lines.after, lines.band] - upto[lines.first, lines.band]
    return np.asarray(flagged / np.maximum(lines.rows, 1), dtype=np.float64)


def strokes_of(gray: Gray) -> Strokes:
    """Share of each row of each band that is strokes."""
    marks = np.zeros(gray.shape, np.uint8)
    marks[:, 1:] = (cv2.absdiff(gray[:, 1:], gray[:, :-1]) > _STROKE) * np.uint8(255)
    return _banded(marks)


def _banded(marks: npt.NDArray[np.uint8]) -> Strokes:
    """The mean over each row of each band. A last band that is not whole is left out: whole ones are six times as fast."""
    height, width = marks.shape
    bands = max(1, width // _BAND)
    whole = marks[:, : bands * _BAND]
    return np.asarray(cv2.resize(whole, (bands, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def lines_of(strokes: Strokes) -> _Lines:
    """Stretches of rows with strokes that are as high as a line of text may be."""
    blank = np.zeros((1, strokes.shape[1]), np.int8)
    steps = np.diff(np.concatenate([blank, (strokes > _STROKES).astype(np.int8), blank]), axis=0).T
    band, first = np.nonzero(steps == 1)
    after = np.nonzero(steps == -1)[1]
    high = after - first
    text = (high >= _LEAST_ROWS) & (high <= _MOST_ROWS)
    first, after, band, high = first[text], after[text], band[text], high[text]
    at = (first[:, None] + high[:, None] * (np.arange(_SAMPLES) + 0.5) / _SAMPLES).astype(np.int64)
    return _Lines(first, after, band, strokes[at, band[:, None]].astype(np.int16))


def _found(lines: _Lines, earlier: _Lines) -> Flags:
    """Which lines stood in an earlier picture, at any height in their band."""
    found = np.zeros(len(lines.band), bool)
    for band in np.unique(lines.band):
        mine, theirs = np.flatnonzero(lines.band == band), np.flatnonzero(earlier.band == band)
        if len(theirs):
            apart = np.abs(lines.looks[mine][:, None] - earlier.looks[theirs][None]).mean(axis=2)
            as_high = np.abs(lines.rows[mine][:, None] - earlier.rows[theirs][None]) <= 1
            found[mine] = ((apart <= _SAME_LINE) & as_high).any(axis=1)
    return found
