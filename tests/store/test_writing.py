"""Write transactions: whole or not at all, and on the disk where that was promised."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from escribano_tui.domain.timeline import Split
from escribano_tui.store.database import Connections
from escribano_tui.store.library import LibraryStore
from tests.store.test_store import RECORDING


@pytest.fixture
def connections(tmp_path: Path) -> Iterator[Connections]:
    made = Connections(tmp_path / "home" / "library.db")
    yield made
    made.close()


def test_what_breaks_off_leaves_nothing_and_nobody_has_to_wait_for_it(connections: Connections) -> None:
    def break_off() -> None:
        with connections.write() as db:
            db.execute("CREATE TABLE half (a)")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert "half" not in connections.db.table_names()
    with connections.write() as db:
        db.execute("CREATE TABLE whole (a)")
    assert "whole" in connections.db.table_names()


def test_a_correction_is_on_the_disk_before_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite waits for the disk at a commit with synchronous=FULL; in WAL mode with NORMAL it does not."""
    said: list[str] = []
    kept = Connections._kept

    def traced(self: Connections, connection: sqlite3.Connection) -> Database:
        connection.set_trace_callback(said.append)
        return kept(self, connection)

    monkeypatch.setattr(Connections, "_kept", traced)
    store = LibraryStore(tmp_path / "home" / "library.db")
    store.recordings.save(RECORDING)
    said.clear()
    store.journal.append(RECORDING.id, "edit", [Split(5)], 0, "Split", 0)
    store.close()
    steps = ("PRAGMA synchronous=FULL", "BEGIN IMMEDIATE", "INSERT INTO journal", "COMMIT", "PRAGMA synchronous=NORMAL")
    places = [next((k for k, statement in enumerate(said) if statement.startswith(step)), -1) for step in steps]
    assert places == sorted(places)
    assert places[0] >= 0
