"""The real program where things around it are broken: the library, the descriptors it was given, the folders named."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from escribano_tui.cli.bars import Bars
from escribano_tui.domain.events import RunEnded
from tests.cli.program import Program


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


@pytest.mark.parametrize("kind", ["noise", "zeros", "cut"])
def test_a_damaged_library_is_told_in_a_sentence_and_left_as_it_is(program: Program, kind: str) -> None:
    library = program.home / "state" / "library.db"
    if kind == "cut":
        assert program("list").returncode == 0
        whole = library.read_bytes()
        damaged = whole[: len(whole) // 2]
    else:
        library.parent.mkdir()
        damaged = random.Random(1).randbytes(20_000) if kind == "noise" else bytes(65_536)
    library.write_bytes(damaged)
    for side in ("-wal", "-shm"):
        library.with_name(library.name + side).unlink(missing_ok=True)
    done = program("list")
    assert done.returncode == 1
    assert f"The library {library} is damaged" in done.stderr
    assert "move it aside" in done.stderr
    assert "Traceback" not in done.stderr
    assert library.read_bytes() == damaged


def test_a_home_of_nobody_is_told_in_a_sentence(program: Program) -> None:
    environ = program.environ() | {"ESCRIBANO_HOME": "~nobody-of-this-name/x"}
    done = subprocess.run(program.command("list"), env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr == "escribano-tui: The folder ~nobody-of-this-name/x cannot be found: there is no such user.\n"


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-", "<&- >&- 2>&-"])
def test_closed_descriptors_do_not_stop_it_and_never_become_the_library(program: Program, closed: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'"$@" {closed}', "sh", *program.command("list", "--json")], env=program.environ(),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stdout == ("" if ">&- 2" in closed else "[]\n")
    assert (program.home / "state" / "library.db").read_bytes().startswith(b"SQLite format 3\0")


def test_a_status_is_kept_where_nobody_reads_what_is_said(program: Program) -> None:
    with open("/dev/full", "w") as full:
        command = program.command("scan", "no-such.mp4")
        done = subprocess.run(command, env=program.environ(), stderr=full, timeout=60, check=False)
    assert done.returncode == 3


def test_a_cues_file_that_is_wrong_is_named_by_a_run(program: Program) -> None:
    own = program.home / "config" / "cues.toml"
    own.parent.mkdir()
    own.write_text("topics = 3\n")
    done = program("run", "no-such.mp4")
    assert "[topics] must hold lists of texts" in done.stderr
    assert done.returncode == 3


@dataclass
class Lost:
    """A stream whose reader has gone."""

    written: int = 0

    def isatty(self) -> bool:
        return False

    def write(self, text: str) -> int:
        self.written += 1
        raise BrokenPipeError

    def flush(self) -> None:
        raise BrokenPipeError


def test_bars_that_nobody_reads_stop_no_run() -> None:
    stream = Lost()
    with Bars(stream) as bars:  # type: ignore[arg-type]
        bars.refresh()
        bars.sink(RunEnded("finished", 1.0, ""))
        bars.refresh()
    assert stream.written == 0  # nothing to tell before the first phase has ended: only the flush failed


def test_an_error_of_a_thread_and_a_full_log_stay_off_the_terminal(tmp_path: Path) -> None:
    code = (
        "import logging, os, sys, threading\nfrom pathlib import Path\nfrom escribano_tui.terminal import quiet\n"
        "log = Path(sys.argv[1])\n"
        "with quiet(log):\n"
        "    os.write(2, b'said by a library\\n')\n"
        "    thread = threading.Thread(target=lambda: 1 / 0)\n    thread.start()\n    thread.join()\n"
        "assert 'ZeroDivisionError' in log.read_text()\n"
        "assert 'said by a library' in log.read_text()\n"
        "assert log.stat().st_mode & 0o777 == 0o600\n"
        "with quiet(Path('/dev/full')):\n    logging.getLogger('x').error('nowhere to go')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "log")], capture_output=True, text=True, timeout=60,
        env=dict(os.environ), check=True,
    )  # fmt: skip
    assert done.stderr == ""


def test_a_file_name_in_a_message_of_wrong_usage_is_cleaned(program: Program) -> None:
    done = program("run", "a.mp4", "\x1b]0;title\x07\x1b[31mred.mp4")
    assert done.returncode == 2
    assert "red.mp4" in done.stderr
    assert "\x1b" not in done.stderr
    assert "\x07" not in done.stderr


@pytest.mark.skipif(
    shutil.which("setpriv") is None and os.geteuid() == 0, reason="root reads everything, and cannot give it up"
)
@pytest.mark.parametrize("command", ["scan", "run", "unpack"])
def test_a_file_that_may_not_be_read_is_unusable_input(program: Program, command: str) -> None:
    file = program.home / "locked.mp4"
    file.write_bytes(b"x" * 100)
    file.chmod(0)
    as_anybody = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*as_anybody, *program.command(command, str(file))], env=program.environ(), capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "locked.mp4" in done.stderr
