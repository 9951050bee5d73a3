"""A run that is under way: its phases in threads of their own, their results and events, and its end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from filelock import FileLock

from escribano_tui.domain.events import (
    Event,
    PhaseCancelled,
    PhaseFailed,
    PhaseFinished,
    PhaseSkipped,
    RunEnded,
    RunState,
)
from escribano_tui.domain.evidence import Frame
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording, UnusableInput
from escribano_tui.domain.session import Dossier, PhaseRecord
from escribano_tui.domain.text import clean_line
from escribano_tui.pipeline import file_watch, kept_pictures
from escribano_tui.pipeline.context import Context, Gate, RunWide
from escribano_tui.pipeline.feed import Feed
from escribano_tui.pipeline.file_watch import CHANGED, NOT_KEPT, OTHER, FileWatch
from escribano_tui.pipeline.plan import NEEDS, forced
from escribano_tui.pipeline.teller import Teller
from escribano_tui.pipeline.work_pictures import LANES, WorkPictures
from escribano_tui.ports import Cancelled, Output, PlannedStep, RunOptions

if TYPE_CHECKING:
    from escribano_tui.pipeline.runner import Runner

log = logging.getLogger(__name__)
READERS: Final = frozenset({"scan", "frames", "listen", "transcribe", "refine"})  # phases that read the recording itself


class Running:
    """A run that is under way (the port Run)."""

    def __init__(
        self, runner: Runner, recording: Recording, profile: Profile, options: RunOptions,
        sink: Callable[[Event], None], lock: FileLock,
    ) -> None:  # fmt: skip
        self.recording = recording
        self.profile = profile.name
        self._runner = runner
        self._settings = profile
        self._options = options
        self._sink = sink
        self._lock = lock
        self._gate = Gate()
        self._state = RunState()
        self._emitting = threading.Lock()
        self._ended = threading.Event()
        self._record = runner.store.runs.begin(recording.id, profile.name)
        self.id = self._record.id
        runner.store.live.begin(recording.id, self.id)
        self._teller = Teller(runner.store.live, recording.id, lambda: self._state)
        self._thread = threading.Thread(target=self._run, name=f"run {self.id}", daemon=True)

    # ------------------------------------------------------------ the port

    @property
    def state(self) -> RunState:
        return self._state

    def cancel(self) -> None:
        self._gate.stop.set()
        self._gate.resume()

    def pause(self) -> None:
        """Phases wait before their next item; loaded models are let go meanwhile."""
        self._gate.pause()
        threading.Thread(target=self._runner.backends.release, name="release", daemon=True).start()

    def resume(self) -> None:
        self._gate.resume()

    @property
    def paused(self) -> bool:
        return self._gate.paused

    def wait(self, timeout_s: float | None = None) -> bool:
        return self._ended.wait(timeout_s)

    def begin(self) -> None:
        self._teller.begin()
        self._thread.start()

    # ------------------------------------------------------------ the run

    def _emit(self, event: Event) -> None:
        with self._emitting:
            self._state = self._state.apply(event)
            self._sink(event)

    def _run(self) -> None:
        began = time.monotonic()
        state, message = "failed", ""
        try:
            self._run_phases()
            state, message = self._outcome()
        except Exception as error:
            log.exception("the run failed")
            message = f"The run failed: {clean_line(str(error)) or type(error).__name__}"
        finally:
            wall_s = time.monotonic() - began
            trouble = self._let_go(state, wall_s)
            if trouble and state == "finished":
                state, message = "failed", trouble
            try:
                self._emit(RunEnded(state, wall_s, message))
            finally:
                self._ended.set()

    def _let_go(self, state: str, wall_s: float) -> str:
        """Note the end, free the models and the recording, each whatever becomes of the others (a full disk, say).

        Returns what went wrong first, as a sentence; whoever waits for the run must not wait for ever.
        """
        troubles = []
        runner = self._runner
        live = runner.store.live
        steps: tuple[Callable[[], None], ...] = (
            lambda: runner.store.runs.end(self.id, state, wall_s), self._teller.end,
            lambda: live.end(self.recording.id) if state == "finished" else None,
            lambda: runner.store.outputs.drop_aside(self.recording.id) if state == "finished" else None,
            lambda: runner.files.clear_work(self.recording.id), runner.backends.release, lambda: self._lock.release(),
        )  # fmt: skip
        for step in steps:
            try:
                step()
            except Exception as error:
                log.exception("the end of the run could not be kept")
                troubles.append(f"The end of the run could not be kept: {clean_line(str(error)) or type(error).__name__}")
        return troubles[0] if troubles else ""

    def _outcome(self) -> tuple[str, str]:
        phases = self._state.phases.values()
        failed = next((p for p in phases if p.state == "failed"), None)
        if failed is not None:
            return "failed", failed.note if failed.note == CHANGED else f"{failed.phase} failed: {failed.note}"
        if any(p.state == "cancelled" for p in phases):
            return "cancelled", "Cancelled; what was finished is kept."
        return "finished", ""

    def _run_phases(self) -> None:
        steps = self._runner.plan(self.recording, self._settings, self._options)
        reads = any(step.name in READERS and step.action not in ("reuse", "skip") for step in steps)
        if reads and self._runner.media.changed(self.recording):
            raise UnusableInput(OTHER)
        feeds = {step.name: self._open(step) for step in steps}
        run = self._run_wide(steps, feeds)
        again = forced(self._options)
        threads = []
        for step in steps:
            if step.action in ("reuse", "skip"):
                self._settle(step, feeds[step.name])
                continue
            context = Context(run, step.name, step.choice, anew=step.name in again)
            threads.append(
                threading.Thread(target=self._phase, args=(step, context, feeds[step.name]), name=step.name, daemon=True)
            )
        watch = FileWatch(self._runner.media, self.recording) if reads else None
        for thread in threads:
            thread.start()
        changed = self._wait_for(threads, watch)
        if changed or (reads and self._runner.media.changed(self.recording)):
            self._take_back(steps, feeds)
        elif not self._gate.stop.is_set():
            self._keep_pictures(steps, feeds)

    def _keep_pictures(self, steps: list[PlannedStep], feeds: dict[str, Feed]) -> None:
        files, identity = self._runner.files, self.recording.id
        frames = feeds["frames"].output_id
        taken = self._runner.store.outputs.load(frames, Frame) if frames is not None else []
        if any(step.name == "read" and step.action == "skip" for step in steps):
            kept_pictures.show_unread(files, identity, taken)
        files.clear_work(identity)
        if self._settings.frames.keep_pictures:
            kept_pictures.keep_whole(self._runner.media, files, self.recording, taken, self._gate.stop)

    def _wait_for(self, threads: list[threading.Thread], watch: FileWatch | None) -> bool:
        """Wait for all phases; whether a file was written to meanwhile, which ends them."""
        changed = False
        for thread in threads:
            while thread.is_alive():
                thread.join(file_watch.LOOK_S)
                if watch is not None and not changed and watch.changed():
                    changed = True
                    self.cancel()
        return changed

    def _take_back(self, steps: list[PlannedStep], feeds: dict[str, Feed]) -> None:
        """The file was written to meanwhile: what was computed is of something else, and a later run must not find it."""
        why = CHANGED
        for step in steps:
            output_id = feeds[step.name].output_id
            if step.action in ("reuse", "skip") or output_id is None:
                continue
            if step.name == "frames":
                taken = self._runner.store.outputs.load(output_id, Frame)
                kept_pictures.drop(self._runner.files, self.recording.id, taken)
            self._runner.store.outputs.clear(output_id)
            output = self._runner.store.outputs.close(output_id, "failed", 0.0, 0.0, why)
            self._note(replace(PhaseRecord(step.name, "failed"), **_of_output(output)))
            self._emit(PhaseFailed(step.name, 0.0, why))
            why = NOT_KEPT  # the cause is told once

    def _run_wide(self, steps: list[PlannedStep], feeds: dict[str, Feed]) -> RunWide:
        runner = self._runner
        running = frozenset(s.name for s in steps if s.name in LANES and s.action not in ("reuse", "skip"))
        through: set[tuple[str, str]] = set()
        for lane in LANES:
            output_id = feeds[lane].output_id
            if output_id is not None:
                through |= {(lane, item) for item in runner.store.outputs.items(output_id)}
        pictures = WorkPictures(runner.files, self.recording.id, running, through)
        frames = feeds["frames"].output_id
        if frames is not None:
            pictures.expect(runner.store.outputs.load(frames, Frame))
        return RunWide(
            self.recording, self._settings, runner.media, runner.files, runner.backends, runner.store, self._gate, feeds,
            pictures, self._emit, self._dossier, lambda: self._state,
        )  # fmt: skip

    def _dossier(self) -> Dossier:
        record = self._runner.store.runs.get(self.id)
        return self._runner.dossier(self.recording, record or self._record)

    def _open(self, step: PlannedStep) -> Feed:
        outputs = self._runner.store.outputs
        if step.action == "skip":
            return Feed(outputs, None, ended=True)
        if step.action == "reuse" and step.output is not None:
            return Feed(outputs, step.output.id, ended=True)
        if step.action == "compute" and step.output is not None:
            if step.output.state == "finished":  # the draft of an earlier run stands until there is another one
                outputs.set_aside(step.output.id)
            else:
                outputs.clear(step.output.id)
        if step.action == "retry" and step.output is not None:
            outputs.forget_failures(step.output.id)
        serves = step.choice.serves if step.choice else None
        output = outputs.open(
            self.recording.id, step.name, step.key, serves.name if serves else "", serves.model if serves else ""
        )
        self._note(
            PhaseRecord(step.name, "running", backend=output.backend, model=output.model, output_id=output.id)
        )  # what it gives can be looked at from now on
        return Feed(outputs, output.id, ended=False)

    def _settle(self, step: PlannedStep, feed: Feed) -> None:
        """A phase that is not computed: taken from the store, or skipped."""
        at_s = 0.0
        if step.action == "skip" or step.output is None:
            self._note(PhaseRecord(step.name, "skipped", note=step.skip))
            self._emit(PhaseSkipped(step.name, at_s, step.skip))
            return
        output = step.output
        record = PhaseRecord(step.name, "finished", reused=True)
        self._note(replace(record, **_of_output(output)))
        self._emit(PhaseFinished(step.name, at_s, output.items, output.items_failed, reused=True, note=output.note))

    def _note(self, record: PhaseRecord) -> None:
        self._runner.store.runs.phase(self.id, record)

    def _phase(self, step: PlannedStep, context: Context, feed: Feed) -> None:
        """The thread of one phase."""
        state, message = "failed", ""
        try:
            self._runner.phases[step.name].run(context)
            state = "finished"
        except Cancelled:
            state = "cancelled"
        except Exception as error:
            log.exception("%s failed", step.name)
            message = self._lacked(step.name) or clean_line(str(error)) or type(error).__name__
        try:
            self._close_phase(step, context, feed, state, message)
        except Exception as error:  # the store cannot be written to: the run goes on to its end, and has failed
            log.exception("%s could not be kept", step.name)
            why = message or f"What it found could not be kept: {clean_line(str(error)) or type(error).__name__}"
            self._emit(PhaseFailed(step.name, context.at_s(), why))
        finally:
            feed.end()

    def _lacked(self, name: str) -> str:
        """Why a phase could not but fail, where one that it needs has: the cause is told there, once."""
        cause = next((need for need in NEEDS[name] if self._state.phases[need].state == "failed"), "")
        return f"It needs what {cause} gives." if cause else ""

    def _close_phase(self, step: PlannedStep, context: Context, feed: Feed, state: str, message: str) -> None:
        context.rest()
        now = time.monotonic()
        wall_s = now - context.started_at if context.started_at is not None else 0.0
        busy_s = max(0.0, wall_s - context.waited_s)
        if feed.output_id is None:
            return
        output = self._runner.store.outputs.close(feed.output_id, state, wall_s, busy_s, message or context.note_text)
        record = PhaseRecord(step.name, state, round(wall_s, 3), round(busy_s, 3), cost=context.cost())
        self._note(replace(record, **_of_output(output)))
        at_s = context.at_s()
        if state == "finished":
            self._emit(PhaseFinished(step.name, at_s, output.items, output.items_failed, wall_s, busy_s, note=output.note))
        elif state == "cancelled":
            self._emit(PhaseCancelled(step.name, at_s))
        else:
            self._emit(PhaseFailed(step.name, at_s, message))


def _of_output(output: Output) -> dict[str, Any]:
    """What a phase's record takes over from its output."""
    return {
        "items": output.items,
        "items_failed": output.items_failed,
        "backend": output.backend,
        "model": output.model,
        "note": output.note,
        "output_id": output.id,
    }
