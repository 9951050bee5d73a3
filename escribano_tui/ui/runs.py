"""The runs of this app: they belong to the app, not to a screen, wait in a queue, and are told of by one message."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from escribano_tui.domain.countdown import Countdown
from escribano_tui.domain.events import Event, RunState
from escribano_tui.domain.progress import share_of
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.session import Coverage, RunPlan
from escribano_tui.domain.time_left import Lefts
from escribano_tui.domain.times import clock
from escribano_tui.ports import Run, RunOptions, Watched


@dataclass
class Kept:
    """One run that was asked for. `run` is None while it waits; `inbox` is filled by worker threads."""

    recording: Recording
    profile: str
    options: RunOptions
    run: Run | None = None
    state: RunState = field(default_factory=RunState)
    inbox: deque[Event] = field(default_factory=deque)
    plan: RunPlan | None = None
    error: str = ""
    started: bool = False
    first_look_s: float | None = None
    coverage: Coverage | None = None
    watched: bool = False  # it is another program's run
    watched_id: str = ""
    busy: str = ""  # why this app could not run it itself
    countdown: Countdown = field(default_factory=Countdown)

    @property
    def over(self) -> bool:
        return self.state.done or bool(self.error)

    @property
    def paused(self) -> bool:
        return self.run is not None and self.run.paused

    def lefts(self) -> Lefts:
        """What to say is left now, of the run and of its phases."""
        return self.countdown.say(self.state, self.plan, self.paused)

    def drain(self) -> bool:
        """Take in what the threads have told; whether there was anything."""
        changed = False
        while self.inbox:
            self.state = self.state.apply(self.inbox.popleft())
            changed = True
            self._note_first_look()
        return changed

    def see(self, seen: Watched) -> None:
        """Take in how the run of another program stands."""
        labels = {name: phase.label for name, phase in self.state.phases.items()}  # the record of a run that has ended has none
        phases = {name: replace(p, label=p.label or labels.get(name, "")) for name, p in seen.state.phases.items()}
        self.watched_id, self.profile, self.state = seen.run_id, seen.profile, replace(seen.state, phases=phases)
        self._note_first_look()

    def _note_first_look(self) -> None:
        if self.state.draft and self.first_look_s is None:
            self.first_look_s = max(p.updated_at_s for p in self.state.phases.values())

    def in_words(self) -> str:
        """One line for the library."""
        if not self.started:
            return "waiting in the queue"
        if self.paused:
            return "paused"
        share = share_of(self.state, self.plan)
        left = self.lefts().in_all_s
        return f"running {share:.0%}" + (f", {clock(left)} left" if left is not None else "")


class RunKeeper:
    """Runs by recording, and the queue. Everything but `sink` is called on the event loop."""

    def __init__(self, poke: Callable[[], None]) -> None:
        self._poke = poke
        self._runs: dict[str, Kept] = {}
        self._queue: deque[Kept] = deque()

    def of(self, recording_id: str) -> Kept | None:
        return self._runs.get(recording_id)

    @property
    def active(self) -> list[Kept]:
        """Runs of this app that are under way."""
        return [k for k in self._runs.values() if k.started and not k.over and not k.watched]

    @property
    def watched(self) -> list[Kept]:
        """Runs of other programs that are looked on at."""
        return [k for k in self._runs.values() if k.watched and not k.over]

    @property
    def waiting(self) -> list[Kept]:
        return list(self._queue)

    def ask(self, recording: Recording, profile: str, options: RunOptions, plan: RunPlan | None = None) -> Kept:
        """Put a run into the queue; one that waits or works for this recording already is given back as it is."""
        kept = self._runs.get(recording.id)
        if kept is None or kept.over:
            kept = Kept(recording, profile, options, plan=plan)
            self._runs[recording.id] = kept
            self._queue.append(kept)
        return kept

    def next(self) -> Kept | None:
        """The run whose turn it is, once nothing else is under way. It counts as started."""
        if self.active or not self._queue:
            return None
        kept = self._queue.popleft()
        kept.started = True
        return kept

    def look_on(self, recording: Recording) -> Kept:
        """Keep the run of another program, to look on."""
        kept = Kept(recording, "", RunOptions(), started=True, watched=True)
        self._runs[recording.id] = kept
        return kept

    def move(self, kept: Kept, by: int) -> None:
        """Let a run that waits come earlier (-1) or later."""
        at = self._queue.index(kept)
        to = max(0, min(at + by, len(self._queue) - 1))
        self._queue.remove(kept)
        self._queue.insert(to, kept)

    def drop(self, kept: Kept) -> None:
        """Take a run that still waits out of the queue."""
        if kept in self._queue:
            self._queue.remove(kept)
            del self._runs[kept.recording.id]

    def sink(self, kept: Kept) -> Callable[[Event], None]:
        """What the run's threads call: the event is laid down, and the app is poked to look."""

        def take(event: Event) -> None:
            kept.inbox.append(event)
            self._poke()

        return take

    def drain(self) -> list[Kept]:
        """Take in all that was told; the runs that changed."""
        return [k for k in self._runs.values() if k.drain()]
