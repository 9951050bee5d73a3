"""The owner's corrections of threads: rows that are only ever added, durable before anything is shown."""

from __future__ import annotations

from datetime import UTC, datetime

from escribano_tui.domain.journal import Entry, StaleRevision
from escribano_tui.domain.threads import ThreadOperation, dump, load
from escribano_tui.store.database import Connections


class ThreadJournalStore:
    """The ThreadJournal port on SQLite."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def entries(self) -> list[tuple[Entry, ThreadOperation | None]]:
        rows = self._connections.db.table("thread_journal").rows_where(order_by="revision")
        return [
            (
                Entry(r["revision"], r["kind"], (), r["target"], r["made_at"], r["said"]),
                load(r["operations"]) if r["operations"] else None,
            )
            for r in rows
        ]

    def revision(self) -> int:
        return int(self._connections.db.execute("SELECT coalesce(max(revision), 0) FROM thread_journal").fetchone()[0])

    def append(self, kind: str, operation: ThreadOperation | None, target: int, said: str, base_revision: int) -> None:
        with self._connections.write(durable=True) as db:
            if self.revision() != base_revision:
                raise StaleRevision(f"this is revision {self.revision()} by now, not {base_revision}")
            db.execute(
                "INSERT INTO thread_journal (revision, kind, operations, target, made_at, said) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    base_revision + 1, kind, dump(operation) if operation else "", target, datetime.now(UTC).isoformat(), said,
                ],
            )  # fmt: skip
