"""The state of a run as text and back, for whoever looks on from another process."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from escribano_tui.domain.events import LANES, PHASES, DraftRow, ItemFailed, Looked, PhaseState, RunState
from escribano_tui.domain.session import RunPlan, RunRecord
from escribano_tui.domain.time_left import left_of

FAILURES_TOLD = 200


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
