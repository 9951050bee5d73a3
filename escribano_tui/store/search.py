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
from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo
from itertools import pairwise
from typing import Any

from escribano_tui.domain.overview import SAID, Moment
from escribano_tui.domain.query import Query
from escribano_tui.domain.session import Found, Hit, HitGroup
from escribano_tui.domain.text import clean_line
from escribano_tui.domain.wording import Term, fold, holds_phrase, marks, words_of
from escribano_tui.store.database import Connections
from escribano_tui.store.overviews import MOMENT_COLUMNS, moment_of
from escribano_tui.store.recordings import file_name

SCANNED = 1_000
MOST_FILTERED = 60_000
_PART = 300  # rows that are asked for a filter at once
_RECORDINGS = 15  # of which lines are looked at
_A_RECORDING = 10  # lines of one
_OWN_ROWS = 80
_INDEXED = 4  # characters of a beginning that FTS5 has an index of its own for
_FEW = 60
_LAST = "\U0010fffd"
_WEIGHTS = {"title": 6.0, "summary": 4.0, "said": 3.0, "description": 2.0, "screen": 1.0}


@dataclass(frozen=True, slots=True)
class _Lines:
    """Where one kind of text stands. Times are in s."""

    kind: str
    table: str
    phases: tuple[str, ...]
    start: str = "t.start_s"
    end: str = "t.end_s"
    text: str = "t.text"
    less: str = "0"  # takes away from the score
    but: str = ""


_LINES = (
    _Lines("said", "utterances", ("transcribe", "refine"), less="2 * t.doubtful",
           but=" AND NOT EXISTS (SELECT 1 FROM untold WHERE untold.n = t.n)"),
    _Lines("screen", "screen_lines", ("read",), less="(t.region = 'chrome') * 0.6"),
    _Lines("description", "descriptions", ("describe",), "t.t_s", "t.t_s", "t.sentence", "t.doubtful"),
)  # fmt: skip
_TITLE = "trim({0}.title || ' · ' || {0}.subject, ' ·')"
_OWN = (
    ("title", "moments", "t.start_ms / 1000.0", "t.end_ms / 1000.0", "1"),
    ("summary", "points", "t.t_s", "t.end_s", f"t.format <> '{SAID}'"),
    ("said", "points", "t.t_s", "t.end_s", f"t.format = '{SAID}'"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Raw:
    """A text that was found, before it is ranked; `more` are the topics and apps of a segment."""

    recording_id: str
    kind: str
    text: str
    start_s: float
    end_s: float
    times: int = 1
    last_s: float = 0.0
    less: float = 0.0
    more: str = ""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Which rows of the store are shown, as of one stamp: for each table (first row, last row, output, recording), and
    (name, started_at, seconds) of the recordings."""

    stamp: int
    spans: dict[str, list[tuple[int, int, int, str]]]
    mixed: frozenset[str]  # tables in which rows of two recordings lie between each other
    recordings: dict[str, tuple[str, str, float]]


class SearchStore:
    """The Finder port on FTS5."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._shelf: _Shelf | None = None
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

    def _now(self) -> _Shelf:
        db = self._connections.db
        stamp = int(db.execute("SELECT n FROM stamp").fetchone()[0])
        with self._guard:
            if self._shelf is not None and self._shelf.stamp == stamp:
                return self._shelf
        shelf = _load_shelf(db.conn, stamp)
        with self._guard:
            self._shelf = shelf
        return shelf


def _load_shelf(db: sqlite3.Connection, stamp: int) -> _Shelf:
    tables = {phase: lines.table for lines in _LINES for phase in lines.phases}
    spans: dict[str, list[tuple[int, int, int, str]]] = {lines.table: [] for lines in _LINES}
    recordings = {
        row[0]: (clean_line(file_name(row[1])), row[2], row[3])
        for row in db.execute("SELECT id, path, started_at, duration_s FROM recordings WHERE deleted_at IS NULL")
    }
    for first, last, output, recording, phase in db.execute(
        "SELECT first_n, last_n, output_id, recording_id, phase FROM shown_outputs WHERE last_n >= first_n"
    ):
        if recording in recordings:
            spans[tables[phase]].append((first, last, output, recording))
    for table in spans.values():
        table.sort()
    mixed = frozenset(name for name, table in spans.items() if any(a[1] >= b[0] for a, b in pairwise(table)))
    return _Shelf(stamp, spans, mixed, recordings)


class _Search:
    """One search on one connection."""

    def __init__(self, db: sqlite3.Connection, shelf: _Shelf, query: Query, zone: tzinfo) -> None:
        self._db, self._shelf, self._query = db, shelf, query
        self._terms = query.all_terms
        self._bounds = _bounds(shelf, query, zone) if query.filters_recordings else None
        self._problems = list(query.problems)
        self._where, self._values = self._moment_filter()

    def found(self, limit: int, a_recording: int) -> Found:
        raws = [*self._own(limit)]
        if self._terms:
            for lines in _LINES:
                if not self._query.kinds or lines.kind in self._query.kinds:
                    raws += self._lines(lines, limit)
        groups = self._grouped(self._ranked(raws), limit, a_recording)
        return Found(tuple(groups), tuple(self._problems))

    # ------------------------------------------------------------ titles and summaries, as corrected

    def _own(self, limit: int) -> Iterator[_Raw]:
        for kind, table, start, end, only in _OWN:
            if self._query.kinds and kind not in self._query.kinds:
                continue
            if self._terms:
                yield from self._own_rows(kind, table, start, end, only)
            elif kind == "title":
                yield from self._moments(limit)

    def _own_rows(self, kind: str, table: str, start: str, end: str, only: str) -> Iterator[_Raw]:
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
            yield _Raw(recording, kind, found, start_s, end_s, last_s=start_s, more=told)

    def _moments(self, limit: int) -> Iterator[_Raw]:
        """Filters without a word: the segments that they fit, newest first."""
        where = f" WHERE {self._where}" if self._where else ""
        sql = (
            f"SELECT m.recording_id, {_TITLE.format('m')}, m.start_ms / 1000.0, m.end_ms / 1000.0"
            f" FROM moments m{where} ORDER BY m.n DESC"
        )
        left = limit * 4
        for recording, text, start_s, end_s in self._db.execute(sql, self._values):
            raw = _Raw(recording, "title", text, start_s, end_s, last_s=start_s)
            if self._within(raw) is None:
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

    def _lines(self, lines: _Lines, limit: int) -> list[_Raw]:
        spans = self._shelf.spans[lines.table]
        if not spans:
            return []
        match = as_match(self._query, lambda t: self._beginning_with(t, lines.table))
        if not self._where:
            return self._texts(lines, self._spread(self._newest(lines, match, spans, SCANNED), lines))
        found: list[_Raw] = []
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
        self, lines: _Lines, match: str, spans: Sequence[tuple[int, int, int, str]], most: int, before: int = 0
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

    def _spread(self, rows: Sequence[int], lines: _Lines) -> list[int]:
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

    def _of_recordings(self, rows: Sequence[int], lines: _Lines) -> Iterator[tuple[int, str]]:
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

    def _texts(self, lines: _Lines, rows: Sequence[int]) -> list[_Raw]:
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
        return [_Raw(r[0], lines.kind, r[1], r[2], r[3], r[4], r[5], r[6]) for r in cursor]

    # ------------------------------------------------------------ ranking

    def _ranked(self, raws: Sequence[_Raw]) -> list[tuple[float, _Raw]]:
        """(score, text) of those that fit, each text once a recording."""
        kept: dict[tuple[str, str, str], tuple[float, _Raw]] = {}
        for raw in raws:
            words = words_of(raw.text)
            within = self._within(raw)
            if within is None or not self._fits([*words, *words_of(raw.more)] if raw.more else words):
                continue
            score = self._score(raw, words)
            at = f"@{raw.start_s:.0f}" if raw.kind == "title" else ""
            key = (raw.recording_id, raw.kind, (" ".join(words) or raw.text) + at)
            kept[key] = _together(kept[key], (score, within)) if key in kept else (score, within)
        return list(kept.values())

    def _score(self, raw: _Raw, words: Sequence[str]) -> float:
        score = _WEIGHTS[raw.kind] - raw.less + min(0.5, 12 / (12 + len(raw.text)))
        if not self._terms:
            return score
        whole = sum(t.text in words for t in self._terms)
        if raw.kind == "title" and whole < len(self._terms) and not self._stand_in(words):
            score -= 3
        return score + whole / len(self._terms)

    def _stand_in(self, words: Sequence[str]) -> bool:
        return all(any(t.fits(w) for w in words) for t in self._terms)

    def _fits(self, words: Sequence[str]) -> bool:
        """Whether it holds the phrases, and none of the words that must not be there."""
        if not all(holds_phrase(words, p) for p in self._query.phrases):
            return False
        return not any(t.fits(w) for t in self._query.without for w in words)

    def _within(self, raw: _Raw) -> _Raw | None:
        """The part of it that lies in the days that are asked for."""
        if raw.recording_id not in self._shelf.recordings:
            return None
        if self._bounds is None:
            return raw
        low, high = self._bounds.get(raw.recording_id, (0.0, -1.0))
        if raw.start_s >= high or raw.end_s < low:
            return None
        return replace(raw, start_s=max(raw.start_s, low)) if raw.start_s < low else raw

    def _grouped(self, ranked: Sequence[tuple[float, _Raw]], limit: int, a_recording: int) -> list[HitGroup]:
        """Hits by recording, the one with the best hit first, of equals the newest; within one in order of time."""
        newest = {raw.recording_id: _backwards(self._shelf.recordings[raw.recording_id][1]) for _, raw in ranked}
        kept: dict[str, list[tuple[float, _Raw]]] = defaultdict(list)
        more: dict[str, int] = defaultdict(int)
        for score, raw in sorted(ranked, key=lambda r: (-round(r[0] * 2), newest[r[1].recording_id], -r[0], r[1].start_s)):
            if len(kept[raw.recording_id]) < a_recording:
                kept[raw.recording_id].append((score, raw))
            else:
                more[raw.recording_id] += 1
        groups, left = [], limit
        for recording_id, chosen in kept.items():
            if left <= 0:
                break
            hits = sorted((self._hit(*one) for one in chosen[:left]), key=lambda h: (h.t_s, -h.score))
            left -= len(hits)
            rest = more[recording_id] + len(chosen) - len(hits)
            groups.append(HitGroup(recording_id, hits[0].recording_name, hits[0].started_at, tuple(hits), rest))
        return groups

    def _hit(self, score: float, raw: _Raw) -> Hit:
        """With its words marked, and the segment that it stands in."""
        name, started_at, _ = self._shelf.recordings[raw.recording_id]
        sql = (
            f"SELECT {', '.join(MOMENT_COLUMNS)} FROM moments WHERE recording_id = ? AND start_ms <= ?"
            " ORDER BY start_ms DESC LIMIT 1"
        )
        row = self._db.execute(sql, [raw.recording_id, raw.start_s * 1000 + 0.5]).fetchone()
        moment = moment_of(row) if row else Moment(raw.recording_id, 0, 0, "")
        text = raw.text if raw.kind != "title" else _titled(raw.text, moment, self._terms)
        return Hit(
            raw.recording_id, name, raw.start_s, raw.end_s, raw.kind, text, tuple(marks(text, self._terms)), raw.times,
            max(raw.last_s, raw.start_s), moment.activity, moment.title, moment.subject, moment.personal, started_at,
            round(score, 4),
        )  # fmt: skip


def _titled(text: str, moment: Moment, terms: Sequence[Term]) -> str:
    """Title and subject of a segment, and those of its topics, apps and description in which a word stands."""
    told = [word for word in (*moment.topics, *moment.apps, moment.description) if marks(word, terms)]
    missing = [t for t in terms if not marks(text, [t])]
    return " · ".join([text or "untitled", *(w for w in told if marks(w, missing))])


def _together(before: tuple[float, _Raw], now: tuple[float, _Raw]) -> tuple[float, _Raw]:
    """A text that stands in a recording several times is one hit: the first moment, and how often."""
    a, b = before[1], now[1]
    joined = replace(
        a, start_s=min(a.start_s, b.start_s), end_s=max(a.end_s, b.end_s), times=a.times + b.times,
        last_s=max(a.last_s, b.last_s),
    )  # fmt: skip
    return max(before[0], now[0]), joined


def _backwards(started_at: str) -> float:
    try:
        return -datetime.fromisoformat(started_at).timestamp()
    except ValueError:
        return 0.0


def _bounds(shelf: _Shelf, query: Query, zone: tzinfo) -> dict[str, tuple[float, float]]:
    """For each recording that is asked for, the seconds of it that lie in the days that are asked for."""
    low, high = (_instant(day, zone) if day else None for day in (query.after, query.before))
    asked = [words_of(words) or [words] for words in query.recordings]
    bounds = {}
    for recording_id, (name, started_at, duration_s) in shelf.recordings.items():
        words = words_of(name) if asked else []
        if not all(any(w.startswith(fold(a)) for w in words) or a == recording_id for wanted in asked for a in wanted):
            continue
        start = -_backwards(started_at)
        first = max(0.0, low - start) if low is not None else 0.0
        last = min(duration_s, high - start) if high is not None else duration_s
        if first < last or (first == 0 == duration_s and last >= 0):
            bounds[recording_id] = (first, last if high is not None else float("inf"))
    return bounds


def _instant(day: date, zone: tzinfo) -> float:
    return datetime.combine(day, time(), zone).timestamp()


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
