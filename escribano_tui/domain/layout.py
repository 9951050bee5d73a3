"""How boxes lie on a screen: rows, and the order in which they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from escribano_tui.domain.evidence import Box

T = TypeVar("T")


def same_row(one: Box, other: Box) -> bool:
    """Whether two boxes stand on the same line of text: their middles lie within a third of a height."""
    return abs((2 * one.y + one.h) - (2 * other.y + other.h)) < 0.7 * min(one.h, other.h)


def reading_order(items: Iterable[T], box: Callable[[T], Box]) -> list[T]:
    """Rows from top to bottom, each from left to right."""
    rows: list[list[T]] = []
    for item in sorted(items, key=lambda i: (2 * box(i).y + box(i).h, box(i).x, box(i).w, box(i).h)):
        if rows and same_row(box(rows[-1][-1]), box(item)):
            rows[-1].append(item)
        else:
            rows.append([item])
    return [item for row in rows for item in sorted(row, key=lambda i: (box(i).x, box(i).y))]
