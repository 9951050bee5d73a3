"""The queue: runs of this app that wait for the one under way, and files that wait for `batch` and `watch`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Static

from escribano_tui.domain.queue import Waiting
from escribano_tui.domain.text import clean_line
from escribano_tui.ui.jobs import job
from escribano_tui.ui.lines import Line
from escribano_tui.ui.runs import Kept
from escribano_tui.ui.widgets.boxkeys import BoxKeys
from escribano_tui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp


# Mark, words and ink of a file in the library's queue.
STATES: Final = {
    "waiting": ("○", "waits for `batch`", "muted"), "running": ("▶", "runs", "accent"), "failed": ("✗", "failed", "error"),
}  # fmt: skip


class QueueScreen(ModalScreen[str | None]):
    """Gives back the recording whose run is to be looked at, or None."""

    CSS_PATH = "queue.tcss"
    BINDINGS = [  # noqa: RUF012
        Binding("escape,q", "close", show=False),
        Binding("enter", "choose", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("shift+down,J", "shift(1)", show=False),
        Binding("shift+up,K", "shift(-1)", show=False),
        Binding("delete,backspace,x", "drop", show=False),
    ]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="box"):
            yield Static(id="heading", markup=False)
            yield Rows(self.paint, id="rows")
            yield BoxKeys("esc close")

    @property
    def house_app(self) -> EscribanoApp:
        return cast("EscribanoApp", self.app)

    def __init__(self) -> None:
        super().__init__()
        self.files: Sequence[Waiting] = ()

    @property
    def runs(self) -> list[Kept]:
        """What is under way, then what waits."""
        keeper = self.house_app.keeper
        return [*keeper.active, *keeper.watched, *keeper.waiting]

    def on_mount(self) -> None:
        self.show(0)
        self.look()
        self.set_interval(0.5, self.look)

    def report(self, error: Exception) -> None:
        self.house_app.report(error)

    @job("queue")
    async def look(self) -> None:
        """Runs end, the next one begins, and other programs put files into the queue of the library."""
        rows = await asyncio.to_thread(self.house_app.house.queue.rows)
        self.files = [row for row in rows if row.state in STATES]
        if self.is_mounted and self.is_attached:
            self.show(self.query_one(Rows).cursor)

    def show(self, cursor: int) -> None:
        waiting = len(self.house_app.keeper.waiting) + sum(row.state == "waiting" for row in self.files)
        said = f"Queue: {waiting} waiting" if waiting else "Queue: nothing waits"
        self.query_one("#heading", Static).update(Content(said))
        rows = self.query_one(Rows)
        count = len(self.runs) + len(self.files)
        rows.set_count(max(1, count), min(cursor, max(0, count - 1)))
        rows.styles.height = max(1, min(count, self.size.height - 8))
        self.query_one(BoxKeys).show("enter look at it   J K later, earlier   x take out   esc close" if count else "esc close")

    def paint(self, index: int, line: int, width: int, here: bool) -> Strip:
        style = self.house_app.palette.style
        ground = "selection" if here else "surface"
        if index >= len(self.runs) + len(self.files):
            quiet = style("muted", "surface")
            return Line().add(" No run is under way, and none waits.", quiet).strip(width, quiet)
        if index >= len(self.runs):
            return self.paint_file(self.files[index - len(self.runs)], width, here, ground)
        kept = self.runs[index]
        waits = kept in self.house_app.keeper.waiting
        out = Line().add("▸ " if here else "  ", style("accent", ground, bold=True))
        mark = f"{self.house_app.keeper.waiting.index(kept) + 1}" if waits else "▶"
        out.fit(mark, 3, style("muted" if waits else "accent", ground, bold=True))
        state = "waits" if waits else "another program's" if kept.watched else kept.in_words()
        tail = f"{kept.plan.profile if kept.plan else kept.profile}  {state}"
        name = clean_line(Path(kept.recording.path).name)
        out.fit(name, max(8, width - out.width - len(tail) - 2), style("foreground", ground, bold=here))
        out.add("  ", style("muted", ground)).add(tail, style("muted" if waits else "accent", ground))
        return out.strip(width, style("foreground", ground))

    def paint_file(self, row: Waiting, width: int, here: bool, ground: str) -> Strip:
        style = self.house_app.palette.style
        mark, words, ink = STATES[row.state]
        out = Line().add("▸ " if here else "  ", style("accent", ground, bold=True))
        out.fit(mark, 3, style(ink, ground, bold=True))
        tail = clean_line(f"{row.profile}  {row.message or words}", max(20, width // 2))
        name = clean_line(os.path.basename(row.path))
        out.fit(name, max(8, width - out.width - len(tail) - 2), style("foreground", ground, bold=here))
        out.add("  ", style("muted", ground)).add(tail, style(ink, ground))
        return out.strip(width, style("foreground", ground))

    # ------------------------------------------------------------ keys

    @property
    def chosen(self) -> Kept | None:
        runs, at = self.runs, self.query_one(Rows).cursor
        return runs[at] if at < len(runs) else None

    @property
    def chosen_file(self) -> Waiting | None:
        at = self.query_one(Rows).cursor - len(self.runs)
        return self.files[at] if 0 <= at < len(self.files) else None

    def action_move(self, by: int) -> None:
        self.query_one(Rows).cursor += by

    def action_shift(self, by: int) -> None:
        kept, keeper = self.chosen, self.house_app.keeper
        if kept is not None and kept in keeper.waiting:
            keeper.move(kept, by)
            self.show(self.runs.index(kept))
            self.house_app.runs.show([kept])

    def action_drop(self) -> None:
        if (row := self.chosen_file) is not None:
            self.take_out(row)
            return
        kept, keeper = self.chosen, self.house_app.keeper
        if kept is None or kept not in keeper.waiting:
            self.house_app.tell("This one has begun: cancel it on its own screen.")
            return
        keeper.drop(kept)
        self.show(self.query_one(Rows).cursor)
        self.house_app.runs.show([kept])

    @job("take out")
    async def take_out(self, row: Waiting) -> None:
        if not await asyncio.to_thread(self.house_app.house.queue.remove, row.id):
            self.house_app.tell("This one has begun: end it where it runs.")
        self.look()

    def action_choose(self) -> None:
        kept = self.chosen
        if kept is not None:
            self.dismiss(kept.recording.id)
        elif self.chosen_file is None:
            self.dismiss(None)

    def action_close(self) -> None:
        self.dismiss(None)
