"""`escribano-tui models pull`, against a hub of the test."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backends.hub_server import Hub, hub_server
from tests.cli.program import Program

FILES = {"config.json": b"{}", "model.bin": os.urandom(500_000), "tokenizer.json": b"{}"}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with hub_server("Systran/faster-whisper-tiny", FILES) as made:
        monkeypatch.setenv("HF_ENDPOINT", made.url)
        yield made


def test_a_model_is_fetched_and_serves(hub: Hub, tmp_path: Path) -> None:
    program = Program(tmp_path)
    done = program("models", "pull", "faster-whisper/tiny")
    assert (done.returncode, done.stderr) == (0, done.stderr)
    folder = Path(done.stdout.strip())
    assert folder == tmp_path / "state" / "models" / "faster-whisper" / "tiny"
    assert (folder / "model.bin").read_bytes() == FILES["model.bin"]
    assert "Whisper on CTranslate2 (tiny" in program("models").stdout


def test_what_cannot_be_fetched_is_one_sentence(hub: Hub, tmp_path: Path) -> None:
    program = Program(tmp_path)
    for name, why in (("faster-whisper/none", "no open model"), ("nonsense", "there is no model nonsense")):
        done = program("models", "pull", name)
        assert done.returncode == 1
        assert why in done.stderr
        assert "Traceback" not in done.stderr


def test_a_fetch_that_is_killed_goes_on(hub: Hub, tmp_path: Path) -> None:
    hub.break_after = 200_000
    program = Program(tmp_path)
    assert program("models", "pull", "faster-whisper/tiny").returncode == 1
    hub.break_after = None
    running = program.start("models", "pull", "faster-whisper/tiny")
    running.send_signal(signal.SIGKILL)
    running.communicate()
    assert program("models", "pull", "faster-whisper/tiny").returncode == 0
    whole = tmp_path / "state" / "models" / "faster-whisper" / "tiny" / "model.bin"
    assert whole.read_bytes() == FILES["model.bin"]
    assert subprocess.run(["ls", "-A", whole.parents[1]], capture_output=True, text=True).stdout.split() == ["tiny"]
