"""Runs, and how their phases went."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from escribano_tui.domain.events import PHASES
from escribano_tui.domain.machine import Cost, PastPhase
from escribano_tui.domain.session import PhaseRecord, RunRecord
from escribano_tui.store.database import Connections
from escribano_tui.store.migrations import COSTS

_PHASE_COLUMNS = (
    "name", "state", "wall_s", "busy_s", "items", "items_failed", "backend", "model", "reused", "note", "output_id",
)  # fmt: skip


class RunStore:
    """The RunLog port on SQLite."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def begin(self, recording_id: str, profile: str) -> RunRecord:
        run = RunRecord("run-" + uuid.uuid4().hex[:10], recording_id, profile, "running", datetime.now(UTC).isoformat())
        with self._connections.write() as db:
            # A run that was killed is still marked as running: whoever holds the recording's lock knows better.
            killed = "SELECT id FROM runs WHERE recording_id = ? AND state = 'running'"
            db.execute(
                f"UPDATE run_phases SET state = 'cancelled' WHERE state = 'running' AND run_id IN ({killed})", [recording_id]
            )
            db.execute("UPDATE runs SET state = 'cancelled' WHERE recording_id = ? AND state = 'running'", [recording_id])
            db.execute(
                "INSERT INTO runs (id, recording_id, profile, state, started_at, wall_s) VALUES (?, ?, ?, ?, ?, 0)",
                [run.id, recording_id, profile, run.state, run.started_at],
            )
        return run

    def phase(self, run_id: str, record: PhaseRecord) -> None:
        told = asdict(record)
        row = {"run_id": run_id, **{k: v for k, v in told.items() if k != "cost"}, **told["cost"]}
        with self._connections.write() as db:
            db.execute(
                f"INSERT OR REPLACE INTO run_phases ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
                list(row.values()),
            )

    def end(self, run_id: str, state: str, wall_s: float) -> None:
        with self._connections.write() as db:
            db.execute("UPDATE runs SET state = ?, wall_s = ? WHERE id = ?", [state, wall_s, run_id])

    def get(self, run_id: str) -> RunRecord | None:
        return self._one("id = ?", [run_id])

    def latest(self, recording_id: str) -> RunRecord | None:
        return self._one("recording_id = ?", [recording_id])

    def shown(self, recording_id: str) -> RunRecord | None:
        drafted = "SELECT run_id FROM run_phases WHERE name = 'subjects' AND state = 'finished'"
        return self._one(f"recording_id = ? AND id IN ({drafted})", [recording_id])

    def _one(self, where: str, values: list[Any]) -> RunRecord | None:
        db = self._connections.db
        row = next(db.table("runs").rows_where(where, values, order_by="started_at DESC, rowid DESC", limit=1), None)
        if row is None:
            return None
        phases = db.table("run_phases").rows_where("run_id = ?", [row["id"]])
        records = [PhaseRecord(**{c: _typed(c, p[c]) for c in _PHASE_COLUMNS}, cost=_cost(p)) for p in phases]
        records.sort(key=lambda record: PHASES.index(record.name))  # written as they ended
        return RunRecord(**row, phases=tuple(records))

    def measured(self, phase: str, backend: str, model: str) -> list[PastPhase]:
        query = (
            "SELECT p.busy_s, r.duration_s, runs.profile, r.id, p.work, p.items, p.alone_s FROM run_phases p"
            " JOIN runs ON runs.id = p.run_id JOIN recordings r ON r.id = runs.recording_id"
            " WHERE p.name = ? AND p.backend = ? AND p.model = ? AND p.state = 'finished' AND p.reused = 0"
            " ORDER BY runs.started_at DESC LIMIT 20"
        )
        return [PastPhase(*row) for row in self._connections.db.execute(query, [phase, backend, model])]

    def costs(self, phases: Sequence[str], backend: str, model: str) -> list[Cost]:
        query = (
            f"SELECT {', '.join(f'p.{c}' for c in COSTS)} FROM run_phases p JOIN runs ON runs.id = p.run_id"
            f" WHERE p.name IN ({', '.join('?' * len(phases))}) AND p.backend = ? AND p.model = ?"
            " AND (p.model_s > 0 OR p.load_s > 0) ORDER BY runs.started_at DESC LIMIT 5"
        )
        return [Cost(*row) for row in self._connections.db.execute(query, [*phases, backend, model])]

    def spoken_shares(self) -> list[float]:
        query = (
            "SELECT (SELECT sum(s.end_s - s.start_s) FROM speech_spans s WHERE s.output_id = p.output_id) / r.duration_s"
            " FROM run_phases p JOIN runs ON runs.id = p.run_id JOIN recordings r ON r.id = runs.recording_id"
            " WHERE p.name = 'listen' AND p.state = 'finished' AND p.reused = 0 AND r.duration_s > 0"
            " ORDER BY runs.started_at DESC LIMIT 10"
        )
        return [row[0] or 0.0 for row in self._connections.db.execute(query)]


def _cost(row: dict[str, Any]) -> Cost:
    return Cost(**{c: row[c] for c in COSTS})


def _typed(column: str, value: Any) -> Any:
    return bool(value) if column == "reused" else value
