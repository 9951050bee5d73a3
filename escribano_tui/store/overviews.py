"""What sessions come to as corrected, kept beside them and marked as stale by whatever changes them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlite_utils import Database

from escribano_tui.domain.overview import Moment, Overview, OverviewRow
from escribano_tui.domain.text import clean_line
from escribano_tui.domain.threads import SubjectRef
from escribano_tui.store.database import Connections
from escribano_tui.store.pages import OF_PHASES, numbers, pack_some, span
from escribano_tui.store.recordings import OVERVIEW_TABLES, file_name

MOMENT_COLUMNS = (
    "recording_id", "start_ms", "end_ms", "activity", "title", "description", "apps", "topics", "subject_id", "subject",
    "kind", "personal", "reviewed",
)  # fmt: skip
_ROWS = """
SELECT r.id, r.path, r.started_at, r.duration_s, r.added_at, o.segments, o.unreviewed, o.activities, o.revision,
       o.duration_ms,
       (SELECT json_array(state, profile) FROM runs WHERE recording_id = r.id ORDER BY started_at DESC, rowid DESC LIMIT 1)
FROM recordings r LEFT JOIN overviews o ON o.recording_id = r.id
WHERE r.deleted_at IS NULL ORDER BY r.added_at DESC, r.id
"""


class OverviewStore:
    """The Overviews port on SQLite."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def stale(self) -> list[str]:
        return [row[0] for row in self._connections.db.execute("SELECT recording_id FROM stale")]

    def forget(self, recording_id: str) -> None:
        with self._connections.write() as db:
            _forget(db, recording_id)

    def save(self, overview: Overview, summary_id: int) -> bool:
        """Keep it, unless the journal, the run or the summaries have moved on since it was made."""
        self._pack(overview)
        with self._connections.write() as db:
            if not _still_so(db, overview, summary_id):
                return False
            _forget(db, overview.recording_id)
            _insert(db, overview)
            db.execute("UPDATE stamp SET n = n + 1")
        return True

    def _pack(self, overview: Overview) -> None:
        """What a run that was killed left as rows, in short transactions."""
        for phase, output_id in overview.outputs:
            packed = -1 if phase in OF_PHASES else 0
            while packed:
                with self._connections.write() as db:
                    packed = pack_some(db, OF_PHASES[phase], output_id)

    def newest_summary(self, recording_id: str) -> int:
        query = "SELECT coalesce(max(id), 0) FROM summaries WHERE recording_id = ?"
        return int(self._connections.db.execute(query, [recording_id]).fetchone()[0])

    def stamp(self) -> int:
        return int(self._connections.db.execute("SELECT n FROM stamp").fetchone()[0])

    def subjects(self) -> list[tuple[SubjectRef, int]]:
        sql = (
            "SELECT m.recording_id, m.subject_id, m.subject, sum(m.end_ms - m.start_ms) FROM moments m"
            " JOIN recordings r ON r.id = m.recording_id WHERE r.deleted_at IS NULL AND m.personal = 0 AND m.activity <> 'idle'"
            " GROUP BY m.recording_id, m.subject_id ORDER BY m.recording_id, m.subject_id"
        )
        return [(SubjectRef(*row[:3]), row[3]) for row in self._connections.db.execute(sql)]

    def rows(self) -> list[OverviewRow]:
        return [_row(*values) for values in self._connections.db.execute(_ROWS)]

    def known(self, kind: str, limit: int = 2000) -> list[str]:
        """Raises ValueError for a kind that there is not."""
        if kind not in _KNOWN:
            raise ValueError(f"nothing is known of {kind}")
        sql = (
            f"SELECT text FROM (SELECT text FROM ({_KNOWN[kind]}) UNION ALL SELECT text FROM owners_words WHERE kind = ?)"
            " WHERE text <> '' GROUP BY text ORDER BY count(*) DESC, text COLLATE NOCASE LIMIT ?"
        )
        return [row[0] for row in self._connections.db.execute(sql, [kind, limit])]

    def moments(self, recording_ids: Sequence[str] | None = None) -> list[Moment]:
        where, values = "", []
        if recording_ids is not None:
            where, values = "WHERE recording_id IN (SELECT value FROM json_each(?))", [json.dumps(list(recording_ids))]
        query = f"SELECT {', '.join(MOMENT_COLUMNS)} FROM moments {where} ORDER BY recording_id, start_ms"
        return [moment_of(row) for row in self._connections.db.execute(query, values)]


_KNOWN = {
    "title": "SELECT title AS text FROM moments",
    "apps": "SELECT j.value AS text FROM moments m, json_each(m.apps) j",
    "topics": "SELECT j.value AS text FROM moments m, json_each(m.topics) j",
    "subject": "SELECT DISTINCT subject AS text, recording_id FROM moments",
}


def moment_of(row: Sequence[Any]) -> Moment:
    """Of the values of a row, in the order of its columns."""
    values = dict(zip(MOMENT_COLUMNS, row, strict=True))
    for listed in ("apps", "topics"):
        values[listed] = tuple(json.loads(values[listed])) if values[listed] != "[]" else ()
    return Moment(**values | {"personal": bool(values["personal"]), "reviewed": bool(values["reviewed"])})


def _still_so(db: Database, overview: Overview, summary_id: int) -> bool:
    recording_id = overview.recording_id
    revision = db.execute("SELECT coalesce(max(revision), 0) FROM journal WHERE recording_id = ?", [recording_id]).fetchone()
    newest = db.execute("SELECT coalesce(max(id), 0) FROM summaries WHERE recording_id = ?", [recording_id]).fetchone()
    shown = db.execute(
        "SELECT id FROM runs WHERE recording_id = ? AND id IN"
        " (SELECT run_id FROM run_phases WHERE name = 'subjects' AND state = 'finished')"
        " ORDER BY started_at DESC, rowid DESC LIMIT 1",
        [recording_id],
    ).fetchone()
    return (revision[0], newest[0], shown and shown[0]) == (overview.revision, summary_id, overview.run_id)


def _forget(db: Database, recording_id: str) -> None:
    for table in OVERVIEW_TABLES:
        db.execute(f"DELETE FROM {table} WHERE recording_id = ?", [recording_id])


def _insert(db: Database, overview: Overview) -> None:
    db.execute(
        "INSERT INTO overviews (recording_id, run_id, revision, duration_ms, segments, unreviewed, activities)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            overview.recording_id, overview.run_id, overview.revision, overview.duration_ms, len(overview.moments),
            overview.unreviewed, json.dumps(overview.activities),
        ],
    )  # fmt: skip
    db.conn.executemany(
        f"INSERT INTO moments ({', '.join(MOMENT_COLUMNS)}) VALUES ({', '.join('?' * len(MOMENT_COLUMNS))})",
        [[_stored(getattr(m, c)) for c in MOMENT_COLUMNS] for m in overview.moments],
    )
    db.conn.executemany(
        "INSERT INTO points (recording_id, t_s, end_s, format, text) VALUES (?, ?, ?, ?, ?)",
        [(overview.recording_id, p.t_s, p.end_s, p.format, p.text) for p in overview.points],
    )
    for phase, output_id in overview.outputs:
        if phase in OF_PHASES:
            _show(db, overview.recording_id, phase, output_id)
    by_output: dict[int, list[str]] = defaultdict(list)
    for output_id, utterance in overview.untold:
        by_output[output_id].append(utterance)
    for output_id, ids in by_output.items():
        db.conn.executemany(
            "INSERT OR IGNORE INTO untold (n, recording_id) VALUES (?, ?)",
            [(n, overview.recording_id) for n in numbers(db, "utterances", output_id, ids)],
        )


def _show(db: Database, recording_id: str, phase: str, output_id: int) -> None:
    """An output can be searched from now on; what is not packed yet is."""
    table = OF_PHASES[phase]
    while pack_some(db, table, output_id):
        continue
    db.execute(
        "INSERT OR REPLACE INTO shown_outputs (output_id, recording_id, phase, first_n, last_n) VALUES (?, ?, ?, ?, ?)",
        [output_id, recording_id, phase, *span(db, table, output_id)],
    )


def _stored(value: Any) -> Any:
    return json.dumps(list(value), ensure_ascii=False) if isinstance(value, tuple) else value


def _row(*values: Any) -> OverviewRow:
    recording_id, path, started_at, duration_s, added_at, segments, unreviewed, activities, revision, length, run = values
    state, profile = json.loads(run) if run else ("", "")
    return OverviewRow(
        recording_id, clean_line(file_name(path)), path if isinstance(path, str) else file_name(path, whole=True), started_at,
        duration_s, added_at, state, profile, segments is not None, segments or 0, unreviewed or 0, _activities(activities),
        revision or 0, length or 0,
    )  # fmt: skip


def _activities(text: str | None) -> tuple[tuple[str, int], ...]:
    found: Iterable[tuple[str, int]] = json.loads(text or "[]")
    return tuple((activity, ms) for activity, ms in found)
