"""The queue of a library: files that wait to be run, across restarts."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from sqlite_utils import Database

from escribano_tui.domain.queue import Waiting
from escribano_tui.store.database import Connections
from escribano_tui.store.recordings import stored_path

_COLUMNS = "id, path, profile, state, added_at, recording_id, message"


class QueueStore:
    """The Queue port on SQLite."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, path: str, profile: str) -> Waiting:
        with self._connections.write() as db:
            kept = _first(db, "path = ? AND profile = ? AND state IN ('waiting', 'running')", [stored_path(path), profile])
            if kept is not None:
                return kept
            db.execute("DELETE FROM queue WHERE path = ? AND profile = ?", [stored_path(path), profile])
            row = db.execute(
                "INSERT INTO queue (path, profile, state, added_at, recording_id, message) VALUES (?, ?, 'waiting', ?, '', '')",
                [stored_path(path), profile, datetime.now(UTC).isoformat()],
            )
            added = _first(db, "id = ?", [row.lastrowid])
        assert added is not None  # it was put there in this very transaction
        return added

    def all(self) -> list[Waiting]:
        query = f"SELECT {_COLUMNS} FROM queue ORDER BY id"
        return [_load(row) for row in self._connections.db.execute(query)]

    def take(self) -> Waiting | None:
        with self._connections.write() as db:
            first = _first(db, "state = 'waiting'", [])
            if first is not None:
                db.execute("UPDATE queue SET state = 'running', message = '' WHERE id = ?", [first.id])
            return _first(db, "id = ?", [first.id]) if first is not None else None

    def end(self, waiting_id: int, state: str, recording_id: str = "", message: str = "") -> None:
        with self._connections.write() as db:
            db.execute(
                "UPDATE queue SET state = ?, recording_id = ?, message = ? WHERE id = ?",
                [state, recording_id, message, waiting_id],
            )

    def release(self) -> int:
        with self._connections.write() as db:
            return int(db.execute("UPDATE queue SET state = 'waiting' WHERE state = 'running'").rowcount)

    def remove(self, waiting_id: int) -> bool:
        with self._connections.write() as db:
            return bool(db.execute("DELETE FROM queue WHERE id = ? AND state <> 'running'", [waiting_id]).rowcount)

    def clear_ended(self) -> int:
        with self._connections.write() as db:
            return int(db.execute("DELETE FROM queue WHERE state IN ('finished', 'failed')").rowcount)


def _first(db: Database, where: str, values: list[object]) -> Waiting | None:
    row = db.execute(f"SELECT {_COLUMNS} FROM queue WHERE {where} ORDER BY id LIMIT 1", values).fetchone()
    return _load(row) if row else None


def _load(row: tuple[object, ...]) -> Waiting:
    number, path, *rest = row
    assert isinstance(number, int)
    assert isinstance(path, (str, bytes))
    return Waiting(number, os.fsdecode(path), *(str(value) for value in rest))
