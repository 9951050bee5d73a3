"""What host processes of the tests make: an object with every kind of bad habit."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any


class Odd(Exception):
    """An exception that does not survive pickling."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first)
        self.lock = threading.Lock()


class Hosted:
    def __init__(self, name: str = "") -> None:
        self.name = name
        self.calls = 0

    def echo(self, value: Any) -> Any:
        self.calls += 1
        return value

    def count(self) -> int:
        return self.calls

    def total(self, array: Any) -> int:
        return int(array.sum())

    def segfault(self) -> None:
        ctypes.string_at(0)

    def leave(self) -> None:
        os._exit(7)

    def kill(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def sys_exit(self) -> None:
        sys.exit(3)

    def raise_odd(self) -> None:
        raise Odd("first", "second")

    def give_odd(self) -> Any:
        return threading.Lock()

    def wait_for(self, path: str) -> str:
        while not os.path.exists(path):
            time.sleep(0.01)
        return "here"

    def hang(self) -> None:
        time.sleep(3600)

    def hang_with_the_gil(self) -> None:
        ctypes.PyDLL(None).sleep(3600)

    def say(self, text: str) -> None:
        print(text, flush=True)
        os.write(2, text.encode())

    def about(self) -> dict[str, Any]:
        return {
            "pid": os.getpid(),
            "main": getattr(sys.modules["__main__"], "__file__", None),
            "environment": dict(os.environ),
            "modules": sorted(sys.modules),
            "umask": os.umask(0o077),
            "sigint": signal.getsignal(signal.SIGINT) == signal.SIG_IGN,
            "stdin_is_tty": os.isatty(0) or os.isatty(1) or os.isatty(2),
        }


def load(name: str = "") -> Hosted:
    if name == "broken":
        raise FileNotFoundError("no weights here")
    if name == "crashing":
        os._exit(9)
    if name.startswith("crashing once "):
        once = Path(name.removeprefix("crashing once "))
        if not once.exists():
            once.touch()
            os._exit(9)
    return Hosted(name)
