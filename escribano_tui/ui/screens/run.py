"""A run as it goes: both lanes, what is being looked at, the segments drafted so far."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.strip import Strip
from textual.widgets import Static

from escribano_tui.domain.activity import LETTERS
from escribano_tui.domain.events import LANES, DraftRow, ItemFailed
from escribano_tui.domain.times import cite, clock, duration, durations
from escribano_tui.ui.jobs import job
from escribano_tui.ui.keys import bindings_of
from escribano_tui.ui.lines import Line, plain
from escribano_tui.ui.run_words import fitting, memory, outcome, standing
from escribano_tui.ui.runs import Kept
from escribano_tui.ui.screens.base import CommandScreen
from escribano_tui.ui.screens.pick import Item
from escribano_tui.ui.widgets.heading import Heading
from escribano_tui.ui.widgets.lane import MARKS, Lane
from escribano_tui.ui.widgets.picture import Picture
from escribano_tui.ui.widgets.rows import Rows
from escribano_tui.ui.widgets.titlebar import TitleBar
from escribano_tui.ui.words import many

PARTS = ("#screen-phases", "#speech-phases", "#picture", "#line", "#draft", "#draft-heading", "#log", "#keybar")


class RunScreen(CommandScreen):
    """Looks on at a run that the app keeps; leaving it stops nothing."""

    CSS_PATH = "run.tcss"
    where: ClassVar[str] = "run"
    BINDINGS: ClassVar = bindings_of("run")

    def __init__(self, kept: Kept) -> None:
        super().__init__()
        self.kept = kept
        self.recording_id = kept.recording.id
        self._apps = 0  # cells of the longest name of a program in the draft
        self._lengths: tuple[tuple[DraftRow, ...], list[str]] = ((), [])  # as printed, of the draft that they were made for
        self.moved = False  # the owner has chosen a segment of the draft
        self._asked: tuple[DraftRow, ...] | None = None  # the draft for which corrections were asked last
        self._openable = False  # there is a draft, of this run or of an earlier one
        self._corrected: tuple[DraftRow, ...] = ()  # the draft with the owner's corrections; empty where there are none

    @property
    def draft(self) -> tuple[DraftRow, ...]:
        """The segments drafted so far, as the owner has corrected them."""
        return self._corrected or self.kept.state.draft

    def compose(self) -> ComposeResult:
        yield TitleBar(lambda: self.palette, id="title")
        with Container(id="lanes"):
            with Container(id="screen-lane"):
                yield Heading(lambda: self.palette, "screen")
                yield Lane(lambda: self.palette, LANES["screen"], id="screen-phases")
            with Container(id="speech-lane"):
                yield Heading(lambda: self.palette, "speech")
                yield Lane(lambda: self.palette, LANES["speech"], id="speech-phases")
        yield Static(id="log")
        yield Static(id="models", markup=False)
        with Container(id="body"):
            with Container(id="now"):
                yield Heading(lambda: self.palette, "now", id="now-heading")
                yield Picture(self.house_app.painter, lambda: self.palette, id="picture")
                yield Static(id="line", markup=False)
            with Container(id="drafted"):
                yield Heading(lambda: self.palette, "drafted so far", id="draft-heading")
                yield Rows(self.paint, id="draft")
        yield from self.keybar()

    def on_mount(self) -> None:
        self.show()

    @property
    def whole(self) -> bool:
        """Not while it is being put together, or taken down."""
        return all(self.query(part) for part in PARTS)

    def runs_changed(self, changed: Sequence[Kept]) -> None:
        self.show()  # also when another one has changed: the queue is shorter then

    def fit_size(self) -> None:
        super().fit_size()
        if self.whole:
            self.show()
            self.call_after_refresh(self.fit_picture)

    def fit_picture(self) -> None:
        if not self.whole:
            return
        self.query_one("#picture", Picture).fit_height(self.kept.recording, max(3, self.query_one("#now").size.height - 4))

    # ------------------------------------------------------------ what is shown

    def show(self) -> None:
        if not self.whole:
            return
        kept, state = self.kept, self.kept.state
        details, lefts = self.app.size.height >= 30, kept.lefts()
        for name in ("#screen-phases", "#speech-phases"):
            self.query_one(name, Lane).show(state, kept.paused, details, lefts.phases)
        self.query_one("#log", Static).update(self.log_line())
        self.show_title()
        self.show_models()
        self.show_now()
        if self._asked is not state.draft:
            self._asked = state.draft
            self.take_corrections()
        rows = self.query_one("#draft", Rows)
        at_end = not self.moved
        if rows.count != len(self.draft):
            rows.set_count(len(self.draft), len(self.draft) - 1 if at_end else None)
        else:
            rows.refresh()
        said = f"{'drafted' if kept.over else 'drafted so far'}: {many(len(self.draft), 'segment')}"
        self.query_one("#draft-heading", Heading).show(said + self.now_in_short())
        self.refresh_keys()

    def now_in_short(self) -> str:
        """What is being looked at, where there is no room for its picture."""
        looked = self.kept.state.looked
        if looked is None or self.kept.over or self.query_one("#now").display:
            return ""
        return f" · now {clock(looked.t_s)} {plain(looked.line)}".rstrip()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._asked = None  # the owner may have corrected something meanwhile
        self.show()

    @job("corrections")
    async def take_corrections(self) -> None:
        corrected = await asyncio.to_thread(self._as_corrected)
        openable = corrected is not None
        if (corrected or (), openable) != (self._corrected, self._openable):
            self._corrected, self._openable = corrected or (), openable
            self.show()

    def _as_corrected(self) -> tuple[DraftRow, ...] | None:
        """The draft with the owner's corrections, nothing where there are none; None where there is no draft at all."""
        try:
            session = self.house_app.house.sessions.open(self.recording_id, live=True)
        except LookupError:
            return None
        if not session.revision:
            return ()
        return tuple(
            DraftRow(s.start_ms, s.end_ms, s.activity, s.title, s.apps[0] if s.apps else "") for s in session.timeline.segments
        )

    def log_line(self) -> Content:
        """The phases that have no lane; once it is over, how it went."""
        kept, width = self.kept, self.app.size.width
        went = fitting(outcome(kept), width - 4)
        if went:
            return Content.assemble((" ✓ ", "bold $success"), (went, "$foreground"))
        parts: list[str | tuple[str, str]] = [" "]
        for name in LANES["log"]:
            mark, ink = MARKS.get(kept.state.phases[name].state, MARKS["waiting"])
            parts += [(mark, f"bold ${ink}"), f" {name}  "]
        key, failed, waiting = self.house_app.keymap.shown("run.failures"), len(kept.state.failures), self.waiting
        told = [f"{failed:,} put aside ({key})"] if failed else []
        told += [f"{waiting} waiting"] if waiting else []
        told += [f"first look {kept.first_look_s:.0f} s"] if kept.first_look_s is not None else []
        parts.append((fitting(told, width - sum(len(p) + 4 for p in LANES["log"]) - 2), "$muted"))
        return Content.assemble(*parts)

    @property
    def waiting(self) -> int:
        return len(self.house_app.keeper.waiting)

    def show_models(self) -> None:
        """What the models take; those of another program are not known here."""
        said = (
            ""
            if self.kept.watched or self.kept.over
            else memory(self.house_app.house.machine.residents(), self.app.size.width - 2)
        )
        models = self.query_one("#models", Static)
        models.update(Content(f" {said}"))
        models.display = bool(said)

    def show_title(self) -> None:
        kept, recording = self.kept, self.kept.recording
        said, ink = standing(kept, len(self.house_app.keeper.active))
        size = f"{recording.width}x{recording.height}" if recording.has_video else "no picture"
        facts = [
            f"{said} (another program)" if kept.watched and not kept.over else said,
            kept.plan.profile if kept.plan else kept.profile,
            duration(recording.duration_ms),
            size,
            many(len(recording.tracks), "track"),
        ]
        self.query_one(TitleBar).show(Path(recording.path).name, *(f for f in facts if f), ink=ink)

    def show_now(self) -> None:
        looked = self.kept.state.looked
        heading = self.query_one("#now-heading", Heading)
        picture, line = self.query_one("#picture", Picture), self.query_one("#line", Static)
        if looked is None:
            heading.show("now")
            soon = "The first picture comes in a moment." if self.kept.started else "It begins when the one before has ended."
            picture.show(None, "" if self.kept.over else soon)
            return
        heading.show(f"now {clock(looked.t_s)}" if not self.kept.over else f"last at {clock(looked.t_s)}")
        if looked.thumbnail:  # the speech lane looks at nothing: the last picture stays
            picture.show(Path(looked.thumbnail), "No picture of this moment.")
        line.update(Content(plain(looked.line)))

    def paint(self, index: int, line: int, width: int, here: bool) -> Strip:
        row = self.draft[index]
        ground = "selection" if here else "background"
        style = self.palette.style
        out = Line().add("▸ " if here else "  ", style("accent", ground, bold=True))
        at = len(clock(self.kept.recording.duration_s))  # no time is longer
        out.fit(cite(row.start_ms / 1000, row.end_ms / 1000), at, style("foreground", ground), right=True)
        out.fit(self.length(index), at + 2, style("muted", ground), right=True).add(" ", style("muted", ground))
        out.add(f" {LETTERS.get(row.activity, '?')} ", style("background", row.activity))
        out.add(" ", style("foreground", ground)).fit(row.activity, 14, style(row.activity, ground))
        app = min(16, self._apps, max(0, width - out.width - 16)) if width >= 56 else 0
        out.fit(row.title, width - out.width - app - 2, style("foreground", ground)).add(" ", style("foreground", ground))
        return out.fit(row.app, app, style("muted", ground)).strip(width, style("foreground", ground))

    def length(self, index: int) -> str:
        """The length of a drafted segment, printed so that all of them add up."""
        draft = self.draft
        if self._lengths[0] is not draft:
            self._lengths = (draft, durations([row.end_ms - row.start_ms for row in draft]))
            self._apps = max((cell_len(row.app) for row in draft), default=0)
        return self._lengths[1][index]

    # ------------------------------------------------------------ commands

    def unavailable(self, name: str) -> str:
        kept = self.kept
        if name in ("cancel", "pause") and kept.over:
            return "The run has ended."
        if name in ("cancel", "pause") and kept.watched:
            return "Another program runs this: cancel or pause it there."
        if name == "pause" and not kept.started:
            return "The run has not begun yet."
        if name == "failures" and not kept.state.failures:
            return "Nothing has failed."
        if name == "look" and kept.over and not kept.state.draft and kept.state.state != "finished":
            return "The run did not come to a draft: run it again, it goes on where it stopped."
        if name == "look" and not (kept.over or kept.state.draft or self._openable):
            return "Nothing is drafted yet: the first segments come soon."
        if name == "again" and not kept.over:
            return "The run is still under way."
        if name == "summary" and kept.state.state != "finished":
            return "The summary is written at the end of the run."
        if name == "queue" and not self.house_app.keeper.waiting:
            return "No other run waits."
        return ""

    def do_look(self) -> None:
        rows = self.query_one("#draft", Rows)
        chosen = self.draft[rows.cursor] if self.moved and rows.cursor < len(self.draft) else None
        self.house_app.go_review(self.recording_id, chosen.start_ms / 1000 if chosen else None)

    def do_queue(self) -> None:
        self.house_app.action_do("queue")

    def do_summary(self) -> None:
        self.house_app.go_summary(self.recording_id)

    def do_again(self) -> None:
        self.house_app.go_chooser(self.recording_id)

    @job("control", exclusive=False)
    async def do_cancel(self) -> None:
        if self.kept.run is not None:
            await asyncio.to_thread(self.kept.run.cancel)
            self.tell("Cancelling; what is finished stays.")
        elif not self.kept.started:
            self.house_app.keeper.drop(self.kept)
            self.house_app.leave(self)

    @job("control", exclusive=False)
    async def do_pause(self) -> None:
        run = self.kept.run
        if run is not None:
            await asyncio.to_thread(run.resume if run.paused else run.pause)
            self.show()

    def do_failures(self) -> None:
        from escribano_tui.ui.screens.pick import PickScreen

        items = [self.failed(f) for f in self.kept.state.failures]
        hint = "they are tried again by “retry failed” in the chooser   esc close"
        self.app.push_screen(PickScreen(f"Put aside: {many(len(items), 'item')} without a result", items, hint=hint))

    def failed(self, failure: ItemFailed) -> Item[str]:
        """Items are named by their time in ms, some with a track before it."""
        digits = failure.item.rpartition("@")[2]
        at = clock(int(digits) / 1000) if digits.isdigit() else failure.item
        return Item(failure.item, failure.message, "", f"{failure.phase} {at}", ink="warning")

    def do_down(self) -> None:
        self.query_one("#draft", Rows).cursor += 1

    def do_up(self) -> None:
        self.query_one("#draft", Rows).cursor -= 1

    @on(Rows.Moved)
    def row_moved(self, event: Rows.Moved) -> None:
        """Whoever moves chooses a segment; at the end of the list it follows again."""
        self.moved = event.index < event.rows.count - 1

    @on(Rows.Chosen)
    def row_chosen(self, event: Rows.Chosen) -> None:
        self.moved = True
        self.action_do("look")
