"""Small values kept across runs and recordings, by content: line images that were recognised before, and the like."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from sqlite_utils import Database

from escribano_tui.store.database import Connections

_MANY = 500  # SQLite binds at most 999 values in older builds
SHARED: Final = "lines/"  # namespaces of all recordings together
OF_RECORDING: Final = "reading/{}/"  # namespaces of one recording


class MemoryStore:
    """The Memory port on SQLite. Values for all recordings together weigh at most `most_bytes`."""

    def __init__(self, connections: Connections, most_bytes: int) -> None:
        self._connections = connections
        self._most_bytes = most_bytes

    def get_many(self, namespace: str, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        for part in _parts(keys):
            query = f"SELECT key, value FROM memory WHERE namespace = ? AND key IN ({_places(part)})"
            found.update(self._connections.db.execute(query, [namespace, *part]).fetchall())
        return found

    def put_many(self, namespace: str, values: dict[bytes, bytes], used: Sequence[bytes] = ()) -> None:
        at = datetime.now(UTC).isoformat()
        with self._connections.write() as db:
            db.conn.executemany(
                "INSERT OR REPLACE INTO memory (namespace, key, value, kept_at) VALUES (?, ?, ?, ?)",
                [(namespace, key, value, at) for key, value in values.items()],
            )
        for part in _parts(used):
            with self._connections.write() as db:
                query = f"UPDATE memory SET kept_at = ? WHERE namespace = ? AND key IN ({_places(part)})"
                db.execute(query, [at, namespace, *part])
        if namespace.startswith(SHARED):
            self._trim()

    def forget(self, namespace: str, keys: Sequence[bytes]) -> None:
        for part in _parts(keys):
            with self._connections.write() as db:
                db.execute(f"DELETE FROM memory WHERE namespace = ? AND key IN ({_places(part)})", [namespace, *part])

    def _trim(self) -> None:
        """Let the values go that were used least recently, in short transactions, until the rest is light enough."""
        query = "SELECT rowid, length(value) FROM memory WHERE substr(namespace, 1, ?) = ? ORDER BY kept_at DESC, rowid DESC"
        weight, gone = 0, []
        for row, length in self._connections.db.execute(query, [len(SHARED), SHARED]):
            weight += length
            if weight > self._most_bytes:
                gone.append(row)
        for part in _parts(gone):
            with self._connections.write() as db:
                db.execute(f"DELETE FROM memory WHERE rowid IN ({_places(part)})", part)


def forget_recording(db: Database, recording_id: str) -> None:
    """Within a transaction: what is remembered of one recording, and what all share that may come from it, which is all
    that was used since it ran first."""
    own = OF_RECORDING.format(recording_id)
    db.execute("DELETE FROM memory WHERE substr(namespace, 1, ?) = ?", [len(own), own])
    db.execute(
        "DELETE FROM memory WHERE substr(namespace, 1, ?) = ?"
        " AND kept_at >= (SELECT min(started_at) FROM runs WHERE recording_id = ?)",
        [len(SHARED), SHARED, recording_id],
    )


def _parts(values: Sequence[bytes] | Sequence[int]) -> list[list[bytes | int]]:
    return [list(values[first : first + _MANY]) for first in range(0, len(values), _MANY)]


def _places(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
