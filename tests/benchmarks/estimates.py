"""Whether the time left, and what a run is estimated to take before it, are right.

    python -m tests.benchmarks.estimates record FOLDER [FILE:PROFILE ...]
    python -m tests.benchmarks.estimates replay FOLDER

`record` runs the real program on each file in turn, on one library, and keeps what its runs told as JSON (without any: the
shipped demo with both profiles). `replay` tells at how many moments, four a second from a quarter of each run until 2 s before
its end, the time left that the screen would have said was right within 25 %: as if the run were the first on this machine, and
with the runs before it; what it said at 25, 50 and 75 % by what it then took (1 is perfect), and the estimate before the run.

Times are not those of the clock: what else the machine does meanwhile is taken out (see Clock).
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
from bisect import bisect_right
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from escribano_tui.bootstrap import build_house, demo_recording
from escribano_tui.config.paths import Paths, shipped
from escribano_tui.config.profiles import load_profiles
from escribano_tui.domain import events as ev
from escribano_tui.domain.countdown import Calm
from escribano_tui.domain.events import Event, RunState
from escribano_tui.domain.machine import PastPhase, pace_of
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.session import PlannedPhase, RunPlan
from escribano_tui.domain.time_left import left_of
from escribano_tui.pipeline.read import READ_AGAIN
from escribano_tui.ports import PlannedStep, RunOptions
from escribano_tui.usecases.estimates import estimate_phase, wall_s

SAMPLE_S = 0.05
STEP_S = 0.25  # between two moments at which the time left is looked at
LAST_S = 2.0
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
        phases = house.sessions.open(recording.id).run.phases
    finally:
        house.close()
    events = [
        {**asdict(event), "kind": type(event).__name__, "told_s": clock.at(moment)}
        for moment, event in told
        if type(event).__name__ in KINDS
    ]
    estimates = {p.name: p.estimate_s for p in plan.phases if not p.skip}
    facts = {"id": recording.id, "file": file.name, "duration_s": recording.duration_s, "profile": profile}
    size = {"width": recording.width, "height": recording.height, "costs": {p.name: asdict(p.cost) for p in phases}}
    return {**facts, **size, "estimates": estimates, "estimate_s": plan.estimate_s, "events": events}


# ---------------------------------------------------------------- what was told, as a quiet machine would have told it


def slowed(run: dict[str, Any]) -> dict[str, float]:
    """By how much each phase was slower for what else the machine did."""
    begun = {e["phase"]: e for e in run["events"] if e["kind"] == "PhaseStarted"}
    ended = {e["phase"]: e for e in run["events"] if e["kind"] in ("PhaseProgressed", "PhaseFinished")}
    found = {}
    for name in begun.keys() & ended.keys():
        passed_s, quiet_s = (ended[name][key] - begun[name][key] for key in ("at_s", "told_s"))
        found[name] = max(1.0, passed_s / quiet_s) if quiet_s > 0 else 1.0
    return found


def events_of(run: dict[str, Any], before: list[dict[str, Any]] | None = None) -> list[Event]:
    """What was told, with the moments of the recording's own clock and the pace of the runs `before` it."""
    slower, paces = slowed(run), paces_of(run, before or [])
    begun: dict[str, tuple[float, float]] = {}
    made: list[Event] = []
    for told in run["events"]:
        fields = {key: value for key, value in told.items() if key not in ("kind", "told_s")}
        name = fields.get("phase", "")
        if told["kind"] == "PhaseStarted":
            begun[name] = (told["at_s"], told["told_s"])
        if told["kind"] == "PhaseProgressed" and name in begun:
            passed_s, quiet_s = told["at_s"] - begun[name][0], told["told_s"] - begun[name][1]
            if fields.get("alone_s") is not None and passed_s > 0:
                fields["alone_s"] *= min(1.0, quiet_s / passed_s)
            if fields.get("expected_s") is not None:
                fields["expected_s"] *= paces[name][0] if name in paces else 1 / slower.get(name, 1.0)
                fields["measured"] = paces[name][1] if name in paces else 0
        if "at_s" in fields:
            fields["at_s"] = told["told_s"]
        if "wall_s" in fields and told["kind"] == "RunEnded":
            fields["wall_s"] = told["told_s"]
        made.append(KINDS[told["kind"]](**fields))
    return made


def alone(run: dict[str, Any], phase: str) -> PastPhase:
    cost = run["costs"].get(phase, {})
    alone_s = cost.get("alone_s", 0.0) / slowed(run).get(phase, 1.0)
    return PastPhase(0.0, run["duration_s"], run["profile"], run["id"], cost.get("work", 0.0), alone_s=alone_s)


def paces_of(run: dict[str, Any], before: list[dict[str, Any]]) -> dict[str, tuple[float, int]]:
    """By how much to change what a phase expected, so that it is what it would have expected with the runs `before` it."""
    found = {}
    for name, cost in run.get("costs", {}).items():
        told = [e["expected_s"] for e in run["events"] if e.get("phase") == name and e.get("expected_s")]
        if cost["work"] > 0 and told:
            past = [alone(earlier, name) for earlier in reversed(before)]
            pace, measured = pace_of(past, run["id"], READ_AGAIN if name == "read" else 1.0)
            found[name] = (pace * cost["work"] / told[-1], measured)
    return found


def took(run: dict[str, Any]) -> dict[str, float]:
    """Seconds from the start to the end of each phase that was computed."""
    state = RunState()
    for event in events_of(run):
        state = state.apply(event)
    done = [p for p in state.phases.values() if p.state == "finished" and not p.reused]
    scale = {p.phase: min(1.0, p.busy_s / p.wall_s) if p.wall_s else 1.0 for p in done}
    return {p.phase: (p.updated_at_s - p.started_at_s) * scale[p.phase] for p in done}


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
        estimates[name] = seconds / slowed(run).get(name, 1.0) if before and name in ("transcribe", "refine") else own
    return estimates


# ---------------------------------------------------------------- what the screen would have said


@dataclass(frozen=True, slots=True)
class Told:
    """What was said at a moment of a run, and what it then took."""

    share: float
    said_s: float
    true_s: float

    @property
    def ratio(self) -> float:
        return self.said_s / self.true_s


def told_against_true(run: dict[str, Any], before: list[dict[str, Any]]) -> list[Told]:
    """At each quarter of a second of the run."""
    end_s = run["events"][-1]["told_s"]
    phases = tuple(PlannedPhase(name, "", estimate_s=seconds) for name, seconds in estimated(run, before).items())
    recording = Recording("", "", "", 0, run["duration_s"], run.get("width", 1), run.get("height", 1))
    plan = RunPlan(recording, "", "", phases, 0.0, "")
    moments, states = [0.0], [RunState()]
    for event, told in zip(events_of(run, before), run["events"], strict=True):
        moments.append(told["told_s"])
        states.append(states[-1].apply(event))
    calm, found, steps = Calm(), [], int(end_s / STEP_S)
    for moment in (k * STEP_S for k in range(1, steps + 1)):
        state = states[bisect_right(moments, moment) - 1]
        said_s = calm.say(left_of(state, plan, moment), moment)
        found.append(Told(moment / end_s, said_s or 0.0, end_s - moment))
    return found


def judged(told: list[Told]) -> list[Told]:
    return [one for one in told if one.share >= 0.25 and one.true_s >= LAST_S]


def right(told: list[Told]) -> float:
    return sum(0.75 <= one.ratio <= 1.25 for one in told) / len(told) if told else 1.0


def replay(folder: Path) -> None:
    runs = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]
    firsts: list[list[Told]] = []
    laters: list[list[Told]] = []
    last: list[Told] = []
    for k, run in enumerate(runs):
        first, later = told_against_true(run, []), told_against_true(run, runs[:k])
        known = any(earlier["id"] == run["id"] for earlier in runs[:k])  # its lines were read before: no first run is like it
        firsts += [] if known else [judged(first)]
        laters += [judged(later)] if k else []
        last += [one for one in later if one.true_s < LAST_S]
        true_s = run["events"][-1]["told_s"]
        quarters = "  ".join(f"{share:.0%} {min(later, key=lambda o: abs(o.share - share)).ratio:.2f}" for share in QUARTERS)
        before_s = wall_s(estimated(run, runs[:k]))
        shares = f"first {right(judged(first)):4.0%}  with past runs {right(judged(later)):4.0%}"
        print(f"{run['file']:16} {run['profile']:9} {true_s:6.1f} s, estimated {before_s / true_s:.2f}  {shares}  {quarters}")
    for name, told in (("as first run of a machine", firsts), ("with past runs", laters)):
        of_all = right([one for of_run in told for one in of_run])
        of_runs = sum(map(right, told)) / len(told) if told else 1.0
        print(f"right within 25 % {name}: {of_all:.1%} of all moments, {of_runs:.1%} of those of a run in the mean")
    print(f"right within 2 s in the last 2 s: {sum(abs(o.said_s - o.true_s) <= LAST_S for o in last) / max(1, len(last)):.1%}")


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
