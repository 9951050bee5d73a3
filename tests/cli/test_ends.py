"""How a run ends on the command line: cancelled with what was finished kept, failed, done."""

from __future__ import annotations

import signal
from pathlib import Path
from types import SimpleNamespace

import click
import pytest

from escribano_tui.bootstrap import demo_recording
from escribano_tui.cli.failures import CANCELLED, DONE, FAILED, guarded
from escribano_tui.cli.running import run_and_tell
from escribano_tui.domain.events import RunState
from escribano_tui.ports import RunOptions
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


@pytest.mark.parametrize(("state", "status"), [("finished", DONE), ("failed", FAILED), ("cancelled", CANCELLED)])
def test_the_exit_status_tells_how_it_ended(state: str, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    ended = SimpleNamespace(state=RunState(state=state, message="read failed: x\x1b[31m"), wait=lambda s: True, cancel=None)
    house = SimpleNamespace(runs=SimpleNamespace(start=lambda *asked: ended))
    assert run_and_tell(house, "abcd", "quick", RunOptions())[0] == status  # type: ignore[arg-type]
    told = capsys.readouterr().err
    assert ("read failed: x[31m" in told) == (state == "failed")
    assert "\x1b" not in told


def test_ctrl_c_in_any_command_is_a_cancel_without_a_trace(capsys: pytest.CaptureFixture[str]) -> None:
    @click.command()
    def command() -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["escribano-tui"])
        assert guarded(command) == CANCELLED
    assert capsys.readouterr() == ("", "\n"), "the line of the ^C is ended"
