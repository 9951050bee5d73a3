"""ctrl+c: exit status 130, with what was finished kept."""

from __future__ import annotations

import signal
from pathlib import Path

import click
import pytest

from escribano_tui.bootstrap import demo_recording
from escribano_tui.cli.failures import CANCELLED, guarded
from tests.cli.program import LONG_S, Program


def test_a_run_that_is_cancelled_says_so_and_keeps_what_was_finished(tmp_path: Path) -> None:
    program = Program(tmp_path)
    running = program.start("run", str(demo_recording()))
    assert running.stderr is not None
    told = []
    for line in running.stderr:  # it ends where the run does
        told.append(line)
        if "scan" in line:
            running.send_signal(signal.SIGINT)
            break
    rest = running.communicate(timeout=LONG_S)
    assert running.returncode == 130, (told, rest)
    assert rest[1].splitlines()[-1] == "escribano-tui: cancelled; what was finished is kept."
    assert rest[0] == ""
    assert "cancelled" in program("list").stdout


def test_ctrl_c_in_any_command_is_a_cancel_without_a_trace(capsys: pytest.CaptureFixture[str]) -> None:
    @click.command()
    def command() -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["escribano-tui"])
        assert guarded(command) == CANCELLED
    assert capsys.readouterr() == ("", "\n"), "the line of the ^C is ended"
