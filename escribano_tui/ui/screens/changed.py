"""What differs between two versions of a summary, line by line."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Static

from escribano_tui.ui.lines import Line
from escribano_tui.ui.widgets.boxkeys import BoxKeys
from escribano_tui.ui.widgets.facts import wrap
from escribano_tui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp

INKS = {"+": "success", "-": "error", " ": "muted"}


def differences(before: str, after: str) -> list[tuple[str, str]]:
    """(sign, line): + is new, - is gone, a blank stays; what stays is told up to two lines around a change."""
    lines = [d for d in difflib.ndiff(before.splitlines(), after.splitlines()) if d[:1] in INKS]
    changed = [k for k, d in enumerate(lines) if d[0] != " "]
    return [(d[0], d[2:]) for k, d in enumerate(lines) if any(abs(k - c) <= 2 for c in changed)]


class ChangedScreen(ModalScreen[bool | None]):
    CSS_PATH = "changed.tcss"
    BINDINGS = [  # noqa: RUF012
        Binding("escape,q,enter,d", "close", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
    ]

    HINT: ClassVar[str] = "+ new   - gone   ↓ ↑ scroll   esc close"

    def __init__(self, heading: str, before: str, after: str) -> None:
        super().__init__()
        self._heading = heading
        self._changes = differences(before, after)
        self._shown: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="box"):
            yield Static(Content(self._heading if self._changes else f"{self._heading} The text is the same."), id="heading")
            yield Rows(self.paint, id="rows")
            yield BoxKeys(self.HINT)

    def on_resize(self) -> None:
        self.call_after_refresh(self.wrap)

    def wrap(self) -> None:
        rows = self.query_one(Rows)
        width = max(8, rows.size.width - 3)
        self._shown = [
            (sign if k == 0 else "", "".join(text for text, _ in line))
            for sign, whole in self._changes
            for k, line in enumerate(wrap([(whole, sign)], width))
        ]
        self._inks = [INKS[sign] for sign, whole in self._changes for _ in wrap([(whole, sign)], width)]
        rows.set_count(len(self._shown), 0)

    def paint(self, index: int, line: int, width: int, here: bool) -> Strip:
        style = cast("EscribanoApp", self.app).palette.style
        sign, text = self._shown[index]
        ink = self._inks[index]
        return (
            Line()
            .add(f"{sign:1} ", style(ink, "surface", bold=True))
            .add(text, style(ink, "surface"))
            .strip(width, style(ink, "surface"))
        )

    def action_move(self, by: int) -> None:
        self.query_one(Rows).scroll_relative(y=by, animate=False)

    def action_close(self) -> None:
        self.dismiss(None)
