"""The keys of a screen, made from the table of commands; what the letters and marks mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from escribano_tui.config.commands import WHERE, Command, commands_of
from escribano_tui.config.keymap import Keymap, show_key
from escribano_tui.domain.activity import ACTIVITIES, LETTERS, MEANINGS
from escribano_tui.ui.hanging import hanging
from escribano_tui.ui.widgets.boxkeys import BoxKeys

if TYPE_CHECKING:
    from rich.table import Table

    from escribano_tui.ui.app import EscribanoApp
    from escribano_tui.ui.palette import Palette

KEYS = 16  # cells for the keys


class HelpScreen(ModalScreen[None]):
    """Any of escape, ?, q or enter closes it."""

    CSS_PATH = "help.tcss"
    BINDINGS = [  # noqa: RUF012
        Binding("escape,question_mark,f1,q,enter", "close", show=False, priority=True),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(self, where: str, keymap: Keymap) -> None:
        super().__init__()
        self._where, self._keymap = where, keymap

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="box"):
            yield Static(Content(f"Keys: {WHERE.get(self._where, 'everywhere')}"), id="heading")
            with VerticalScroll(id="scroll"):
                if self._where and self._where != "app":
                    yield from self.parts()
                yield Static(Content.styled("Everywhere", "bold $primary"), classes="title")
                yield Static(self.table(commands_of("app")), classes="keys")
                if self._where in ("review", "library", "run"):
                    yield Static(Content.styled("Activities and marks", "bold $primary"), classes="title")
                    yield Static(self.legend(), classes="keys")
            yield BoxKeys("↓ ↑ scroll   esc close   your own keys: keys.toml, see the README")

    def parts(self) -> ComposeResult:
        commands = commands_of(self._where)
        for part in dict.fromkeys(c.part for c in commands):
            if part:
                yield Static(Content.styled(part, "bold $primary"), classes="title")
            yield Static(self.table(tuple(c for c in commands if c.part == part)), classes="keys")

    def on_mount(self) -> None:
        self.query_one("#scroll").focus()

    def table(self, commands: tuple[Command, ...]) -> Table:
        rows = []
        for command in commands:
            keys = "  ".join(show_key(k) for k in self._keymap.of(command.id))
            rows.append(((keys, "*accent"), [(command.help, "foreground")]))
        return hanging(self.palette, rows, KEYS, right=True)

    @property
    def palette(self) -> Palette:
        return cast("EscribanoApp", self.app).palette

    def legend(self) -> Table:
        rows = [((LETTERS[a], f"*{a}"), [(a, "foreground"), (f": {MEANINGS[a]}", "muted")]) for a in ACTIVITIES]
        marks = (
            ("✓", "reviewed"), ("x", "selected for an edit of several"), ("?", "the machine is not sure of the label"),
            ("╱", "the same on the time line"), ("↩ 0:26", "returns to what was done at 0:26"), ("p", "personal"),
            ("✎", "you changed something"),
        )  # fmt: skip
        rows += [((mark, "*accent"), [(said, "foreground")]) for mark, said in marks]
        return hanging(self.palette, rows, KEYS, right=True)

    def restyle(self) -> None:
        self.call_later(self._anew)

    async def _anew(self) -> None:
        await self.recompose()
        self.query_one("#scroll").focus()

    def action_scroll(self, by: int) -> None:
        self.query_one("#scroll", VerticalScroll).scroll_relative(y=by, animate=False)

    def action_close(self) -> None:
        self.dismiss(None)
