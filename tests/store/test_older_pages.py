"""A library whose lines are rows is brought to pages without loss, whenever that is broken off."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from sqlite_utils import Database

from escribano_tui.domain.evidence import Description, ScreenLine, Utterance
from escribano_tui.store import database
from escribano_tui.store.library import LibraryStore
from escribano_tui.store.library_migrations import migrations
from escribano_tui.store.pages import PAGED
from escribano_tui.usecases.following import Follower
from escribano_tui.usecases.search import SearchDesk
from tests.store.test_library_migration import DRAFTED

KINDS = {"read": (1, ScreenLine), "transcribe": (3, Utterance), "describe": (4, Description)}
LINES = 5_000
MORE = """
INSERT INTO outputs (id, recording_id, phase, key, state, items, items_failed, backend, model, busy_s, wall_s, generation, note)
  VALUES (3, 'a1b2c3d4e5f6', 'transcribe', 'k', 'finished', 1, 0, '', '', 1, 1, 0, ''),
         (4, 'a1b2c3d4e5f6', 'describe', 'k', 'finished', 1, 0, '', '', 1, 1, 0, '');
INSERT INTO run_phases (run_id, name, state, wall_s, busy_s, items, items_failed, backend, model, reused, note, output_id)
  VALUES ('run-1', 'transcribe', 'finished', 1, 1, 1, 0, '', '', 0, '', 3),
         ('run-1', 'describe', 'finished', 1, 1, 1, 0, '', '', 0, '', 4);
INSERT INTO shown_outputs VALUES (1, 'a1b2c3d4e5f6', 'read', 1, 5001), (3, 'a1b2c3d4e5f6', 'transcribe', 1, 1);
INSERT INTO untold VALUES (1, 'a1b2c3d4e5f6');
INSERT INTO utterances (output_id, id, start_s, end_s, text, track, backend, model, confidence, doubtful, why_doubtful,
    language, words, item)
  VALUES (3, 'u1', 7.0333333333333332, 8.5, 'näïve “words”', 'mic', 'b', 'm', 0.91184, 1, 'why', 'en',
    '[[7.1, 7.4, "näïve", 0.5]]', 'mic@7');
INSERT INTO descriptions (output_id, id, t_s, sentence, activity, confidence, apps, topics, title, document, site, motion,
    scores, why, backend, model, prompt, doubtful)
  VALUES (4, 'd1', 5.0, 'Kate is in front.', 'coding', 0.5, '["Kate"]', '[]', 'parser.py', '', '', '', '{"coding": 0.5}', '[]',
    'reader', '', '', 0);
"""


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A library as the version before left it."""
    path = tmp_path / "home" / "library.db"
    path.parent.mkdir()
    db = Database(sqlite3.connect(path))
    db.conn.execute("PRAGMA journal_mode=WAL")
    migrations.apply(db, stop_before="m016_pages")
    db.executescript(DRAFTED)
    db.executescript(MORE)
    rng = random.Random(5)
    db.conn.executemany(
        "INSERT INTO screen_lines (output_id, id, start_s, end_s, text, x, y, w, h, confidence, region)"
        " VALUES (1, ?, ?, ?, ?, ?, ?, 30, 9, ?, ?)",
        [
            (
                f"x{k}", rng.random() * 50, 50 + k / 7, f"line {k} {rng.choice(('heron', 'wren', 'ΑΒΓ', ''))}", k,
                rng.randrange(900), rng.random(), rng.choice(("content", "chrome")),
            )
            for k in range(LINES)
        ],
    )  # fmt: skip
    db.conn.commit()
    db.conn.close()
    return path


def rows(path: Path) -> dict[str, list[Any]]:
    """Every column of every line, by its output and id, as the version before read it."""
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    left = ("n", "output_id")
    found = {
        table: [{k: row[k] for k in row.keys() if k not in left} for row in db.execute(f"SELECT * FROM {table} ORDER BY n")]  # noqa: SIM118
        for table in PAGED
    }
    db.close()
    return found


def packed_rows(store: LibraryStore) -> dict[str, list[Any]]:
    carried = list(store.carrying.rows("a1b2c3d4e5f6"))
    return {
        table: [{k: v for k, v in row.items() if k != "output_id"} for name, row in carried if name == table] for table in PAGED
    }


def by_id(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(table, key=lambda row: row["id"])


def hits(store: LibraryStore, text: str) -> list[tuple[str, str]]:
    found = SearchDesk(store, Follower(store, list), lambda: UTC).find(text, patience_s=60)
    return [(hit.kind, hit.text) for hit in found.hits]


def test_every_value_is_there_afterwards_and_found(older: Path) -> None:
    before, heard = rows(older), []
    store = LibraryStore(older, told=lambda done, total: heard.append((done, total)))
    assert {table: by_id(found) for table, found in packed_rows(store).items()} == {
        t: by_id(found) for t, found in before.items()
    }
    assert heard[0] == (0, LINES + 3), "a line and two more of the script"
    assert heard[-1] == (LINES + 3, LINES + 3)
    assert rows(older) == {table: [] for table in PAGED}
    assert ("said", "näïve “words”") in hits(store, "naive")
    assert ("description", "Kate is in front.") in hits(store, "kate")
    assert all("wren" in text for _, text in hits(store, "wren"))
    assert hits(store, "αβγ")
    assert store.kept.check() == []
    read = store.outputs.load(1, ScreenLine)
    assert [line.start_s for line in read] == sorted(line["start_s"] for line in before["screen_lines"])
    store.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from escribano_tui.store import page_migrations
from escribano_tui.store.library import LibraryStore

left, real = int(sys.argv[2]), page_migrations.pack_some

def pack_some(db, table, output_id):
    global left
    left -= 1
    packed = real(db, table, output_id)
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    return packed

page_migrations.pack_some = pack_some
LibraryStore(Path(sys.argv[1]))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such signal here")
def test_a_kill_in_the_middle_loses_nothing_and_the_next_one_goes_on(older: Path) -> None:
    before = {table: by_id(found) for table, found in rows(older).items()}
    for steps in (1, 3):
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(older), str(steps)], env={**os.environ, "PYTHONPATH": os.getcwd()}
        )
        assert done.returncode == -signal.SIGKILL
    left = sum(len(found) for found in rows(older).values())
    assert 0 < left < LINES + 3, "killed on the way"
    store = LibraryStore(older)
    assert {table: by_id(found) for table, found in packed_rows(store).items()} == before
    assert len(store.outputs.load(1, ScreenLine)) == LINES + 1
    assert store.kept.check() == []
    store.close()


def test_whoever_comes_second_is_told_and_waits(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[int, int]] = []
    monkeypatch.setattr(database, "_SOON_S", 0.0)
    first = FileLock(f"{older}.lock")
    first.acquire()

    def told(done: int, total: int) -> None:
        heard.append((done, total))
        if not total:
            first.release()  # the first one has done its part

    LibraryStore(older, told=told).close()
    assert heard[0] == (0, 0)
    assert heard[-1] == (LINES + 3, LINES + 3)


def test_one_that_cannot_be_written_to_is_refused_in_words(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK and allowed(path, mode))
    with pytest.raises(PermissionError, match="older version"):
        LibraryStore(older)
    assert len(rows(older)["screen_lines"]) == LINES + 1
