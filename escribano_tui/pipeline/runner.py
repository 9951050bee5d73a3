"""Plans and starts runs: the phases of a plan, each in a thread of its own, both lanes at once, items handed on as they
come. One run at a time of a recording."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from escribano_tui.domain.events import PHASES, Event
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.session import Dossier, RunRecord
from escribano_tui.pipeline.plan import Planner
from escribano_tui.pipeline.running import Running
from escribano_tui.ports import Backends, Media, MediaFiles, Phase, PlannedStep, RunBusy, RunOptions, Store

LOOK_MOST_S = 0.5  # somebody who looks whether a recording is worked on holds its lock for a moment


@dataclass(frozen=True, slots=True)
class Runner:
    """The Pipeline port. `dossier` makes all that is known of a run; `locks` is a folder of lock files."""

    phases: Mapping[str, Phase]
    store: Store
    media: Media
    files: MediaFiles
    backends: Backends
    dossier: Callable[[Recording, RunRecord], Dossier]
    locks: Path

    def plan(self, recording: Recording, profile: Profile, options: RunOptions) -> list[PlannedStep]:
        return Planner(self.phases, self.backends, self.store.outputs).steps(recording, profile, options)

    def start(self, recording: Recording, profile: Profile, options: RunOptions, sink: Callable[[Event], None]) -> Running:
        self.locks.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(self.locks / f"{recording.id}.lock", mode=0o600, thread_local=False)
        try:
            lock.acquire(timeout=LOOK_MOST_S)
        except Timeout:
            raise RunBusy("Another run is at work on this recording; it can be watched, not started twice.") from None
        try:
            # The phases as they are now: what the owner changes meanwhile is for the next run.
            running = Running(replace(self, phases=dict(self.phases)), recording, profile, options, sink, lock)
        except BaseException:
            lock.release()
            raise
        running.begin()
        return running

    def busy(self, recording_id: str) -> bool:
        path = self.locks / f"{recording_id}.lock"
        if not path.exists():
            return False
        lock = FileLock(path, mode=0o600, thread_local=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return True
        except PermissionError:
            return False  # in a folder that can only be read nobody of this machine's owner runs
        lock.release()
        return False


def phase_table(phases: list[Phase]) -> dict[str, Phase]:
    """Phases by name, in the order of PHASES. Raises ValueError where one is missing or unknown."""
    by_name = {phase.name: phase for phase in phases}
    if set(by_name) != set(PHASES):
        raise ValueError(f"phases differ: {sorted(set(by_name) ^ set(PHASES))}")
    return {name: by_name[name] for name in PHASES}
