"""Full-text search over what was said, read, described and titled, in the drafts that are shown as they were corrected;
and the words that the library knows, to complete what is typed."""

from __future__ import annotations

import os
import re
from typing import Any

from escribano_tui.domain.journal import fold
from escribano_tui.domain.session import Hit
from escribano_tui.domain.text import clean_line
from escribano_tui.store.database import Connections
from escribano_tui.store.journal import JournalStore
from escribano_tui.store.owners_words import as_corrected

Row = dict[str, Any]

# The outputs of each recording's latest run that drafted all of it: what the owner sees, and nothing twice.
_SHOWN = """
WITH drafted AS (
  SELECT runs.id, runs.recording_id,
         row_number() OVER (PARTITION BY runs.recording_id ORDER BY runs.started_at DESC, runs.rowid DESC) AS nth
  FROM runs JOIN run_phases ON run_phases.run_id = runs.id
  WHERE run_phases.name = 'subjects' AND run_phases.state = 'finished'
), shown AS (
  SELECT run_phases.output_id, run_phases.name AS phase, recordings.id AS recording_id, recordings.path AS path
  FROM drafted JOIN run_phases ON run_phases.run_id = drafted.id
  JOIN recordings ON recordings.id = drafted.recording_id
  WHERE drafted.nth = 1 AND recordings.deleted_at IS NULL
)
"""
_KINDS = {
    "said": ("utterances", "t.start_s", "t.end_s", "t.text", ("transcribe", "refine")),
    "screen": ("screen_lines", "t.start_s", "t.end_s", "t.text", ("read",)),
    "description": ("descriptions", "t.t_s", "t.t_s", "t.sentence", ("describe",)),
    "title": ("segments", "t.start_ms / 1000.0", "t.end_ms / 1000.0", "t.title", ("subjects",)),
}

# What was transcribed a second time is found in its second form only.
_NOT_REFINED = """
 AND NOT (shown.phase = 'transcribe' AND EXISTS (
   SELECT 1 FROM utterances better JOIN shown refined ON refined.output_id = better.output_id AND refined.phase = 'refine'
   WHERE refined.recording_id = shown.recording_id AND better.track = t.track
     AND better.start_s < t.end_s AND better.end_s > t.start_s))"""

_OWNERS = """
SELECT * FROM (
  SELECT w.recording_id, r.path, w.start_ms / 1000.0 AS t_s, w.end_ms / 1000.0 AS end_s, w.kind, w.text, w.track, w.revision,
         owners_words_fts.rank AS score
  FROM owners_words_fts JOIN owners_words w ON w.n = owners_words_fts.rowid JOIN recordings r ON r.id = w.recording_id
  WHERE owners_words_fts MATCH :match AND w.kind IN ('said', 'title', 'description') AND r.deleted_at IS NULL
    AND w.recording_id IN (SELECT recording_id FROM shown)
  ORDER BY score LIMIT :most)
"""

_IN_DRAFTS = "FROM segments t JOIN shown ON shown.output_id = t.output_id AND shown.phase = 'subjects'"
_KNOWN = {
    "title": f"SELECT t.title AS text {_IN_DRAFTS}",
    "apps": f"SELECT j.value AS text {_IN_DRAFTS}, json_each(t.apps) j",
    "topics": f"SELECT j.value AS text {_IN_DRAFTS}, json_each(t.topics) j",
    "subject": "SELECT t.label AS text FROM subjects t"
    " JOIN shown ON shown.output_id = t.output_id AND shown.phase = 'subjects'",
}


class SearchStore:
    """The Finder port on FTS5."""

    def __init__(self, connections: Connections, journal: JournalStore) -> None:
        self._connections = connections
        self._journal = journal

    def search(self, query: str, limit: int) -> list[Hit]:
        """Moments whose words begin with the words of the query, best first; nothing for a query without words."""
        match = as_match(query)
        if not match:
            return []
        parts = []
        for kind, (table, start, end, text, phases) in _KINDS.items():
            listed = ", ".join(f"'{p}'" for p in phases)
            parts.append(
                f"SELECT * FROM (SELECT shown.recording_id, shown.path, {start} AS t_s, {end} AS end_s, '{kind}' AS kind,"
                f" {text} AS text, {'t.track' if kind == 'said' else 'NULL'} AS track, NULL AS revision,"
                f" {table}_fts.rank AS score FROM {table}_fts JOIN {table} t ON t.n = {table}_fts.rowid"
                f" JOIN shown ON shown.output_id = t.output_id AND shown.phase IN ({listed})"
                f" WHERE {table}_fts MATCH :match{_NOT_REFINED if kind == 'said' else ''} ORDER BY score LIMIT :most)"
            )
        sql = _SHOWN + " UNION ALL ".join([*parts, _OWNERS]) + " ORDER BY score LIMIT :most"
        rows = self._as_corrected(list(self._connections.db.query(sql, {"match": match, "most": 2 * limit})))[:limit]
        return [Hit(r["recording_id"], _name(r["path"]), r["t_s"], r["end_s"], r["kind"], r["text"]) for r in rows]

    def _as_corrected(self, rows: list[Row]) -> list[Row]:
        """Rows in their order, without those that the owner has corrected."""
        gone: set[int] = set()
        for recording_id in {r["recording_id"] for r in rows}:
            written = list(self._connections.db.table("owners_words").rows_where("recording_id = ?", [recording_id]))
            if written:
                own = [r for r in rows if r["recording_id"] == recording_id]
                standing = frozenset(e.revision for e in fold(self._journal.entries(recording_id)).edits)
                gone |= {id(r) for r in own} - {id(r) for r in as_corrected(own, written, standing)}
        return [r for r in rows if id(r) not in gone]

    def known(self, kind: str, limit: int = 2000) -> list[str]:
        """The values of a kind (title, apps, topics, subject) in all drafts that are shown and all corrections, the most
        used first. Raises ValueError for another kind."""
        if kind not in _KNOWN:
            raise ValueError(f"nothing is known of {kind}")
        written = "SELECT text FROM owners_words WHERE kind = :kind"
        sql = (
            f"{_SHOWN} SELECT text FROM ({_KNOWN[kind]} UNION ALL {written}) WHERE text <> ''"
            " GROUP BY text ORDER BY count(*) DESC, text COLLATE NOCASE LIMIT :most"
        )
        return [row["text"] for row in self._connections.db.query(sql, {"kind": kind, "most": limit})]


def _name(path: str | bytes) -> str:
    return clean_line(os.path.basename(os.fsdecode(path)))


def as_match(query: str) -> str:
    """An FTS5 expression that finds all words of a query by their beginnings; any text is allowed.

    >>> as_match('parse "x* NEAR(')
    '"parse"* "x"* "NEAR"*'
    """
    words = re.findall(r"\w+", clean_line(query, 400))
    return " ".join(f'"{word}"*' for word in words[:20])
