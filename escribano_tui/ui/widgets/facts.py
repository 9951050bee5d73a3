"""Named facts with hanging text: the names in one column, the text wrapped beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from escribano_tui.ui.lines import Line, plain
from escribano_tui.ui.palette import Palette

NAMES = 8
_WORDS = re.compile(r"\S+\s*|\s+")
Piece = tuple[str, str]  # text, ink; an ink that begins with * is bold


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    pieces: tuple[Piece, ...]


def fact(name: str, *pieces: str | Piece) -> Fact:
    return Fact(name, tuple((p, "foreground") if isinstance(p, str) else p for p in pieces))


def wrap(pieces: Sequence[Piece], width: int) -> list[list[Piece]]:
    """Lines of at most `width` cells, broken between words where that is possible."""
    lines: list[list[Piece]] = [[]]
    room = width
    for text, ink in pieces:
        for word in _WORDS.findall(plain(text)):
            bare = cell_len(word.rstrip())
            if bare > room and room < width:
                lines.append([])
                room = width
            for k, part in enumerate(chop_cells(word, width) if bare > width else [word]):
                if k:
                    lines.append([])
                    room = width
                kept = part if cell_len(part) <= room else part.rstrip()
                lines[-1].append((kept, ink))
                room -= cell_len(kept)
    return lines


class Facts(ScrollView, can_focus=False):
    """Paints only what is seen."""

    DEFAULT_CSS = """
    Facts {
        height: 1fr; overflow-x: hidden; overflow-y: auto; background: $background;
        scrollbar-size-vertical: 1; scrollbar-gutter: stable;
    }
    """

    def __init__(self, palette: Callable[[], Palette], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._palette = palette
        self._facts: tuple[Fact, ...] = ()
        self._lines: list[tuple[str, list[Piece]]] = []
        self._wrapped_at = -1

    def show(self, facts: Sequence[Fact], keep_place: bool = False) -> None:
        if tuple(facts) != self._facts:
            self._facts = tuple(facts)
            self._wrap()
        if not keep_place:
            self.scroll_to(y=0, animate=False, force=True)

    def _wrap(self) -> None:
        width = self.scrollable_content_region.width
        names = NAMES if width >= 32 else 0
        self._wrapped_at = width
        self._lines = []
        for item in self._facts:
            pieces = item.pieces if names else ((f"{item.name}: ", "primary"), *item.pieces)
            for k, line in enumerate(wrap(pieces, max(4, width - names - 1))):
                self._lines.append((item.name if names and not k else "", line))
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def on_resize(self) -> None:
        if self.scrollable_content_region.width != self._wrapped_at:
            self._wrap()

    def render_line(self, y: int) -> Strip:
        style = self._palette().style
        width = self.scrollable_content_region.width
        k = y + round(self.scroll_y)
        if k >= len(self._lines):
            return Strip.blank(width, style())
        name, pieces = self._lines[k]
        line = Line().add(" ", style())
        if width >= 32:
            line.fit(name, NAMES, style("primary"))
        for text, ink in pieces:
            line.add(text, style(ink.lstrip("*"), bold=ink.startswith("*")))
        return line.strip(width, style())
