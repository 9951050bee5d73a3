"""Runs of the full house in memory: a script that tells its events from a thread, the queue, the machine."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from escribano_tui.domain import events as ev
from escribano_tui.domain.events import Event, RunState
from escribano_tui.domain.machine import Resident, Residents
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.queue import Waiting
from escribano_tui.domain.session import (
    PhaseRecord,
    PlannedPhase,
    RunPlan,
    RunRecord,
)
from escribano_tui.domain.times import duration
from escribano_tui.ports import BackendError, RunBusy, RunOptions, Stop, Watched
from tests.ui import fake_session

if TYPE_CHECKING:
    from tests.ui.fake_house import FakeHouse, Item


NOT_HERE = (("mlx-whisper", "mlx-whisper is not installed"), ("a server", "the profile names no server"))


GUESS = "a guess, before the first run here"


def finished_run(recording_id: str, run_id: str = "run-1") -> RunRecord:
    return RunRecord(run_id, recording_id, "quick", "finished", "2026-11-20T10:00:00+01:00", 31.0,
                     (PhaseRecord("read", "finished", backend="rapidocr"),))  # fmt: skip


class FakeRun:
    """Tells a script of events from a thread of its own."""

    def __init__(self, world: FakeHouse, item: Item, profile: str, sink: Callable[[Event], None]) -> None:
        self.world, self.item, self.profile, self.recording = world, item, profile, item.recording
        self.id = f"run-{item.recording.id}-{profile}"
        self._sink = sink
        self.told = 0
        self._state = RunState()
        self._stop, self._go, self._ended = threading.Event(), threading.Event(), threading.Event()
        self._go.set()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    @property
    def state(self) -> RunState:
        return self._state

    @property
    def paused(self) -> bool:
        return not self._go.is_set()

    def cancel(self) -> None:
        self._stop.set()
        self._go.set()
        if self.world.steps:
            self.world.steps.release()

    def pause(self) -> None:
        self._go.clear()

    def resume(self) -> None:
        self._go.set()

    def wait(self, timeout_s: float | None = None) -> bool:
        return self._ended.wait(timeout_s)

    def _tell(self, event: Event) -> None:
        self._state = self._state.apply(event)
        self._sink(event)
        self.told += 1

    def _work(self) -> None:
        state = "finished"
        for event in script(self.world.folder / "thumbnails"):
            if self.world.steps:
                self.world.steps.acquire()
            self._go.wait()
            if self._stop.is_set():
                state = "cancelled"
                break
            self._tell(event)
        if state == "finished":
            self.world.put(self.item, draft=True)
        else:
            self.item.run = RunRecord(self.id, self.recording.id, self.profile, state, "")
        self._tell(ev.RunEnded(state, 31.4))
        self._ended.set()


def script(thumbnails: Path) -> list[Event]:
    """What a run tells: both lanes, one failed frame, segments drafted as they come."""
    timeline, _ = fake_session.story()
    rows = tuple(ev.DraftRow(s.start_ms, s.end_ms, s.activity, s.title, (*s.apps, "")[0]) for s in timeline.segments)
    told: list[Event] = [
        ev.PhaseStarted("probe", 0.0), ev.PhaseFinished("probe", 0.1, 1, wall_s=0.1),
        ev.PhaseStarted("scan", 0.1, None), ev.PhaseStarted("listen", 0.1, 361, "silero", label="Silero VAD"),
        ev.PhaseProgressed("scan", 0.3, 5400, 10830), ev.PhaseFinished("scan", 0.5, 10830, wall_s=0.4, note="46 changes"),
        ev.PhaseStarted("frames", 0.5, 30), ev.PhaseProgressed("listen", 0.6, 180, 361),
        ev.PhaseFinished("frames", 1.2, 30, wall_s=0.7, note="30 pictures"),
        ev.PhaseFinished("listen", 1.4, 361, wall_s=1.3, note="0:24 of speech in 8 spans"),
        ev.PhaseStarted("read", 1.5, 30, "rapidocr", "PP-OCR", label="RapidOCR"),
        ev.PhaseStarted("describe", 1.5, 30, "screen-reader", label="screen reader"),
        ev.PhaseStarted("transcribe", 1.5, 8, "moonshine", "tiny-en", label="Moonshine"),
    ]  # fmt: skip
    for n in range(1, 11):
        at = 1.5 + n
        told += [
            ev.Looked(timeline.segments[n - 1].start_s + 1, str(thumbnails / f"{n - 1}-0.jpg"), timeline.segments[n - 1].title),
            ev.PhaseProgressed("read", at, 3 * n, 30), ev.PhaseProgressed("describe", at, 3 * n, 30, int(n > 4)),
            ev.Drafted(rows[:n]),
        ]  # fmt: skip
        told += [ev.ItemFailed("describe", "0000137600", "no answer in 60 s")] if n == 5 else []
        told += [ev.PhaseProgressed("transcribe", at, n, 8)] if n <= 8 else []
    for name, items, failed in (("read", 30, 0), ("describe", 30, 1), ("transcribe", 8, 0)):
        told.append(ev.PhaseFinished(name, 12.0, items, failed, 10.5, 9.0))
    told.append(ev.PhaseSkipped("refine", 12.0, "not in this profile"))
    for name in ("segment", "align", "subjects", "summarize"):
        told += [ev.PhaseStarted(name, 12.1), ev.PhaseFinished(name, 12.2, 1, wall_s=0.1)]
    return told


@dataclass
class FakeRuns:
    world: FakeHouse
    problems: tuple[str, ...] = ()

    def profiles(self) -> list[Profile]:
        return [Profile("quick", "Changes, screen text and one pass over the speech."),
                Profile("thorough", "More frames, a second pass over doubtful speech.")]  # fmt: skip

    def profile_problems(self) -> list[str]:
        return list(self.problems)

    def plan(self, recording_id: str, profile: str, options: RunOptions = RunOptions()) -> RunPlan:  # noqa: B008
        item = self.world.item(recording_id)
        more = 3.0 if profile == "thorough" else 1.0
        reuses = "nothing" if options.force or item.draft is None else "all"
        phases = (
            PlannedPhase("scan", "finds every change from the sizes of packets", estimate_s=0.4, reuses=reuses),
            PlannedPhase("frames", "takes a picture after each change", estimate_s=4 * more, reuses=reuses),
            PlannedPhase("read", "reads the screen text", "RapidOCR", "PP-OCRv4", (), 14 * more, "nothing"),
            PlannedPhase("describe", "says what is done", "screen reader", "", (("qwen3-vl on Ollama", "no answer"),), 2.0),
            PlannedPhase("listen", "finds where somebody speaks", "Silero VAD", "", (), 1.2),
            PlannedPhase("transcribe", "writes down what is said", "Moonshine", "tiny-en", NOT_HERE, 6 * more),
            PlannedPhase("refine", "hears doubtful spans again", skip="" if profile == "thorough" else "not in this profile"),
            PlannedPhase("segment", "drafts segments"), PlannedPhase("align", "joins speech to segments"),
            PlannedPhase("subjects", "gathers threads of work"),
            PlannedPhase("summarize", "writes three summaries", "deterministic writer",
                         leaves_machine="studio.example" if profile == "thorough" else ""),
        )  # fmt: skip
        profile_about = {p.name: p.description for p in self.profiles()}[profile]
        if options.budget_s is None:
            return RunPlan(item.recording, profile, profile_about, phases, 24.0 * more, GUESS)
        name = f"{profile} in {duration(round(options.budget_s * 1000))}"
        takes = min(24.0 * more, options.budget_s)
        out = ("about 12 of 46 frames", "reading between the chosen frames") if takes < 24.0 * more else ()
        return RunPlan(item.recording, name, profile_about, phases, takes, GUESS, out)

    def watch(self, recording_id: str, run_id: str = "") -> Watched | None:
        if recording_id in self.world.elsewhere:
            return Watched("run-9", "thorough", self.world.seen_elsewhere)
        return (
            Watched("run-9", "thorough", replace(self.world.seen_elsewhere, state="finished", wall_s=9.0)) if run_id else None
        )

    def start(self, recording_id: str, profile: str, options: RunOptions, sink: Callable[[Event], None]) -> FakeRun:
        if self.world.busy or recording_id in self.world.elsewhere:
            raise RunBusy("Another run works on this recording.")
        within = "" if options.budget_s is None else f" in {options.budget_s:g} s"
        self.world.calls.append(f"start {recording_id} {profile}{within}")
        return FakeRun(self.world, self.world.item(recording_id), profile, sink)


class FakeWeights:
    def fetch(self, name: str, progress: Callable[[int, int, str], None], stop: Stop) -> Path:
        raise BackendError("there is no hub in these tests")


@dataclass
class FakeQueue:
    waiting: list[Waiting] = field(default_factory=list)

    def put(self, path: Path, profile: str) -> Waiting:
        self.waiting.append(Waiting(len(self.waiting) + 1, str(path), profile, "waiting", "2026-11-20T10:00:00+00:00"))
        return self.waiting[-1]

    def rows(self) -> list[Waiting]:
        return list(self.waiting)

    def remove(self, waiting_id: int) -> bool:
        before = len(self.waiting)
        self.waiting = [w for w in self.waiting if w.id != waiting_id]
        return len(self.waiting) < before

    def clear_ended(self) -> int:
        return 0

    def working(self) -> AbstractContextManager[bool]:
        return nullcontext(True)

    def take(self) -> Waiting | None:
        return next((w for w in self.waiting if w.state == "waiting"), None)

    def end(self, waiting: Waiting, state: str, recording_id: str = "", message: str = "") -> None:
        self.waiting = [replace(w, state=state) if w.id == waiting.id else w for w in self.waiting]


class FakeMachine:
    def residents(self) -> Residents:
        reader = Resident("PP-OCR", "screen_text", "rapidocr", "PP-OCR", 210.0, True, True, 1, 0.0, 0.6, 1)
        speech = Resident("Moonshine tiny-en", "speech", "moonshine", "tiny-en", 142.0, True, False, 1, 2.0, 0.4, 1)
        return Residents((reader, speech), 8_000.0, 5_200.0)
