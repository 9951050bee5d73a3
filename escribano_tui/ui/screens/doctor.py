"""The doctor: one line for each thing that a run needs, and what to do about it."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, cast

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from escribano_tui.domain.session import Check
from escribano_tui.ui.hanging import Piece, hanging
from escribano_tui.ui.jobs import job
from escribano_tui.ui.widgets.boxkeys import BoxKeys

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp

MARKS = {"ok": ("✓ ok", "success"), "warn": ("! warn", "warning"), "fail": ("✗ fail", "error")}
CELLS = 8  # of the marks


class DoctorScreen(ModalScreen[None]):
    """Shows `house.doctor.checks()`, and what this terminal can do."""

    CSS_PATH = "doctor.tcss"
    BINDINGS = [  # noqa: RUF012
        Binding("escape,q,enter", "close", show=False, priority=True),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
        Binding("r", "again", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._checks: list[Check] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="box"):
            yield Static(Content("Doctor"), id="heading")
            with VerticalScroll(id="scroll"):
                yield Static(Content("Looking …"), id="checks")
            yield BoxKeys("↓ ↑ scroll   r look again   esc close")

    def on_mount(self) -> None:
        self.query_one("#scroll").focus()
        self.action_again()

    def report(self, error: Exception) -> None:
        self.query_one("#checks", Static).update(Content(f"The doctor could not look: {error}"))

    @job("doctor")
    async def action_again(self) -> None:
        app = cast("EscribanoApp", self.app)
        checks = await asyncio.to_thread(app.house.doctor.checks)
        self.show([*checks, self.terminal()])

    def terminal(self) -> Check:
        """What this terminal can show."""
        console = self.app.console
        colors = {"truecolor": "16.7 million colours", "256": "256 colours", "standard": "16 colours"}
        can = colors.get(console.color_system or "", "no colours")
        if self.app.no_color:
            can += ", kept grey by NO_COLOR"
        size = f"{self.app.size.width}x{self.app.size.height}"
        poor = console.color_system == "standard"
        remedy = "a theme of high contrast (F2) reads best here" if poor else ""
        return Check(
            "terminal",
            os.environ.get("TERM", "unknown"),
            "warn" if poor else "ok",
            f"{size}, {can}",
            remedy,
        )

    def restyle(self) -> None:
        if self._checks:
            self.show(self._checks)

    def show(self, checks: list[Check]) -> None:
        self._checks = checks
        rows: list[tuple[Piece, list[Piece]]] = []
        area = ""
        for check in checks:
            if check.area != area:
                rows += [(("", "muted"), [])] if rows else []
                area = check.area
                rows.append(((area, "*primary"), []))
            told: list[Piece] = [(check.name, "*foreground"), ("  ", "muted"), (check.detail, "muted")]
            if check.remedy:
                told += [("\n", "muted"), (f"→ {check.remedy}", "foreground")]
            mark, ink = MARKS.get(check.state, MARKS["warn"])
            rows.append(((f" {mark}", f"*{ink}"), told))
        palette = cast("EscribanoApp", self.app).palette
        self.query_one("#checks", Static).update(hanging(palette, rows, max([CELLS, *(cell_len(c.area) for c in checks)])))
        worst = sum(c.state == "fail" for c in checks), sum(c.state == "warn" for c in checks)
        said = f"{worst[0]} failed" if worst[0] else "all that is needed works"
        said += f" · {worst[1]} could be better" if worst[1] else ""
        self.query_one("#heading", Static).update(Content(f"Doctor: {said}"))

    def action_scroll(self, by: int) -> None:
        self.query_one("#scroll", VerticalScroll).scroll_relative(y=by, animate=False)

    def action_close(self) -> None:
        self.dismiss(None)
