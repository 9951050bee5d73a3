"""How the phases of a run share the machine: what each would have taken by itself is known only so."""

from __future__ import annotations

import os
import threading
import time

from escribano_tui.domain.events import LANES
from escribano_tui.ports import Choice

READING_CORES = 6  # as many as the reader takes at most


def part_of(phase: str, choice: Choice | None, cores: int | None = None) -> float:
    """The part of the machine (0..1) that a phase keeps busy while it works. 0.0 for one that waits for a model elsewhere: it
    takes as long whatever else is done; and for those that work when all others are through."""
    cores = cores or os.cpu_count() or 1
    serves = choice.serves if choice else None
    if phase in LANES["log"] or (serves is not None and not serves.embedded):
        return 0.0
    wide = {"read": min(cores, READING_CORES), "listen": cores // 2, "transcribe": cores // 2, "refine": cores // 2}
    return max(1, wide.get(phase, 1)) / cores


class Load:
    """Which phases are at work, and how fast: where together they want more than the machine, each is slower by that. All
    methods may be called from any thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._working: dict[str, float] = {}
        self._told_at = time.monotonic()
        self._by_itself_s = 0.0

    def work(self, phase: str, part: float) -> float:
        """It goes to work (again). Returns seconds as `by_itself` does."""
        with self._guard:
            self._go_on()
            self._working[phase] = part
            return self._by_itself_s

    def rest(self, phase: str) -> None:
        """It waits for something, or has ended."""
        with self._guard:
            self._go_on()
            self._working.pop(phase, None)

    def by_itself(self) -> float:
        """Seconds in which a phase that had the machine to itself would have done as much as one of those at work did."""
        with self._guard:
            self._go_on()
            return self._by_itself_s

    def _go_on(self) -> None:
        now = time.monotonic()
        self._by_itself_s += (now - self._told_at) / max(1.0, sum(self._working.values()))
        self._told_at = now


class Busy:
    """How long one phase has worked, as if it had the machine to itself. Its own thread calls it."""

    def __init__(self, load: Load, phase: str, part: float) -> None:
        self._load, self._phase, self.part = load, phase, part
        self._before_s = 0.0
        self._since: float | None = None

    def work(self) -> None:
        if self._since is None:
            shared = self._load.work(self._phase, self.part)
            self._since = shared if self.part else time.monotonic()

    def rest(self) -> None:
        self._before_s = self.seconds
        self._load.rest(self._phase)
        self._since = None

    @property
    def seconds(self) -> float:
        if self._since is None:
            return self._before_s
        return self._before_s + (self._load.by_itself() if self.part else time.monotonic()) - self._since
