"""Search in the lines that stand in pages: what was said, read and described.

A word of a search box stands in some thousand lines, and typing must not wait for all of them: of each kind the newest
SCANNED lines are looked at, at most some of each recording, and these are ranked. A filter on segments is asked of lines
in ever larger parts, up to MOST_FILTERED.
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any, NamedTuple

from escribano_tui.domain.query import Query
from escribano_tui.domain.wording import Term
from escribano_tui.store.pages import LINES as A_PAGE
from escribano_tui.store.pages import PAGED, at, columns_of
from escribano_tui.store.search_ranking import Raw
from escribano_tui.store.search_shelf import Lines, Shelf

SCANNED = 1_000
MOST_FILTERED = 60_000
_PART = 300  # rows that are asked for a filter at first
_RECORDINGS = 15  # of which lines are looked at
_A_RECORDING = 10  # lines of one
_INDEXED = 4  # characters of a beginning that FTS5 has an index of its own for
_FEW = 60
_SHOWN = 4  # times as many lines of a filter as are asked for are ranked
_KEPT = 1_500  # pages of a kind: some 5 MB
_LAST = "\U0010fffd"

Span = tuple[float, float]
Columns = Mapping[str, Sequence[Any]]


class _Line(NamedTuple):
    """A line that was found: its number, and from when on it is shown. A tuple, as thousands of them are made."""

    n: int
    recording: str
    start_s: float
    end_s: float
    shown_s: float


@dataclass(slots=True)
class PagesRead:
    """Pages that a search has read, for the next letter that is typed. They never change."""

    _kept: dict[tuple[str, str], dict[int, Columns]] = field(default_factory=dict)

    def of(self, table: str, part: str) -> dict[int, Columns]:
        """By number. The caller adds what it reads."""
        kept = self._kept.get((table, part), {})
        if len(kept) > _KEPT:
            kept = {}
        self._kept[table, part] = kept
        return kept


class LineSearch:
    """One search on one connection. `bounds` are the seconds asked for of each recording (None asks for all), `moments`
    what is asked of a segment `m`, as SQL with its values. `problems` are sentences for the owner."""

    def __init__(
        self, db: sqlite3.Connection, shelf: Shelf, query: Query, bounds: Mapping[str, Span] | None,
        moments: tuple[str, Sequence[Any]], read: PagesRead,
    ) -> None:  # fmt: skip
        self._db, self._shelf, self._query, self._bounds, self._read = db, shelf, query, bounds, read
        self._where, self._values = moments
        self.problems: list[str] = []

    def found(self, lines: Lines, limit: int) -> list[Raw]:
        spans = self._shelf.spans[lines.table]
        if not spans:
            return []
        match = as_match(self._query, lambda t: self._beginning_with(t, lines.table))
        if not self._where:
            rows = self._told(self._newest(lines, match, spans, SCANNED), lines)
            return self._texts(lines, self._timed(lines, _spread(rows)))
        found: list[Raw] = []
        before, looked, part = 0, 0, _PART
        while looked < MOST_FILTERED:
            numbers = self._newest(lines, match, spans, part, before)
            found += self._filtered(lines, self._told(numbers, lines), limit)
            looked += len(numbers)
            if len(found) >= limit or not numbers:
                return found
            before, part = numbers[-1], min(3 * part, 5_000)
        self.problems.append(f"Only the newest {looked:,} places of these words were looked at: one more word helps.")
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
        """Numbers of lines that match, newest first, below the number `before`."""
        first, last = self._range(spans)
        index = PAGED[lines.table].index
        rows = self._db.execute(
            f"SELECT rowid FROM {index} WHERE {index} MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT {most}",
            [match, first, min(last, before - 1) if before else last],
        )
        return [row[0] for row in rows]

    def _range(self, spans: Sequence[tuple[int, int, int, str]]) -> tuple[int, int]:
        """The first and last number of the recordings that are asked for."""
        if self._bounds is None:
            return spans[0][0], max(map(itemgetter(1), spans))
        asked = [s for s in spans if s[3] in self._bounds]
        return (min(s[0] for s in asked), max(s[1] for s in asked)) if asked else (0, -1)

    # ------------------------------------------------------------ of which recordings

    def _told(self, numbers: Sequence[int], lines: Lines) -> list[tuple[int, str]]:
        """(number, recording) of those that are shown and asked for, newest first."""
        untold = self._untold(numbers) if lines.kind == "said" else set()
        return [
            (n, recording)
            for n, recording in self._of_recordings(numbers, lines)
            if n not in untold and (self._bounds is None or recording in self._bounds)
        ]

    def _untold(self, numbers: Sequence[int]) -> set[int]:
        """Utterances that another one stands for."""
        rows = self._db.execute("SELECT n FROM untold WHERE n IN (SELECT value FROM json_each(?))", [json.dumps(numbers)])
        return {row[0] for row in rows}

    def _of_recordings(self, numbers: Sequence[int], lines: Lines) -> Iterator[tuple[int, str]]:
        if lines.table in self._shelf.mixed:
            yield from self._db.execute(
                f"SELECT j.value, s.recording_id FROM json_each(?) j JOIN {PAGED[lines.table].pages} p"
                f" ON p.n = j.value / {A_PAGE} JOIN shown_outputs s ON s.output_id = p.output_id",
                [json.dumps(numbers)],
            )
            return
        spans = self._shelf.spans[lines.table]
        starts = [s[0] for s in spans]
        for n in numbers:
            k = bisect_right(starts, n) - 1
            if k >= 0 and n <= spans[k][1]:
                yield n, spans[k][3]

    # ------------------------------------------------------------ what they say

    def _filtered(self, lines: Lines, rows: Sequence[tuple[int, str]], limit: int) -> list[Raw]:
        """The texts of lines that stand in a segment that is asked for, from where they do."""
        moments = self._moments({recording for _, recording in rows})
        kept = []
        for n, recording, start_s, end_s, _ in self._timed(lines, rows):
            begins_s = _first_touched(moments.get(recording, ()), start_s, end_s)
            if begins_s is not None:
                kept.append(_Line(n, recording, start_s, end_s, max(start_s, begins_s)))
        return self._texts(lines, kept[: _SHOWN * limit])

    def _moments(self, recordings: set[str]) -> dict[str, list[Span]]:
        found: dict[str, list[Span]] = defaultdict(list)
        for recording, start_s, end_s in self._db.execute(
            "SELECT m.recording_id, m.start_ms / 1000.0, m.end_ms / 1000.0 FROM json_each(?) j"
            f" CROSS JOIN moments m ON m.recording_id = j.value WHERE {self._where} ORDER BY m.recording_id, m.start_ms",
            [json.dumps(sorted(recordings)), *self._values],
        ):
            found[recording].append((start_s, end_s))
        return found

    def _timed(self, lines: Lines, rows: Sequence[tuple[int, str]]) -> Iterator[_Line]:
        times = PAGED[lines.table].times
        first, last = times[0], times[-1]
        pages = self._pages(lines, "times", [n for n, _ in rows])
        for n, recording in rows:
            columns, place = pages[n // A_PAGE], n % A_PAGE
            start_s = at(columns[first], place)
            yield _Line(n, recording, start_s, at(columns[last], place), start_s)

    def _texts(self, lines: Lines, found_lines: Iterable[_Line]) -> list[Raw]:
        """The texts of some lines, one for each recording and text."""
        rows = list(found_lines)
        told = self._pages(lines, "told", [line.n for line in rows])
        found: dict[tuple[str, str], Raw] = {}
        for line in rows:
            columns, place = told[line.n // A_PAGE], line.n % A_PAGE
            text, less = columns[lines.text][place], lines.less(at(columns[lines.beside], place))
            now = Raw(line.recording, lines.kind, text, line.shown_s, line.end_s, 1, line.start_s, less, "", line.start_s)
            before = found.get((line.recording, text))
            found[line.recording, text] = _joined(before, now) if before else now
        return list(found.values())

    def _pages(self, lines: Lines, part: str, numbers: Sequence[int]) -> Mapping[int, Columns]:
        read, asked = self._read.of(lines.table, part), {n // A_PAGE for n in numbers}
        missing = sorted(asked.difference(read))
        if missing:
            query = f"SELECT p.n, p.{part} FROM json_each(?) j JOIN {PAGED[lines.table].pages} p ON p.n = j.value"
            found = {n: columns_of(blob) for n, blob in self._db.execute(query, [json.dumps(missing)])}
            if len(found) > _KEPT:
                return read | found
            read |= found
        return read


def _spread(rows: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Some lines of each recording, so that one of them does not hide all others."""
    taken: dict[str, int] = defaultdict(int)
    chosen = []
    for n, recording in rows:
        if taken[recording] < _A_RECORDING and (taken[recording] or len(taken) <= _RECORDINGS):
            taken[recording] += 1
            chosen.append((n, recording))
    return chosen


def _first_touched(moments: Sequence[Span], start_s: float, end_s: float) -> float | None:
    """Where the first segment begins that a line stands in, of some in time order without overlaps."""
    k = bisect_right(moments, start_s, key=itemgetter(1))
    return moments[k][0] if k < len(moments) and (moments[k][0] < end_s or moments[k][0] <= start_s) else None


def _joined(a: Raw, b: Raw) -> Raw:
    return replace(
        a, start_s=min(a.start_s, b.start_s), end_s=max(a.end_s, b.end_s), times=a.times + 1, last_s=max(a.last_s, b.last_s),
        less=min(a.less, b.less), since_s=min(a.since_s, b.since_s),
    )  # fmt: skip


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
