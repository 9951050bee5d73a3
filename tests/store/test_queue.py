"""The queue outlives the program, and one process works it off at a time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from escribano_tui.store.library import LibraryStore
from escribano_tui.usecases.queue import QueueDesk


def desk_at(home: Path) -> QueueDesk:
    return QueueDesk(LibraryStore(home / "library.db"), home / "locks" / "queue.lock")


@pytest.fixture
def films(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / name for name in ("a.mp4", "b\nc.mp4", os.fsdecode(b"\xff-d.mp4"))]
    for path in paths:
        path.write_bytes(b"x")
    return paths


def test_what_waits_is_taken_in_order_and_survives_a_restart(tmp_path: Path, films: list[Path]) -> None:
    desk = desk_at(tmp_path / "home")
    for film in films:
        desk.put(film, "quick")
    again = desk.put(films[0], "quick")
    assert [row.path for row in desk.rows()] == [str(film) for film in films]
    assert again.id == desk.rows()[0].id
    with desk.working() as mine:
        assert mine
        first = desk.take()
        assert first is not None
        desk.end(first, "finished", "abc")
        second = desk.take()
        assert second is not None
        assert second.path == str(films[1])
        with desk_at(tmp_path / "home").working() as others:
            assert not others
    desk.store.close()  # as if it had died in the middle of the second
    later = desk_at(tmp_path / "home")
    with later.working() as mine:
        assert mine
        assert [row.state for row in later.rows()] == ["finished", "waiting", "waiting"]
    later.store.close()


def test_one_that_has_ended_can_be_asked_for_again_and_forgotten(tmp_path: Path, films: list[Path]) -> None:
    desk = desk_at(tmp_path / "home")
    first = desk.put(films[0], "quick")
    desk.put(films[0], "thorough")
    with desk.working():
        taken = desk.take()
        assert taken == first.__class__(first.id, first.path, "quick", "running", first.added_at)
        assert not desk.remove(first.id)
        desk.end(first, "failed", "", "No \x1b[31mgood.")
    assert desk.rows()[0].message == "No good." or "\x1b" not in desk.rows()[0].message
    renewed = desk.put(films[0], "quick")
    assert [(row.profile, row.state) for row in desk.rows()] == [("thorough", "waiting"), ("quick", "waiting")]
    assert desk.remove(renewed.id)
    assert desk.clear_ended() == 0
    desk.store.close()


def test_what_a_killed_process_left_waits_again_for_whoever_looks(tmp_path: Path, films: list[Path]) -> None:
    desk = desk_at(tmp_path / "home")
    first, second = desk.put(films[0], "quick"), desk.put(films[1], "quick")
    with desk.working():
        desk.take()
        assert [row.state for row in desk_at(tmp_path / "home").rows()] == ["running", "waiting"]
    assert [row.state for row in desk.rows()] == ["waiting", "waiting"]
    with desk.working():
        desk.take()
    assert desk.remove(first.id)
    assert [row.id for row in desk.rows()] == [second.id]
    desk.store.close()


def test_what_is_not_there_is_not_taken_in(tmp_path: Path) -> None:
    desk = desk_at(tmp_path / "home")
    with pytest.raises(LookupError, match="no file"):
        desk.put(tmp_path / "gone.mp4", "quick")
    desk.store.close()
