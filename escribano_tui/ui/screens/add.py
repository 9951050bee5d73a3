"""Adding a recording: type or paste a path, or walk through folders; the list goes with what is typed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual import events, on
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
from escribano_tui.ui.paths import Entry, browse, dropped
from escribano_tui.ui.widgets.boxkeys import BoxKeys
from escribano_tui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp


class AddScreen(ModalScreen[list[str] | None]):
    """Gives back the paths to add, or None."""

    CSS_PATH = "add.tcss"
    BINDINGS = [  # noqa: RUF012
        Binding("escape", "close", show=False),
        Binding("enter", "take", show=False, priority=True),
        Binding("tab", "complete", show=False, priority=True),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("ctrl+u,alt+up", "parent", show=False, priority=True),
    ]

    def __init__(self, folder: Path | None = None, title: str = "Add a recording") -> None:
        super().__init__()
        self._heading = title
        self._folder = folder or Path.cwd()
        self._entries: list[Entry] = []
        self._aimed = False  # the user has moved in the list

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="box"):
            yield Static(Content(self._heading), id="heading")
            yield Input(f"{self._folder}/", placeholder="path of a video or sound file", id="path", max_length=4096)
            yield Rows(self.paint, id="entries")
            yield Static(id="wrong")
            yield BoxKeys("enter open or add   tab complete   ctrl+u folder above   esc close")

    def on_mount(self) -> None:
        box = self.query_one("#path", Input)
        box.focus()
        box.cursor_position = len(box.value)

    def report(self, error: Exception) -> None:
        cast("EscribanoApp", self.app).report(error)

    @on(Input.Changed)
    def changed(self, event: Input.Changed) -> None:
        self.query_one("#wrong", Static).update(Content(""))
        whole = begun_anew(event.value)
        if whole != event.value:
            self._type(whole)
        else:
            self.look(event.value)

    @job("browse")
    async def look(self, typed: str) -> None:
        self._entries = await asyncio.to_thread(browse, typed)
        self._aimed = False
        self.query_one("#entries", Rows).set_count(max(1, len(self._entries)), 0)

    def paint(self, index: int, line: int, width: int, here: bool) -> Strip:
        style = cast("EscribanoApp", self.app).palette.style
        if not self._entries:
            return (
                Line()
                .add(" No video or sound file begins like this.", style("muted", "surface"))
                .strip(width, style("muted", "surface"))
            )
        entry = self._entries[index]
        ground = "selection" if here else "surface"
        out = Line().add(" ▸ " if here else "   ", style("accent", ground))
        size = "" if entry.folder else f"{entry.size / 1e6:,.1f} MB"
        out.fit(entry.name, width - 16, style("secondary" if entry.folder else "foreground", ground, bold=entry.folder))
        out.fit(size, 12, style("muted", ground), right=True)
        return out.strip(width, style("foreground", ground))

    # ------------------------------------------------------------ keys

    def action_move(self, by: int) -> None:
        self._aimed = True
        self.query_one("#entries", Rows).cursor += by

    def action_page(self, by: int) -> None:
        rows = self.query_one("#entries", Rows)
        self._aimed = True
        rows.cursor += by * rows.page

    def action_complete(self) -> None:
        if self._entries:
            self._type(self._entries[self.query_one("#entries", Rows).cursor].path)

    def action_parent(self) -> None:
        typed = self.query_one("#path", Input).value.rstrip("/")
        self._type(typed.rpartition("/")[0] + "/")

    def _type(self, path: str) -> None:
        box = self.query_one("#path", Input)
        box.value = path
        box.cursor_position = len(path)

    def action_take(self) -> None:
        typed = begun_anew(self.query_one("#path", Input).value.strip())  # enter may come before the box has been put right
        entry = self._entries[self.query_one("#entries", Rows).cursor] if self._entries else None
        if entry is not None and (self._aimed or not Path(typed).expanduser().is_file()):
            if entry.folder:
                self._type(entry.path)
            else:
                self.dismiss([entry.path])
        elif typed:
            self.take(dropped(typed) or [typed])

    @job("take")
    async def take(self, paths: list[str]) -> None:
        """Give back what was typed, unless it can be seen here that it is wrong."""
        missing = [path for path in paths if not await asyncio.to_thread(Path(path).expanduser().exists)]
        if missing:
            said = f"There is no file “{clean_line(Path(missing[0]).name)}”; check the path and the spelling."
            self.query_one("#wrong", Static).update(Content(said))
        else:
            self.dismiss(paths)

    def on_paste(self, event: events.Paste) -> None:
        paths = dropped(event.text)
        if paths:
            event.stop()
            event.prevent_default()
            self.dismiss(paths)

    @on(Rows.Chosen)
    def clicked(self) -> None:
        self._aimed = True
        self.action_take()

    def action_close(self) -> None:
        self.dismiss(None)


def begun_anew(typed: str) -> str:
    """What is typed behind a folder that was there already: a path that begins with / or ~ takes its place.

    >>> begun_anew("/home/ann//films/a.mov"), begun_anew("/home/ann/~/a.mov"), begun_anew("/home/ann/a.mov")
    ('/films/a.mov', '~/a.mov', '/home/ann/a.mov')
    """
    at = max(typed.rfind("//"), typed.rfind("/~"))
    return typed[at + 1 :] if at >= 0 else typed
