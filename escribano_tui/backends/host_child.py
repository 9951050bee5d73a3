"""The inside of a host process: makes one object, calls its methods, answers. Imports nothing heavy itself.

Started by `host.Host` with a socket (for requests and answers) and standard input (which ends when the parent dies).
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import signal
import socket
import struct
import sys
import threading
import traceback
from typing import Any

_COUNT = struct.Struct(">I")
_SIZE = struct.Struct(">Q")


def pack(message: object) -> list[bytes | memoryview]:
    """A message as parts to be written one after another; arrays travel beside the pickle, without a copy."""
    buffers: list[pickle.PickleBuffer] = []
    body = pickle.dumps(message, protocol=5, buffer_callback=buffers.append)
    parts: list[bytes | memoryview] = [body, *(b.raw() for b in buffers)]
    head = _COUNT.pack(len(parts)) + b"".join(_SIZE.pack(len(p)) for p in parts)
    return [head, *parts]


def unpack(receive: Any) -> Any:
    """The next message. `receive(n)` gives exactly n bytes as a bytearray, so that arrays can be written to."""
    count = _COUNT.unpack(receive(_COUNT.size))[0]
    sizes = [_SIZE.unpack(receive(_SIZE.size))[0] for _ in range(count)]
    parts = [receive(size) for size in sizes]
    return pickle.loads(parts[0], buffers=parts[1:])


def main(fd: int) -> None:
    """Serve requests on the socket `fd` until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.umask(0o077)
    os.set_inheritable(fd, False)
    _die_with_parent()
    _stand_behind(int(os.environ.get("ESCRIBANO_HOST_NICE", "0")))
    with contextlib.suppress(ConnectionError, EOFError):
        _serve(socket.socket(fileno=fd))
    _leave(0)


def _serve(channel: socket.socket) -> None:
    def receive(size: int) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            got = channel.recv_into(view)
            if not got:
                raise EOFError
            view = view[got:]
        return data

    made: Any = None
    while True:
        kind, *rest = unpack(receive)
        try:
            if kind == "load":
                made = _make(*rest)
                answer: Any = None
            else:
                method, args, kwargs = rest
                answer = getattr(made, method)(*args, **kwargs)
            parts = pack(("ok", answer))
        except BaseException as problem:  # noqa: BLE001 - whatever it is, the parent is told
            parts = pack(_told(problem))
        for part in parts:
            channel.sendall(part)


def _make(factory: str, options: dict[str, Any]) -> Any:
    module, _, name = factory.partition(":")
    return getattr(importlib.import_module(module), name)(**options)


def _told(problem: BaseException) -> tuple[str, str, str, bool]:
    """An exception as plain text: its own class may not exist, or not unpickle, on the other side."""
    traceback.print_exception(problem)
    sys.stderr.flush()
    kind = type(problem).__name__
    text = str(problem) if kind == "BackendError" else f"{kind}: {problem}".removesuffix(": ")
    return ("error", text, str(getattr(problem, "raw", "")), bool(getattr(problem, "fatal", False)))


def _die_with_parent() -> None:
    """End at once when standard input ends, that is when the parent has died, even inside of a native call."""
    if sys.platform == "linux":
        import fcntl

        # The kernel itself kills: needs neither the GIL nor the parent's thread to live, as PR_SET_PDEATHSIG would.
        fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(0, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)
    threading.Thread(target=_watch, name="parent", daemon=True).start()


def _stand_behind(by: int) -> None:
    """Leave the processor to whoever wants it more: somebody looks at a screen meanwhile."""
    if not by or not hasattr(os, "nice"):
        return
    with contextlib.suppress(OSError):
        os.nice(by)
    with contextlib.suppress(OSError), open("/proc/self/autogroup", "w") as group:
        group.write(str(by))  # a session of its own is weighed as a whole where the kernel groups by session


def _watch() -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 1):
            pass
    _leave(1)


def _leave(status: int) -> None:
    # Without the exit handlers of native libraries, some of which hang or crash.
    sys.stderr.flush()
    os._exit(status)
