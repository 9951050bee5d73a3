"""Every failure becomes one clear sentence and an exit status."""

from __future__ import annotations

import io
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Final

import click

A_LITTLE: Final = 1_000_000  # bytes that SQLite needs beside the library to open it
DONE, FAILED, USAGE, UNUSABLE, CANCELLED = 0, 1, 2, 3, 130


class Problem(click.ClickException):
    """Something to say in one sentence, with an exit status."""

    def __init__(self, message: str, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click calls it a class variable and reads it from the instance


def guarded(command: click.Command) -> int:
    """Run a click command; returns the exit status, and says on stderr what went wrong."""
    from escribano_tui.domain.recording import UnusableInput

    open_streams()
    try:
        outcome = command.main(standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        return CANCELLED
    except Problem as problem:
        return say(problem.message, problem.exit_code)
    except click.ClickException as problem:
        from escribano_tui.domain.text import clean

        shown = io.StringIO()
        problem.show(shown)
        click.echo(clean(shown.getvalue()), nl=False, err=True)  # it may quote an argument, such as the name of a file
        return problem.exit_code
    except UnusableInput as why:
        return say(str(why), UNUSABLE)
    except LookupError as why:
        return say(why.args[0] if why.args and isinstance(why.args[0], str) else str(why), FAILED)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing to say, and nobody to say it to.
        _silence(1)
        return DONE
    except OSError as why:
        return say(f"The system refused: {why.strerror or why}{_about(why)}", FAILED)
    except Exception as why:  # noqa: BLE001 - the last boundary: a sentence for the user, the trace for the log
        told = _of_the_library(why) or f"This should not have happened: {type(why).__name__}: {why}."
        return say(f"{told}{_kept()}", FAILED)
    return outcome if isinstance(outcome, int) else DONE


def open_streams() -> None:
    """Let descriptors 0, 1 and 2 lead nowhere where the caller closed them (`2>&-`).

    Else the next file that is opened, such as the library, would take their place, and be written to.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest that is free, which is this one
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - for good


def _silence(descriptor: int) -> None:
    """From now on what is written there goes nowhere, what Python flushes at its end included."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _of_the_library(error: Exception) -> str:
    """A sentence for what SQLite refused; empty for any other error."""
    import sqlite3

    from escribano_tui.config.paths import find_paths

    if not isinstance(error, sqlite3.DatabaseError):
        return ""
    library = find_paths().library
    if isinstance(error, sqlite3.OperationalError):
        return f"The library {library} cannot be used now: {_in_words(error, library)}."
    return (
        f"The library {library} is damaged ({error}): put a copy of it in its place, or move it aside to begin a new one. "
        "Your recordings are not touched."
    )


def _in_words(error: Exception, library: Path) -> str:
    """Why SQLite could not, where what it says itself would not help."""
    import shutil

    said = str(error)
    with suppress(OSError):
        if "full" in said or ("I/O" in said and shutil.disk_usage(library.parent).free < A_LITTLE):
            return "there is no room left on its disk; make some"
    return "another program has been writing to it for long; try again when it has ended" if "locked" in said else said


def _kept() -> str:
    """Write the trace into the log; returns where it is, as a sentence, or nothing where the log cannot be written."""
    from escribano_tui.config.paths import find_paths
    from escribano_tui.terminal import rotate

    try:
        log = find_paths().log
        rotate(log)
        with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as kept:
            kept.write(traceback.format_exc())
    except (OSError, LookupError):
        return ""
    return f" {log} has the details."


def _about(why: OSError) -> str:
    return f": {os.fsdecode(why.filename)}" if why.filename else ""


def say(message: str, status: int) -> int:
    """One line on stderr, cleaned; returns the status."""
    from escribano_tui.domain.text import clean_line

    try:
        click.echo(f"escribano-tui: {clean_line(message, 1000)}", err=True)
    except OSError:  # nobody reads it: the status still tells
        _silence(2)
    return status
