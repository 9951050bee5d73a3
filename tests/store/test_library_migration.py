"""A library of before is searched, listed and summed like a new one."""

from __future__ import annotations

import sqlite3
from datetime import UTC
from pathlib import Path

from sqlite_utils import Database

from escribano_tui.store.library import LibraryStore
from escribano_tui.store.migrations import m001_library, m002_evidence, m003_full_text, migrations
from escribano_tui.usecases.following import Follower
from escribano_tui.usecases.search import SearchDesk
from tests.usecases.drafted import RECORDING

DRAFTED = """
INSERT INTO recordings (id, path, fingerprint, duration_s, added_at, started_at, started_at_source, size_bytes, width,
  height, fps, video_codec, rotation, origin_s, tracks, notes)
  VALUES ('a1b2c3d4e5f6', '/films/x.mp4', 'a1', 60, '2026-01-01T00:00:00+00:00', '2026-01-01T09:00:00+00:00', 'name', 1, 1,
  1, 1, '', 0, 0, '[]', '[]');
INSERT INTO runs VALUES ('run-1', 'a1b2c3d4e5f6', 'quick', 'finished', '2026-01-01T00:00:00+00:00', 1);
INSERT INTO outputs (id, recording_id, phase, key, state, items, items_failed, backend, model, busy_s, wall_s, generation, note)
  VALUES (1, 'a1b2c3d4e5f6', 'read', 'k', 'finished', 1, 0, '', '', 1, 1, 0, ''),
         (2, 'a1b2c3d4e5f6', 'subjects', 'k', 'finished', 1, 0, '', '', 1, 1, 0, '');
INSERT INTO run_phases (run_id, name, state, wall_s, busy_s, items, items_failed, backend, model, reused, note, output_id)
  VALUES ('run-1', 'read', 'finished', 1, 1, 1, 0, '', '', 0, '', 1),
         ('run-1', 'subjects', 'finished', 1, 1, 1, 0, '', '', 0, '', 2);
INSERT INTO screen_lines (output_id, id, start_s, end_s, text, x, y, w, h, confidence, region)
  VALUES (1, 'l1', 5, 9, 'open src/parser.py', 0, 0, 9, 9, 0.9, 'content');
INSERT INTO segments (output_id, id, start_ms, end_ms, activity, title, description, apps, topics, subject_id, confidence,
  importance, personal, why, returns_to_ms)
  VALUES (2, 's1', 0, 60000, 'coding', 'parser.py', '', '[]', '[]', 'b1', 0.5, 'medium', 0, '[]', -1);
INSERT INTO subjects (output_id, id, label, kind) VALUES (2, 'b1', 'the parser', 'work');
INSERT INTO journal VALUES ('a1b2c3d4e5f6', 1, 'edit',
  '[{"op": "assign", "start_ms": 0, "end_ms": 60000, "field": "activity", "value": "debugging"}]', 0, '', 'said');
"""


def test_an_older_library_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "home" / "library.db"
    path.parent.mkdir()
    old = Database(sqlite3.connect(path))
    for migration in (m001_library, m002_evidence, m003_full_text):
        migration(old)
    old.executescript(DRAFTED)
    migrations.ensure_migrations_table(old)
    for name in ("m001_library", "m002_evidence", "m003_full_text"):
        old["_sqlite_migrations"].insert(
            {"migration_set": "escribano-tui", "name": name, "applied_at": "2026-01-01"}, alter=True
        )  # fmt: skip
    old.conn.close()

    store = LibraryStore(path)
    desk = SearchDesk(store, Follower(store, list), lambda: UTC)
    hits = desk.find("parser", patience_s=60).hits
    assert {(h.kind, h.text) for h in hits} == {("screen", "open src/parser.py"), ("title", "parser.py · the parser")}
    assert {h.activity for h in hits} == {"debugging"}, "as corrected"
    (row,) = store.overviews.rows()
    assert (row.id, row.segments, row.activities) == (RECORDING.id, 1, (("debugging", 60_000),))
    assert store.kept.check() == []
    store.close()
    again = LibraryStore(path)
    assert again.overviews.stale() == []
    again.close()
