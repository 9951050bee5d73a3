"""The terminal is for the owner: what libraries write to file descriptor 2 goes to the log.

libav, onnxruntime and model loaders write to the descriptor itself, beneath Python's `sys.stderr`.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

LOG_BYTES = 1_000_000


@contextmanager
def quiet(log: Path) -> Iterator[TextIO]:
    """Within it, descriptor 2 is the log (0600, rotated at 1 MB) and `sys.stderr` still the terminal.

    Gives a stream to the terminal. Textual writes to `sys.__stderr__`, so that one is kept on the terminal too.
    """
    rotate(log)
    before = (sys.stderr, sys.__stderr__)
    descriptor = os.dup(2)
    shown_on = 2 if os.isatty(2) or not os.isatty(1) else 1  # `2>errors.txt` must not take the screen away
    terminal = os.fdopen(os.dup(shown_on), "w", buffering=1, encoding="utf-8", errors="replace")
    sink = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    handler = logging.FileHandler(log, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    try:
        os.dup2(sink, 2)
        sys.stderr = sys.__stderr__ = terminal  # type: ignore[misc]
        root.addHandler(handler)
        yield terminal
    finally:
        root.removeHandler(handler)
        handler.close()
        terminal.flush()
        os.dup2(descriptor, 2)
        os.close(descriptor)
        sys.stderr, sys.__stderr__ = before  # type: ignore[misc]
        terminal.close()
        os.close(sink)


def rotate(log: Path) -> None:
    """Move a log of more than 1 MB aside; one old one is kept."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".1.log"))
