"""Getting recordings in: latest, batch and watch, as their users run them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
from pathlib import Path

import pytest

from escribano_tui.serve.watch import watch
from tests.cli.program import Program
from tests.media.films import Film, Scene, shoot

FILM = Film((Scene(0, 1), Scene(2, 2)), length_s=4.0, fps=5)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shoot(tmp_path_factory.mktemp("film") / "film.mp4", FILM)


def test_batch_runs_all_says_what_failed_and_goes_on(program: Program, film: Path) -> None:
    folder = program.home / "in"
    (folder / "deeper").mkdir(parents=True)
    shutil.copy(film, folder / "-a b.mp4")
    shutil.copy(film, folder / "c.mp4")
    shutil.copy(film, folder / "deeper" / "d.mp4")
    (folder / "broken.mp4").write_bytes(b"no film")
    (folder / "notes.txt").write_text("no film either")
    done = program("batch", str(folder), "--json")
    assert done.returncode == 1
    rows = {os.path.basename(row["path"]): row for row in json.loads(done.stdout)}
    assert {name: row["state"] for name, row in rows.items()} == {
        "-a b.mp4": "finished", "c.mp4": "finished", "broken.mp4": "failed",
    }  # fmt: skip
    assert "broken.mp4" in rows["broken.mp4"]["message"] or rows["broken.mp4"]["message"].endswith(".")
    assert rows["-a b.mp4"]["recording_id"] == rows["c.mp4"]["recording_id"] != ""  # the same film twice is one recording
    assert len(json.loads(program("list", "--json").stdout)) == 1
    assert "broken.mp4" in program("queue").stdout
    assert program("queue", "--clear", "--json").stdout.strip() == "[]"
    newest = program("latest", str(folder / "deeper"))
    assert newest.returncode == 0
    assert newest.stdout.strip() == rows["c.mp4"]["recording_id"]


@pytest.mark.parametrize("command", ["latest", "batch", "watch"])
def test_a_folder_that_is_not_there_is_told_in_a_sentence(program: Program, command: str) -> None:
    done = program(command, str(program.home / "nowhere"))
    assert done.returncode == 1
    assert "There is no folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_grows_is_taken_once_it_has_stopped(tmp_path: Path) -> None:
    (tmp_path / "old.mp4").write_bytes(b"before")
    ready, came, stop = threading.Event(), threading.Event(), threading.Event()
    taken: list[tuple[str, int]] = []

    def take(path: Path) -> None:
        taken.append((path.name, path.stat().st_size))
        came.set()

    thread = threading.Thread(target=watch, args=([tmp_path], take, stop, 0.6, False, ready.set))
    thread.start()
    assert ready.wait(20)
    growing = tmp_path / "new.mp4"
    with growing.open("wb") as file:
        for _ in range(6):
            file.write(b"x" * 1000)
            file.flush()
            assert not came.wait(0.15), "it was touched while it grew"
    (tmp_path / "notes.txt").write_text("no film")
    assert came.wait(20)
    stop.set()
    thread.join(20)
    assert taken == [("new.mp4", 6000)]


def test_watch_runs_what_comes_and_ends_when_told(program: Program, film: Path) -> None:
    folder = program.home / "in"
    folder.mkdir()
    process = program.start("watch", str(folder), "--still", "0.5")
    assert process.stderr is not None
    lines = iter(process.stderr.readline, "")
    too_long = threading.Timer(120, process.kill)
    too_long.start()
    try:
        assert any("watching" in line for line in lines)
        shutil.copy(film, folder / "x.mp4")
        assert any("x.mp4 finished" in line for line in lines)
    finally:
        too_long.cancel()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert [row["state"] for row in json.loads(program("queue", "--json").stdout)] == ["finished"]


def test_what_only_goes_by_the_name_of_a_recording_stops_nothing(program: Program, film: Path) -> None:
    folder = program.home / "in"
    folder.mkdir()
    shutil.copy(film, folder / "m.mp4")
    os.mkfifo(folder / "a.mp4")
    (folder / "b.mp4").symlink_to("nowhere")
    (folder / "c.mp4").symlink_to("c.mp4")
    (folder / "d.mp4").mkdir()
    done = program("batch", str(folder), "--json")
    assert done.returncode == 0, done.stderr
    assert [os.path.basename(row["path"]) for row in json.loads(done.stdout)] == ["m.mp4"]
    assert program("latest", str(folder)).returncode == 0


def test_a_number_that_no_queue_reaches_is_wrong_usage(program: Program) -> None:
    done = program("queue", "--remove", "9" * 23)
    assert done.returncode == 2
    assert "should not have happened" not in done.stderr


def test_watching_ends_with_a_sentence_when_the_folder_goes(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    with pytest.raises(LookupError, match="has gone"):
        watch([folder], lambda path: None, threading.Event(), 0.4, ready=folder.rmdir)
