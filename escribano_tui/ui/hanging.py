"""A table of two columns whose second one is wrapped beside the first, never under it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from escribano_tui.ui.lines import plain
from escribano_tui.ui.palette import Palette

Piece = tuple[str, str]  # text, ink; an ink that begins with * is bold


def hanging(palette: Palette, rows: Iterable[tuple[Piece, Iterable[Piece]]], cells: int, *, right: bool = False) -> Table:
    """`cells` is the width of the first column. Nothing is read as markup; `\\n` alone begins a new line."""
    table = Table.grid(padding=0, expand=True)
    table.add_column(width=cells, justify="right" if right else "left", no_wrap=True)
    table.add_column(width=2)
    table.add_column(ratio=1, overflow="fold")
    for first, second in rows:
        table.add_row(_text(palette, [first]), "", _text(palette, second))
    return table


def _text(palette: Palette, pieces: Iterable[Piece]) -> Text:
    text = Text()
    for said, ink in pieces:
        text.append("\n" if said == "\n" else plain(said), palette.style(ink.lstrip("*"), "surface", bold=ink.startswith("*")))
    return text
