"""Full-text search over what was said, read, described and titled, in the drafts that are shown."""

from __future__ import annotations

import os
import re

from escribano_tui.domain.session import Hit
from escribano_tui.domain.text import clean_line
from escribano_tui.store.database import Connections

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


class SearchStore:
    """The Finder port on FTS5."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

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
                f" {text} AS text, {table}_fts.rank AS score FROM {table}_fts JOIN {table} t ON t.n = {table}_fts.rowid"
                f" JOIN shown ON shown.output_id = t.output_id AND shown.phase IN ({listed})"
                f" WHERE {table}_fts MATCH :match{_NOT_REFINED if kind == 'said' else ''} ORDER BY score LIMIT :most)"
            )
        sql = _SHOWN + " UNION ALL ".join(parts) + " ORDER BY score LIMIT :most"
        rows = self._connections.db.query(sql, {"match": match, "most": limit})
        return [Hit(r["recording_id"], _name(r["path"]), r["t_s"], r["end_s"], r["kind"], r["text"]) for r in rows]


def _name(path: str | bytes) -> str:
    return clean_line(os.path.basename(os.fsdecode(path)))


def as_match(query: str) -> str:
    """An FTS5 expression that finds all words of a query by their beginnings; any text is allowed.

    >>> as_match('parse "x* NEAR(')
    '"parse"* "x"* "NEAR"*'
    """
    words = re.findall(r"\w+", clean_line(query, 400))
    return " ".join(f'"{word}"*' for word in words[:20])
