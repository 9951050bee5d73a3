"""A library that can only be read is listed, shown, searched and exported; what would write says so."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from escribano_tui.bootstrap import build_house
from escribano_tui.config.paths import Paths
from escribano_tui.domain.timeline import Assign
from escribano_tui.ports import House
from escribano_tui.store import database
from escribano_tui.terminal import quiet
from tests.usecases.drafted import RECORDING, drafted


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house whose folder refuses writers; where the tests run as root, who may write anyway, the question is answered
    for them."""
    drafted(tmp_path).close()
    home = tmp_path / "home"
    for path in (*home.iterdir(), home):
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    allowed = os.access

    def access(path: str | Path, mode: int) -> bool:
        inside = str(path).startswith(str(home))
        return not (inside and mode & os.W_OK) and allowed(path, mode)

    monkeypatch.setattr(os, "access", access)
    made = build_house(Paths(home, tmp_path / "config"))
    yield made
    made.close()
    home.chmod(0o700)


def test_reading_works(house: House, tmp_path: Path) -> None:
    before = {p.name: p.read_bytes() for p in (tmp_path / "home").iterdir()}
    assert [row.id for row in house.library.rows()] == [RECORDING.id]
    assert len(house.sessions.open(RECORDING.id).timeline.segments) == 3
    assert "parser.py" in house.exports.export(RECORDING.id, "md")
    assert house.doctor.checks()
    assert {p.name: p.read_bytes() for p in (tmp_path / "home").iterdir()} == before


def test_writing_is_refused_in_words(house: House) -> None:
    with pytest.raises(PermissionError, match="can only be read"):
        house.sessions.edit(RECORDING.id, [Assign(0, 20_000, "title", "x")], 0)
    with pytest.raises(PermissionError, match="can only be read"):
        house.library.delete(RECORDING.id)


def test_the_connection_itself_cannot_write(house: House, tmp_path: Path) -> None:
    connections = database.Connections(tmp_path / "home" / "library.db")
    assert connections.read_only
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connections.db.execute("DELETE FROM recordings")
    connections.close()


def test_what_libraries_say_goes_nowhere_where_there_is_no_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(log: Path) -> None:
        raise PermissionError

    monkeypatch.setattr("escribano_tui.terminal.rotate", refuse)
    log = tmp_path / "logs" / "x.log"
    with quiet(log):
        os.write(2, b"said\n")
    assert not log.exists()
