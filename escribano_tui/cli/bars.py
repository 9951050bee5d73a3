"""Bars of a headless run on stderr: live lines in a terminal, a line a phase elsewhere."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TextIO

from escribano_tui.domain.countdown import Countdown
from escribano_tui.domain.events import PHASES, Event, PhaseState, RunState
from escribano_tui.domain.progress import share_of
from escribano_tui.domain.session import PlannedPhase, RunPlan
from escribano_tui.domain.text import clean_line
from escribano_tui.domain.times import clock

MARKS = {"waiting": "○", "running": "▶", "finished": "✓", "skipped": "–", "failed": "✗", "cancelled": "■"}
WIDTH = 20
LONGEST = 100  # characters of a line


class Bars:
    """`sink` takes the events of a run, from any thread; `refresh` is called by the one thread that draws. The plan, once
    it is `expected`, says what will be skipped and how long the rest will take."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.live = stream.isatty()
        self._plan: RunPlan | None = None
        self._state = RunState()
        self._guard = threading.Lock()
        self._drawn = 0
        self._lost = False
        self._told: set[str] = set()
        self._countdown = Countdown()

    def __enter__(self) -> Bars:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.refresh()

    def expect(self, plan: RunPlan) -> None:
        self._plan = plan

    def sink(self, event: Event) -> None:
        with self._guard:
            self._state = self._state.apply(event)

    def refresh(self) -> None:
        with self._guard:
            state = self._state
        if self._lost:
            return
        try:
            if self.live:
                self._draw(state)
            else:
                self._tell(state)
        except OSError:  # nobody reads the bars any more (`2>&1 | head`, a full disk): the run goes on without them
            self._lost = True

    def _draw(self, state: RunState) -> None:
        from rich.cells import set_cell_size

        planned = {phase.name: phase for phase in self._plan.phases} if self._plan else {}
        lefts = self._countdown.say(state, self._plan)
        lines = [line_of(state.phases[name], planned.get(name), lefts.phases.get(name)) for name in PHASES]
        lines += [] if self._plan is None or state.done else [_in_all(share_of(state, self._plan), lefts.in_all_s)]
        up = f"\x1b[{self._drawn}A" if self._drawn else ""
        columns = _columns(self._stream)
        self._stream.write(up + "".join(f"\x1b[2K{set_cell_size(line, columns).rstrip()}\n" for line in lines) + "\x1b[J")
        self._stream.flush()
        self._drawn = len(lines)

    def _tell(self, state: RunState) -> None:
        for name in PHASES:
            phase = state.phases[name]
            if phase.state not in ("waiting", "running") and name not in self._told:
                self._told.add(name)
                self._stream.write(line_of(phase) + "\n")
        self._stream.flush()


def line_of(phase: PhaseState, planned: PlannedPhase | None = None, left_s: float | None = None) -> str:
    """One phase as a line of at most 100 characters; what is `planned` for it is said until it begins."""
    if phase.state == "waiting" and planned is not None:
        return _to_come(phase.phase, planned)[:LONGEST]
    parts = [f"{MARKS[phase.state]} {phase.phase:<10}", _middle(phase)]
    if phase.failed:
        parts.append(f"{phase.failed} failed")
    if phase.state == "running" and left_s is not None:
        parts.append(f"{clock(left_s)} left")
    if phase.state == "finished":
        parts.append("reused" if phase.reused else f"{phase.busy_s:.1f} s")
    parts.append(phase.told if phase.state == "finished" else phase.note)
    told = "  ".join(part for part in parts if part)
    return told if len(told) <= LONGEST else f"{told[: LONGEST - 1].rstrip()}…"


def _to_come(name: str, planned: PlannedPhase) -> str:
    if planned.skip:
        return f"{MARKS['skipped']} {name:<10}  will be skipped  {planned.skip}"
    if planned.reuses == "all":
        return f"{MARKS['waiting']} {name:<10}  from an earlier run"
    about = f"  about {clock(planned.estimate_s)}" if planned.estimate_s >= 1 else ""
    return f"{MARKS['waiting']} {name:<10}{about}"


def _in_all(share: float, left_s: float | None) -> str:
    """The line below the phases: of the time of all, how much is through and how much is left."""
    left = f"  {clock(left_s)} left" if left_s is not None else ""
    return f"  {'in all':<10}  {_bar(share)}{left}"


def _columns(stream: TextIO) -> int:
    """Width of a terminal: a line that it would wrap could not be drawn over."""
    try:
        return os.get_terminal_size(stream.fileno()).columns - 1
    except OSError:
        return 79


def _bar(share: float) -> str:
    full = round(share * WIDTH)
    return "█" * full + "░" * (WIDTH - full)


def _middle(phase: PhaseState) -> str:
    if phase.state == "running" and phase.share is not None:
        return f"{_bar(phase.share)} {phase.done}/{phase.total}"
    return phase.state if phase.state in ("skipped", "failed", "cancelled") else ""


class Board:
    """A bar for each of several runs at once. Every method may be called from any thread."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = stream.isatty()
        self._lines: dict[int, str] = {}
        self._drawn = 0
        self._guard = threading.Lock()

    def show(self, number: int, name: str, state: RunState) -> None:
        """How far a run is; one that has ended needs no bar any more."""
        if not self._live:
            return
        share = share_of(state)
        line = f"▶ {clean_line(name, 40):<40}  {_bar(share)} {share:4.0%}"
        with self._guard:
            self._lines[number] = line
            self._clear()
            self._draw()

    @contextmanager
    def aside(self, number: int) -> Iterator[None]:
        """Take the bars away while something else is said, the one of this number for good."""
        with self._guard:
            self._lines.pop(number, None)
            self._clear()
            yield
            self._draw()

    def _clear(self) -> None:
        if self._live and self._drawn:
            self._stream.write(f"\x1b[{self._drawn}A\x1b[J")
            self._drawn = 0

    def _draw(self) -> None:
        if self._live:
            self._stream.write("".join(f"{line}\n" for line in self._lines.values()))
            self._stream.flush()
            self._drawn = len(self._lines)
