"""What a phase of a run works with (the port PhaseContext)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from escribano_tui.domain.events import (
    Drafted,
    DraftRow,
    Event,
    ItemFailed,
    Looked,
    PhaseProgressed,
    PhaseStarted,
    RunState,
)
from escribano_tui.domain.evidence import ScreenLine
from escribano_tui.domain.machine import Cost, PastPhase, pace_of
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.session import Dossier
from escribano_tui.domain.summary import Summary
from escribano_tui.domain.text import clean_line
from escribano_tui.domain.time_left import LOADING_S
from escribano_tui.pipeline.feed import Feed
from escribano_tui.pipeline.load import Busy, Load, part_of
from escribano_tui.pipeline.work_pictures import WorkPictures
from escribano_tui.ports import Backends, Cancelled, Choice, Evidence, Media, MediaFiles, Stop, Store

T = TypeVar("T")
EVENTS_PER_SECOND = 10.0
LOOK_UP_S = 0.1  # how often a wait looks at the stop event
LONG_S = 0.3  # an item that takes so long is told of when it begins


class Gate:
    """Cancel and pause of a run, looked at by every phase between items."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._open = threading.Event()
        self._open.set()
        self._paused_at: float | None = None
        self._paused_s = 0.0

    @property
    def paused(self) -> bool:
        return not self._open.is_set()

    @property
    def paused_s(self) -> float:
        """How long it has been paused in all, up to now."""
        since = self._paused_at
        return self._paused_s + (time.monotonic() - since if since is not None else 0.0)

    def pause(self) -> None:
        if self._paused_at is None:
            self._paused_at = time.monotonic()
        self._open.clear()

    def resume(self) -> None:
        self._paused_s, self._paused_at = self.paused_s, None
        self._open.set()

    def check(self) -> float:
        """Raises Cancelled; waits while paused. Returns the seconds that it waited."""
        began = time.monotonic()
        while not self.stop.is_set() and not self._open.wait(LOOK_UP_S):
            pass
        if self.stop.is_set():
            raise Cancelled
        return time.monotonic() - began


@dataclass(slots=True)
class RunWide:
    """What the phases of one run share."""

    recording: Recording
    profile: Profile
    media: Media
    files: MediaFiles
    backends: Backends
    store: Store
    gate: Gate
    feeds: dict[str, Feed]
    pictures: WorkPictures
    emit: Callable[[Event], None]
    dossier: Callable[[], Dossier]
    state: Callable[[], RunState]
    load: Load = field(default_factory=Load)
    began: float = field(default_factory=time.monotonic)

    def at_s(self) -> float:
        """Seconds since the run began, without those in which it was paused: what is left is told by them."""
        return time.monotonic() - self.began - self.gate.paused_s


class Context:
    """The PhaseContext of one phase of one run."""

    def __init__(self, run: RunWide, phase: str, choice: Choice | None, anew: bool = False) -> None:
        self._run = run
        self.phase = phase
        self.choice = choice
        self.anew = anew
        self.recording = run.recording
        self.profile = run.profile
        self.media = run.media
        self.files = run.files
        self.backends = run.backends
        self._feed = run.feeds[phase]
        self._items = run.store.outputs.items(self._output_id)
        self._total: int | None = None
        self._busy = Busy(run.load, phase, part_of(phase, choice))
        self._weights: Mapping[str, float] = {}
        self._work = 0.0  # of this run, of all items
        self._expected_s: float | None = None
        self._measured = 0  # on so many past runs it rests
        self._in_hand = ""
        self._looks: int | None = None
        self._first = frozenset(self._items)  # through before this run
        self._shown_done: int | None = None
        self._last_emitted = 0.0
        self._material_s = 0.0
        self._model_s = 0.0
        self.note_text = ""
        self.waited_s = 0.0
        self.started_at: float | None = None

    def at_s(self) -> float:
        """Seconds of the run so far."""
        return self._run.at_s()

    @property
    def _output_id(self) -> int:
        if self._feed.output_id is None:
            raise ValueError(f"{self.phase} was skipped")
        return self._feed.output_id

    # ------------------------------------------------------------ cancel and pause

    @property
    def stop(self) -> Stop:
        return self._run.gate.stop

    def check(self) -> None:
        if self._run.gate.paused:
            self._busy.rest()
        self.waited_s += self._run.gate.check()
        if self.started_at is not None:
            self._busy.work()

    def _wait(self, condition: threading.Condition) -> None:
        began = time.monotonic()
        self._busy.rest()
        condition.wait(LOOK_UP_S)
        if self.started_at is not None:
            self.waited_s += time.monotonic() - began
            self._busy.work()
        if self._run.gate.stop.is_set():
            raise Cancelled

    # ------------------------------------------------------------ items

    def done(self) -> frozenset[str]:
        return frozenset(self._items)

    def failed_items(self) -> frozenset[str]:
        return frozenset(item for item, state in self._items.items() if state == "failed")

    def put(self, item: str, evidence: Sequence[Evidence]) -> None:
        kept = [e for e in evidence if not isinstance(e, Summary)]
        for summary in (e for e in evidence if isinstance(e, Summary)):
            self._run.store.summaries.save(self.recording.id, summary)
        self._feed.put(item, kept)
        self._through(item, "done")
        self._run.pictures.note(self.phase, item, kept)

    def fail(self, item: str, message: str, raw: str = "", instead: Sequence[Evidence] = ()) -> None:
        self._feed.failed(item, message, raw, instead)
        self._through(item, "failed")
        self._run.pictures.note(self.phase, item, ())
        self._run.emit(ItemFailed(self.phase, item, clean_line(message)))

    def _through(self, item: str, state: str) -> None:
        self._begin()
        self._items[item] = state
        self._show()

    # ------------------------------------------------------------ progress

    def _begin(self) -> None:
        """The phase has got its first input, or has begun by itself."""
        if self.started_at is None:
            self.started_at = time.monotonic()
            self._busy.work()
            serves = self.choice.serves if self.choice else None
            name, model = self._served_by()
            done = len(self._items)
            label = serves.label if serves else ""
            at_s, part = self._run.at_s(), self._busy.part
            self._run.emit(PhaseStarted(self.phase, at_s, self._total, name, model, done=done, label=label, part=part))

    def expect(self, total: int | None) -> None:
        self._total = total
        self._show(always=True)

    def weigh(self, weights: Mapping[str, float], rest: float = 0.0, anew: float = 1.0) -> None:
        self._weights = weights
        self._work = sum(w for item, w in weights.items() if item not in self._first) + rest
        pace, self._measured = pace_of(self._past, "" if self.anew else self.recording.id, anew)
        self._expected_s = self._work * pace
        self._show(always=True)

    def foresee(self, seconds: float | None, looks: int | None = None) -> None:
        self._expected_s = seconds if seconds is not None else self._expected_s
        self._looks = looks if looks is not None else self._looks
        self._show()

    def progress_of(self, phase: str) -> tuple[int, int | None]:
        told = self._run.state().phases[phase]
        return told.done, told.total

    def take_in_hand(self, item: str) -> None:
        self._in_hand = item
        self._show(always=self._weights.get(item, 0.0) >= LONG_S)

    @cached_property
    def _past(self) -> list[PastPhase]:
        """Past runs of this phase: weights come with each new item, and those do not change meanwhile."""
        return self._run.store.runs.measured(self.phase, *self._served_by())

    def _served_by(self) -> tuple[str, str]:
        serves = self.choice.serves if self.choice else None
        return (serves.name, serves.model) if serves else ("", "")

    def _worked(self, in_hand: str = "") -> float | None:
        """Share of this run's work that is through, once an item `in_hand` is; None where it was not weighed."""
        if self._work <= 0:
            return None
        through = sum(self._weights.get(item, 0.0) for item in self._items if item not in self._first)
        if in_hand and in_hand not in self._items:
            through += self._weights.get(in_hand, 0.0)
        return float(min(1.0, through / self._work))

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        self._begin()
        self._shown_done = done
        if total is not None:
            self._total = total
        self.note_text = clean_line(note) or self.note_text
        self._show()

    def note(self, text: str) -> None:
        self.note_text = clean_line(text)
        self._show(always=True)

    def _show(self, always: bool = False) -> None:
        now = time.monotonic()
        if self.started_at is None or (not always and now - self._last_emitted < 1 / EVENTS_PER_SECOND):
            return
        self._last_emitted = now
        done = len(self._items) if self._shown_done is None else self._shown_done
        failed = sum(state == "failed" for state in self._items.values())
        self._run.emit(
            PhaseProgressed(
                self.phase, self._run.at_s(), done, self._total, failed, self.note_text, self._worked(), self._expected_s,
                self._measured, round(self._busy.seconds, 3), self._worked(self._in_hand) or 0.0, self._looks,
            )
        )  # fmt: skip

    def look(self, t_s: float, thumbnail: str = "", line: str = "") -> None:
        path = str(self.files.thumbnail(self.recording.id, thumbnail)) if thumbnail else ""
        self._run.emit(Looked(t_s, path, clean_line(line)))

    def drafted(self, segments: Sequence[Segment]) -> None:
        self._run.store.live.draft(self.recording.id, segments)
        rows = (DraftRow(s.start_ms, s.end_ms, s.activity, s.title, s.apps[0] if s.apps else "") for s in segments)
        self._run.emit(Drafted(tuple(rows)))

    # ------------------------------------------------------------ what others gave

    def follow(self, phase: str, kind: type[T]) -> Iterator[T]:
        for one in self._run.feeds[phase].evidence(kind, self._wait):
            self.check()
            self._begin()
            yield one

    def follow_items(self, phase: str) -> Iterator[str]:
        for item in self._run.feeds[phase].items(self._wait):
            self.check()
            self._begin()
            yield item

    def through(self, phase: str) -> tuple[frozenset[str], bool]:
        feed = self._run.feeds[phase]
        ended = feed.ended  # asked for first: what comes between is seen the next time
        items = self._run.store.outputs.items(feed.output_id) if feed.output_id is not None else {}
        return frozenset(items), ended

    def failed_in(self, phase: str) -> frozenset[str]:
        output_id = self._run.feeds[phase].output_id
        items = self._run.store.outputs.items(output_id) if output_id is not None else {}
        return frozenset(item for item, state in items.items() if state == "failed")

    def load(self, phase: str, kind: type[T]) -> list[T]:
        self._run.feeds[phase].until_ended(self._wait)
        return self.so_far(phase, kind)

    def so_far(self, phase: str, kind: type[T]) -> list[T]:
        output_id = self._run.feeds[phase].output_id
        return self._run.store.outputs.load(output_id, kind) if output_id is not None else []

    def count(self, phase: str, kind: type[Any]) -> int | None:
        feed = self._run.feeds[phase]
        if not feed.ended:
            return None
        return len(self._run.store.outputs.load(feed.output_id, kind)) if feed.output_id is not None else 0

    def mine(self, kind: type[T]) -> list[T]:
        return self._run.store.outputs.load(self._output_id, kind)

    def lines_at(self, t_s: float) -> list[ScreenLine]:
        output_id = self._run.feeds["read"].output_id
        if output_id is None:
            return []
        lines = self._run.store.outputs.load(output_id, ScreenLine, t_s, t_s + 0.001)
        return [line for line in lines if line.start_s <= t_s < line.end_s]

    def dossier(self) -> Dossier:
        self._run.feeds["subjects"].until_ended(self._wait)
        self._begin()
        return self._run.dossier()

    def latest_summary(self, format: str) -> Summary | None:
        return self._run.store.summaries.newest(self.recording.id, format)

    # ------------------------------------------------------------ what it cost

    def rest(self) -> None:
        """The phase is through."""
        self._busy.rest()

    def measured(self, material_s: float, model_s: float) -> None:
        self._material_s += material_s
        self._model_s += model_s

    def cost(self) -> Cost:
        """What the backend of this phase cost: as the phase measured, and as its processes show."""
        serves = self.choice.serves if self.choice else None
        if serves is None:
            return Cost(work=round(self._work, 3), alone_s=round(self._busy.seconds, 3))
        alone_s = round(max(0.0, self._busy.seconds - LOADING_S), 3)
        told = (serves.port, serves.name, serves.model)
        own = [r for r in self.backends.residents().models if r.starts and (r.port, r.backend, r.model) == told]
        load_s = max((r.load_s for r in own), default=0.0)
        return Cost(
            round(self._material_s, 3),
            round(self._model_s, 3),
            round(load_s, 3),
            round(sum(r.size_mb for r in own), 1),
            round(self._work, 3),
            alone_s,
        )

    # ------------------------------------------------------------ memory

    def remember(self, namespace: str, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        return self._run.store.memory.get_many(namespace, keys)

    def keep(self, namespace: str, values: dict[bytes, bytes], used: Sequence[bytes] = ()) -> None:
        self._run.store.memory.put_many(namespace, values, used)

    def forget(self, namespace: str, keys: Sequence[bytes]) -> None:
        self._run.store.memory.forget(namespace, keys)
