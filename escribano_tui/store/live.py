"""What is known of a recording while a run works on it: how far it is, and the segments drafted so far."""

from __future__ import annotations

import json
from collections.abc import Sequence

from escribano_tui.domain.segment import Segment
from escribano_tui.domain.session import LiveRun
from escribano_tui.store.database import Connections
from escribano_tui.store.rows import MAPPINGS


class LiveStore:
    """The LiveRuns port on SQLite: one row a recording."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def begin(self, recording_id: str, run_id: str) -> None:
        with self._connections.write() as db:
            db.execute(
                "INSERT INTO live (recording_id, run_id, n, draft, told) VALUES (?, ?, 0, '[]', '')"
                " ON CONFLICT (recording_id) DO UPDATE SET run_id = excluded.run_id, n = n + 1, draft = '[]', told = ''",
                [recording_id, run_id],
            )

    def draft(self, recording_id: str, segments: Sequence[Segment]) -> None:
        dump = MAPPINGS[Segment].dump
        text = json.dumps([dump(s) for s in segments], ensure_ascii=False)
        with self._connections.write() as db:
            db.execute("UPDATE live SET draft = ?, n = n + 1 WHERE recording_id = ?", [text, recording_id])

    def tell(self, recording_id: str, told: str) -> None:
        with self._connections.write() as db:
            db.execute("UPDATE live SET told = ? WHERE recording_id = ?", [told, recording_id])

    def mark(self, recording_id: str) -> tuple[str, int] | None:
        row = self._row("run_id, n", recording_id)
        return (str(row[0]), int(row[1])) if row else None

    def told(self, recording_id: str) -> tuple[str, str] | None:
        row = self._row("run_id, told", recording_id)
        return (str(row[0]), str(row[1])) if row else None

    def get(self, recording_id: str) -> LiveRun | None:
        row = self._row("run_id, n, draft", recording_id)
        if row is None:
            return None
        load = MAPPINGS[Segment].load
        return LiveRun(str(row[0]), int(row[1]), tuple(load(one) for one in json.loads(str(row[2]))))

    def _row(self, columns: str, recording_id: str) -> tuple[str | int, ...] | None:
        query = f"SELECT {columns} FROM live WHERE recording_id = ?"
        row: tuple[str | int, ...] | None = self._connections.db.execute(query, [recording_id]).fetchone()
        return row

    def end(self, recording_id: str) -> None:
        with self._connections.write() as db:
            db.execute("DELETE FROM live WHERE recording_id = ?", [recording_id])
