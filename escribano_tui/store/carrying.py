"""A whole session as plain rows, from one library to another: evidence, drafts, journal, summaries.

Rows that come from outside are held against the schema of this library, and every text in them is cleaned.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from sqlite_utils import Database

from escribano_tui.domain.carrying import BadPack, Carried
from escribano_tui.domain.journal import load_operations
from escribano_tui.domain.own_text import load as load_own
from escribano_tui.domain.segment import Segment, Subject
from escribano_tui.domain.text import clean
from escribano_tui.domain.timeline import Timeline
from escribano_tui.store.database import Connections
from escribano_tui.store.owners_words import keep
from escribano_tui.store.pages import PAGED, pack_some, remove, rows_of
from escribano_tui.store.rows import MAPPINGS

Row = dict[str, Any]

_EVIDENCE: Final = {mapping.table: mapping.load for mapping in MAPPINGS.values()}
_OF_OUTPUTS: Final = ("items", *_EVIDENCE)
# In this order: what is pointed to comes before what points to it.
CARRIED: Final = ("recordings", "outputs", *_OF_OUTPUTS, "runs", "run_phases", "journal", "summaries", "own_texts")
# Made anew from what is carried, or no part of one session.
LEFT: Final = (
    "_sqlite_migrations", "memory", "live", "queue", "owners_words", "overviews", "moments", "points", "shown_outputs",
    "untold", "stale", "stamp", "thread_journal", "to_pack", *(paged.pages for paged in PAGED.values()),  # row by row
)  # fmt: skip
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "TEXT": (str,), "INTEGER": (int,), "REAL": (int, float), "FLOAT": (int, float), "BLOB": (bytes,),
}  # fmt: skip
_AS_IT_IS: Final = frozenset({"path", "key", "facts_key", "fingerprint"})
_JSON: Final = frozenset({"tracks", "notes", "operations", "apps", "topics", "why", "scores", "words", "changes", "parts"})
_PLAIN: Final = frozenset({("left_out", "why")})  # plain text, though elsewhere a column of this name holds JSON


class CarryingStore:
    """The Carrying port on SQLite."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def rows(self, recording_id: str) -> Iterator[tuple[str, Row]]:
        with self._connections.snapshot() as db:
            yield from self._rows(db, recording_id)

    @staticmethod
    def _rows(db: Database, recording_id: str) -> Iterator[tuple[str, Row]]:
        outputs = "SELECT id FROM outputs WHERE recording_id = :id"
        of_outputs = f"output_id IN ({outputs})"
        chosen = {
            "recordings": "id = :id", "outputs": f"id IN ({outputs})", **dict.fromkeys(_OF_OUTPUTS, of_outputs),
            "run_phases": "run_id IN (SELECT id FROM runs WHERE recording_id = :id)",
        }  # fmt: skip
        for table in CARRIED:
            where = chosen.get(table, "recording_id = :id")
            for row in db.table(table).rows_where(where, {"id": recording_id}, order_by="rowid"):
                yield table, row
            if table in PAGED:
                for (output_id,) in db.execute(outputs, {"id": recording_id}).fetchall():
                    yield from ((table, {"output_id": output_id, **row}) for row in rows_of(db, table, output_id))

    def take_in(self, rows: Iterable[tuple[str, Row]]) -> Carried:
        with self._connections.write(durable=True) as db:
            taking = _Taking(db)
            for table, row in rows:
                try:
                    taking.take(table, row)
                except (KeyError, TypeError, ValueError, OverflowError, sqlite3.IntegrityError) as why:
                    raise BadPack("one of its rows cannot be read") from why
            return taking.done()


@dataclass
class _Taking:
    """One session on its way into a library. Ids of outputs and summaries are given anew."""

    db: Database
    recording_id: str = ""
    outputs: dict[int, int] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)  # outputs that this library has already
    drafts: list[int] = field(default_factory=list)
    duration_ms: int = 0
    summaries: dict[int, int] = field(default_factory=dict)
    runs: set[str] = field(default_factory=set)
    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    mine: list[Row] | None = None  # the journal that this library had
    taken: int = 0
    differs: bool = False

    def take(self, table: str, raw: Row) -> None:
        steps: dict[str, Callable[[Row], None]] = {
            "recordings": self._recording, "outputs": self._output, "runs": self._run, "run_phases": self._run_phase,
            "journal": self._entry, "summaries": self._summary, "own_texts": self._own_text,
        }  # fmt: skip
        if table not in CARRIED:
            raise BadPack(f"it holds “{clean(table)[:40]}”, which this version does not know")
        row = self._checked(table, raw)
        if table == "recordings":
            self._recording(row)
            return
        if not self.recording_id:
            raise BadPack("it does not begin with a recording")
        if row.get("recording_id", self.recording_id) != self.recording_id:
            raise BadPack("it holds rows of another recording")
        if table in _OF_OUTPUTS:
            self._evidence(table, row)
        else:
            steps[table](row)

    def done(self) -> Carried:
        if not self.recording_id:
            raise BadPack("there is no recording in it")
        for output in self.drafts:
            self._tiles(output)
        for output in (new for old, new in self.outputs.items() if old not in self.known):
            for table in PAGED:
                while pack_some(self.db, table, output):
                    continue
        notes = ("Its corrections were left aside: this library has its own for this recording.",) if self.differs else ()
        return Carried(self.recording_id, self.taken, notes)

    def _tiles(self, output: int) -> None:
        """A draft that does not add up would harm whoever opens it."""
        found = [
            [MAPPINGS[kind].load(row) for row in self.db.table(MAPPINGS[kind].table).rows_where("output_id = ?", [output])]
            for kind in (Segment, Subject)
        ]
        if found[0]:
            segments = sorted(found[0], key=lambda s: s.start_ms)
            _loads(lambda: Timeline(self.duration_ms, tuple(segments), tuple(found[1])), "its draft does not add up")

    # ------------------------------------------------------------ a kind of row each

    def _recording(self, row: Row) -> None:
        if self.recording_id:
            raise BadPack("it holds more than one recording")
        self.recording_id = str(row["id"])
        if not row.get("path") or not self.recording_id.isalnum():
            raise BadPack("its recording has no proper name")
        self.duration_ms = _loads(lambda: round(row["duration_s"] * 1000))
        self._insert("recordings", {**row, "deleted_at": None}, "OR IGNORE")
        self.db.execute("UPDATE recordings SET deleted_at = NULL WHERE id = ?", [self.recording_id])

    def _output(self, row: Row) -> None:
        known = self.db.execute(
            "SELECT id, state FROM outputs WHERE recording_id = ? AND phase = ? AND key = ?",
            [self.recording_id, row["phase"], row["key"]],
        ).fetchone()
        old = row.pop("id")
        if known is not None and (known[1] == "finished" or row["state"] != "finished"):
            self.outputs[old] = int(known[0])
            self.known.add(old)
            return
        if known is not None:
            for table in _OF_OUTPUTS:
                self.db.execute(f"DELETE FROM {table} WHERE output_id = ?", [known[0]])
            for table in PAGED:
                remove(self.db, table, known[0])
            self.db.execute("UPDATE run_phases SET output_id = NULL WHERE output_id = ?", [known[0]])
            self.db.execute("DELETE FROM outputs WHERE id = ?", [known[0]])
        self.outputs[old] = self._insert("outputs", row)
        if row["phase"] == "subjects":
            self.drafts.append(self.outputs[old])

    def _evidence(self, table: str, row: Row) -> None:
        output = self._renumbered(self.outputs, row["output_id"])
        if row["output_id"] in self.known:
            return
        row.pop("n", None)
        if table in _EVIDENCE:
            _loads(lambda: _EVIDENCE[table](row))
        self._insert(table, {**row, "output_id": output})

    def _run(self, row: Row) -> None:
        if self.db.execute("SELECT 1 FROM runs WHERE id = ?", [row["id"]]).fetchone() is None:
            self.runs.add(row["id"])
            self._insert("runs", row)
            self.taken += 1

    def _run_phase(self, row: Row) -> None:
        if row["run_id"] not in self.runs:
            return
        row["output_id"] = self.outputs.get(row["output_id"])  # one that was cut short is not carried
        self._insert("run_phases", row)

    def _entry(self, row: Row) -> None:
        if self.mine is None:
            self.mine = list(self.db.table("journal").rows_where("recording_id = ?", [self.recording_id], order_by="revision"))
        operations = _loads(lambda: load_operations(row["operations"]))
        at = int(row["revision"]) - 1
        if self.differs:
            return
        if at < len(self.mine):
            same = ("kind", "operations", "target")
            self.differs = any(self.mine[at][name] != row[name] for name in same)
            return
        count = self.db.execute("SELECT count(*) FROM journal WHERE recording_id = ?", [self.recording_id]).fetchone()[0]
        if at != count:
            raise BadPack("its corrections have a gap")
        self._insert("journal", row)
        keep(self.db, self.recording_id, row["revision"], operations)

    def _summary(self, row: Row) -> None:
        old = row.pop("id")
        known = self.db.execute(
            "SELECT id FROM summaries WHERE recording_id = ? AND format = ? AND created_at = ?",
            [self.recording_id, row["format"], row["created_at"]],
        ).fetchone()
        self.summaries[old] = int(known[0]) if known else self._insert("summaries", row)

    def _own_text(self, row: Row) -> None:
        row.pop("id")
        _loads(lambda: load_own(row["changes"]))
        query = "SELECT 1 FROM own_texts WHERE recording_id = ? AND format = ? AND made_at = ?"
        if self.db.execute(query, [self.recording_id, row["format"], row["made_at"]]).fetchone() is None:
            self._insert("own_texts", {**row, "summary_id": self._renumbered(self.summaries, row["summary_id"])})

    # ------------------------------------------------------------ parts

    def _renumbered(self, numbers: dict[int, int], old: int) -> int:
        try:
            return numbers[old]
        except KeyError:
            raise BadPack("one of its rows belongs to nothing") from None

    def _insert(self, table: str, row: Row, how: str = "") -> int:
        columns = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        cursor = self.db.execute(f"INSERT {how} INTO {table} ({columns}) VALUES ({marks})", list(row.values()))
        return int(cursor.lastrowid or 0)

    def _checked(self, table: str, row: Row) -> Row:
        if table not in self.columns:
            told = self.db.execute(f"PRAGMA table_info({table})").fetchall()
            self.columns[table] = {str(column[1]): str(column[2]).upper() for column in told}
        known = self.columns[table]
        checked: Row = {}
        for name, value in row.items():
            if name not in known:
                raise BadPack(f"it was made by a newer version: “{clean(str(name))[:40]}” is not known here")
            right = value is None or (isinstance(value, _TYPES[known[name]]) and not isinstance(value, bool))
            if not right and not (name == "path" and isinstance(value, bytes)):
                raise BadPack(f"“{name}” of its {table} is not what it should be")
            checked[name] = _cleaned(table, name, value)
        return checked


def _loads(load: Callable[[], Any], wrong: str = "one of its rows cannot be read") -> Any:
    try:
        return load()
    except (KeyError, TypeError, ValueError, OverflowError) as why:
        raise BadPack(wrong) from why


def _cleaned(table: str, name: str, value: Any) -> Any:
    if name in _AS_IT_IS or not isinstance(value, str):
        return value
    if name not in _JSON or (table, name) in _PLAIN or not value:
        return clean(value, len(value))
    return json.dumps(_clean_within(_loads(lambda: json.loads(value))), ensure_ascii=False)


def _clean_within(value: Any) -> Any:
    match value:
        case str():
            return clean(value, len(value))
        case list():
            return [_clean_within(v) for v in value]
        case dict():
            return {clean(str(k)): _clean_within(v) for k, v in value.items()}
    return value
