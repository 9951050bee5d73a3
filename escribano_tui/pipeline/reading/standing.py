"""Which lines stand still between two pictures, which moved, and where a picture has to be searched for text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from escribano_tui.domain.evidence import Box, ScreenLine
from escribano_tui.pipeline.reading.pixels import TILE, Gray, Mask, by_tile, changed, count, mark, regions, sums
from escribano_tui.pipeline.reading.prints import print_of, unchanged
from escribano_tui.pipeline.reading.scrolling import moved, scrolled_by

_TOUCHED = 3  # changed pixels in or beside a line: one or two are noise
_SCROLLED_SHARE = 0.5  # of a part's changed pixels that a shift must explain
_MARGIN = 6  # pixels around a line that is looked for again


@dataclass(frozen=True, slots=True, eq=False)
class Sorted:
    """Lines that `stay` (some of them moved), lines to `search` for, the tiles to search, and the share of the picture
    that changed."""

    stay: tuple[ScreenLine, ...]
    search: tuple[ScreenLine, ...]
    tiles: Mask
    share: float


def everything(gray: Gray) -> Sorted:
    """Nothing is known: the whole picture is searched."""
    tiles = np.ones((-(-gray.shape[0] // TILE), -(-gray.shape[1] // TILE)), np.uint8)
    return Sorted((), (), tiles, 1.0)


def sort_lines(lines: Sequence[ScreenLine], before: Gray, now: Gray) -> Sorted:
    """Sort the lines of one picture by what the next one, of the same shape, shows of them."""
    mask = changed(before, now)
    tiles = by_tile(mask)
    share = float(tiles.mean())
    table = sums(mask)
    touched = [line for line in lines if count(table, _beside(line.box)) >= _TOUCHED and not _as_it_was(line, before, now)]
    stay = [line for line in lines if line not in touched]
    for part in regions(tiles, now.shape[1], now.shape[0]):
        moves = _scroll(before, now, part, mask, lines)
        if moves:
            stay, touched = _with_moves(stay, touched, moves, mask)
    tiles = by_tile(mask)
    for line in touched:
        mark(tiles, _wider(line.box, _MARGIN))
    return Sorted(tuple(stay), tuple(touched), tiles, share)


def _as_it_was(line: ScreenLine, before: Gray, now: Gray) -> bool:
    """Whether no stroke of a line changed, whatever did around it: a cursor that blinks in the next row, a pointer."""
    looks = print_of(before, line.box)
    return looks is not None and unchanged(looks, before, now)


def _scroll(before: Gray, now: Gray, part: Box, mask: Mask, lines: Sequence[ScreenLine]) -> list[ScreenLine]:
    """Where a part scrolled: its lines in their new places. What the shift explains is taken out of the mask."""
    shift = scrolled_by(before, now, part)
    if not shift:
        return []
    across, down = slice(part.x, part.right), slice(part.y, part.bottom)
    rest = changed(moved(before, part, shift, now), np.ascontiguousarray(now[down, across]))
    if int(rest.sum()) > (1 - _SCROLLED_SHARE) * int(mask[down, across].sum()):
        return []
    came_in = slice(0, shift) if shift > 0 else slice(part.h + shift, part.h)
    rest[came_in] = 1
    mask[down, across] = rest
    table = sums(mask)
    moves = [replace(line, box=replace(line.box, y=line.box.y + shift)) for line in lines if _within(line.box, part)]
    return [line for line in moves if _within(line.box, part) and count(table, line.box) < _TOUCHED]


def _with_moves(
    stay: Sequence[ScreenLine], touched: Sequence[ScreenLine], moves: Sequence[ScreenLine], mask: Mask
) -> tuple[list[ScreenLine], list[ScreenLine]]:
    """Lines that stay and lines that were touched, once some have moved.

    A line may have moved although nothing changed where it stood: another one that says the same stands there now, or
    will be found there.
    """
    gone = {line.id for line in moves}
    for line in stay:
        if line.id in gone:
            mask[max(0, line.box.y) : line.box.bottom, max(0, line.box.x) : line.box.right] = 1
    rest = [line for line in stay if line.id not in gone and not any(_on(line.box, move.box) for move in moves)]
    return [*rest, *moves], [line for line in touched if line.id not in gone]


def _on(one: Box, other: Box) -> bool:
    return one.overlap(other) > 0.5 * min(one.area, other.area)


def _beside(box: Box) -> Box:
    """A line's box and as much ground at its ends as a word that is added to it would need to begin."""
    return Box(box.x - box.h, box.y, box.w + 2 * box.h, box.h)


def _wider(box: Box, by: int) -> Box:
    return Box(box.x - by, box.y - by, box.w + 2 * by, box.h + 2 * by)


def _within(box: Box, part: Box) -> bool:
    return part.x <= box.x and part.y <= box.y and box.right <= part.right and box.bottom <= part.bottom
