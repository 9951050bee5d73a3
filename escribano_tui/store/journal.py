"""The journal of corrections: rows that are only ever added, durable before anything is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from escribano_tui.domain.journal import Entry, StaleRevision, dump_operations, load_operations
from escribano_tui.domain.timeline import Operation
from escribano_tui.store.database import Connections
from escribano_tui.store.owners_words import keep


class JournalStore:
    """The Journal port on SQLite."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def entries(self, recording_id: str) -> list[Entry]:
        rows = self._connections.db.table("journal").rows_where("recording_id = ?", [recording_id], order_by="revision")
        return [
            Entry(r["revision"], r["kind"], load_operations(r["operations"]), r["target"], r["made_at"], r["said"])
            for r in rows
        ]

    def revision(self, recording_id: str) -> int:
        query = "SELECT coalesce(max(revision), 0) FROM journal WHERE recording_id = ?"
        return int(self._connections.db.execute(query, [recording_id]).fetchone()[0])

    def append(
        self, recording_id: str, kind: str, operations: Sequence[Operation], target: int, said: str, base_revision: int
    ) -> Entry:
        entry = Entry(base_revision + 1, kind, tuple(operations), target, datetime.now(UTC).isoformat(), said)
        with self._connections.write(durable=True) as db:
            # Looked at inside of the write transaction: two windows cannot both find it unchanged.
            last = self.revision(recording_id)
            if last != base_revision:
                raise StaleRevision(f"this is revision {last} by now, not {base_revision}")
            db.execute(
                "INSERT INTO journal (recording_id, revision, kind, operations, target, made_at, said)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [recording_id, entry.revision, kind, dump_operations(operations), target, entry.made_at, said],
            )
            keep(db, recording_id, entry.revision, operations)
        return entry
