"""Lines that stand again where they stood before: a window that comes back need not be searched for text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from escribano_tui.domain.evidence import Box
from escribano_tui.domain.layout import same_row
from escribano_tui.pipeline.reading.memory import Known
from escribano_tui.pipeline.reading.pixels import TILE, Gray, Mask, shared_width
from escribano_tui.pipeline.reading.prints import Print, levels_of, stands

_STROKES, _EVEN = 10, 4  # pixels of a line that are looked at first
_APART = 3  # levels by which such a pixel may differ

Probes = npt.NDArray[np.int32]  # (lines, pixels)


class Places:
    """All lines of a recording with the places where they were recognised."""

    def __init__(self) -> None:
        self._known: list[Known] = []
        self._rows: list[Probes] = []
        self._columns: list[Probes] = []
        self._levels: list[Probes] = []

    def add(self, known: Known) -> None:
        rows, columns, levels = _probes(known.print)
        self._known.append(known)
        self._rows.append(rows)
        self._columns.append(columns)
        self._levels.append(levels)

    def standing(self, gray: Gray, tiles: Mask) -> list[Known]:
        """Lines that stand on a picture where they once stood, in those tiles; none over another."""
        if not self._known:
            return []
        candidates = self._candidates(gray, tiles)
        sure = [(apart, k) for k in candidates if (apart := stands(self._known[k].print, gray)) < float("inf")]
        found: list[Known] = []
        # The longest first: a line may begin like a shorter one; of equals the nearest, then that known first.
        for _, k in sorted(sure, key=lambda pair: (-self._known[pair[1]].print.levels.size, *pair)):
            if not any(_over(self._known[k].box, other.box) for other in found):
                found.append(self._known[k])
        return found

    def _candidates(self, gray: Gray, tiles: Mask) -> list[int]:
        """Places in the list of lines whose probes all look as they did."""
        rows, columns, levels = np.stack(self._rows), np.stack(self._columns), np.stack(self._levels)
        height, width = gray.shape
        inside = (rows.max(axis=1) < height) & (columns.max(axis=1) < width)
        at = np.flatnonzero(inside)
        middle = rows.shape[1] // 2
        at = at[tiles[rows[at, middle] // TILE, columns[at, middle] // TILE] > 0]
        now = levels_of(gray[rows[at], columns[at]])
        alike = (np.abs(now - levels[at]) <= _APART).all(axis=1)
        return [int(k) for k in at[alike]]


def _probes(looks: Print) -> tuple[Probes, Probes, Probes]:
    """Rows, columns and levels of some pixels of a line: most of them on strokes."""
    flat = looks.levels.ravel().astype(np.int32)
    ground = int(np.median(flat))
    strokes = np.argsort(-np.abs(flat - ground), kind="stable")
    strokes = np.sort(strokes[: max(1, len(flat) // 8)])
    picked = np.concatenate([_evenly(strokes, _STROKES), _evenly(np.arange(len(flat)), _EVEN)])
    width = looks.levels.shape[1]
    rows, columns = picked // width + looks.y, picked % width + looks.x
    return rows.astype(np.int32), columns.astype(np.int32), flat[picked]


def _evenly(values: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    return values[((np.arange(count) + 0.5) * len(values) / count).astype(np.int64)]


def _over(one: Box, other: Box) -> bool:
    return same_row(one, other) and shared_width(one, other) > 0.3 * min(one.w, other.w)


def clear_of(boxes: Sequence[Box], standing: Sequence[Known]) -> list[Known]:
    """Those of `standing` that lie over none of the boxes."""
    return [known for known in standing if not any(_over(known.box, box) for box in boxes)]
