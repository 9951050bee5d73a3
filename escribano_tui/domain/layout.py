"""How boxes lie on a screen: rows, and the order in which they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from escribano_tui.domain.evidence import Box

T = TypeVar("T")
Place = tuple[int, int]  # row, and place in it

_LONG = 8  # heights: a shorter line ends because its text does, not because there is no more room
_APART = 3  # heights between columns of text


def same_row(one: Box, other: Box) -> bool:
    """Whether two boxes stand on the same line of text: their middles lie within a third of a height."""
    return abs((2 * one.y + one.h) - (2 * other.y + other.h)) < 0.7 * min(one.h, other.h)


def reading_order(items: Iterable[T], box: Callable[[T], Box]) -> list[T]:
    """Rows from top to bottom, each from left to right; a line that was wrapped stands behind the one that it goes on."""
    rows: list[list[T]] = []
    for item in sorted(items, key=lambda i: (2 * box(i).y + box(i).h, box(i).x, box(i).w, box(i).h)):
        if rows and same_row(box(rows[-1][-1]), box(item)):
            rows[-1].append(item)
        else:
            rows.append([item])
    rows = [sorted(row, key=lambda i: (box(i).x, box(i).y)) for row in rows]
    goes_on = _wrapped([[box(item) for item in row] for row in rows])
    ordered: list[T] = []
    for r, row in enumerate(rows):
        for k in range(len(row)):
            place: Place | None = (r, k)
            if place in goes_on.values():
                continue
            while place is not None:
                ordered.append(rows[place[0]][place[1]])
                place = goes_on.get(place)
    return ordered


def _wrapped(rows: list[list[Box]]) -> dict[Place, Place]:
    """Which line goes on in which one below it: text of a column beside others would be torn apart by rows."""
    found: dict[Place, Place] = {}
    for r in range(len(rows) - 1):
        for k, upper in enumerate(rows[r]):
            for below in (r + 1, r + 2):
                lower = (
                    next((j for j in range(len(rows[below])) if _goes_on(upper, rows[below], j)), None)
                    if below < len(rows)
                    else None
                )
                if lower is not None and _begins(rows[r], k):
                    found[r, k] = (below, lower)
                    break
    return found


def _goes_on(upper: Box, row: list[Box], k: int) -> bool:
    """Whether a line of a row is the rest of the line above it: aligned, close, of one size, and not longer."""
    lower = row[k]
    size = min(upper.h, lower.h)
    return (
        upper.w >= _LONG * size
        and abs(lower.x - upper.x) <= size / 2
        and 0 < (2 * lower.y + lower.h) - (2 * upper.y + upper.h) <= 2.7 * size
        and max(upper.h, lower.h) <= 1.4 * size
        and lower.right <= upper.right + size
        and _begins(row, k)
    )


def _begins(row: list[Box], k: int) -> bool:
    """Whether a line begins its row, or stands far enough from the one before it: else it is a cell of a table."""
    return k == 0 or row[k].x - row[k - 1].right >= _APART * row[k].h
