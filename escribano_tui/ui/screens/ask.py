"""One line of text from the user, with what was used before as completion, and a check before it is taken."""

from __future__ import annotations

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
from escribano_tui.ui.lines import Line
from escribano_tui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp

SHOWN = 8


class AskScreen(ModalScreen[str | None]):
    """Gives back the cleaned line, or None. With `several`, values stand between commas and the last one is completed."""

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
    ) -> None:
        super().__init__()
        self._title, self._value, self._placeholder = title, value, placeholder
        self._known = list(dict.fromkeys(k for k in known if k))
        self._several, self._check = several, check
        self._offered: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="box"):
            yield Static(Content(self._title), id="heading")
            yield Input(self._value, placeholder=self._placeholder, id="line", max_length=500)
            yield Static(markup=False, id="wrong")
            yield Rows(self.paint, id="known")
            keys = "enter take   esc leave it" + ("   ↓ ↑ tab complete" if self._known else "")
            yield Static(Content(keys), id="hint")

    def on_mount(self) -> None:
        box = self.query_one("#line", Input)
        box.focus()
        box.cursor_position = len(self._value)
        self.offer()

    def _parts(self) -> tuple[str, str]:
        """(what stands, what is being typed)."""
        text = self.query_one("#line", Input).value
        if not self._several:
            return "", text
        head, comma, last = text.rpartition(",")
        return head + comma, last

    def offer(self) -> None:
        """The known values that go on from what is typed."""
        _, typed = self._parts()
        wanted = typed.strip().casefold()
        starts = [k for k in self._known if k.casefold().startswith(wanted) and k.casefold() != wanted]
        within = [k for k in self._known if wanted in k.casefold() and k not in starts and k.casefold() != wanted]
        self._offered = (starts + within)[:SHOWN]
        rows = self.query_one("#known", Rows)
        rows.display = bool(self._offered)
        rows.styles.height = len(self._offered)
        rows.set_count(len(self._offered), 0)

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
        text = clean_line(event.value)
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
