"""The terminal is for the owner: what libraries write to file descriptor 2 goes to the log.

libav, onnxruntime and model loaders write to the descriptor itself, beneath Python's `sys.stderr`.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

LOG_BYTES = 1_000_000


class _LogFile(logging.FileHandler):
    """A log that keeps silent where it cannot be written to: `logging` would tell the terminal, over the screen."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Drop the line: the disk is full, and what failed is told to the owner by itself."""


def _log_thread_error(error: threading.ExceptHookArgs) -> None:
    if error.exc_value is not None:
        logging.getLogger("thread").error("a thread ended by an error", exc_info=error.exc_value)


@contextmanager
def quiet(log: Path, full_screen: bool = False) -> Iterator[TextIO]:
    """Within it, descriptor 2 is the log (0600, rotated at 1 MB) and `sys.stderr` still the terminal.

    Gives a stream to the terminal. Textual writes to `sys.__stderr__`, so that one is kept on the terminal too; with
    `full_screen` it is the terminal even where the caller sent descriptor 2 elsewhere.
    """
    log = _usable(log)
    before = (sys.stderr, sys.__stderr__)
    descriptor = os.dup(2)
    shown_on = 1 if full_screen and not os.isatty(2) and os.isatty(1) else 2  # `2>errors.txt` must not take the screen away
    terminal = os.fdopen(os.dup(shown_on), "w", buffering=1, encoding="utf-8", errors="replace")
    sink = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    handler = _LogFile(log, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    hook_before = threading.excepthook
    try:
        threading.excepthook = _log_thread_error
        os.dup2(sink, 2)
        sys.stderr = sys.__stderr__ = terminal  # type: ignore[misc]
        root.addHandler(handler)
        yield terminal
    finally:
        threading.excepthook = hook_before
        root.removeHandler(handler)
        with suppress(OSError):  # the disk is full: what could be written is written
            handler.close()
        os.dup2(descriptor, 2)
        os.close(descriptor)
        sys.stderr, sys.__stderr__ = before  # type: ignore[misc]
        os.close(sink)
        with suppress(OSError):  # its reader has gone; what the command did and says on stdout is not changed by that
            terminal.close()


def tell_of_an_older_library(done: int, total: int) -> None:
    """On stderr, how far an older library has been brought to this version's form: in a terminal a line that counts on,
    elsewhere one at the beginning. Without a total another program is at it."""
    line = "escribano-tui: bringing the library to this version's smaller form, once"
    with suppress(OSError):  # nobody reads it any more
        if not total:
            print("escribano-tui: waiting for another program that works on the library's form.", file=sys.stderr, flush=True)
        elif sys.stderr.isatty():
            print(f"\r{line}: {100 * done // max(1, total)} %", end="\n" if done == total else "", file=sys.stderr, flush=True)
        elif not done:
            print(f"{line}.", file=sys.stderr, flush=True)


def _usable(log: Path) -> Path:
    """The log, made ready; where its folder cannot be written to, nowhere."""
    try:
        rotate(log)
        os.close(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    except PermissionError:
        return Path(os.devnull)
    return log


def rotate(log: Path) -> None:
    """Move a log of more than 1 MB aside; one old one is kept."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".1.log"))
