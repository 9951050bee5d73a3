"""Full-text search over what was said, read and described, and over titles, subjects and summaries as corrected.

A word of a search box stands in some thousand lines, and typing must not wait for all of them: of each kind the newest
SCANNED lines are looked at, at most some of each recording, and these are ranked. A filter on segments is asked of lines
in ever larger parts, up to MOST_FILTERED.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo
from typing import Any

from escribano_tui.domain.overview import SAID
from escribano_tui.domain.query import Query
from escribano_tui.domain.session import Found
from escribano_tui.domain.wording import Term, words_of
from escribano_tui.store.database import Connections
from escribano_tui.store.search_ranking import Ranking, Raw
from escribano_tui.store.search_shelf import LINES, Lines, Shelf, bounds_of, load_shelf

SCANNED = 1_000
MOST_FILTERED = 60_000
_PART = 300  # rows that are asked for a filter at once
_RECORDINGS = 15  # of which lines are looked at
_A_RECORDING = 10  # lines of one
_OWN_ROWS = 80
_INDEXED = 4  # characters of a beginning that FTS5 has an index of its own for
_FEW = 60
_LAST = "\U0010fffd"


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

    def search(self, query: Query, zone: tzinfo, limit: int, a_recording: int) -> Found:
        if query.empty or limit <= 0:
            return Found(problems=query.problems)
        try:
            return _Search(self._connections.db.conn, self._now(), query, zone).found(limit, a_recording)
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

    def __init__(self, db: sqlite3.Connection, shelf: Shelf, query: Query, zone: tzinfo) -> None:
        self._db, self._shelf, self._query = db, shelf, query
        self._terms = query.all_terms
        self._bounds = bounds_of(shelf, query, zone) if query.filters_recordings else None
        self._problems = list(query.problems)
        self._ranking = Ranking(db, shelf, query, self._bounds)
        self._where, self._values = self._moment_filter()

    def found(self, limit: int, a_recording: int) -> Found:
        raws = [*self._own(limit)]
        if self._terms:
            for lines in LINES:
                if not self._query.kinds or lines.kind in self._query.kinds:
                    raws += self._lines(lines, limit)
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

    # ------------------------------------------------------------ lines

    def _lines(self, lines: Lines, limit: int) -> list[Raw]:
        spans = self._shelf.spans[lines.table]
        if not spans:
            return []
        match = as_match(self._query, lambda t: self._beginning_with(t, lines.table))
        if not self._where:
            return self._texts(lines, self._spread(self._newest(lines, match, spans, SCANNED), lines))
        found: list[Raw] = []
        before, looked = 0, 0
        while looked < MOST_FILTERED:
            part = self._newest(lines, match, spans, _PART if not looked else 8 * _PART, before)
            found += self._texts(lines, self._spread(part, lines))
            looked += len(part)
            if len(found) >= limit or not part:
                return found
            before = part[-1]
        self._problems.append(f"Only the newest {looked:,} places of these words were looked at: one more word helps.")
        return found

    def _beginning_with(self, term: Term, table: str) -> list[str]:
        """The words that begin with a term, where they are few: FTS5 would put all their places together first, and only
        has that ready for the shortest beginnings."""
        if not term.prefix or len(term.text) <= _INDEXED:
            return []
        found = self._db.execute(
            f"SELECT term FROM {table}_words WHERE term >= ? AND term < ? LIMIT {_FEW + 1}", [term.text, term.text + _LAST]
        ).fetchall()
        return [row[0] for row in found] if len(found) <= _FEW else []

    def _newest(
        self, lines: Lines, match: str, spans: Sequence[tuple[int, int, int, str]], most: int, before: int = 0
    ) -> list[int]:
        """Rows that match, newest first, below the row `before`."""
        first, last = self._range(spans)
        rows = self._db.execute(
            f"SELECT rowid FROM {lines.table}_fts WHERE {lines.table}_fts MATCH ? AND rowid BETWEEN ? AND ?"
            f" ORDER BY rowid DESC LIMIT {most}",
            [match, first, min(last, before - 1) if before else last],
        )
        return [row[0] for row in rows]

    def _range(self, spans: Sequence[tuple[int, int, int, str]]) -> tuple[int, int]:
        """The first and last row of the recordings that are asked for."""
        asked = [s for s in spans if self._bounds is None or s[3] in self._bounds]
        return (min(s[0] for s in asked), max(s[1] for s in asked)) if asked else (0, -1)

    def _spread(self, rows: Sequence[int], lines: Lines) -> list[int]:
        """Rows that are shown, newest first; without a filter on segments only some of each recording."""
        taken: dict[str, int] = defaultdict(int)
        chosen = []
        for n, recording in self._of_recordings(rows, lines):
            if self._bounds is not None and recording not in self._bounds:
                continue
            if not self._where:
                if taken[recording] >= _A_RECORDING or (not taken[recording] and len(taken) > _RECORDINGS):
                    continue
                taken[recording] += 1
            chosen.append(n)
        return chosen

    def _of_recordings(self, rows: Sequence[int], lines: Lines) -> Iterator[tuple[int, str]]:
        """(row, recording) of those that are shown."""
        if lines.table in self._shelf.mixed:
            yield from self._db.execute(
                f"SELECT t.n, s.recording_id FROM json_each(?) j JOIN {lines.table} t ON t.n = j.value"
                " JOIN shown_outputs s ON s.output_id = t.output_id",
                [json.dumps(rows)],
            )
            return
        spans = self._shelf.spans[lines.table]
        starts = [s[0] for s in spans]
        for n in rows:
            k = bisect_right(starts, n) - 1
            if k >= 0 and n <= spans[k][1]:
                yield n, spans[k][3]

    def _texts(self, lines: Lines, rows: Sequence[int]) -> list[Raw]:
        """The texts of some rows, one for each recording and text."""
        if not rows:
            return []
        start, joined, where = lines.start, "", ""
        if self._where:
            start = f"max({lines.start}, m.start_ms / 1000.0)"
            joined = (
                f" JOIN moments m ON m.recording_id = s.recording_id AND m.start_ms <= {lines.end} * 1000"
                f" AND m.end_ms > {lines.start} * 1000"
            )
            where = f" AND {self._where}"
        sql = (
            f"SELECT s.recording_id, {lines.text}, min({start}), max({lines.end}), count(DISTINCT t.n), max({lines.start}),"
            f" min({lines.less}) FROM json_each(?) j JOIN {lines.table} t ON t.n = j.value"
            f" JOIN shown_outputs s ON s.output_id = t.output_id{joined} WHERE 1{lines.but}{where}"
            f" GROUP BY s.recording_id, {lines.text}"
        )
        cursor = self._db.execute(sql, [json.dumps(rows), *self._values])
        return [Raw(r[0], lines.kind, r[1], r[2], r[3], r[4], r[5], r[6]) for r in cursor]


def as_match(query: Query, words_of_term: Callable[[Term], Sequence[str]] = lambda term: ()) -> str:
    """An FTS5 expression that finds all words of a query; phrases are looked for among what it finds. `words_of_term`
    may know the words that begin with a term.

    >>> from datetime import date
    >>> from escribano_tui.domain.query import parse
    >>> as_match(parse('parse "x y" NEAR(', date(2026, 1, 1)))
    '"parse" * AND "near" * AND "x" AND "y"'
    """

    def one(term: Term) -> str:
        known = words_of_term(term)
        if known:
            return f"({' OR '.join(_quoted(w) for w in known)})"
        return f"{_quoted(term.text)} *" if term.prefix else _quoted(term.text)

    return " AND ".join(one(t) for t in query.all_terms)


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'
