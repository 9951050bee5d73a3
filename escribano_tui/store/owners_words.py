"""The words that the owner wrote in corrections, so that they can be offered again."""

from __future__ import annotations

from collections.abc import Iterable

from sqlite_utils import Database

from escribano_tui.domain.operations import Assign, AssignSubject, Operation, RenameSubject, Say

COLUMNS = ("recording_id", "revision", "kind", "start_ms", "end_ms", "track", "text")
TEXTS = ("title", "description", "apps", "topics")


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
