"""Whether the time left, and what a run is estimated to take before it, are right.

    python -m tests.benchmarks.estimates record FOLDER [FILE:PROFILE ...]
    python -m tests.benchmarks.estimates replay FOLDER

`record` runs the real program on each file in turn, on one library, and keeps what its runs told as JSON (without any: the
shipped demo with both profiles). `replay` tells what the screen would have said at 25, 50 and 75 % of each run against what
it then took (1 is perfect; within 0.8 to 1.25 it is right within 25 %), and the estimate before the run likewise. Times are
not those of the clock: what else the machine does meanwhile is taken out (see Clock).
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
from bisect import bisect_right
from dataclasses import asdict
from pathlib import Path
from typing import Any

from escribano_tui.bootstrap import build_house, demo_recording
from escribano_tui.config.paths import Paths, shipped
from escribano_tui.config.profiles import load_profiles
from escribano_tui.domain import events as ev
from escribano_tui.domain.events import Event, RunState
from escribano_tui.domain.machine import PastPhase
from escribano_tui.domain.progress import left_of
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.session import PlannedPhase, RunPlan
from escribano_tui.ports import PlannedStep, RunOptions
from escribano_tui.usecases.estimates import estimate_phase, wall_s

SAMPLE_S = 0.05
QUARTERS = (0.25, 0.5, 0.75)
KINDS = {
    kind.__name__: kind
    for kind in (
        ev.PhaseStarted, ev.PhaseProgressed, ev.PhaseFinished, ev.PhaseSkipped, ev.PhaseFailed, ev.PhaseCancelled, ev.RunEnded
    )
}  # fmt: skip


def ran_and_waited() -> tuple[float, float]:
    """Seconds for which all threads of this process and of those below it ran, and waited for a core (Linux)."""
    parents = {int(folder.name): parent for folder in Path("/proc").iterdir() if (parent := parent_of(folder)) is not None}
    mine, before = {os.getpid()}, 0
    while len(mine) > before:
        before = len(mine)
        mine |= {pid for pid, parent in parents.items() if parent in mine}
    ran = waited = 0
    for file in (file for pid in mine for file in Path(f"/proc/{pid}/task").glob("*/schedstat")):
        try:
            of_thread = file.read_text().split()
        except OSError:
            continue  # it has just ended
        ran, waited = ran + int(of_thread[0]), waited + int(of_thread[1])
    return ran / 1e9, waited / 1e9


def parent_of(folder: Path) -> int | None:
    if not folder.name.isdigit():
        return None
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None  # it has just ended


class Clock:
    """Goes as fast as the machine would if nothing else ran on it: by the share of what its threads ask for of the cores that
    they are given. `at` tells its time at a moment of the monotonic clock."""

    def __init__(self) -> None:
        self._moments, self._times = [time.monotonic()], [0.0]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go, daemon=True)
        self._thread.start()

    def _go(self) -> None:
        cores = float(os.cpu_count() or 1)
        ran, waited = ran_and_waited()
        while not self._stop.wait(SAMPLE_S):
            now, (ran_now, waited_now) = time.monotonic(), ran_and_waited()
            passed_s = now - self._moments[-1]
            got, asked = max(0.0, ran_now - ran), max(0.0, ran_now - ran + waited_now - waited)
            given = min(1.0, got / min(asked, cores * passed_s)) if asked > 0 else 1.0
            self._times.append(self._times[-1] + passed_s * given)
            self._moments.append(now)
            ran, waited = ran_now, waited_now

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def at(self, moment: float) -> float:
        return self._times[max(0, bisect_right(self._moments, moment) - 1)]


def record(home: Path, file: Path, profile: str) -> dict[str, Any]:
    house = build_house(Paths(home / "home", home / "config"))
    try:
        recording = house.library.add(file)
        plan = house.runs.plan(recording.id, profile)
        told: list[tuple[float, Event]] = []
        clock = Clock()
        run = house.runs.start(recording.id, profile, RunOptions(), lambda event: told.append((time.monotonic(), event)))
        run.wait()
        clock.stop()
    finally:
        house.close()
    events = [
        {**asdict(event), "kind": type(event).__name__, "told_s": clock.at(moment)}
        for moment, event in told
        if type(event).__name__ in KINDS
    ]
    estimates = {p.name: p.estimate_s for p in plan.phases if not p.skip}
    facts = {"id": recording.id, "file": file.name, "duration_s": recording.duration_s, "profile": profile}
    return {**facts, "estimates": estimates, "estimate_s": plan.estimate_s, "events": events}


def events_of(run: dict[str, Any]) -> list[Event]:
    """What was told, with the moments of the recording's own clock."""
    made: list[Event] = []
    for told in run["events"]:
        fields = {key: value for key, value in told.items() if key not in ("kind", "told_s")}
        if "at_s" in fields:
            fields["at_s"] = told["told_s"]
        if "wall_s" in fields and told["kind"] == "RunEnded":
            fields["wall_s"] = told["told_s"]
        made.append(KINDS[told["kind"]](**fields))
    return made


def took(run: dict[str, Any]) -> dict[str, float]:
    """Seconds from the start to the end of each phase that was computed."""
    state = RunState()
    for event in events_of(run):
        state = state.apply(event)
    done = [p for p in state.phases.values() if p.state == "finished" and not p.reused]
    scale = {p.phase: min(1.0, p.busy_s / p.wall_s) if p.wall_s else 1.0 for p in done}
    return {p.phase: (p.updated_at_s - p.started_at_s) * scale[p.phase] for p in done}


def told_against_true(run: dict[str, Any], scale: float = 1.0) -> list[float]:
    """What is said to be left at each quarter by what is left; `scale` makes the plan dearer or cheaper than it was."""
    end_s = run["events"][-1]["told_s"]
    phases = tuple(PlannedPhase(name, "", estimate_s=scale * seconds) for name, seconds in run["estimates"].items())
    plan = RunPlan(Recording("", "", "", 0, run["duration_s"], 0, 0), "", "", phases, 0.0, "")
    states: list[tuple[float, RunState]] = [(0.0, RunState())]
    for event, told in zip(events_of(run), run["events"], strict=True):
        states.append((told["told_s"], states[-1][1].apply(event)))
    said = []
    for share in QUARTERS:
        moment = share * end_s
        at_s, state = states[bisect_right([s for s, _ in states], moment) - 1]
        left_s = left_of(state, plan)
        said.append(((left_s or 0.0) - (moment - at_s)) / (end_s - moment))
    return said


class Past:
    """The runs before one, newest first."""

    def __init__(self, runs: list[dict[str, Any]]) -> None:
        self._runs = [(run, took(run)) for run in reversed(runs)]

    def measured(self, phase: str, backend: str, model: str) -> list[PastPhase]:
        found = [(run, times[phase]) for run, times in self._runs if phase in times]
        return [PastPhase(seconds, run["duration_s"], run["profile"], run["id"]) for run, seconds in found]


def estimated(run: dict[str, Any], before: list[dict[str, Any]]) -> dict[str, float]:
    """Busy seconds of each phase as they would have been estimated from earlier runs; speech as it was estimated then."""
    profiles = {p.name: p for p in load_profiles(shipped("profiles.toml"), shipped("none"), {}).profiles}
    recording = Recording(run["id"], run["file"], "", 0, run["duration_s"], 0, 0)
    again = {name for name, seconds in run["estimates"].items() if not seconds}
    estimates = {}
    for name, seconds in run["estimates"].items():
        step = PlannedStep(name, "reuse" if name in again else "compute")
        own = estimate_phase(Past(before), recording, profiles[run["profile"]], profiles, step)[0]  # type: ignore[arg-type]
        estimates[name] = seconds if name in ("transcribe", "refine") else own
    return estimates


def replay(folder: Path) -> None:
    runs = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]
    said: list[float] = []
    for k, run in enumerate(runs):
        run["estimates"] = estimated(run, runs[:k])
        estimate_s, true_s = wall_s(run["estimates"]), run["events"][-1]["told_s"]
        left = told_against_true(run)
        said += left
        past = "past runs" if k else "a guess"
        quarters = "  ".join(f"{share:.0%} {value:.2f}" for share, value in zip(QUARTERS, left, strict=True))
        whole = f"took {true_s:5.1f} s, estimated {estimate_s / true_s:.2f} ({past})"
        print(f"{run['file']:18} {run['profile']:9} {whole}  {quarters}")
    right = sum(0.75 <= value <= 1.25 for value in said)
    print(f"time left within 25 % at {right} of {len(said)} moments")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=("record", "replay"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("runs", nargs="*", metavar="FILE:PROFILE")
    args = parser.parse_args()
    if args.action == "record":
        args.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as home:
            for k, what in enumerate(args.runs or [f"{demo_recording()}:{p}" for p in ("quick", "thorough")]):
                file, _, profile = what.rpartition(":")
                made = record(Path(home), Path(file), profile)
                (args.folder / f"{k:02}.json").write_text(json.dumps(made), encoding="utf-8")
    replay(args.folder)


if __name__ == "__main__":
    main()
