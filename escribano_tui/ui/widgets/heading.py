"""A line that begins a part of a screen: `─ 10 segments · 7 to review ─────`."""

from __future__ import annotations

from collections.abc import Callable

from textual.strip import Strip
from textual.widget import Widget

from escribano_tui.ui.lines import Line, cut
from escribano_tui.ui.palette import Palette


class Heading(Widget, can_focus=False):
    DEFAULT_CSS = """
    Heading { height: 1; background: $background; }
    """

    def __init__(self, palette: Callable[[], Palette], text: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._palette, self._text, self._ink = palette, text, "primary"

    def show(self, text: str, ink: str = "primary") -> None:
        if (text, ink) != (self._text, self._ink):
            self._text, self._ink = text, ink
            self.refresh()

    def render_line(self, y: int) -> Strip:
        style = self._palette().style
        width = self.size.width
        line = Line().add("─ ", style("border")).add(cut(self._text, max(0, width - 4)), style(self._ink, bold=True))
        line.add(" ", style())
        return line.add("─" * max(0, width - line.width), style("border")).strip(width, style())
