"""Two columns: what is long goes on beside the first one, and nothing is read as markup."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from escribano_tui.config.themes import read_theme
from escribano_tui.ui.hanging import hanging
from escribano_tui.ui.palette import Palette


def test_long_text_hangs_beside_the_first_column() -> None:
    palette = Palette(read_theme(Path(__file__).parents[2] / "themes" / "ink.toml"))
    rows = [(("enter", "*accent"), [("Review it, or [b]choose[/b] how", "foreground"), ("\n", "muted"), ("→ so", "muted")])]
    console = Console(width=30, color_system=None)
    with console.capture() as captured:
        console.print(hanging(palette, rows, 8, right=True))
    lines = [line.rstrip() for line in captured.get().splitlines()]
    assert lines == ["   enter  Review it, or", " " * 10 + "[b]choose[/b] how", " " * 10 + "→ so"]
