"""Roll-ups: what was done in a day, week, month or any range, over all recordings."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.strip import Strip

from escribano_tui.domain.rollup import RollUp
from escribano_tui.domain.threads import Join, Name, Part, Thread, ThreadOperation
from escribano_tui.ui.jobs import job
from escribano_tui.ui.keys import bindings_of
from escribano_tui.ui.rollup_rows import Row, in_short, paint, rows_of
from escribano_tui.ui.rollup_spans import in_words, nearest, not_a_range, range_of, span_of
from escribano_tui.ui.screens.base import CommandScreen
from escribano_tui.ui.screens.pick import Item, PickScreen
from escribano_tui.ui.widgets.rows import Rows
from escribano_tui.ui.widgets.titlebar import TitleBar
from escribano_tui.ui.words import many

NEEDS_THREAD = {"join", "part", "name"}


class RollUpScreen(CommandScreen):
    """Shows `house.rollups.roll_up()` of a period."""

    CSS_PATH = "rollup.tcss"
    where: ClassVar[str] = "rollup"
    BINDINGS: ClassVar = bindings_of("rollup")

    def __init__(self) -> None:
        super().__init__()
        self.period = "week"
        self.first = self.end = date.min
        self.rolled: RollUp | None = None
        self.rows: list[Row] = []

    def compose(self) -> ComposeResult:
        yield TitleBar(lambda: self.palette, id="title")
        yield Rows(self.paint, id="rows")
        yield from self.keybar()

    def on_mount(self) -> None:
        today = self.house_app.house.rollups.today()
        remembered = str(self.house_app.places.flag("rollup-period"))
        self.period = remembered if remembered in ("day", "week", "month") else "week"
        self.first, self.end = span_of(self.period, today)
        self.load()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self.rolled is not None:
            self.load()

    @job("load")
    async def load(self, select: str = "") -> None:
        house = self.house_app.house
        self.rolled = await asyncio.to_thread(house.rollups.roll_up, self.first, self.end)
        known = [] if self.rolled.parts else await asyncio.to_thread(house.library.rows)
        rows, at = self.query_one(Rows), self.row
        self.rows = rows_of(self.rolled, nearest((r.started_at for r in known), self.first, self.end))
        wanted = select or (at.key if at else "")
        first = next((k for k, r in enumerate(self.rows) if r.chosen), 0)
        cursor = next((k for k, r in enumerate(self.rows) if r.chosen and r.key == wanted), first)
        rows.set_count(len(self.rows), cursor)
        if cursor == first:
            rows.scroll_to(y=0, animate=False, force=True)
        facts = (
            [many(len(self.rolled.parts), "recording"), *in_short(self.rolled)] if self.rolled.parts else ["nothing recorded"]
        )
        self.query_one(TitleBar).show(in_words(self.first, self.end), *facts, ink="accent")
        self.refresh_keys()

    def paint(self, index: int, line: int, width: int, here: bool) -> Strip:
        return paint(self.rows[index], self.palette, width, here and self.rows[index].chosen)

    # ------------------------------------------------------------ commands

    @property
    def row(self) -> Row | None:
        cursor = self.query_one(Rows).cursor
        return self.rows[cursor] if cursor < len(self.rows) else None

    def unavailable(self, name: str) -> str:
        row = self.row
        if name in NEEDS_THREAD and (row is None or row.kind != "thread"):
            return "Stand on a subject first."
        somewhere = name == "open" and row is not None and row.kind == "nearest"
        if name in ("open", "tell") and not somewhere and not (self.rolled and self.rolled.parts):
            return "Nothing was recorded in these days."
        return ""

    def _show(self, period: str, first: date, end: date) -> None:
        self.period, self.first, self.end = period, first, end
        if period != "range":
            self.house_app.places.set_flag("rollup-period", period)
        self.load()

    def _zoom(self, period: str) -> None:
        today = self.house_app.house.rollups.today()
        inside = self.first <= today < self.end
        self._show(period, *span_of(period, today if inside else self.first))

    def do_day(self) -> None:
        self._zoom("day")

    def do_week(self) -> None:
        self._zoom("week")

    def do_month(self) -> None:
        self._zoom("month")

    def do_today(self) -> None:
        period = self.period if self.period != "range" else "week"
        self._show(period, *span_of(period, self.house_app.house.rollups.today()))

    def do_previous(self) -> None:
        if self.period == "range":
            length = self.end - self.first
            self._show("range", self.first - length, self.first)
        else:
            self._show(self.period, *span_of(self.period, self.first - timedelta(days=1)))

    def do_next(self) -> None:
        if self.period == "range":
            self._show("range", self.end, self.end + (self.end - self.first))
        else:
            self._show(self.period, *span_of(self.period, self.end))

    def do_range(self) -> None:
        from escribano_tui.ui.screens.ask import AskScreen

        shown = f"{self.first} {self.end - timedelta(days=1)}"

        def answered(text: str | None) -> None:
            span = range_of(text, self.house_app.house.rollups.today()) if text else None
            if span is not None:
                self._show("range", *span)

        self.app.push_screen(AskScreen("From which day to which?", shown, check=not_a_range), answered)

    def do_open(self) -> None:
        """A recording opens in the review, a day elsewhere is gone to; anything else is searched for in these days."""
        row = self.row
        if row is None or not row.chosen:
            return
        if row.kind == "nearest":
            period = self.period if self.period != "range" else "week"
            self._show(period, *span_of(period, date.fromisoformat(row.key)))
            return
        if row.kind == "recording":
            part = next(p for p in self.rolled.parts if p.recording_id == row.key) if self.rolled else None
            if part is not None and part.drafted:
                self.house_app.go_review(row.key, part.from_ms / 1000)
            else:
                self.house_app.go_chooser(row.key)
            return
        days = f"after:{self.first} before:{self.end}"
        name = row.name.replace('"', " ")
        asked = {"activity": f"activity:{name}", "program": f'app:"{name}"', "thread": f'subject:"{name}"'}[row.kind]
        self.house_app.searched = f"{asked} {days} "
        self.house_app.go_search()

    @on(Rows.Chosen)
    def chosen(self) -> None:
        self.do_open()

    # ------------------------------------------------------------ told

    def do_tell(self) -> None:
        from escribano_tui.ui.screens.told import ToldScreen

        self.app.push_screen(ToldScreen(self.first, self.end))

    # ------------------------------------------------------------ threads

    @job("ask")
    async def _with_thread(self, what: str) -> None:
        """Ask what is to be done with the thread under the cursor."""
        row = self.row
        threads = await asyncio.to_thread(self.house_app.house.rollups.threads)
        thread = next((t for t in threads if row and t.key == row.key), None)
        if thread is None:
            self.tell("This subject is not there any more.")
        elif what == "join":
            self._ask_join(thread, threads)
        elif what == "part":
            self._ask_part(thread)
        else:
            self._ask_name(thread)

    def _ask_join(self, thread: Thread, threads: list[Thread]) -> None:
        here = {share.key for share in self.rolled.threads} if self.rolled else set()
        others = sorted((t for t in threads if t.key != thread.key), key=lambda t: t.key not in here)  # these days' first
        items = [Item(t, t.label, many(t.recordings, "recording")) for t in others]

        def matching(text: str) -> list[Item[Thread]]:
            return [i for i in items if all(w in i.text.casefold() for w in text.casefold().split())][:200]

        def answered(other: Thread | None) -> None:
            if other is not None:
                self.correct(Join(thread.subjects[0], other.subjects[0]), thread.key)

        title = f"Which subject is the same thread as “{thread.label}”?"
        self.app.push_screen(PickScreen(title, items, search=matching, placeholder="type a part of it"), answered)

    def _ask_part(self, thread: Thread) -> None:
        names = {p.recording_id: p.name for p in self.rolled.parts} if self.rolled else {}
        if len(thread.subjects) < 2:
            self.tell("This thread is one subject of one recording: there is nothing to part.")
            return
        items = [Item(s, s.label, names.get(s.recording_id, s.recording_id)) for s in thread.subjects]
        title = f"Which one is not of the thread “{thread.label}”?"
        self.app.push_screen(PickScreen(title, items), lambda ref: self.correct(Part(ref), thread.key) if ref else None)

    def _ask_name(self, thread: Thread) -> None:
        from escribano_tui.ui.screens.ask import AskScreen

        known = [s.label for s in thread.subjects]
        self.app.push_screen(
            AskScreen("What is this thread called?", thread.label, known=known),
            lambda label: self.correct(Name(thread.subjects[0], label), thread.key) if label else None,
        )

    def do_join(self) -> None:
        self._with_thread("join")

    def do_part(self) -> None:
        self._with_thread("part")

    def do_name(self) -> None:
        self._with_thread("name")

    @job("change", exclusive=False)
    async def correct(self, operation: ThreadOperation, select: str = "") -> None:
        await asyncio.to_thread(self.house_app.house.rollups.correct, operation)
        self.load(select)

    @job("change", exclusive=False)
    async def do_undo(self) -> None:
        self.tell(f"Undid: {await asyncio.to_thread(self.house_app.house.rollups.undo)}")
        self.load()

    @job("change", exclusive=False)
    async def do_redo(self) -> None:
        self.tell(f"Redid: {await asyncio.to_thread(self.house_app.house.rollups.redo)}")
        self.load()

    # ------------------------------------------------------------ moving

    def _move(self, by: int) -> None:
        """To the next line that can be chosen; past the first one the map is shown."""
        rows = self.query_one(Rows)
        step = 1 if by > 0 else -1
        at = max(0, min(rows.cursor + by, len(self.rows) - 1))
        while 0 <= at < len(self.rows) and not self.rows[at].chosen:
            at += step
        if 0 <= at < len(self.rows):
            rows.cursor = at
        elif step < 0:
            rows.scroll_to(y=0, animate=False, force=True)
        self.refresh_keys()

    def do_down(self) -> None:
        self._move(1)

    def do_up(self) -> None:
        self._move(-1)

    def do_page_down(self) -> None:
        self._move(self.query_one(Rows).page)

    def do_page_up(self) -> None:
        self._move(-self.query_one(Rows).page)

    def _heading(self, step: int) -> None:
        rows = self.query_one(Rows)
        heads = [k + 1 for k, r in enumerate(self.rows) if r.kind == "head"]
        ordered = [k for k in heads if k > rows.cursor] if step > 0 else [k for k in reversed(heads) if k < rows.cursor]
        if ordered:
            rows.cursor = ordered[0]
        self.refresh_keys()

    def do_next_part(self) -> None:
        self._heading(1)

    def do_previous_part(self) -> None:
        self._heading(-1)
