"""Fetching weights: only when asked, on from where it broke off, checked, and in place only when whole."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from escribano_tui.backends.fetch import pull, resolve
from escribano_tui.backends.registry import Registry
from escribano_tui.ports import BackendError, Cancelled
from tests.backends.hub_server import Hub, hub_server

REPOSITORY = "Systran/faster-whisper-base.en"
FILES = {
    "config.json": b'{"a": 1}',
    "model.bin": os.urandom(3_000_000),
    "tokenizer.json": b"{}" * 700,
    "vocabulary.txt": b"one\ntwo\n",
    "README.md": b"not wanted",
    "..": b"never a file name",
}


@pytest.fixture
def hub() -> Iterator[Hub]:
    with hub_server(REPOSITORY, FILES) as made:
        yield made


def fetch(hub: Hub, models: Path, name: str = "faster-whisper/base.en", stop: threading.Event | None = None) -> list[int]:
    seen: list[int] = []
    pull(name, models, lambda done, total, file: seen.append(done), stop or threading.Event(), hub.url)
    return seen


def test_all_wanted_files_arrive_whole_and_private(hub: Hub, tmp_path: Path) -> None:
    seen = fetch(hub, tmp_path)
    folder = tmp_path / "faster-whisper" / "base.en"
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {
        name: data for name, data in FILES.items() if name not in ("README.md", "..")
    }
    assert all(stat.S_IMODE(p.stat().st_mode) == 0o600 for p in folder.iterdir())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert seen == sorted(seen)
    assert seen[-1] == sum(p.stat().st_size for p in folder.iterdir())
    assert Registry(tmp_path).choose("speech", ["faster-whisper"]).model == "base.en"


def test_what_is_here_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    fetch(hub, tmp_path)
    hub.sent.clear()
    fetch(hub, tmp_path)
    assert hub.sent == []


def test_a_broken_connection_is_gone_on_from(hub: Hub, tmp_path: Path) -> None:
    hub.break_after = 1_000_000
    with pytest.raises(BackendError, match="the same command goes on from here"):
        fetch(hub, tmp_path)
    assert not (tmp_path / "faster-whisper" / "base.en").exists()
    assert Registry(tmp_path).choose("speech", ["faster-whisper"]).serves is None
    hub.break_after = None
    hub.sent.clear()
    fetch(hub, tmp_path)
    (model,) = [s for s in hub.sent if s[0] == "model.bin"]
    assert model[1] > 0
    assert model[1] + model[2] == len(FILES["model.bin"])
    assert (tmp_path / "faster-whisper" / "base.en" / "model.bin").read_bytes() == FILES["model.bin"]


def test_what_arrives_damaged_is_never_put_in_place(hub: Hub, tmp_path: Path) -> None:
    for name in ("model.bin", "config.json"):
        hub.damaged = {name}
        with pytest.raises(BackendError, match=f"{name} arrived damaged twice"):
            fetch(hub, tmp_path / name)
        assert not (tmp_path / name / "faster-whisper" / "base.en").exists()
    hub.damaged = set()
    fetch(hub, tmp_path / "model.bin")


def test_a_cancelled_fetch_can_be_gone_on_with(hub: Hub, tmp_path: Path) -> None:
    stop = threading.Event()

    def progress(done: int, total: int, file: str) -> None:
        if file == "model.bin":
            stop.set()

    with pytest.raises(Cancelled):
        pull("faster-whisper/base.en", tmp_path, progress, stop, hub.url)
    fetch(hub, tmp_path)
    assert (tmp_path / "faster-whisper" / "base.en" / "model.bin").read_bytes() == FILES["model.bin"]


def test_names_that_mean_nothing_are_refused(hub: Hub, tmp_path: Path) -> None:
    for name in ("whisper", "faster-whisper/", "faster-whisper/../../x", "faster-whisper/a/b/c", "other/base", ""):
        with pytest.raises(BackendError, match="there is no model"):
            fetch(hub, tmp_path, name)
    with pytest.raises(BackendError, match="the hub has no open model Systran/faster-whisper-nothing"):
        fetch(hub, tmp_path, "faster-whisper/nothing")
    assert list(tmp_path.iterdir()) == []


def test_any_repository_of_a_family_may_be_named() -> None:
    assert resolve("faster-whisper/small") == ("faster-whisper", "small", "Systran/faster-whisper-small")
    assert resolve("mlx-vlm/some-owner/some-model") == ("mlx-vlm", "some-model", "some-owner/some-model")


def test_a_full_disk_and_a_missing_network_are_told(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BackendError, match="is there a network"):
        pull("faster-whisper/base.en", tmp_path, lambda *_: None, threading.Event(), "http://127.0.0.1:9")
    monkeypatch.setattr("escribano_tui.backends.fetch._SPARE_BYTES", 10**18)
    with pytest.raises(BackendError, match="GB are free"):
        fetch(hub, tmp_path)


def test_a_stop_does_not_wait_for_a_silent_hub(hub: Hub, tmp_path: Path) -> None:
    hub.silent = True
    stop = threading.Event()
    stopped: list[BaseException] = []

    def fetching() -> None:
        try:
            fetch(hub, tmp_path, stop=stop)
        except Cancelled as cancelled:
            stopped.append(cancelled)

    thread = threading.Thread(target=fetching)
    thread.start()
    assert hub.asked.wait(10)
    stop.set()
    thread.join(10)
    silent = not hub.hurry.is_set()
    hub.hurry.set()
    assert stopped
    assert silent
