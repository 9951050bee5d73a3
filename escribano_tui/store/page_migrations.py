"""The part of the schema that keeps text by the page (see pages.py), and the way of an older library there."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from sqlite_utils import Database

from escribano_tui.store.library_migrations import migrations
from escribano_tui.store.pages import LINES, OF_PHASES, PAGED, Paged, pack_some

log = logging.getLogger(__name__)

Told = Callable[[int, int], None]  # rows that are done, rows in all; 0, 0 where another program is at it
Writing = Callable[[], AbstractContextManager[Database]]  # a write transaction

# Words are told by their lines alone (detail=none), without the sizes that bm25 needs.
_INDEX: Final = "tokenize='unicode61 remove_diacritics 2', detail=none, columnsize=0, prefix='1 2 3 4'"


@migrations(name="m016_pages")
def m016_pages(db: Database) -> None:
    """Tables of pages, and an index of each that follows them and no longer the rows. What older versions stored as rows
    is packed afterwards, in short transactions: `to_pack` remembers what is left."""
    db.execute("CREATE TABLE to_pack (kind TEXT, output_id INTEGER, PRIMARY KEY (kind, output_id)) WITHOUT ROWID")
    for paged in PAGED.values():
        for trigger in ("ai", "ad", "au"):
            db.execute(f"DROP TRIGGER {paged.index}_{trigger}")
        db.execute(f"DROP TABLE {paged.table}_words")
        db.execute(f"DROP TABLE {paged.index}")
        _create(db, paged)
        db.execute(f"INSERT INTO to_pack SELECT DISTINCT '{paged.table}', output_id FROM {paged.table}")
    phases = ", ".join(f"'{phase}'" for phase in OF_PHASES)
    db.execute(f"UPDATE shown_outputs SET first_n = 0, last_n = -1 WHERE phase IN ({phases})")
    db.execute("INSERT OR IGNORE INTO stale SELECT DISTINCT recording_id FROM untold")  # they are told by other numbers now
    db.execute("DELETE FROM untold")
    db.execute("UPDATE stamp SET n = n + 1")


def _create(db: Database, paged: Paged) -> None:
    # A number that was given to a page is never given to another one: what was read of it may be kept.
    db.execute(
        f"CREATE TABLE {paged.pages} (n INTEGER PRIMARY KEY AUTOINCREMENT, output_id INTEGER NOT NULL REFERENCES outputs(id),"
        " lines INTEGER NOT NULL, start_s FLOAT NOT NULL, end_s FLOAT NOT NULL, times BLOB NOT NULL, told BLOB NOT NULL,"
        " more BLOB NOT NULL)"
    )
    db.table(paged.pages).create_index(["output_id"])
    # A check holds the index against this view, and a repair makes it anew from it; `line_of` is a function of pages.py.
    # FTS5 reads no virtual table from within, json_each among them.
    values = ", ".join(f"line_of(p.told, '{name}', k.place) AS {name}" for name in paged.searched)
    db.execute(
        f"CREATE VIEW {paged.table}_told AS WITH RECURSIVE k(place) AS"
        f" (SELECT 0 UNION ALL SELECT place + 1 FROM k WHERE place < {LINES - 1})"
        f" SELECT p.n * {LINES} + k.place AS n, {values} FROM {paged.pages} p JOIN k ON k.place < p.lines"
    )
    listed = ", ".join(paged.searched)
    db.execute(
        f"CREATE VIRTUAL TABLE {paged.index} USING fts5({listed}, content='{paged.table}_told', content_rowid='n', {_INDEX})"
    )
    db.execute(f"CREATE VIRTUAL TABLE {paged.table}_words USING fts5vocab('{paged.index}', 'row')")


def pack_older(write: Writing, told: Told) -> None:
    """Pack what an older version stored as rows. May be killed at any time: the next one goes on."""
    with write() as db:
        left = db.execute("SELECT kind, output_id FROM to_pack").fetchall()
        total = sum(db.execute(f"SELECT count(*) FROM {kind}").fetchone()[0] for kind in PAGED) if left else 0
    if not left:
        return
    done, percent = 0, -1
    for kind, output_id in left:
        if 100 * done // max(1, total) > percent:
            percent = 100 * done // max(1, total)
            told(done, total)
        packed = -1
        while packed:
            with write() as db:
                packed = pack_some(db, kind, output_id)
                if not packed:
                    db.execute("DELETE FROM to_pack WHERE kind = ? AND output_id = ?", [kind, output_id])
            done += packed
    told(total, total)
    try:
        db.execute("VACUUM")  # most of the file is free now
    except sqlite3.OperationalError as why:  # another program reads it, or the disk is full: the room is used again
        log.warning("the library was not made smaller: %s", why)


__all__ = ["migrations"]
