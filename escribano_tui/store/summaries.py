"""Summaries and their versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime

from escribano_tui.domain.own_text import OwnChange, dump, load
from escribano_tui.domain.summary import Summary
from escribano_tui.store.database import Connections

_COLUMNS = tuple(f.name for f in fields(Summary))


class SummaryStore:
    """The SummaryShelf port on SQLite."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def save(self, recording_id: str, summary: Summary) -> Summary:
        kept = replace(summary, created_at=datetime.now(UTC).isoformat())
        row = {"recording_id": recording_id, **{c: getattr(kept, c) for c in _COLUMNS if c != "id"}}
        with self._connections.write() as db:
            cursor = db.execute(
                f"INSERT INTO summaries ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values())
            )
            return replace(kept, id=int(cursor.lastrowid or 0))

    def newest(self, recording_id: str, format: str) -> Summary | None:
        return next(iter(self._rows(recording_id, format, 1)), None)

    def versions(self, recording_id: str, format: str) -> list[Summary]:
        return self._rows(recording_id, format, None)

    def save_own(self, recording_id: str, format: str, summary_id: int, own: Sequence[OwnChange]) -> None:
        row = [recording_id, format, summary_id, dump(own), datetime.now(UTC).isoformat()]
        with self._connections.write(durable=True) as db:
            db.execute("INSERT INTO own_texts (recording_id, format, summary_id, changes, made_at) VALUES (?, ?, ?, ?, ?)", row)

    def own(self, recording_id: str, format: str) -> list[tuple[int, str, tuple[OwnChange, ...]]]:
        rows = self._connections.db.table("own_texts").rows_where(
            "recording_id = ? AND format = ?", [recording_id, format], order_by="id DESC"
        )
        return [(int(row["summary_id"]), str(row["made_at"]), load(row["changes"])) for row in rows]

    def _rows(self, recording_id: str, format: str, limit: int | None) -> list[Summary]:
        rows = self._connections.db.table("summaries").rows_where(
            "recording_id = ? AND format = ?", [recording_id, format], order_by="id DESC", limit=limit
        )
        return [Summary(**{c: row[c] for c in _COLUMNS}) for row in rows]
