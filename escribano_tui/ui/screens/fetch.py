"""Fetching weights: what they are, a bar, and a way to stop; what was fetched stays, and the next try goes on there."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, cast

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from escribano_tui.domain.machine import Fetchable, amount
from escribano_tui.domain.text import clean_line
from escribano_tui.domain.times import clock
from escribano_tui.ports import BackendError, Cancelled
from escribano_tui.ui.jobs import job
from escribano_tui.ui.widgets.boxkeys import BoxKeys

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp

SHOW_S = 0.2
STAYS = "What was fetched so far stays; the next try goes on from there."


def facts_of(weights: Fetchable) -> str:
    """`, about 486 MB, MIT`; empty where nothing is known."""
    parts = [f"about {amount(weights.size_mb)}" if weights.size_mb else "", weights.licence]
    return "".join(f", {part}" for part in parts if part)


class FetchScreen(ModalScreen[bool]):
    """Gives back whether the weights are here now."""

    CSS_PATH = "fetch.tcss"
    BINDINGS = [  # noqa: RUF012
        Binding("enter,y", "begin", show=False),
        Binding("escape,c,n,q", "close", show=False),
    ]

    def __init__(self, weights: Fetchable) -> None:
        super().__init__()
        self.weights = weights
        self.done, self.total = 0, 0  # bytes; written by the thread that fetches
        self.running = False
        self._stop = threading.Event()
        self._began, self._first = 0.0, 0

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="box"):
            yield Static(Content(f"Fetch {self.weights.name}{facts_of(self.weights)}"), id="heading")
            yield Static(Content("From the Hugging Face hub into the models folder. Nothing of yours is sent."), id="detail")
            yield Static(id="bar", markup=False)
            yield BoxKeys("", id="keys")

    def on_mount(self) -> None:
        self.show_keys()
        self.set_interval(SHOW_S, self.show)

    def report(self, error: Exception) -> None:
        cast("EscribanoApp", self.app).report(error)

    # ------------------------------------------------------------ what is shown

    def show_keys(self) -> None:
        begin = "go on" if self.total else "fetch"
        self.query_one(BoxKeys).show("esc stop" if self.running else f"enter {begin}   esc close")

    def show(self) -> None:
        if not self.running or not self.total:
            return
        left = self.left_s()
        said = f" {amount(self.done / 1e6)} of {amount(self.total / 1e6)}" + (f" · {clock(left)} left" if left else "")
        room = max(4, self.query_one(BoxKeys).size.width - cell_len(said) - 2)
        full = round(min(1.0, self.done / self.total) * room)
        self.tell("█" * full + "░" * (room - full) + said)

    def tell(self, said: str) -> None:
        bar = self.query_one("#bar", Static)
        bar.update(Content(said))
        bar.add_class("-shown")

    def left_s(self) -> float | None:
        elapsed = time.monotonic() - self._began
        rate = (self.done - self._first) / elapsed if elapsed > 1 else 0.0
        return (self.total - self.done) / rate if rate > 0 else None

    def progress(self, done: int, total: int, file: str) -> None:
        """From the thread that fetches."""
        if not self.total or not self._first:
            self._first = done
        self.done, self.total = done, total

    # ------------------------------------------------------------ keys

    def action_begin(self) -> None:
        if not self.running:
            self._stop.clear()
            self.running, self._began, self._first = True, time.monotonic(), 0
            self.show_keys()
            self.tell("Asking the hub …")
            self.fetch()

    @job("fetch")
    async def fetch(self) -> None:
        weights = cast("EscribanoApp", self.app).house.weights
        try:
            await asyncio.to_thread(weights.fetch, self.weights.name, self.progress, self._stop)
        except Cancelled:
            said = f"Stopped. {STAYS}"
        except BackendError as problem:
            said = f"It was not fetched: {clean_line(str(problem))}. {STAYS}"
        else:
            self.dismiss(True)
            return
        finally:
            self.running = False
        self.tell(said)
        self.show_keys()

    def action_close(self) -> None:
        if self.running:
            self._stop.set()
        else:
            self.dismiss(False)

    def on_unmount(self) -> None:
        self._stop.set()  # the app is closing
