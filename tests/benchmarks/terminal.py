"""A program in a pseudo-terminal of a given size: keys go in, what it draws comes out and is counted."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

QUERY = b"\x1b[?2026$p"  # "can you hold a screen back until it is whole?"
REPLY = b"\x1b[?2026;2$y"
UPDATE = b"\x1b[?2026h"  # each screen update begins with it, once the answer was yes
_CONTROL = re.compile(r"\x1b\[[0-9;?<>=$]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")


class Terminal:
    """Ends the program, and all that it started, on leaving."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], size: tuple[int, int] = (120, 40)) -> None:
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], list(command), dict(environ))
        columns, lines = size
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.drawn = bytearray()
        self.updates = 0

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        os.killpg(self.pid, signal.SIGKILL)  # it leads a session of its own
        os.waitpid(self.pid, 0)
        os.close(self._fd)

    def press(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    def look(self, for_s: float) -> bool:
        """Take in what is drawn, as soon as there is something; False where nothing came in time."""
        if not select.select([self._fd], [], [], max(0.0, for_s))[0]:
            return False
        part = os.read(self._fd, 1 << 16)
        self.drawn += part
        self.updates += part.count(UPDATE)
        if QUERY in part:
            os.write(self._fd, REPLY)
        return True

    def watch(self, for_s: float) -> None:
        """Take in what is drawn for a time."""
        end = time.monotonic() + for_s
        while (left := end - time.monotonic()) > 0:
            self.look(left)

    def said(self, since: int = 0) -> str:
        """What was drawn, without its colours and places."""
        return _CONTROL.sub("", self.drawn[since:].decode("utf-8", "replace"))

    def until(self, *texts: str, since: int = 0, within_s: float = 60.0) -> None:
        """Wait until all texts were drawn. Raises TimeoutError."""
        end = time.monotonic() + within_s
        while True:
            said = self.said(since)
            missing = [t for t in texts if t not in said]
            if not missing:
                return
            if not self.look(end - time.monotonic()) and time.monotonic() >= end:
                raise TimeoutError(f"{missing} did not come after: {said[-600:]}")

    def memory_mb(self) -> float:
        """The most memory that the program itself held, in MB; 0 where the system does not tell."""
        if sys.platform != "linux":
            return 0.0
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(found.group(1)) / 1024 if found else 0.0
