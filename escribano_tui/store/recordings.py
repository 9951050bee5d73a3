"""Recordings in the library."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from escribano_tui.domain.recording import Recording, Track
from escribano_tui.store.cache import forget_recording
from escribano_tui.store.database import Connections
from escribano_tui.store.pages import PAGED, remove
from escribano_tui.store.rows import MAPPINGS

_PLAIN = (
    "id", "path", "fingerprint", "size_bytes", "duration_s", "width", "height", "fps", "video_codec", "rotation",
    "origin_s", "started_at", "started_at_source",
)  # fmt: skip


# What is kept beside a session, made of it (see overviews.py).
OVERVIEW_TABLES = ("overviews", "moments", "points", "shown_outputs", "untold", "stale")


class RecordingStore:
    """The Recordings port on SQLite."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def save(self, recording: Recording) -> None:
        row: dict[str, Any] = {c: getattr(recording, c) for c in _PLAIN} | {"path": stored_path(recording.path)}
        row["tracks"] = json.dumps([asdict(t) for t in recording.tracks])
        row["notes"] = json.dumps(list(recording.notes), ensure_ascii=False)
        row["added_at"] = datetime.now(UTC).isoformat()
        owners = {"started_at", "started_at_source"}
        updates = [
            f"{c} = CASE started_at_source WHEN 'owner' THEN {c} ELSE excluded.{c} END"
            if c in owners
            else f"{c} = excluded.{c}"
            for c in row
            if c not in ("id", "added_at")
        ]
        with self._connections.write() as db:
            db.execute(
                f"INSERT INTO recordings ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
                f" ON CONFLICT (id) DO UPDATE SET {', '.join(updates)}, deleted_at = NULL",
                list(row.values()),
            )

    def get(self, recording_id: str) -> Recording | None:
        row = next(self._connections.db.table("recordings").rows_where("id = ?", [recording_id]), None)
        return _load(row) if row else None

    def all(self, deleted: bool = False) -> list[tuple[Recording, str]]:
        where = "deleted_at IS NOT NULL" if deleted else "deleted_at IS NULL"
        rows = self._connections.db.table("recordings").rows_where(where, order_by="added_at DESC, id")
        return [(_load(row), row["added_at"]) for row in rows]

    def beginning_with(self, ident: str) -> list[str]:
        query = "SELECT id FROM recordings WHERE substr(id, 1, ?) = ? AND deleted_at IS NULL ORDER BY id"
        return [row[0] for row in self._connections.db.execute(query, [len(ident), ident])]

    def at_path(self, path: str) -> list[str]:
        query = "SELECT id FROM recordings WHERE path = ? AND deleted_at IS NULL ORDER BY added_at DESC"
        return [row[0] for row in self._connections.db.execute(query, [stored_path(path)])]

    def set_started_at(self, recording_id: str, started_at: str) -> None:
        with self._connections.write(durable=True) as db:
            query = "UPDATE recordings SET started_at = ?, started_at_source = 'owner' WHERE id = ?"
            db.execute(query, [started_at, recording_id])

    def set_deleted(self, recording_id: str, deleted: bool) -> None:
        with self._connections.write() as db:
            at = datetime.now(UTC).isoformat() if deleted else None
            db.execute("UPDATE recordings SET deleted_at = ? WHERE id = ?", [at, recording_id])

    def purge(self) -> list[str]:
        query = "SELECT id FROM recordings WHERE deleted_at IS NOT NULL"
        gone = [row[0] for row in self._connections.db.execute(query)]
        for recording_id in gone:
            self._remove(recording_id)
        return gone

    def _remove(self, recording_id: str) -> None:
        outputs = "SELECT id FROM outputs WHERE recording_id = ?"
        with self._connections.write() as db:
            forget_recording(db, recording_id)
            for row in db.execute(outputs, [recording_id]).fetchall():
                for table in PAGED:
                    remove(db, table, row[0])
            for table in [m.table for m in MAPPINGS.values()] + ["items"]:
                db.execute(f"DELETE FROM {table} WHERE output_id IN ({outputs})", [recording_id])
            db.execute("DELETE FROM run_phases WHERE run_id IN (SELECT id FROM runs WHERE recording_id = ?)", [recording_id])
            tables = ("outputs", "live", "runs", "journal", "owners_words", "summaries", "own_texts")
            for table in (*OVERVIEW_TABLES, *tables):
                db.execute(f"DELETE FROM {table} WHERE recording_id = ?", [recording_id])
            db.execute("DELETE FROM recordings WHERE id = ?", [recording_id])


def _load(row: dict[str, Any]) -> Recording:
    tracks = tuple(Track(**t) for t in json.loads(row["tracks"]))
    plain = {c: row[c] for c in _PLAIN} | {"path": os.fsdecode(row["path"])}
    return Recording(**plain, tracks=tracks, notes=tuple(json.loads(row["notes"])))


def stored_path(path: str) -> str | bytes:
    """A path as it is stored: as text, or as its bytes where they are no UTF-8 (SQLite would refuse the text)."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return os.fsencode(path)
    return path


def file_name(path: str | bytes, whole: bool = False) -> str:
    """The last part of a stored path (or all of it), as the system names it."""
    text = os.fsdecode(path)
    return text if whole else os.path.basename(text)
