"""What a widget draws in the terminal's own protocol: which pictures the terminal holds, and where Sixel goes."""

from __future__ import annotations

from collections import OrderedDict

from textual.widget import Widget
from textual.widgets._toast import Toast

from escribano_tui.ui.pictures import Lines, Painted
from escribano_tui.ui.sharp import forgetting, placeholders

MOST_HELD = 48  # pictures that the terminal keeps for us: several times what is seen at once


class OwnPictures:
    """Those of one widget. `held` are the pictures that the terminal has, by Kitty's number, of all widgets of the app;
    what was not shown for longest is let go of."""

    def __init__(self, widget: Widget, held: OrderedDict[int, None]) -> None:
        self._widget = widget
        self._held = held
        self._ours: set[int] = set()

    def lines(self, painted: Painted) -> Lines:
        """The cells that show a picture now; the terminal is given it where it does not have it."""
        if not painted.number or not self.in_front:
            return painted.lines
        if painted.number not in self._held:
            self._write(painted.data)
            self._held[painted.number] = None
        self._ours.add(painted.number)
        self._held.move_to_end(painted.number)
        while len(self._held) > MOST_HELD:
            self._write(forgetting(self._held.popitem(last=False)[0]))
        return placeholders(painted.number, painted.columns, painted.rows)

    def forget(self) -> None:
        """The widget goes: free what the terminal holds. Another one that shows the same gives it again."""
        for number in self._ours & self._held.keys():
            self._write(forgetting(number))
            del self._held[number]
        self._ours.clear()

    @property
    def in_front(self) -> bool:
        """Behind another screen Kitty's numbers, which are colours, would be dimmed, and Sixel would lie over it."""
        return self._widget.app.screen is self._widget.screen

    def draw(self, *placed: tuple[Painted, int, int]) -> None:
        """Sixel pictures at columns and rows of the widget, over the cells that have just been drawn in block elements,
        unless something lies over them."""
        widget = self._widget
        if not widget.is_attached or not self.in_front or widget.region.size != widget.size:
            return
        if any(toast.region.overlaps(widget.region) for toast in widget.screen.query(Toast)):
            return
        for painted, x, y in placed:
            if painted.data and not painted.number:
                self._write(f"\x1b7\x1b[{widget.region.y + y + 1};{widget.region.x + x + 1}H{painted.data}\x1b8")

    def _write(self, data: str) -> None:
        """To the terminal, in order with what the app itself draws."""
        if self._widget.app._driver is not None:
            self._widget.app._driver.write(data)
