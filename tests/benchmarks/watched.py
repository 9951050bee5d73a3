"""The app with a watch on its event loop: `python -m tests.benchmarks.watched FILE`, in a terminal.

Every 20 ms a thread asks the loop for an answer, and how late it comes is kept: what else a key press would wait for. Of
what the loop itself does at a time (a callback) the wall and the processor time are kept: where the first is long and the
second is not, it waited for the processor or for another thread of Python. All is written to FILE when the app ends, and on
SIGUSR1, from when on it is counted anew.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from escribano_tui import bootstrap
from escribano_tui.ui import app as ui

EVERY_S = 0.02


class Watch:
    """What was measured since it was `told` last."""

    def __init__(self, kept: Path) -> None:
        self._kept = kept
        self._forget()
        run = asyncio.Handle._run

        def timed(handle: asyncio.Handle) -> Any:
            wall, cpu = time.perf_counter(), time.thread_time()
            try:
                return run(handle)
            finally:
                self.callbacks.append((time.perf_counter() - wall, time.thread_time() - cpu, _name(handle)))

        asyncio.Handle._run = timed  # type: ignore[method-assign]

    def _forget(self) -> None:
        self.late: list[float] = []
        self.callbacks: list[tuple[float, float, str]] = []

    def ask(self, loop: asyncio.AbstractEventLoop) -> None:
        """Runs in a thread of its own, for as long as the loop does."""
        while not loop.is_closed():
            answered = threading.Event()
            asked = time.perf_counter()

            def answer(asked: float = asked, answered: threading.Event = answered) -> None:
                self.late.append(time.perf_counter() - asked)
                answered.set()

            try:
                loop.call_soon_threadsafe(answer)
            except RuntimeError:
                return  # it was closed just now
            answered.wait(5.0)
            time.sleep(EVERY_S)

    def tell(self) -> None:
        late, callbacks = sorted(self.late), self.callbacks
        slow = sorted(callbacks, reverse=True)[:8]
        told = {
            "asked": len(late),
            "loop_p95_ms": _ms(late[len(late) * 95 // 100]) if late else 0.0,
            "loop_p99_ms": _ms(late[len(late) * 99 // 100]) if late else 0.0,
            "loop_worst_ms": _ms(late[-1]) if late else 0.0,
            "callback_worst_ms": _ms(max((c[0] for c in callbacks), default=0.0)),
            "callback_worst_cpu_ms": _ms(max((c[1] for c in callbacks), default=0.0)),
            "slowest": [f"{_ms(wall)} ms, {_ms(cpu)} of the processor: {name}" for wall, cpu, name in slow],
        }
        self._kept.write_text(json.dumps(told, indent=1), encoding="utf-8")
        self._forget()


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 1)


def _name(handle: asyncio.Handle) -> str:
    callback = getattr(handle, "_callback", None)
    owner = getattr(callback, "__self__", None)
    return owner.get_name() if isinstance(owner, asyncio.Task) else getattr(callback, "__qualname__", str(callback))


def main() -> None:
    watch = Watch(Path(sys.argv[1]))

    mount = ui.EscribanoApp.on_mount

    def on_mount(app: ui.EscribanoApp) -> None:
        mount(app)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, watch.tell)
        threading.Thread(target=watch.ask, args=(loop,), name="watch", daemon=True).start()

    ui.EscribanoApp.on_mount = on_mount  # type: ignore[method-assign]
    bootstrap.private()
    bootstrap.run_app()
    watch.tell()


if __name__ == "__main__":
    main()
