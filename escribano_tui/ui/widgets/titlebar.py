"""The first line of a screen: where one is, and what is to be known about it."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from textual.strip import Strip
from textual.widget import Widget

from escribano_tui.ui.lines import Line, cut
from escribano_tui.ui.palette import Palette


class TitleBar(Widget, can_focus=False):
    """`name` stands left and gives way to `facts`, which stand right."""

    DEFAULT_CSS = """
    TitleBar { height: 1; background: $panel; color: $foreground; }
    """

    def __init__(self, palette: Callable[[], Palette], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._palette = palette
        self._said = ""
        self._facts: tuple[str, ...] = ()
        self._ink = "foreground"

    def show(self, name: str, *facts: str, ink: str = "muted") -> None:
        """Facts are left out from the last one on where there is no room; `ink` is that of the first."""
        if (name, facts, ink) != (self._said, self._facts, self._ink):
            self._said, self._facts, self._ink = name, facts, ink
            self.refresh()

    def render_line(self, y: int) -> Strip:
        style = self._palette().style
        ground = style("foreground", "panel")
        width = self.size.width
        brand = " escribano "
        line = Line().add(brand, style("background", "primary")).add(" ", ground)
        facts = list(self._facts)
        while facts and width - line.width - cell_len(" · ".join(facts)) - 2 < min(24, cell_len(self._said)):
            facts.pop()
        said = " · ".join(facts)
        line.add(cut(self._said, max(0, width - line.width - cell_len(said) - 2)), style("foreground", "panel", bold=True))
        line.to(width - cell_len(said) - 1, ground)
        for k, fact in enumerate(facts):
            line.add(" · " if k else "", style("muted", "panel")).add(fact, style("muted" if k else self._ink, "panel"))
        return line.strip(width, ground)
