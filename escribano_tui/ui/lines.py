"""Lines of a screen: pieces of plain text with a style, cut and padded to cells. Nothing here is ever read as markup."""

from __future__ import annotations

import re

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

# What must not reach a terminal, should it ever get here: everything in the store is clean already.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")

_PARTS = re.compile(r"[,;·](?= )")


def plain(text: str) -> str:
    """One line without controls."""
    return _CONTROLS.sub(" ", text) if _CONTROLS.search(text) else text


def cut(text: str, width: int) -> str:
    """At most `width` cells, with `…` where something was cut off."""
    text = plain(text)
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…" if width > 1 else set_cell_size("…", max(0, width))


def in_parts(text: str, width: int) -> str:
    """At most `width` cells; what has no room is left out by whole parts, where commas or points part them and most of it
    stays.

    >>> in_parts("20 pictures; left out: 1 less clear, 5 close to another", 40)
    '20 pictures; left out: 1 less clear, …'
    """
    text = plain(text)
    if cell_len(text) <= width:
        return text
    ends = [found.end() for found in _PARTS.finditer(text)]
    end = next((end for end in reversed(ends) if cell_len(text[:end]) + 2 <= width), 0)
    return f"{text[:end]} …" if cell_len(text[:end]) * 5 >= width * 3 else cut(text, width)


def fit(text: str, width: int, right: bool = False) -> str:
    """Exactly `width` cells."""
    text = cut(text, width)
    room = " " * max(0, width - cell_len(text))
    return room + text if right else text + room


class NoControls(LineFilter):
    """The last guard before the terminal, for widgets that are not ours: no control leaves the app as text."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(_CONTROLS.sub("", text), style, control) if not control and _CONTROLS.search(text) else segment
            for segment in segments
            for text, style, control in [segment]
        ]


class Line:
    """A line in the making."""

    __slots__ = ("_pieces", "width")

    def __init__(self) -> None:
        self._pieces: list[Segment] = []
        self.width = 0

    def add(self, text: str, style: Style) -> Line:
        text = plain(text)
        if text:
            self._pieces.append(Segment(text, style))
            self.width += cell_len(text)
        return self

    def fit(self, text: str, width: int, style: Style, right: bool = False) -> Line:
        """Exactly `width` cells of it."""
        return self.add(fit(text, width, right), style) if width > 0 else self

    def to(self, column: int, style: Style) -> Line:
        """Blanks up to a column."""
        return self.add(" " * (column - self.width), style) if column > self.width else self

    def strip(self, width: int, style: Style) -> Strip:
        """The line at exactly `width` cells."""
        return Strip(self._pieces, self.width).adjust_cell_length(width, style)


def blank(width: int, style: Style) -> Strip:
    return Strip.blank(width, style)
