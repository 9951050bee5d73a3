"""The words that the owner wrote in corrections, so that they can be found and offered again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from escribano_tui.domain.operations import Assign, AssignSubject, Operation, RenameSubject, Say

COLUMNS = ("recording_id", "revision", "kind", "start_ms", "end_ms", "track", "text")
TEXTS = ("title", "description", "apps", "topics")
Row = dict[str, Any]


def keep(db: Database, recording_id: str, revision: int, operations: Iterable[Operation]) -> None:
    """Within the transaction that writes the edit itself."""
    rows = [[recording_id, revision, *row] for operation in operations for row in words_of(operation)]
    db.conn.executemany(f"INSERT INTO owners_words ({', '.join(COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def words_of(operation: Operation) -> list[tuple[str, int, int, str, str]]:
    """(kind, start, end, track, text) of what an operation says; a list of apps or topics is a row for each."""
    match operation:
        case Say(start, end, track, text):
            return [("said", start, end, track, text)]
        case AssignSubject(start, end, label) | RenameSubject(start, end, label):
            return [("subject", start, end, "", label)]
        case Assign(start, end, field, value) if field in TEXTS:
            values = value if isinstance(value, tuple) else (value,)
            return [(field, start, end, "", str(v)) for v in values]
    return []


def as_corrected(found: Iterable[Row], written: Iterable[Row], standing: frozenset[int]) -> list[Row]:
    """What was found in one recording, without what the owner has corrected since or taken back.

    `written` are all rows of `owners_words` of this recording; a row of `found` that is one of them has a revision.
    """
    stands = [w for w in written if w["revision"] in standing]
    return [row for row in found if not _superseded(row, stands) and (row["revision"] is None or row["revision"] in standing)]


def _superseded(row: Row, stands: list[Row]) -> bool:
    at = (round(row["t_s"] * 1000), round(row["end_s"] * 1000))
    return any(
        w["kind"] == row["kind"]
        and (w["kind"] != "said" or w["track"] == row["track"])
        and w["revision"] > (row["revision"] or 0)
        and _mostly_one(at, (w["start_ms"], w["end_ms"]))
        for w in stands
    )


def _mostly_one(a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Whether two spans share the greater part of the shorter one's time."""
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return shared > 0 and shared * 2 >= min(a[1] - a[0], b[1] - b[0])
