"""The number keys and what they label, in their colours, above the footer."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from escribano_tui.config.keymap import Keymap
from escribano_tui.domain.activity import ACTIVITIES
from escribano_tui.ui.lines import Line
from escribano_tui.ui.palette import Palette


class LabelBar(Widget, can_focus=False):
    """`1 coding  2 debugging  …  l all`; a click labels."""

    DEFAULT_CSS = """
    LabelBar { height: 1; }
    """

    def __init__(self, palette: Callable[[], Palette], keymap: Callable[[], Keymap], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._palette, self._keymap = palette, keymap

    def render_line(self, y: int) -> Strip:
        style = self._palette().style
        width = self.size.width
        keys = self._keymap()
        parts = [(keys.shown(f"review.label-{k}"), name, f"label-{k}", name) for k, name in enumerate(ACTIVITIES[:9], 1)]
        parts.append((keys.shown("review.labels"), "all", "labels", "foreground"))
        needed = sum(cell_len(key) + cell_len(name) + 1 for key, name, _, _ in parts)
        gap = max(1, min(3, (width - 2 - needed) // len(parts)))
        line = Line().add(" ", style("foreground", "panel"))
        for key, name, command, ink in parts:
            click = Style(meta={"@click": f"screen.do('{command}')"})
            line.add(key, style("accent", "panel", bold=True) + click).add(" " + name, style(ink, "panel") + click)
            line.add(" " * gap, style("foreground", "panel"))
        return line.strip(width, style("foreground", "panel"))
