"""What phases have stored: outputs, their items, and evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlite_utils import Database

from escribano_tui.domain.text import clean, clean_line
from escribano_tui.ports import Evidence, Output
from escribano_tui.store.database import Connections
from escribano_tui.store.pages import PAGED, pack_some, remove, rows_of, span, unpack_some
from escribano_tui.store.rows import MAPPINGS, Mapping, Row

T = TypeVar("T")
_COLUMNS = (
    "id", "recording_id", "phase", "key", "state", "items", "items_failed", "backend", "model", "busy_s", "wall_s",
    "generation", "note",
)  # fmt: skip
_ASIDE = "!"  # in no key: they are hexadecimal
_BY_ITEM = tuple(m.table for m in MAPPINGS.values() if m.by_item)


class OutputStore:
    """The Outputs port on SQLite."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    @property
    def _db(self) -> Database:
        return self._connections.db

    def find(self, recording_id: str, phase: str, key: str) -> Output | None:
        return self._one("recording_id = ? AND phase = ? AND key = ?", [recording_id, phase, key])

    def _one(self, where: str, values: list[Any]) -> Output | None:
        row = next(self._db.table("outputs").rows_where(where, values), None)
        return Output(**{c: row[c] for c in _COLUMNS}) if row else None

    def open(self, recording_id: str, phase: str, key: str, backend: str, model: str) -> Output:
        with self._connections.write() as db:
            db.execute(
                "INSERT INTO outputs (recording_id, phase, key, state, items, items_failed, backend, model, busy_s, wall_s,"
                " generation, note, created_at) VALUES (?, ?, ?, 'running', 0, 0, ?, ?, 0, 0, 0, '', ?)"
                " ON CONFLICT (recording_id, phase, key) DO UPDATE SET state = 'running'",
                [recording_id, phase, key, backend, model, datetime.now(UTC).isoformat()],
            )
        found = self.find(recording_id, phase, key)
        if found is None:
            raise LookupError(f"recording {recording_id} has just been removed")
        return found

    def clear(self, output_id: int) -> None:
        with self._connections.write() as db:
            self._clear(db, output_id)

    @staticmethod
    def _clear(db: Database, output_id: int) -> None:
        for table in [m.table for m in MAPPINGS.values()] + ["items"]:
            db.execute(f"DELETE FROM {table} WHERE output_id = ?", [output_id])
        for table in PAGED:
            remove(db, table, output_id)
        db.execute(
            "UPDATE outputs SET items = 0, items_failed = 0, busy_s = 0, wall_s = 0, generation = 0, note = '' WHERE id = ?",
            [output_id],
        )

    def set_aside(self, output_id: int) -> None:
        with self._connections.write() as db:
            db.execute("UPDATE outputs SET key = key || ? || id WHERE id = ?", [_ASIDE, output_id])

    def drop_aside(self, recording_id: str) -> None:
        query = "SELECT id FROM outputs WHERE recording_id = ? AND instr(key, ?)"
        for (output_id,) in self._db.execute(query, [recording_id, _ASIDE]).fetchall():
            with self._connections.write() as db:
                self._clear(db, output_id)
                db.execute("DELETE FROM outputs WHERE id = ?", [output_id])

    def forget_failures(self, output_id: int) -> list[str]:
        with self._connections.write() as db:
            query = "SELECT item FROM items WHERE output_id = ? AND state = 'failed' ORDER BY n"
            failed = [row[0] for row in db.execute(query, [output_id])]
            if failed:
                db.execute("DELETE FROM items WHERE output_id = ? AND state = 'failed'", [output_id])
                db.execute(
                    "UPDATE outputs SET generation = generation + 1, state = 'cancelled', items_failed = 0 WHERE id = ?",
                    [output_id],
                )
        return failed

    def put(self, output_id: int, item: str, evidence: Sequence[Evidence]) -> None:
        self._unpack(output_id)
        with self._connections.write() as db:
            self._upsert_all(db, output_id, item, evidence)
            self._mark(db, output_id, item, "done", "", "")

    def _upsert_all(self, db: Database, output_id: int, item: str, evidence: Sequence[Evidence]) -> None:
        for table in PAGED:  # another window may have packed them since
            while unpack_some(db, table, output_id):
                continue
        for table in _BY_ITEM:
            db.execute(f"DELETE FROM {table} WHERE output_id = ? AND item = ?", [output_id, item])
        by_kind: dict[type, list[Any]] = {}
        for one in evidence:
            by_kind.setdefault(type(one), []).append(one)
        for kind, rows in by_kind.items():
            self._upsert(db, output_id, item, kind, rows)

    @staticmethod
    def _upsert(db: Database, output_id: int, item: str, kind: type, evidence: list[Any]) -> None:
        mapping = MAPPINGS[kind]
        of_item = {"item": item} if mapping.by_item else {}
        rows = [{"output_id": output_id, **of_item, **mapping.dump(one)} for one in evidence]
        columns = list(rows[0])
        updates = ", ".join(f"{c} = excluded.{c}" for c in columns if c not in ("output_id", "id"))
        db.conn.executemany(
            f"INSERT INTO {mapping.table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
            f" ON CONFLICT (output_id, id) DO UPDATE SET {updates}",
            [list(row.values()) for row in rows],
        )

    @staticmethod
    def _mark(db: Database, output_id: int, item: str, state: str, message: str, raw: str) -> None:
        db.execute(
            "INSERT INTO items (output_id, item, state, message, raw) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (output_id, item) DO UPDATE SET state = excluded.state, message = excluded.message,"
            " raw = excluded.raw",
            [output_id, item, state, message, raw],
        )

    def fail(self, output_id: int, item: str, message: str, raw: str, instead: Sequence[Evidence] = ()) -> None:
        self._unpack(output_id)
        with self._connections.write() as db:
            self._upsert_all(db, output_id, item, instead)
            self._mark(db, output_id, item, "failed", clean_line(message), clean(raw))

    def close(self, output_id: int, state: str, wall_s: float, busy_s: float, note: str) -> Output:
        if state == "finished":
            self._pack(output_id)
        with self._connections.write() as db:
            db.execute(
                "UPDATE outputs SET state = ?, wall_s = wall_s + ?, busy_s = busy_s + ?, note = ?,"
                " items = (SELECT count(*) FROM items WHERE output_id = outputs.id),"
                " items_failed = (SELECT count(*) FROM items WHERE output_id = outputs.id AND state = 'failed')"
                " WHERE id = ?",
                [state, wall_s, busy_s, clean_line(note), output_id],
            )
        closed = self._one("id = ?", [output_id])
        if closed is None:
            raise LookupError("the recording of this output has just been removed")
        return closed

    def _pack(self, output_id: int) -> None:
        """In short transactions: a kill between two of them leaves some lines as rows, which are loaded all the same."""
        for table in PAGED:
            packed = -1
            while packed:
                with self._connections.write() as db:
                    packed = pack_some(db, table, output_id)

    def _unpack(self, output_id: int) -> None:
        """Lines of a finished output as rows again, in short transactions, before some of them are changed."""
        for table in PAGED:
            while span(self._db, table, output_id) != (0, -1):
                with self._connections.write() as db:
                    unpack_some(db, table, output_id)

    def items(self, output_id: int) -> dict[str, str]:
        rows = self._db.execute("SELECT item, state FROM items WHERE output_id = ? ORDER BY n", [output_id])
        return dict(rows.fetchall())

    def failures(self, output_id: int) -> list[tuple[str, str]]:
        query = "SELECT item, message FROM items WHERE output_id = ? AND state = 'failed' ORDER BY n"
        return [(row[0], row[1]) for row in self._db.execute(query, [output_id])]

    def load(self, output_id: int, kind: type[T], start_s: float = 0.0, end_s: float = float("inf")) -> list[T]:
        mapping = MAPPINGS[kind]
        where, order = "output_id = ?", "n"
        values: list[float] = [output_id]
        if mapping.span:
            start, end, unit = mapping.span
            order = f"{start}, n"
            if start_s > 0:
                where += f" AND {end} {'>=' if start == end else '>'} ?"
                values.append(start_s * unit)
            if end_s != float("inf"):
                where += f" AND {start} < ?"
                values.append(end_s * unit)
        with self._connections.snapshot() as db:
            rows = list(db.table(mapping.table).rows_where(where, values, order_by=order))
            if mapping.table in PAGED:
                rows = _in_order([*_packed(db, mapping, output_id, start_s, end_s), *rows], mapping)
        return [mapping.load(row) for row in rows]


def _packed(db: Database, mapping: Mapping, output_id: int, start_s: float, end_s: float) -> Iterator[Row]:
    """Lines of pages that touch a span."""
    start, end, _ = mapping.span or ("", "", 1)
    for row in rows_of(db, mapping.table, output_id, start_s, end_s):
        begun = row[end] >= start_s if start == end or start_s <= 0 else row[end] > start_s
        if begun and row[start] < end_s:
            yield row


def _in_order(rows: list[Row], mapping: Mapping) -> list[Row]:
    start = mapping.span[0] if mapping.span else "n"
    return sorted(rows, key=lambda row: float(row[start]))
