"""One line of text from the user, with what was used before as completion, and a check before it is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Input, Static

from escribano_tui.domain.text import clean_line
from escribano_tui.ui.jobs import job
from escribano_tui.ui.lines import Line
from escribano_tui.ui.widgets.boxkeys import BoxKeys
from escribano_tui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp

SHOWN = 8


class AskScreen(ModalScreen[str | None]):
    """Gives back the cleaned line, or None. With `several`, values stand between commas and the last one is completed.

    `known` are offered at once; `more` is asked for others in a thread.
    """

    CSS_PATH = "ask.tcss"
    BINDINGS = [  # noqa: RUF012
        Binding("escape", "close", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("tab", "complete", show=False, priority=True),
    ]

    def __init__(
        self,
        title: str,
        value: str = "",
        *,
        known: Sequence[str] = (),
        several: bool = False,
        check: Callable[[str], str] = lambda text: "",
        placeholder: str = "",
        more: Callable[[], Sequence[str]] | None = None,
        longest: int = 500,
    ) -> None:
        super().__init__()
        self._title, self._value, self._placeholder = title, value, placeholder
        self._known = list(dict.fromkeys(k for k in known if k))
        self._several, self._check, self._more, self._longest = several, check, more, longest
        self._offered: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="box"):
            yield Static(Content(self._title), id="heading")
            yield Input(self._value, placeholder=self._placeholder, id="line", max_length=self._longest)
            yield Static(markup=False, id="wrong")
            yield Rows(self.paint, id="known")
            yield BoxKeys("")

    def on_mount(self) -> None:
        box = self.query_one("#line", Input)
        box.focus()
        box.cursor_position = len(self._value)
        self.offer()
        if self._more is not None:
            self.look_further(self._more)

    @job("known")
    async def look_further(self, more: Callable[[], Sequence[str]]) -> None:
        found = await asyncio.to_thread(more)
        self._known = list(dict.fromkeys(k for k in (*self._known, *found) if k))
        self.offer(stay=True)

    def report(self, error: Exception) -> None:
        cast("EscribanoApp", self.app).report(error)

    def _parts(self) -> tuple[str, str]:
        """(what stands, what is being typed)."""
        text = self.query_one("#line", Input).value
        if not self._several:
            return "", text
        head, comma, last = text.rpartition(",")
        return head + comma, last

    def offer(self, stay: bool = False) -> None:
        """The known values that go on from what is typed; `stay` keeps the cursor on the one where it stands."""
        rows = self.query_one("#known", Rows)
        before = self._offered[rows.cursor] if stay and rows.cursor < len(self._offered) else ""
        self._offered = going_on(self._known, self._parts()[1])
        rows.display = bool(self._offered)
        choose = "   ↓ ↑ choose   tab complete" if self._offered else ""
        self.query_one(BoxKeys).show(f"enter take{choose}   esc leave it")
        rows.styles.height = len(self._offered)
        rows.set_count(len(self._offered), self._offered.index(before) if before in self._offered else 0)

    def paint(self, index: int, line: int, width: int, here: bool) -> Strip:
        style = cast("EscribanoApp", self.app).palette.style
        ground = "selection" if here else "surface"
        return Line().add("▸ " if here else "  ", style("accent", ground)).fit(
            self._offered[index], width - 2, style("foreground", ground)
        ).strip(width, style("foreground", ground))  # fmt: skip

    def action_move(self, by: int) -> None:
        self.query_one("#known", Rows).cursor += by

    def action_complete(self) -> None:
        if self._offered:
            head, _ = self._parts()
            chosen = self._offered[self.query_one("#known", Rows).cursor]
            box = self.query_one("#line", Input)
            box.value = f"{head} {chosen}".strip() if head else chosen
            box.cursor_position = len(box.value)

    @on(Input.Changed)
    def changed(self) -> None:
        self.query_one("#wrong", Static).update(Content(""))
        self.offer()

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        text = clean_line(event.value, self._longest)
        wrong = self._check(text)
        if wrong:
            self.query_one("#wrong", Static).update(Content(wrong))
        else:
            self.dismiss(text)

    @on(Rows.Chosen)
    @on(Rows.Moved)
    def row_clicked(self, event: Rows.Chosen | Rows.Moved) -> None:
        if isinstance(event, Rows.Chosen):
            self.action_complete()

    def action_close(self) -> None:
        self.dismiss(None)


def going_on(known: Sequence[str], typed: str) -> list[str]:
    """The first of the known values that begin with what is typed, then those that hold it, in their order.

    >>> going_on(["Terminal", "Geany", "Orange"], "ge")
    ['Geany', 'Orange']
    """
    wanted = typed.strip().casefold()
    starts: list[str] = []
    within: list[str] = []
    for value in known:
        folded = value.casefold()
        if folded != wanted and wanted in folded:
            (starts if folded.startswith(wanted) else within).append(value)
            if len(starts) == SHOWN:
                break
    return (starts + within)[:SHOWN]
