"""The library: the recordings, a place to start a day from."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.strip import Strip
from textual.widgets import Input, Static

from escribano_tui.domain.session import RecordingRow
from escribano_tui.ui.jobs import job
from escribano_tui.ui.keys import bindings_of
from escribano_tui.ui.library_changes import ELSEWHERE, Changing
from escribano_tui.ui.library_rows import ORDERS, matches, ordered, paint_recording
from escribano_tui.ui.runs import Kept
from escribano_tui.ui.screens.base import CommandScreen
from escribano_tui.ui.widgets.rows import Rows
from escribano_tui.ui.widgets.titlebar import TitleBar
from escribano_tui.ui.words import many, state_of

NEXT_STEP = {
    "new": ": enter to choose how to run it",
    "cancelled": ": enter to go on where it stopped",
    "failed": ": enter to try it again",
}
NEEDS_ROW = {"open", "run", "summary", "delete", "when"}
NEEDS_ANY = {"filter", "sort", "find", "rollup"}


class LibraryScreen(Changing, CommandScreen):
    """Shows `house.library.rows()`, filtered and in order."""

    where: ClassVar[str] = "library"
    leaves_by: ClassVar[str] = "app.quit"
    BINDINGS: ClassVar = bindings_of("library")

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[RecordingRow] = []
        self.shown: list[RecordingRow] = []
        self.loaded = False
        self.order = "date"
        self.deleted: list[RecordingRow] = []

    def compose(self) -> ComposeResult:
        yield TitleBar(lambda: self.palette, id="title")
        yield Input(placeholder="name, state or activity; enter keeps, esc clears", id="filter", disabled=True)
        yield Rows(self.paint, 3, id="rows")
        with Container(id="empty"):
            yield Static(id="welcome", markup=False)
        yield Static(id="problems", markup=False)
        yield from self.keybar()

    def on_mount(self) -> None:
        self.query_one("#empty").display = False
        self.load()
        self.set_interval(2.0, self.load_quietly)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self.loaded:
            self.load()

    def runs_changed(self, changed: Sequence[Kept]) -> None:
        if any(kept.over for kept in changed):
            self.load()

    def load_quietly(self) -> None:
        """Another window or a headless run may have changed something."""
        if self.is_current:
            self.load()

    @job("load")
    async def load(self, select: str = "") -> None:
        rows = await asyncio.to_thread(self.house_app.house.library.rows)
        if rows != self.rows or select or not self.loaded:
            self.rows, self.loaded = rows, True
            self.show(select)
        else:
            self.query_one(Rows).refresh()  # progress of a run that is under way

    # ------------------------------------------------------------ what is shown

    def show(self, select: str = "") -> None:
        """Filter, order and paint, with the cursor on the same recording as before, or on `select`."""
        rows = self.query_one(Rows)
        at = select or (self.shown[rows.cursor].id if rows.cursor < len(self.shown) else "")
        wanted = self.query_one("#filter", Input).value.casefold().split()
        self.shown = ordered([r for r in self.rows if matches(r, wanted)], self.order)
        cursor = next((k for k, r in enumerate(self.shown) if r.id == at), None)
        rows.row_height = 3 if self.size.height >= 20 else 2
        rows.set_count(len(self.shown), cursor if cursor is not None else rows.cursor)
        self.query_one("#empty").display, rows.display = not self.shown, bool(self.shown)
        if not self.shown:
            told = self.query_one("#welcome", Static)
            told.update(self.welcome() if not self.rows else Content("Nothing matches. Press esc to clear the filter."))
        left = sum(r.unreviewed > 0 for r in self.rows)
        facts = [many(len(self.rows), "recording"), f"{left:,} to review" if left else "", ORDERS[self.order]]
        self.query_one(TitleBar).show("Library", *((f for f in facts if f) if self.rows else ("nothing here yet",)))
        self.refresh_keys()

    def welcome(self) -> Content:
        """What a newcomer sees: what to do first, and what will happen."""
        keys = self.house_app.keymap

        def key(name: str) -> tuple[str, str]:
            return f" {keys.shown('library.' + name)} ", "bold $accent"

        return Content.assemble(
            ("escribano turns a screen recording into a session log that you can trust.\n\n", "bold"),
            key("add"), "  add a recording: type, browse, paste or drop its path\n",
            key("demo"), "  try it on the recording that ships with the app, 2 min long\n",
            key("doctor"), "  see what this machine can do\n\n",
            ("1 ", "bold $primary"), "The machine watches and listens, and drafts what was done when.\n",
            ("2 ", "bold $primary"), "You correct the draft by keyboard, and can take back every step.\n",
            ("3 ", "bold $primary"), "The summary is written again from what you corrected.\n\n",
            ("Nothing leaves this machine unless a profile names another host, and then the screen says so.", "$muted"),
        )  # fmt: skip

    def paint(self, index: int, line: int, width: int, here: bool) -> Strip:
        row = self.shown[index]
        return paint_recording(row, self.state(row), self.palette, line, width, here)

    def state(self, row: RecordingRow) -> tuple[str, str]:
        kept = self.house_app.keeper.of(row.id)
        if kept is not None and not kept.over:
            return kept.in_words(), "accent"
        if row.state == "running":
            return "running in another program", "accent"
        said, ink = state_of(row)
        next_step = "" if row.missing or row.segments else NEXT_STEP.get(row.state, "")
        return f"{said}{next_step}", ink

    def on_resize(self) -> None:
        super().on_resize()
        if self.loaded:
            self.show()

    # ------------------------------------------------------------ commands

    @property
    def row(self) -> RecordingRow | None:
        cursor = self.query_one(Rows).cursor
        return self.shown[cursor] if cursor < len(self.shown) else None

    def unavailable(self, name: str) -> str:
        if (name in NEEDS_ROW and not self.shown) or (name in NEEDS_ANY and not self.rows):
            return "There is no recording yet: add one first."
        if name == "run" and self.elsewhere(self.row):
            return ELSEWHERE
        if name == "restore" and not self.deleted:
            return "Nothing was deleted since the app started."
        if name == "summary" and self.row and not self.row.segments:
            return "Nothing has been drafted for this recording yet."
        if name == "demo" and self.rows:
            return "The demo is for an empty library: `escribano-tui demo` opens it at any time."
        return ""

    def elsewhere(self, row: RecordingRow | None) -> bool:
        """Whether another program, or another window of the app, works on a recording."""
        kept = self.house_app.keeper.of(row.id) if row else None
        return row is not None and row.state == "running" and (kept is None or kept.over or kept.watched)

    def do_open(self) -> None:
        row = self.row
        if row is None:
            return
        if self.elsewhere(row):
            self.look_on(row)
            return
        kept = self.house_app.keeper.of(row.id)
        if kept is not None and not kept.over:
            self.house_app.go_run(row.id)
        elif row.segments:
            self.house_app.go_review(row.id)
        else:
            self.house_app.go_chooser(row.id)

    @job("look on")
    async def look_on(self, row: RecordingRow) -> None:
        """Watch the run of another program."""
        self.house_app.runs.look_on(await asyncio.to_thread(self.house_app.house.library.find, row.id))

    def do_run(self) -> None:
        if self.row:
            self.house_app.go_chooser(self.row.id)

    def do_summary(self) -> None:
        if self.row:
            self.house_app.go_summary(self.row.id)

    def do_add(self) -> None:
        from escribano_tui.ui.screens.add import AddScreen

        self.house_app.push_screen(AddScreen(), self.add_paths)

    def add_paths(self, paths: Sequence[str] | None) -> None:
        if paths:
            self.house_app.add_files(list(paths))

    def do_demo(self) -> None:
        self.house_app.add_files([str(self.house_app.demo)])

    def do_doctor(self) -> None:
        self.house_app.action_do("doctor")

    def do_find(self) -> None:
        self.house_app.go_search()

    def do_keeping(self) -> None:
        self.house_app.go_keeping()

    def do_rollup(self) -> None:
        self.house_app.go_rollup()

    def do_filter(self) -> None:
        box = self.query_one("#filter", Input)
        box.disabled = False
        box.add_class("-shown")
        box.focus()

    @on(Input.Changed, "#filter")
    def filter_changed(self) -> None:
        self.show()

    @on(Input.Submitted, "#filter")
    def filter_kept(self) -> None:
        box = self.query_one("#filter", Input)
        box.set_class(bool(box.value), "-shown")
        box.disabled = True
        self.set_focus(None)

    def do_back(self) -> None:
        box = self.query_one("#filter", Input)
        if box.value or box.has_class("-shown"):
            box.value = ""
            box.remove_class("-shown")
            box.disabled = True
            self.set_focus(None)
            self.show()
        else:
            super().do_back()

    def do_sort(self) -> None:
        names = list(ORDERS)
        self.order = names[(names.index(self.order) + 1) % len(names)]
        self.show()

    def on_paste(self, event: events.Paste) -> None:
        """Terminals type the path of a file that is dropped on them."""
        from escribano_tui.ui.paths import dropped

        paths = dropped(event.text)
        if paths:
            event.stop()
            self.house_app.add_files(paths)

    @on(Rows.Chosen)
    def chosen(self) -> None:
        self.do_open()

    def do_down(self) -> None:
        self.query_one(Rows).cursor += 1

    def do_up(self) -> None:
        self.query_one(Rows).cursor -= 1

    def do_first(self) -> None:
        self.query_one(Rows).cursor = 0

    def do_last(self) -> None:
        self.query_one(Rows).cursor = len(self.shown)

    def do_page_down(self) -> None:
        self.query_one(Rows).cursor += self.query_one(Rows).page

    def do_page_up(self) -> None:
        self.query_one(Rows).cursor -= self.query_one(Rows).page
