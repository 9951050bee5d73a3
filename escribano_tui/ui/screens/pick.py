"""Choosing one of some things: a list in a box, narrowed as one types, or chosen by a letter."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Input, Static

from escribano_tui.ui.jobs import job
from escribano_tui.ui.lines import Line
from escribano_tui.ui.palette import Palette
from escribano_tui.ui.widgets.boxkeys import BoxKeys
from escribano_tui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Item(Generic[T]):
    """A line to choose. `key` is the character that chooses it, `also` another one, `mark` stands before it, `note` after it
    in a quiet ink."""

    value: T
    text: str
    note: str = ""
    mark: str = ""
    key: str = ""
    ink: str = "foreground"
    also: str = ""


GAP = 3  # between a text and its note
Search = Callable[[str], Sequence[Item[T]]]


class PickScreen(ModalScreen[T | None]):
    """Gives back the value of the chosen item, or None. `search` (called in a thread) makes it a search as one types."""

    CSS_PATH = "pick.tcss"
    BINDINGS = [  # noqa: RUF012
        Binding("escape", "close", show=False),
        Binding("enter", "choose", show=False, priority=True),
        Binding("down,ctrl+n", "move(1)", show=False),
        Binding("up,ctrl+p", "move(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
    ]

    def __init__(
        self,
        title: str,
        items: Sequence[Item[T]] = (),
        *,
        cursor: int = 0,
        hint: str = "enter choose   esc close",
        placeholder: str = "",
        search: Search[T] | None = None,
        moved: Callable[[T], None] | None = None,
        nothing: str = "Nothing found.",
    ) -> None:
        super().__init__()
        self._title, self._hint, self._placeholder = title, hint, placeholder
        self._items: list[Item[T]] = list(items)
        self._cursor, self._search, self._moved, self._nothing = cursor, search, moved, nothing
        self._searched = not search
        self._widths = (0, 0)
        self.set_class(search is not None, "-searching")

    @property
    def palette(self) -> Palette:
        return cast("EscribanoApp", self.app).palette

    def report(self, error: Exception) -> None:
        cast("EscribanoApp", self.app).report(error)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="box"):
            yield Static(Content(self._title), id="heading")
            if self._search:
                yield Input(placeholder=self._placeholder, id="query")
            yield Rows(self.paint, id="rows")
            yield BoxKeys(self._hint)

    def on_mount(self) -> None:
        self.show(self._items, self._cursor)
        if self._search:
            self.query_one(Input).focus()

    def show(self, items: Sequence[Item[T]], cursor: int = 0) -> None:
        self._items = list(items)
        self._widths = widths_of(self._items)
        rows = self.query_one(Rows)
        rows.set_count(max(1, len(self._items)), cursor)
        self.fit()

    def fit(self) -> None:
        """As many rows as there are, and as the screen has room for beside the heading and the keys."""
        room = self.app.size.height - (8 if self.app.size.height > 20 else 5)
        self.query_one(Rows).styles.height = "1fr" if self._search else max(1, min(len(self._items), room))

    def on_resize(self) -> None:
        self.fit()

    def paint(self, index: int, line: int, width: int, here: bool) -> Strip:
        style = self.palette.style
        if not self._items:
            said = self._nothing if self._searched else "Type to search."
            return Line().add(" " + said, style("muted", "surface")).strip(width, style("muted", "surface"))
        item = self._items[index]
        ground = "selection" if here else "surface"
        out = Line().add("▸" if here else " ", style("accent", ground, bold=True))
        if any(i.key for i in self._items):
            out.fit(item.key, 2, style("accent", ground, bold=True), right=True).add(" ", style("muted", ground))
        if any(i.mark for i in self._items):
            out.fit(item.mark, max(len(i.mark) for i in self._items[:200]) + 1, style(item.ink, ground, bold=True))
        room = width - out.width
        texts, notes = self._widths
        if notes and texts + GAP + notes <= room:
            out.fit(item.text, texts + GAP, style("foreground", ground, bold=here)).add(item.note, style("muted", ground))
            return out.strip(width, style("foreground", ground))
        note = min(cell_len(item.note), max(0, room - min(cell_len(item.text), room // 2) - GAP)) if item.note else 0
        out.fit(item.text, room - note - (2 if note else 0), style("foreground", ground, bold=here))
        if note:
            out.add(" ", style("muted", ground)).fit(item.note, note, style("muted", ground))
        return out.strip(width, style("foreground", ground))

    # ------------------------------------------------------------ searching

    @on(Input.Changed, "#query")
    def typed(self, event: Input.Changed) -> None:
        self.look_for(event.value)

    @job("search")
    async def look_for(self, query: str) -> None:
        if self._search is None:
            return
        found = await asyncio.to_thread(self._search, query) if query.strip() else []
        self._searched = bool(query.strip())
        self.show(found)

    # ------------------------------------------------------------ keys

    def on_key(self, event: events.Key) -> None:
        if self._search or not event.character:
            return
        for item in self._items:
            if event.character in (item.key, item.also):
                event.stop()
                self.dismiss(item.value)
                return
        if event.character in "jk":
            event.stop()
            self.action_move(1 if event.character == "j" else -1)

    def action_close(self) -> None:
        self.dismiss(None)

    def action_choose(self) -> None:
        if self._items:
            self.dismiss(self._items[self.query_one(Rows).cursor].value)
        elif not self._search:
            self.dismiss(None)

    def action_move(self, by: int) -> None:
        self.query_one(Rows).cursor += by

    def action_page(self, by: int) -> None:
        rows = self.query_one(Rows)
        rows.cursor += by * rows.page

    @on(Rows.Moved)
    def row_moved(self, event: Rows.Moved) -> None:
        if self._moved and self._items:
            self._moved(self._items[event.index].value)

    @on(Rows.Chosen)
    def row_chosen(self) -> None:
        self.action_choose()


def widths_of(items: Sequence[Item[T]]) -> tuple[int, int]:
    """Cells of the longest text and of the longest note: notes stand in a column where both fit side by side."""
    return max((cell_len(i.text) for i in items), default=0), max((cell_len(i.note) for i in items), default=0)
