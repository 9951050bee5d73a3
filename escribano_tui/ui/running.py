"""The runs of the app: beginning them one after the other, taking in what they tell, looking on at those of others."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.worker import Worker

from escribano_tui.domain.recording import Recording
from escribano_tui.domain.session import RunPlan
from escribano_tui.domain.text import clean_line
from escribano_tui.ports import RunBusy, RunOptions
from escribano_tui.ui.jobs import job
from escribano_tui.ui.notice import notice
from escribano_tui.ui.runs import Kept, RunKeeper
from escribano_tui.ui.screens.base import CommandScreen

if TYPE_CHECKING:
    from textual.timer import Timer

    from escribano_tui.ui.app import EscribanoApp

TICK_S = 1.0  # the time left goes down though nothing is told
REFRESH_S = 0.2  # a run is shown anew at most this often
LOOK_ON_S = 0.5  # and one of another program is looked at this often
ELSEWHERE = "Another program runs this recording: this is how it goes."


class AppRuns:
    """Owned by the app; everything but what the keeper's sinks do happens on the event loop."""

    def __init__(self, app: EscribanoApp) -> None:
        self._app = app
        self.keeper = RunKeeper(app.poke)
        self._flush: Timer | None = None
        self._watching: Timer | None = None
        self._ticking: Timer | None = None

    def run_worker(self, *args: Any, **options: Any) -> Worker[None]:
        worker: Worker[None] = self._app.run_worker(*args, **options)
        return worker

    def report(self, error: Exception) -> None:
        self._app.report(error)

    # ------------------------------------------------------------ the queue

    def start(self, recording: Recording, profile: str, options: RunOptions, plan: RunPlan | None = None) -> None:
        """Begin, or wait in the queue, and look on."""
        self.keeper.ask(recording, profile, options, plan)
        self.start_next()
        self._app.go_run(recording.id)

    def start_next(self) -> None:
        kept = self.keeper.next()
        if kept is not None:
            self._begin(kept)

    @job("begin", exclusive=False)
    async def _begin(self, kept: Kept) -> None:
        runs = self._app.house.runs
        try:
            kept.run = await asyncio.to_thread(
                runs.start, kept.recording.id, kept.profile, kept.options, self.keeper.sink(kept)
            )
        except RunBusy as busy:
            self._app.tell(ELSEWHERE)
            kept.busy = clean_line(str(busy))
            self._look_on(kept)
            self.start_next()
        except Exception as error:  # noqa: BLE001 - a run that cannot begin says why on its own screen
            kept.error = clean_line(str(error)) or type(error).__name__
            self.report(error)
            self.start_next()
        self._app.spare_heap()
        if self._ticking is None:
            self._ticking = self._app.set_interval(TICK_S, self._tick)
        self.show([kept])

    def _tick(self) -> None:
        active = self.keeper.active
        self.show(active)
        if not active and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    async def cancel_all(self) -> None:
        """The app is closing: what is finished stays."""
        for kept in self.keeper.active:
            if kept.run is not None:
                await asyncio.to_thread(kept.run.cancel)
                await asyncio.to_thread(kept.run.wait, 5.0)

    # ------------------------------------------------------------ what they tell

    def told(self) -> None:
        """Something was told; it is taken in soon, with all that is told until then."""
        if self._flush is None:
            self._flush = self._app.set_timer(REFRESH_S, self._take_in)

    def _take_in(self) -> None:
        self._flush = None
        changed = self.keeper.drain()
        self.show(changed)
        for kept in changed:
            if kept.over:
                self._ended(kept)

    def show(self, changed: list[Kept]) -> None:
        for screen in self._app.screen_stack:
            if isinstance(screen, CommandScreen):
                screen.runs_changed(changed)

    def _ended(self, kept: Kept) -> None:
        app = self._app
        said = f"{clean_line(Path(kept.recording.path).name)}: {kept.state.message or kept.state.state}"
        if app.settings.notify and not app.app_focus:
            app.write_to_terminal(notice(said, os.environ))
        if not any(isinstance(s, CommandScreen) and s.where == "run" and s.is_current for s in app.screen_stack):
            app.tell(said)
        if not kept.error:
            self._cover(kept)
        self.start_next()

    @job("cover", exclusive=False)
    async def _cover(self, kept: Kept) -> None:
        """How much of the time was looked at, for the line that a run ends with."""
        if kept.state.state == "finished":
            kept.coverage = await asyncio.to_thread(self._app.house.sessions.coverage, kept.recording.id)
            self.show([kept])

    # ------------------------------------------------------------ runs of other programs

    def look_on(self, recording: Recording) -> None:
        """Show how the run of another program goes; it can be left, and looked at again, at any time."""
        kept = self.keeper.of(recording.id)
        if kept is None or kept.over:
            kept = self.keeper.look_on(recording)
        self._look_on(kept)
        self._app.go_run(recording.id)

    def _look_on(self, kept: Kept) -> None:
        kept.watched = True
        if self._watching is None:
            self._watching = self._app.set_interval(LOOK_ON_S, self._look)
        self._look()

    @job("look on")
    async def _look(self) -> None:
        watched = self.keeper.watched
        if not watched and self._watching is not None:
            self._watching.stop()
            self._watching = None
        for kept in watched:
            seen = await asyncio.to_thread(self._app.house.runs.watch, kept.recording.id, kept.watched_id)
            if seen is None and not kept.watched_id:
                kept.error = kept.busy or "The run of the other program has ended."
            elif seen is not None:
                kept.see(seen)
            self.show([kept])
            if kept.over:
                self._ended(kept)
