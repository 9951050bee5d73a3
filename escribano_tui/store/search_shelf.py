"""Which rows of the store a search looks at: those of the newest run of every recording that is not deleted."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from itertools import pairwise
from typing import Any

from escribano_tui.domain.query import Query
from escribano_tui.domain.text import clean_line
from escribano_tui.domain.wording import fold, words_of
from escribano_tui.store.recordings import file_name


@dataclass(frozen=True, slots=True)
class Lines:
    """One kind of text that stands in pages. `text` is the column that is shown; `less` takes away from the score, by the
    value of the column that stands beside it."""

    kind: str
    table: str
    phases: tuple[str, ...]
    text: str
    beside: str
    less: Callable[[Any], float]


LINES = (
    Lines("said", "utterances", ("transcribe", "refine"), "text", "doubtful", lambda doubtful: 2.0 * doubtful),
    Lines("screen", "screen_lines", ("read",), "text", "region", lambda region: 0.6 * (region == "chrome")),
    Lines("description", "descriptions", ("describe",), "sentence", "doubtful", float),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shelf:
    """Which rows of the store are shown, as of one stamp: for each table (first row, last row, output, recording), and
    (name, started_at, seconds) of the recordings."""

    stamp: int
    spans: dict[str, list[tuple[int, int, int, str]]]
    mixed: frozenset[str]  # tables in which rows of two recordings lie between each other
    recordings: dict[str, tuple[str, str, float]]


def load_shelf(db: sqlite3.Connection, stamp: int) -> Shelf:
    tables = {phase: lines.table for lines in LINES for phase in lines.phases}
    spans: dict[str, list[tuple[int, int, int, str]]] = {lines.table: [] for lines in LINES}
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
    return Shelf(stamp, spans, mixed, recordings)


def backwards(started_at: str) -> float:
    try:
        return -datetime.fromisoformat(started_at).timestamp()
    except ValueError:
        return 0.0


def bounds_of(shelf: Shelf, query: Query, zone: tzinfo) -> dict[str, tuple[float, float]]:
    """For each recording that is asked for, the seconds of it that lie in the days that are asked for."""
    low, high = (_instant(day, zone) if day else None for day in (query.after, query.before))
    asked = [words_of(words) or [words] for words in query.recordings]
    bounds = {}
    for recording_id, (name, started_at, duration_s) in shelf.recordings.items():
        words = words_of(name) if asked else []
        if not all(any(w.startswith(fold(a)) for w in words) or a == recording_id for wanted in asked for a in wanted):
            continue
        start = -backwards(started_at)
        first = max(0.0, low - start) if low is not None else 0.0
        last = min(duration_s, high - start) if high is not None else duration_s
        if first < last or (first == 0 == duration_s and last >= 0):
            bounds[recording_id] = (first, last if high is not None else float("inf"))
    return bounds


def _instant(day: date, zone: tzinfo) -> float:
    return datetime.combine(day, time(), zone).timestamp()
