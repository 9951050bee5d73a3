"""Host processes: a native model lives in a process of its own, so that a call that hangs or crashes ends there.

A `Host` is driven from the thread of a phase. It starts its process when it is first called, and again after the
process has ended. The process is a fresh interpreter (nothing of the parent's `__main__` runs in it), in a session of
its own (no key of the terminal reaches it), with nothing of the terminal open, and it ends when the parent does.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from escribano_tui.backends.host_child import pack, unpack
from escribano_tui.backends.memory import resident_mb
from escribano_tui.ports import BackendError, Cancelled, Stop

POLL_S = 0.05
LOAD_TIMEOUT_S = 120.0
CALL_TIMEOUT_S = 60.0
LOG_LIMIT_BYTES = 1_000_000
_BOOT = "import sys; sys.path[:] = sys.argv[2:]; from escribano_tui.backends.host_child import main; main(int(sys.argv[1]))"


def thread_count() -> int:
    """Threads that one native model may use: half of the cores, as both lanes run at once."""
    return max(1, (os.cpu_count() or 1) // 2)


class _Gone(Exception):
    """The process has ended by itself."""


class Host:
    """One object made by `factory` (`module:function`, called with `options`) in a process of its own.

    The parent never imports the module of the factory. Arguments and results must pickle; numpy arrays travel
    without a copy. Calls from several threads wait for one another.
    """

    def __init__(
        self, factory: str, options: Mapping[str, Any] | None = None, *, log: Path | None = None,
        load_timeout_s: float = LOAD_TIMEOUT_S, environment: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.factory = factory
        self.options = dict(options or {})
        self.starts = 0
        self.load_s = 0.0
        self.last_used = time.monotonic()
        self._log = log
        self._load_timeout_s = load_timeout_s
        self._environment = dict(environment or {})
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._closed = False
        self._leaving = False

    # ------------------------------------------------------------ what others see

    @property
    def pid(self) -> int | None:
        """The process's id while it runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    @property
    def busy(self) -> bool:
        """Whether a call is under way."""
        return self._turn.locked()

    def resident_mb(self) -> float:
        """Memory that the process holds now, in MB; 0.0 where there is none or the system does not say."""
        pid = self.pid
        return resident_mb(pid) if pid else 0.0

    # ------------------------------------------------------------ calls

    def warm(self, stop: Stop | None = None) -> None:
        """Start the process and load its object now. Raises BackendError (fatal) where it cannot be loaded."""
        with self._turn:
            self._ensure(stop)

    def call(self, method: str, *args: Any, timeout_s: float = CALL_TIMEOUT_S, stop: Stop | None = None, **kwargs: Any) -> Any:
        """Call a method of the object and give its result.

        Raises BackendError where the method raised, took longer than `timeout_s` or took the process down with it (the
        next call starts a new one), and Cancelled within 0.1 s of `stop` being set (the process is ended then).
        """
        with self._turn:
            self._ensure(stop)
            try:
                return self._ask(("call", method, args, kwargs), timeout_s, stop)
            except TimeoutError:
                raise BackendError(f"no answer within {timeout_s:g} s") from None
            except _Gone as gone:
                raise BackendError(f"the model's process ended ({gone})") from None
            finally:
                self.last_used = time.monotonic()
                if self._leaving:
                    self.end()

    def end(self) -> None:
        """End the process, whatever it is doing; the next call starts a new one."""
        self._leaving = False
        process, self._process = self._process, None
        channel, self._channel = self._channel, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.wait()
            if process.stdin is not None:
                process.stdin.close()
        if channel is not None:
            channel.close()

    def end_when_free(self) -> None:
        """End the process now, or after the call that is under way."""
        self._leaving = True
        if self._turn.acquire(blocking=False):
            try:
                self.end()
            finally:
                self._turn.release()

    def close(self) -> None:
        """End the process for good: a call that is under way raises Cancelled."""
        self._closed = True
        self.end()

    # ------------------------------------------------------------ inside

    def _ensure(self, stop: Stop | None) -> None:
        if self._closed:
            raise Cancelled
        if self.pid is not None and self._channel is not None:
            return
        try:
            self._load(stop)
        except _Gone:  # killed from outside, or for want of memory that may be there by now: once more
            try:
                self._load(stop)
            except _Gone as gone:
                raise BackendError(f"its process ended while it loaded, twice ({gone})", fatal=True) from None

    def _load(self, stop: Stop | None) -> None:
        """Raises _Gone where the process ends on the way."""
        self.end()
        began = time.perf_counter()
        self._start()
        try:
            self._ask(("load", self.factory, self.options), self._load_timeout_s, stop)
        except TimeoutError:
            raise BackendError(f"it did not load within {self._load_timeout_s:g} s", fatal=True) from None
        except BackendError as problem:
            self.end()
            raise BackendError(f"it could not be loaded: {problem}", problem.raw, fatal=True) from None
        self.load_s = time.perf_counter() - began

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs, _open_log(self._log) as log:
            here = os.getcwd()
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _BOOT, str(theirs.fileno()), *(p or here for p in sys.path)],
                stdin=subprocess.PIPE, stdout=log, stderr=log, pass_fds=(theirs.fileno(),), start_new_session=True,
                env=_environment() | self._environment, umask=0o077,
            )  # fmt: skip
        ours.setblocking(False)
        self._channel = ours
        self.starts += 1
        if self._closed:  # closed from another thread in the meantime
            self.end()
            raise Cancelled

    def _ask(self, message: object, timeout_s: float, stop: Stop | None) -> Any:
        """Send a request and wait for its answer. Whatever goes wrong on the way ends the process."""
        channel, process = self._channel, self._process
        if channel is None or process is None:
            raise Cancelled
        wire = _Wire(channel, process, time.monotonic() + timeout_s, stop)
        try:
            wire.send(message)
            verdict, *rest = wire.receive()
        except (OSError, ValueError, _Gone) as problem:
            why = str(problem) if isinstance(problem, TimeoutError) else _how_it_ended(process)
            self.end()
            if self._closed:
                raise Cancelled from None
            if isinstance(problem, TimeoutError):
                raise
            raise _Gone(why) from None
        except BaseException:
            self.end()
            raise
        if verdict == "ok":
            return rest[0]
        text, raw, fatal = rest
        raise BackendError(text, raw, fatal)


class _Wire:
    """One request and its answer over a socket that does not block, until a deadline or a stop."""

    def __init__(self, channel: socket.socket, process: subprocess.Popen[bytes], deadline: float, stop: Stop | None) -> None:
        self._channel = channel
        self._process = process
        self._deadline = deadline
        self._stop = stop
        self._poll = select.poll()

    def send(self, message: object) -> None:
        for part in pack(message):
            view = memoryview(part).cast("B")
            while view:
                self._wait(select.POLLOUT)
                with contextlib.suppress(BlockingIOError):
                    view = view[self._channel.send(view) :]

    def receive(self) -> Any:
        return unpack(self._exactly)

    def _exactly(self, size: int) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            self._wait(select.POLLIN)
            with contextlib.suppress(BlockingIOError):
                got = self._channel.recv_into(view)
                if not got:
                    raise _Gone
                view = view[got:]
        return data

    def _wait(self, what: int) -> None:
        self._poll.register(self._channel, what)
        while True:
            if self._stop is not None and self._stop.is_set():
                raise Cancelled
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            if self._poll.poll(1000 * min(POLL_S, left)):
                return
            if self._process.poll() is not None and not self._poll.poll(0):
                raise _Gone


def _how_it_ended(process: subprocess.Popen[bytes]) -> str:
    try:
        status = process.wait(timeout=2.0)
    except subprocess.TimeoutExpired:
        return "it closed its channel"
    if status >= 0:
        return f"exit status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


def _environment() -> dict[str, str]:
    """The parent's environment, with bounded threads and without any way to download."""
    threads = str(thread_count())
    return os.environ | {
        "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, "MKL_NUM_THREADS": threads,
        "OMP_WAIT_POLICY": "PASSIVE", "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1", "PYTHONFAULTHANDLER": "1", "PYTHONUNBUFFERED": "1",
    }  # fmt: skip


@contextlib.contextmanager
def _open_log(path: Path | None) -> Iterator[int]:
    """A file descriptor to append to, 0600, begun anew (the last one kept) when it has grown too long."""
    if path is None:
        yield subprocess.DEVNULL
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > LOG_LIMIT_BYTES:
            path.replace(path.with_suffix(path.suffix + ".1"))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
