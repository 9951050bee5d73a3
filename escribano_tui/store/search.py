"""Full-text search over what was said, read and described, and over titles, subjects and summaries as corrected."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

from escribano_tui.domain.overview import SAID
from escribano_tui.domain.query import Query
from escribano_tui.domain.session import Found
from escribano_tui.domain.wording import words_of
from escribano_tui.store.database import Connections
from escribano_tui.store.search_lines import LineSearch, PagesRead, as_match
from escribano_tui.store.search_ranking import Ranking, Raw
from escribano_tui.store.search_shelf import LINES, Shelf, bounds_of, load_shelf

_OWN_ROWS = 80

_TITLE = "trim({0}.title || ' · ' || {0}.subject, ' ·')"
_OWN = (
    ("title", "moments", "t.start_ms / 1000.0", "t.end_ms / 1000.0", "1"),
    ("summary", "points", "t.t_s", "t.end_s", f"t.format <> '{SAID}'"),
    ("said", "points", "t.t_s", "t.end_s", f"t.format = '{SAID}'"),
)  # fmt: skip


class SearchStore:
    """The Finder port on FTS5."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._shelf: Shelf | None = None
        self._guard = threading.Lock()
        self._read = PagesRead()

    def search(self, query: Query, zone: tzinfo, limit: int, a_recording: int) -> Found:
        if query.empty or limit <= 0:
            return Found(problems=query.problems)
        try:
            with self._connections.snapshot() as db:
                return _Search(db.conn, self._now(), query, zone, self._read).found(limit, a_recording)
        except sqlite3.OperationalError as why:
            if "fts5" not in str(why):
                raise
            return Found(problems=(*query.problems, "These words cannot be searched for."))

    def _now(self) -> Shelf:
        db = self._connections.db
        stamp = int(db.execute("SELECT n FROM stamp").fetchone()[0])
        with self._guard:
            if self._shelf is not None and self._shelf.stamp == stamp:
                return self._shelf
        shelf = load_shelf(db.conn, stamp)
        with self._guard:
            self._shelf = shelf
        return shelf


class _Search:
    """One search on one connection."""

    def __init__(self, db: sqlite3.Connection, shelf: Shelf, query: Query, zone: tzinfo, read: PagesRead) -> None:
        self._read = read
        self._db, self._shelf, self._query = db, shelf, query
        self._terms = query.all_terms
        self._bounds = bounds_of(shelf, query, zone) if query.filters_recordings else None
        self._problems = list(query.problems)
        self._ranking = Ranking(db, shelf, query, self._bounds)
        self._where, self._values = self._moment_filter()

    def found(self, limit: int, a_recording: int) -> Found:
        raws = [*self._own(limit)]
        if self._terms:
            asked = [lines for lines in LINES if not self._query.kinds or lines.kind in self._query.kinds]
            searched = LineSearch(self._db, self._shelf, self._query, self._bounds, (self._where, self._values), self._read)
            for lines in asked:
                raws += searched.found(lines, limit)
            self._problems += searched.problems
        groups = self._ranking.grouped(self._ranking.ranked(raws), limit, a_recording)
        return Found(tuple(groups), tuple(self._problems))

    # ------------------------------------------------------------ titles and summaries, as corrected

    def _own(self, limit: int) -> Iterator[Raw]:
        for kind, table, start, end, only in _OWN:
            if self._query.kinds and kind not in self._query.kinds:
                continue
            if self._terms:
                yield from self._own_rows(kind, table, start, end, only)
            elif kind == "title":
                yield from self._moments(limit)

    def _own_rows(self, kind: str, table: str, start: str, end: str, only: str) -> Iterator[Raw]:
        text, more = ("t.text", "''") if table == "points" else (_TITLE.format("t"), "t.topics || t.apps || t.description")
        joined, where, values = "", "", []
        if table == "points" and self._where:
            joined = (
                " JOIN moments m ON m.recording_id = t.recording_id AND m.start_ms <= t.t_s * 1000 AND m.end_ms > t.t_s * 1000"
            )
        if self._where:
            where, values = f" AND {self._where}", self._values
            if table == "moments":
                where = where.replace("m.", "t.")
        sql = (
            f"SELECT t.recording_id, {text}, {start}, {end}, {more} FROM {table}_fts f JOIN {table} t ON t.n = f.rowid{joined}"
            f" WHERE {table}_fts MATCH ? AND {only}{where} ORDER BY f.rowid DESC LIMIT {_OWN_ROWS}"
        )
        for recording, found, start_s, end_s, told in self._db.execute(sql, [as_match(self._query), *values]):
            yield Raw(recording, kind, found, start_s, end_s, last_s=start_s, more=told)

    def _moments(self, limit: int) -> Iterator[Raw]:
        """Filters without a word: the segments that they fit, newest first."""
        where = f" WHERE {self._where}" if self._where else ""
        sql = (
            f"SELECT m.recording_id, {_TITLE.format('m')}, m.start_ms / 1000.0, m.end_ms / 1000.0"
            f" FROM moments m{where} ORDER BY m.n DESC"
        )
        left = limit * 4
        for recording, text, start_s, end_s in self._db.execute(sql, self._values):
            raw = Raw(recording, "title", text, start_s, end_s, last_s=start_s)
            if self._ranking.within(raw) is None:
                continue
            yield raw
            left -= 1
            if not left:
                return

    def _moment_filter(self) -> tuple[str, list[Any]]:
        """What is asked of a segment `m`, as SQL."""
        parts: list[str] = []
        values: list[Any] = []
        query = self._query
        if query.activities:
            parts.append(f"m.activity IN ({', '.join('?' * len(query.activities))})")
            values += query.activities
        if query.personal:
            parts.append(f"m.personal = {int(query.personal == 'only')}")
        asked = [*(("apps", words) for words in query.apps), *(("subject", words) for words in query.subjects)]
        for column, words in asked:
            match = " AND ".join(f'{column} : "{word}" *' for word in words_of(words))
            parts.append("m.n IN (SELECT rowid FROM moments_fts WHERE moments_fts MATCH ?)" if match else "0")
            values += [match] if match else []
        return " AND ".join(parts), values
