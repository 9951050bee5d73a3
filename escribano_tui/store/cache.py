"""Small values kept across runs and recordings, by content: line images that were recognised before, and the like."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from escribano_tui.store.database import Connections

_MANY = 500  # SQLite binds at most 999 values in older builds


class MemoryStore:
    """The Memory port on SQLite."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def get_many(self, namespace: str, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        for first in range(0, len(keys), _MANY):
            part = list(keys[first : first + _MANY])
            query = f"SELECT key, value FROM memory WHERE namespace = ? AND key IN ({', '.join('?' * len(part))})"
            found.update(self._connections.db.execute(query, [namespace, *part]).fetchall())
        return found

    def put_many(self, namespace: str, values: dict[bytes, bytes]) -> None:
        at = datetime.now(UTC).isoformat()
        with self._connections.write() as db:
            db.conn.executemany(
                "INSERT OR REPLACE INTO memory (namespace, key, value, kept_at) VALUES (?, ?, ?, ?)",
                [(namespace, key, value, at) for key, value in values.items()],
            )
