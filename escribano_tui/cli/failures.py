"""Every failure becomes one clear sentence and an exit status."""

from __future__ import annotations

import os
import sys
import traceback

import click

DONE, FAILED, USAGE, UNUSABLE, CANCELLED = 0, 1, 2, 3, 130


class Problem(click.ClickException):
    """Something to say in one sentence, with an exit status."""

    def __init__(self, message: str, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click calls it a class variable and reads it from the instance


def guarded(command: click.Command) -> int:
    """Run a click command; returns the exit status, and says on stderr what went wrong."""
    from escribano_tui.domain.recording import UnusableInput

    try:
        outcome = command.main(standalone_mode=False)
    except click.exceptions.Abort:
        return CANCELLED
    except KeyboardInterrupt:
        return CANCELLED
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except UnusableInput as why:
        return say(str(why), UNUSABLE)
    except LookupError as why:
        return say(why.args[0] if why.args and isinstance(why.args[0], str) else str(why), FAILED)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing to say, and nobody to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as why:
        return say(f"The system refused: {why.strerror or why}{_about(why)}", FAILED)
    except Exception as why:  # noqa: BLE001 - the last boundary: a sentence for the user, the trace for the log
        return say(f"This should not have happened: {type(why).__name__}: {why}.{_kept()}", FAILED)
    return outcome if isinstance(outcome, int) else DONE


def _kept() -> str:
    """Write the trace into the log; returns where it is, as a sentence, or nothing where the log cannot be written."""
    from escribano_tui.config.paths import find_paths
    from escribano_tui.terminal import rotate

    log = find_paths().log
    try:
        rotate(log)
        with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as kept:
            kept.write(traceback.format_exc())
    except OSError:
        return ""
    return f" {log} has the details."


def _about(why: OSError) -> str:
    return f": {os.fsdecode(why.filename)}" if why.filename else ""


def say(message: str, status: int) -> int:
    """One line on stderr, cleaned; returns the status."""
    from escribano_tui.domain.text import clean_line

    click.echo(f"escribano-tui: {clean_line(message, 1000)}", err=True)
    return status
