"""What the library file weighs, whether it is sound, and a copy of it while it is in use."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from escribano_tui.store.database import Connections
from escribano_tui.store.pages import line_of

_PARTS = {
    "screen_lines": "screen text", "utterances": "speech", "segments": "sessions", "subjects": "sessions",
    "journal": "corrections", "owners_words": "corrections", "own_texts": "corrections", "thread_journal": "corrections",
    "summaries": "summaries", "descriptions": "descriptions",
    "memory": "lines that the reader knows again", "frames": "frames and changes", "changes": "frames and changes",
    "envelopes": "frames and changes", "moments": "overviews", "points": "overviews",
    "overviews": "overviews", "screen_lines_pages": "screen text", "utterances_pages": "speech",
    "descriptions_pages": "descriptions",
}  # fmt: skip
_INDEXES = ("screen_lines_fts", "utterances_fts", "descriptions_fts", "moments_fts", "points_fts")


class KeepingStore:
    """The KeptFile port on SQLite."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def weigh(self) -> list[tuple[str, int]]:
        """(part, bytes) of the file, the heaviest first; one part alone where this SQLite cannot tell them apart."""
        path = self._connections.path
        beside = sum(p.stat().st_size for end in ("-wal", "-shm") if (p := path.with_name(path.name + end)).exists())
        db = self._connections.db
        parts: Counter[str] = Counter()
        try:
            for name, table, used in db.execute(
                "SELECT s.name, coalesce(m.tbl_name, s.name), s.used FROM"
                " (SELECT name, sum(pgsize) AS used FROM dbstat GROUP BY name) s LEFT JOIN sqlite_master m ON m.name = s.name"
            ):
                parts[_part_of(name, table)] += used
        except sqlite3.OperationalError:  # this SQLite was built without dbstat
            parts["library"] = path.stat().st_size
        free = int(db.execute("PRAGMA freelist_count").fetchone()[0]) * int(db.execute("PRAGMA page_size").fetchone()[0])
        parts["free, to be used again"] += free
        parts["not yet written into the file"] += beside
        return [(name, count) for name, count in parts.most_common() if count]

    def check(self) -> list[str]:
        """What is wrong with the file, a sentence each; empty where it is sound. Looks at a copy, as FTS5 would keep all
        others from writing while it looks. Raises OSError or sqlite3.OperationalError where there is no room for one."""
        with self._copied() as copy:
            found = [f"SQLite: {row[0]}" for row in copy.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
            gone = copy.execute("PRAGMA foreign_key_check").fetchmany(20)
            found += [f"{row[0]}: a row refers to {row[2]}, which is gone." for row in gone]
            for index in _INDEXES:
                try:
                    copy.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")
                except sqlite3.DatabaseError as why:
                    told = f"The search index {index} is not in step ({why});"
                    found.append(f"{told} `escribano-tui keep check --repair` mends it.")
        return found

    @contextmanager
    def _copied(self) -> Iterator[sqlite3.Connection]:
        """A copy as of now, beside the library where that can be written to."""
        folder = self._connections.path.parent
        with tempfile.TemporaryDirectory(
            prefix=".escribano-check-", dir=folder if os.access(folder, os.W_OK) else None
        ) as place:
            path = Path(place) / "library.db"
            self.copy_to(path)
            copy = sqlite3.connect(path)
            copy.create_function("line_of", 3, line_of, deterministic=True)
            try:
                yield copy
            finally:
                copy.close()

    def repair(self) -> None:
        """Make the search indexes anew, and every overview."""
        for index in _INDEXES:
            with self._connections.write() as db:
                db.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
        with self._connections.write() as db:
            db.execute("INSERT OR IGNORE INTO stale SELECT DISTINCT recording_id FROM runs")

    def copy_to(self, path: Path) -> None:
        """A copy as of now, readable by its owner alone; others may read and write meanwhile (SQLite's backup API)."""
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        copy = sqlite3.connect(path)
        try:
            self._connections.db.conn.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            copy.commit()
        finally:
            copy.close()


def _part_of(name: str, table: str) -> str:
    if "_fts" in name or "_words" in name:
        return "search index"
    return _PARTS.get(table, "all else")
