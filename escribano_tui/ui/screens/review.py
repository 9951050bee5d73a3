"""The review: correct what the machine drafted, by keyboard. It composes and routes; what edits are made of is in
`ui/review/`, and every change goes through `house.sessions` in a thread, one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.strip import Strip

from escribano_tui.config.places import Place
from escribano_tui.domain.session import Session
from escribano_tui.ui.jobs import job
from escribano_tui.ui.keys import bindings_of
from escribano_tui.ui.review import editing, history, looking, moving, wording
from escribano_tui.ui.review.place import Review
from escribano_tui.ui.review.row import paint_more, paint_row
from escribano_tui.ui.review.standing import counted, dated, misfits_told, standing
from escribano_tui.ui.review.turns import Turns
from escribano_tui.ui.screens.base import CommandScreen
from escribano_tui.ui.widgets.evidence import EvidencePane
from escribano_tui.ui.widgets.filmstrip import FilmStrip
from escribano_tui.ui.widgets.guide import Guide
from escribano_tui.ui.widgets.heading import Heading
from escribano_tui.ui.widgets.keybar import Hint, KeyBar
from escribano_tui.ui.widgets.labels import LabelBar
from escribano_tui.ui.widgets.rows import Rows
from escribano_tui.ui.widgets.timeband import TimeBand
from escribano_tui.ui.widgets.titlebar import TitleBar

COMMANDS = {**moving.COMMANDS, **editing.COMMANDS, **wording.COMMANDS, **looking.COMMANDS, **history.COMMANDS}
POLL_S = 1.0  # how soon another window's edits are seen
WHOLE = "The draft is whole now; what you reviewed stands."
AGAIN = "A new run has drafted this recording again; your corrections are laid over it."
LATER = {
    "summary": "The summary is written at the end of the run.",
    "rule": "A rule can be made of a label when the run has ended.",
}
FREE = frozenset(
    {
        "evidence-down",
        "evidence-up",
        "labels",
        "history",
        "coverage",
        "search",
        "go-to",
        "open",
        "play",
        "hear-edge",
        "all-keys",
    }
)


class ReviewScreen(CommandScreen):
    """One recording under review."""

    CSS_PATH = "review.tcss"
    where: ClassVar[str] = "review"
    BINDINGS: ClassVar = bindings_of("review")

    def __init__(self, recording_id: str, t_s: float | None = None) -> None:
        super().__init__()
        self.recording_id = recording_id
        self.review: Review | None = None
        self.step_ms = 1000
        self._start_ms = None if t_s is None else round(t_s * 1000)
        self.turns = Turns(self, COMMANDS)

    def compose(self) -> ComposeResult:
        yield TitleBar(lambda: self.palette, id="title")
        yield TimeBand(lambda: self.palette, id="band")
        with Container(id="body"):
            with Container(id="list"):
                yield Heading(lambda: self.palette, "Opening …", id="count")
                yield Rows(self.paint, id="rows")
            yield EvidencePane(self.house_app, id="evidence")
        yield Guide(id="guide")
        yield LabelBar(lambda: self.palette, lambda: self.house_app.keymap, id="labels")
        yield from self.keybar()

    def on_mount(self) -> None:
        if not self.house_app.places.flag("review-guide"):
            self.query_one(Guide).open(self.house_app.keymap)
            self.add_class("-guided")
        self.load()
        self.set_interval(POLL_S, self.look_around)

    def on_unmount(self) -> None:
        self.keep_place()

    # ------------------------------------------------------------ opening and following

    @job("load")
    async def load(self) -> None:
        sessions = self.house_app.house.sessions
        try:
            session = await asyncio.to_thread(sessions.open, self.recording_id, live=True)
        except LookupError as error:
            self.report(error)
            self.house_app.leave(self)
            return
        outline = await asyncio.to_thread(sessions.outline, self.recording_id)
        place = self.house_app.places.of(self.recording_id) or Place()
        at = self._start_ms if self._start_ms is not None else place.cursor_ms
        self.review = Review(session, outline, cursor_ms=at, view=(place.view_start_ms, place.view_end_ms))
        self.query_one(TimeBand).show(self.review)
        self.show()
        self.house_app.spare_heap()
        if session.misfits:
            self.tell_misfits(session)

    def look_around(self) -> None:
        """Has another window or program changed something?"""
        if self.review is not None and self.is_current and not self.turns.busy:
            self.follow()

    @job("follow")
    async def follow(self) -> None:
        sessions = self.house_app.house.sessions
        draft, revision = await asyncio.to_thread(sessions.revision, self.recording_id)
        review = self.review
        if review is None or self.turns.busy or (draft, revision) == (review.session.draft_id, review.session.revision):
            return
        if not draft:
            return  # the run has begun again and has drafted nothing yet: what is seen stays
        session = await asyncio.to_thread(sessions.open, self.recording_id, live=True)
        grown = session.draft_id != review.session.draft_id
        outline = await asyncio.to_thread(sessions.outline, self.recording_id) if grown else None
        if self.turns.busy or (not grown and session.revision <= review.session.revision):
            return
        was_live = review.session.live
        if outline is not None:
            review.see(outline)
        self.take(session)
        if not grown:
            self.tell("Changed in another window; this is how it stands now.")
        elif not session.live:
            self.tell(WHOLE if was_live else AGAIN)
            if session.misfits:
                self.tell_misfits(session)

    def tell_misfits(self, session: Session) -> None:
        key = self.house_app.keymap.shown("review.history")
        self.tell(f"{misfits_told(session)} the draft of this run: {key} shows them.", "warning", 10.0)

    # ------------------------------------------------------------ one edit after the other

    def run_command(self, name: str) -> None:
        if self.review is None:
            return
        if self.review.session.live and name in LATER:
            self.tell(LATER[name])
        else:
            self.turns.take(name, free=name in FREE)

    def write(self, call: Callable[[], Session], then: Callable[[], None] | None = None) -> None:
        """Run a change of the journal in a thread, show what came of it, then do what follows from it."""
        self.turns.begin()
        self._write(call, then)

    @job("edit", exclusive=False)
    async def _write(self, call: Callable[[], Session], then: Callable[[], None] | None) -> None:
        await self.turns.write(call, then)

    # ------------------------------------------------------------ what is shown

    def take(self, session: Session) -> None:
        if self.review is not None:
            corrected = session.said != self.review.session.said
            self.review.take(session)
            self.show()
            if corrected:
                self.hear()

    @job("hear")
    async def hear(self) -> None:
        """What was said has been corrected: show it as it is now."""
        outline = await asyncio.to_thread(self.house_app.house.sessions.outline, self.recording_id)
        if self.review is not None:
            self.review.outline = outline
            self.show_place()

    def show(self) -> None:
        """Everything anew, after the session has changed."""
        review = self.review
        if review is None:
            return
        self.query_one("#count", Heading).show(*counted(review.session, self.house_app.keymap))
        rows = self.query_one("#rows", Rows)
        rows.row_height = 2 if self.roomy() else 1
        rows.set_count(len(review.segments), review.index)
        self.show_place()

    def roomy(self) -> bool:
        """Whether every segment has room for a second line."""
        height = self.query_one("#rows", Rows).size.height
        return self.review is not None and 0 < 2 * len(self.review.segments) <= height

    def show_place(self) -> None:
        """What goes with the segment and the time cursor."""
        review = self.review
        if review is None:
            return
        rows = self.query_one("#rows", Rows)
        if rows.cursor != review.index:
            rows.place(review.index)
        self.query_one(TimeBand).refresh()
        self.query_one(EvidencePane).show(review)
        facts = [f"step {self.step_words()}"] if self.step_ms != 1000 else []
        self.query_one(TitleBar).show(Path(review.session.recording.path).name, *standing(review), *facts, *dated(review))

    def step_words(self) -> str:
        return "one frame" if self.step_ms == 0 else f"{self.step_ms // 1000} s"

    def paint(self, index: int, line: int, width: int, here: bool) -> Strip:
        if self.review is None or index >= len(self.review.segments):
            return Strip.blank(width)
        if line:
            return paint_more(self.review, self.palette, index, width, here)
        return paint_row(self.review, self.palette, index, width, here)

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self.fit_rows)

    def fit_rows(self) -> None:
        if self.review is not None and self.query_one("#rows", Rows).row_height != (2 if self.roomy() else 1):
            self.show()

    def hints(self) -> Sequence[Hint]:
        """The number keys have a line of their own where there is room for it."""
        hints = super().hints()
        return [h for h in hints if not self.query_one(LabelBar).display or not h.action.startswith("do('label")]

    def restyle(self) -> None:
        super().restyle()
        self.show()

    def keep_place(self) -> None:
        if self.review is not None:
            self.house_app.places.keep(self.recording_id, Place(self.review.cursor_ms, *self.review.view))

    def go_to_ms(self, t_ms: int) -> None:
        if self.review is None:
            self._start_ms = t_ms
        else:
            self.review.go_to(t_ms)
            self.show_place()

    # ------------------------------------------------------------ commands that ask the house first

    @job("ask")
    async def ask_house(self, command: Callable[[ReviewScreen], Coroutine[None, None, None]]) -> None:
        """Run a command that waits for the house; a later one takes the place of one that still waits."""
        await command(self)

    # ------------------------------------------------------------ first use and leaving

    def hide_guide(self) -> bool:
        """Whether it was there."""
        was = self.query_one(Guide).close()
        self.remove_class("-guided")
        if was:
            self.house_app.places.set_flag("review-guide", True)
            self.house_app.remember()
        return was

    def do_back(self) -> None:
        keybar = self.query_one("#keybar", KeyBar)
        if keybar.turned:
            keybar.close()
            return
        if self.hide_guide():
            return
        if self.review is not None and self.review.selected:
            self.review.selected.clear()
            self.show()
        else:
            self.keep_place()
            self.house_app.remember()
            super().do_back()

    # ------------------------------------------------------------ mouse

    @on(Rows.Moved)
    def row_moved(self, event: Rows.Moved) -> None:
        if self.review is not None:
            self.review.choose(event.index)
            self.show_place()

    @on(Rows.Chosen)
    def row_chosen(self) -> None:
        self.action_do("evidence")

    @on(TimeBand.Clicked)
    def band_clicked(self, event: TimeBand.Clicked) -> None:
        self.go_to_ms(event.t_ms)

    @on(FilmStrip.Clicked)
    def frame_clicked(self, event: FilmStrip.Clicked) -> None:
        moving.to_frame(self, event.frame)

    @on(TimeBand.Dragged)
    def band_dragged(self, event: TimeBand.Dragged) -> None:
        if self.review is not None and not self.turns.busy:
            editing.drag(self, event.from_ms, event.to_ms)

    @on(TimeBand.Zoomed)
    def band_zoomed(self, event: TimeBand.Zoomed) -> None:
        self.action_do("zoom-in" if event.closer else "zoom-out")
