"""The state of a run as text and back, for whoever looks on from another process."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from escribano_tui.domain.events import LANES, PHASES, DraftRow, ItemFailed, Looked, PhaseState, RunState
from escribano_tui.domain.session import RunPlan, RunRecord

FAILURES_TOLD = 200
ENDED = ("finished", "skipped", "failed", "cancelled")
LOADING_S = 0.6  # of a phase's first seconds go into loading its model, which is not done again
# What was expected counts as much as this share of the work would: a rate is trusted more the more of it is through. It is
# worth more where the work has been counted and past runs tell their pace. Held against 34 recorded runs of 13 recordings.
EXPECTED_COUNTS, COUNTED_COUNTS = 0.3, 0.4
AT_LEAST = 0.3  # of what was left when an item was last heard of, however long ago that is


def dump_state(state: RunState) -> str:
    """JSON text of a state; of very many failures the last ones."""
    told: dict[str, Any] = {
        "state": state.state,
        "message": state.message,
        "wall_s": state.wall_s,
        "phases": [asdict(p) for p in state.phases.values()],
        "looked": asdict(state.looked) if state.looked else None,
        "draft": [[r.start_ms, r.end_ms, r.activity, r.title, r.app] for r in state.draft],
        "failures": [[f.phase, f.item, f.message] for f in state.failures[-FAILURES_TOLD:]],
    }
    return json.dumps(told, ensure_ascii=False)


def load_state(text: str) -> RunState:
    """A state of JSON text. Raises ValueError where it is not such text."""
    try:
        told = json.loads(text)
        phases = {p["phase"]: PhaseState(**p) for p in told["phases"]}
        return RunState(
            phases={name: phases.get(name, PhaseState(name)) for name in PHASES},
            state=told["state"],
            message=told["message"],
            wall_s=told["wall_s"],
            looked=Looked(**told["looked"]) if told["looked"] else None,
            draft=tuple(DraftRow(*row) for row in told["draft"]),
            failures=tuple(ItemFailed(*row) for row in told["failures"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not the state of a run: {error}") from error


def share_of(state: RunState, plan: RunPlan | None = None) -> float:
    """How much of a run is through, 0..1: of its time, where that can be told; else the mean over the phases of the slower
    lane."""
    left_s = left_of(state, plan) if plan else None
    gone_s = max(p.updated_at_s for p in state.phases.values())
    if left_s is not None and gone_s + left_s > 0:
        return gone_s / (gone_s + left_s)
    lanes = [[state.phases[p] for p in LANES[lane]] for lane in ("screen", "speech")]
    return min(sum((p.share or 0.0) for p in lane) / len(lane) for lane in lanes)


def state_of(run: RunRecord) -> RunState:
    """What is known of a run that has ended, from its record."""
    phases = {
        p.name: PhaseState(
            p.name, p.state, p.items, p.items or None, p.items_failed, p.reused, p.backend, p.model, p.note, 0.0, p.wall_s, 0,
            p.wall_s, p.busy_s,
        )
        for p in run.phases
    }  # fmt: skip
    return RunState({name: phases.get(name, PhaseState(name)) for name in PHASES}, run.state, "", run.wall_s)


def left_of(state: RunState, plan: RunPlan | None = None) -> float | None:
    """Seconds left. The lanes work at the same time, and so do the phases of the screen lane once the scan is through: the
    slowest counts. Phases that have not begun count as the plan estimates them. None where nothing can be said yet."""
    expected = expected_of(plan)
    running = [p for p in state.phases.values() if p.state == "running"]
    if not running or not (plan or any(steady_left(p) is not None for p in running)):
        return None
    now_s = max(p.updated_at_s for p in state.phases.values())
    left = {name: phase_left(phase, expected.get(name), now_s) or 0.0 for name, phase in state.phases.items()}
    lanes = [max((left[p] for p in LANES[lane]), default=0.0) for lane in ("screen", "speech")]
    return max(lanes) + sum(_log_left(state.phases[p], expected, left[p]) for p in LANES["log"])


def _log_left(phase: PhaseState, expected: dict[str, float], left_s: float) -> float:
    """What is made of both lanes drafts beside them, and is made whole after them: until then all of it is still to come."""
    return left_s if phase.state in ENDED or phase.worked else expected.get(phase.phase, 0.0)


def expected_of(plan: RunPlan | None) -> dict[str, float]:
    """Seconds of each phase that will take any, as the plan estimates them."""
    return {p.name: p.estimate_s for p in plan.phases if p.estimate_s > 0} if plan else {}


def steady_left(phase: PhaseState, expected_s: float | None = None) -> float | None:
    """Seconds left of a phase by itself, once enough items are through for a rate to mean something; the same as it counts
    for in the time left of all."""
    return phase_left(phase, expected_s, phase.updated_at_s) if phase.done - phase.first_done >= 3 else None


def phase_left(phase: PhaseState, expected_s: float | None, now_s: float) -> float | None:
    """Seconds left of a phase at a moment (seconds of the run). None where neither a rate nor an estimate is known.

    What it will take in all is what it took so far, loading apart, together with what was expected of a fixed share of the
    work, by the work that both stand for; what has gone by since the last item is over.
    """
    if phase.state in ENDED:
        return 0.0
    if phase.state != "running":
        return expected_s
    worked, known = phase.worked or 0.0, EXPECTED_COUNTS if expected_s is not None else 0.0
    if phase.expected_s is not None:  # of two independent opinions the middle is right more often than either
        expected_s = math.sqrt(phase.expected_s * expected_s) if expected_s else phase.expected_s
        known = COUNTED_COUNTS
    since_s = max(0.0, now_s - (phase.updated_at_s if worked else phase.started_at_s))
    if worked + known <= 0:
        return None
    took_s = max(0.0, phase.updated_at_s - phase.started_at_s - LOADING_S) if worked else 0.0
    left_s = (took_s + known * (expected_s or 0.0)) / (worked + known) * (1.0 - worked)
    return max(left_s - since_s, AT_LEAST * left_s)
