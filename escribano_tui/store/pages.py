"""Screen text, speech and descriptions by the page: a row of the store holds up to LINES of them, compressed.

While a phase is at work its lines are rows of a table of their own, to be changed one by one. Once it has finished they
are packed into pages, which take a fifth of the room, and are entered into the search index under numbers of their own:
page * LINES + place. Whatever is written to a packed output afterwards brings its lines back as rows first.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlite_utils import Database

Row = dict[str, Any]

LINES = 128
# Two pages fit into one of SQLite's of 4,096 bytes; a larger one would leave up to half of it empty.
_BYTES = 2_000
_SLACK = 0.95
_STEP = 2_048  # rows of a transaction: some 30 ms


@dataclass(frozen=True, slots=True)
class Paged:
    """A table whose finished rows stand in pages. `times` are the columns of beginning and end, `searched` those in the
    index, `shown` what a search needs besides; all others stand apart, so that a search need not look at them."""

    table: str
    times: tuple[str, ...]
    searched: tuple[str, ...]
    shown: tuple[str, ...]

    @property
    def pages(self) -> str:
        return f"{self.table}_pages"

    @property
    def index(self) -> str:
        return f"{self.table}_fts"


PAGED = {
    paged.table: paged
    for paged in (
        Paged("screen_lines", ("start_s", "end_s"), ("text",), ("region",)),
        Paged("utterances", ("start_s", "end_s"), ("text",), ("doubtful",)),
        Paged("descriptions", ("t_s",), ("sentence", "title"), ("doubtful",)),
    )
}
OF_PHASES = {"read": "screen_lines", "transcribe": "utterances", "refine": "utterances", "describe": "descriptions"}


# ---------------------------------------------------------------- a page


def columns_of(blob: bytes) -> dict[str, list[Any]]:
    """A part of a page: columns as compressed JSON. One that has the same value for all lines holds it once."""
    columns: dict[str, list[Any]] = json.loads(zlib.decompress(blob))
    return columns


def at(column: Sequence[Any], place: int) -> Any:
    """The value of one line."""
    return column[place] if len(column) > 1 else column[0]


def line_of(told: bytes, column: str, place: int) -> Any:
    """A function of SQL: the text of one line, for whoever reads all lines of a page one after another."""
    return at(_last_told(told)[column], place)


@lru_cache(maxsize=2)
def _last_told(told: bytes) -> dict[str, list[Any]]:
    return columns_of(told)


def _packed(columns: Mapping[str, Sequence[Any]], whole: Sequence[str] = ()) -> bytes:
    short = {name: values if name in whole else _once(values) for name, values in columns.items()}
    return zlib.compress(json.dumps(short, ensure_ascii=False, separators=(",", ":")).encode())


def _once(values: Sequence[Any]) -> Sequence[Any]:
    first = values[0]
    return values[:1] if all(type(v) is type(first) and v == first for v in values) else values


def _parts(paged: Paged, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> tuple[bytes, bytes, bytes]:
    """Times, what is told, and all else of some lines."""
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    times = {name: columns.pop(name) for name in paged.times}
    told = {name: columns.pop(name) for name in (*paged.searched, *paged.shown)}
    return _packed(times), _packed(told, whole=paged.searched), _packed(columns)


def _cut(
    paged: Paged, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> Iterator[tuple[Sequence[Sequence[Any]], tuple[bytes, bytes, bytes]]]:
    """Lines in parts that fill a page each."""
    first, most = 0, LINES
    while first < len(rows):
        part = rows[first : first + most]
        parts = _parts(paged, names, part)
        fitting = max(1, int(len(part) * _SLACK * _BYTES / sum(map(len, parts))))
        if fitting < len(part) * _SLACK:
            most = fitting
            continue
        yield part, parts
        first += len(part)
        most = min(LINES, fitting)


# ---------------------------------------------------------------- in the store


def pack_some(db: Database, table: str, output_id: int) -> int:
    """Move some rows of an output into pages, in order of time; how many. Within a transaction of the caller's."""
    paged = PAGED[table]
    cursor = db.execute(f"SELECT * FROM {table} WHERE output_id = ? ORDER BY {paged.times[0]}, n LIMIT {_STEP}", [output_id])
    names = [column[0] for column in cursor.description]
    rows = cursor.fetchall()
    if not rows:
        return 0
    number, kept = names.index("n"), [k for k, name in enumerate(names) if name not in ("n", "output_id")]
    db.conn.executemany(f"DELETE FROM {table} WHERE n = ?", [(row[number],) for row in rows])
    _add(db, paged, output_id, [names[k] for k in kept], [[row[k] for k in kept] for row in rows])
    _shown(db, paged, output_id)
    return len(rows)


def _add(db: Database, paged: Paged, output_id: int, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    start, end = names.index(paged.times[0]), names.index(paged.times[-1])
    searched = [names.index(name) for name in paged.searched]
    listed = ", ".join(paged.searched)
    for part, parts in _cut(paged, names, rows):
        cursor = db.execute(
            f"INSERT INTO {paged.pages} (output_id, lines, start_s, end_s, times, told, more) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [output_id, len(part), min(row[start] for row in part), max(row[end] for row in part), *parts],
        )
        first = int(cursor.lastrowid or 0) * LINES
        db.conn.executemany(
            f"INSERT INTO {paged.index} (rowid, {listed}) VALUES (?{', ?' * len(searched)})",
            [(first + place, *(row[k] for k in searched)) for place, row in enumerate(part)],
        )


def unpack_some(db: Database, table: str, output_id: int) -> int:
    """Bring the lines of some pages back as rows; of how many. Within a transaction of the caller's."""
    paged = PAGED[table]
    found = _pages(db, paged, f"output_id = ? ORDER BY n LIMIT {_STEP // LINES}", [output_id])
    if not found:
        return 0
    rows = [row for page in found for row in page.rows()]
    names = list(rows[0])
    _take_out(db, paged, found)
    db.conn.executemany(
        f"INSERT INTO {table} (output_id, {', '.join(names)}) VALUES (?{', ?' * len(names)})",
        [(output_id, *row.values()) for row in rows],
    )
    _shown(db, paged, output_id)
    return len(found)


def remove(db: Database, table: str, output_id: int) -> None:
    """Take the pages of an output away, and out of the index."""
    paged = PAGED[table]
    _take_out(db, paged, _pages(db, paged, "output_id = ?", [output_id]))


def rows_of(db: Database, table: str, output_id: int, start_s: float = 0.0, end_s: float = float("inf")) -> Iterator[Row]:
    """The lines of the pages that touch a span (not every one of them need), in time order."""
    paged = PAGED[table]
    where = "output_id = ?"
    values: list[float] = [output_id]
    if start_s > 0 or end_s != float("inf"):
        where, values = where + " AND end_s >= ? AND start_s < ?", [output_id, start_s, end_s]
    for page in _pages(db, paged, f"{where} ORDER BY n", values):
        yield from page.rows()


def numbers(db: Database, table: str, output_id: int, ids: Iterable[str]) -> list[int]:
    """The numbers in the index of lines with these ids."""
    asked = set(ids)
    query = f"SELECT n, more FROM {PAGED[table].pages} WHERE output_id = ?"
    found = ((n, columns_of(more)["id"]) for n, more in db.execute(query, [output_id]))
    return [n * LINES + place for n, column in found for place, id in enumerate(column) if id in asked]


def span(db: Database, table: str, output_id: int) -> tuple[int, int]:
    """The first and the last number that a line of an output may have; (0, -1) where nothing is packed."""
    query = f"SELECT min(n), max(n) FROM {PAGED[table].pages} WHERE output_id = ?"
    first, last = db.execute(query, [output_id]).fetchone()
    return (0, -1) if first is None else (first * LINES, last * LINES + LINES - 1)


def _shown(db: Database, paged: Paged, output_id: int) -> None:
    """A search knows where the lines of an output stand."""
    first, last = span(db, paged.table, output_id)
    query = "UPDATE shown_outputs SET first_n = ?, last_n = ? WHERE output_id = ?"
    if db.execute(query, [first, last, output_id]).rowcount:
        db.execute("UPDATE stamp SET n = n + 1")


@dataclass(frozen=True, slots=True)
class _Page:
    paged: Paged
    n: int
    times: dict[str, list[Any]]
    told: dict[str, list[Any]]
    more: dict[str, list[Any]]

    def rows(self) -> list[Row]:
        columns = self.times | self.told | self.more
        count = len(self.told[self.paged.searched[0]])
        whole = [values if len(values) == count else values * count for values in columns.values()]
        return [dict(zip(columns, values, strict=True)) for values in zip(*whole, strict=True)]


def _pages(db: Database, paged: Paged, where: str, values: Sequence[Any]) -> list[_Page]:
    cursor = db.execute(f"SELECT n, times, told, more FROM {paged.pages} WHERE {where}", list(values))
    return [_Page(paged, row[0], *(columns_of(part) for part in row[1:])) for row in cursor.fetchall()]


def _take_out(db: Database, paged: Paged, pages: Sequence[_Page]) -> None:
    listed = ", ".join(paged.searched)
    for page in pages:
        told = zip(*(page.told[name] for name in paged.searched), strict=True)
        db.conn.executemany(
            f"INSERT INTO {paged.index} ({paged.index}, rowid, {listed}) VALUES ('delete', ?{', ?' * len(paged.searched)})",
            [(page.n * LINES + place, *texts) for place, texts in enumerate(told)],
        )
    db.conn.executemany(f"DELETE FROM {paged.pages} WHERE n = ?", [(page.n,) for page in pages])
