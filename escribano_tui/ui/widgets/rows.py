"""A list of any length: rows are painted when they are seen, and there is no widget for a row."""

from __future__ import annotations

from collections.abc import Callable

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

Painter = Callable[[int, int, int, bool], Strip]


class Rows(ScrollView, can_focus=False):
    """`paint(row, line of the row, width, under the cursor)` gives the strips; the screen that holds it has the keys."""

    DEFAULT_CSS = """
    Rows { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; background: $background; }
    """

    cursor: reactive[int] = reactive(0, repaint=False)

    class Moved(Message):
        """The cursor stands on another row."""

        def __init__(self, rows: Rows, index: int) -> None:
            super().__init__()
            self.rows = rows
            self.index = index

        @property
        def control(self) -> Rows:
            return self.rows

    class Chosen(Message):
        """A row was clicked twice, or once where the cursor stood on it."""

        def __init__(self, rows: Rows, index: int) -> None:
            super().__init__()
            self.rows = rows
            self.index = index

        @property
        def control(self) -> Rows:
            return self.rows

    def __init__(self, paint: Painter, row_height: int = 1, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._paint = paint
        self.row_height = row_height
        self.count = 0

    def set_count(self, count: int, cursor: int | None = None) -> None:
        """How many rows there are now, and where the cursor stands; everything is painted anew."""
        self.count = count
        self._measure()
        self.set_reactive(Rows.cursor, self._inside(self.cursor if cursor is None else cursor))
        self.refresh()
        self.show_cursor()

    def _measure(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, self.count * self.row_height)

    def _inside(self, index: int) -> int:
        return max(0, min(index, self.count - 1))

    def validate_cursor(self, index: int) -> int:
        return self._inside(index)

    def watch_cursor(self, before: int, now: int) -> None:
        self.refresh_row(before)
        self.refresh_row(now)
        self.show_cursor()
        self.post_message(self.Moved(self, now))

    def place(self, index: int) -> None:
        """Put the cursor somewhere without telling anyone."""
        before = self.cursor
        self.set_reactive(Rows.cursor, self._inside(index))
        self.refresh_row(before)
        self.refresh_row(self.cursor)
        self.show_cursor()

    def refresh_row(self, index: int) -> None:
        """Paint one row anew."""
        top = index * self.row_height - round(self.scroll_y)
        width = self.scrollable_content_region.width
        if width and -self.row_height < top < self.size.height:
            self.refresh(Region(0, max(0, top), width, self.row_height + min(0, top)))

    def show_cursor(self) -> None:
        """Scroll so that the row under the cursor is seen, with one more on either side where there is room."""
        height = self.scrollable_content_region.height
        if not self.count or height <= 0:
            return
        rows = max(1, height // self.row_height)
        margin = 1 if rows >= 4 else 0
        first = round(self.scroll_y) / self.row_height
        if self.cursor - margin < first:
            self._scroll_to_row(self.cursor - margin)
        elif self.cursor + margin >= first + rows:
            self._scroll_to_row(self.cursor + margin - rows + 1)

    def _scroll_to_row(self, row: int) -> None:
        most = max(0, self.count * self.row_height - self.scrollable_content_region.height)
        self.scroll_to(y=max(0, min(row * self.row_height, most)), animate=False, force=True)

    @property
    def page(self) -> int:
        """Rows on a page."""
        return max(1, self.scrollable_content_region.height // self.row_height)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        index, line = divmod(y + round(self.scroll_y), self.row_height)
        if index >= self.count:
            return Strip.blank(width, self.rich_style if width else Style())
        return self._paint(index, line, width, index == self.cursor)

    def on_resize(self) -> None:
        self._measure()
        self.show_cursor()

    def on_click(self, event: events.Click) -> None:
        index = (event.y + round(self.scroll_y)) // self.row_height
        if not 0 <= index < self.count:
            return
        if index == self.cursor or event.chain > 1:
            self.post_message(self.Chosen(self, index))
        else:
            self.cursor = index
