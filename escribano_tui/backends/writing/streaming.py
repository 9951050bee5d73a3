"""A streamed answer, read in a thread of its own: given up when the run stops, when nothing comes, or when it never ends."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator

from escribano_tui.ports import BackendError, Cancelled, Stop

FIRST_S = 120.0  # a server may load the model first
STALL_S = 30.0
MOST_S = 600.0
_POLL_S = 0.05


def pumped(
    pieces: Callable[[], Iterator[str]], hang_up: Callable[[], None], stop: Stop,
    first_s: float = FIRST_S, stall_s: float = STALL_S, most_s: float = MOST_S,
) -> Iterator[str]:  # fmt: skip
    """Pieces of an answer as they come. `pieces` blocks and may raise BackendError; `hang_up` ends it from outside.

    Raises BackendError on a stall of `stall_s` (`first_s` before the first piece) or after `most_s`; Cancelled on `stop`.
    """
    arrived: queue.SimpleQueue[str | Exception | None] = queue.SimpleQueue()

    def pump() -> None:
        try:
            for piece in pieces():
                arrived.put(piece)
            arrived.put(None)
        except Exception as problem:  # noqa: BLE001 - raised again in the thread that waits
            arrived.put(problem)

    threading.Thread(target=pump, name="answer", daemon=True).start()
    began = heard = time.monotonic()
    patience = first_s
    try:
        while True:
            try:
                piece = arrived.get(timeout=_POLL_S)
            except queue.Empty:
                piece = ""
            if isinstance(piece, BackendError):
                raise piece
            if isinstance(piece, Exception):
                raise BackendError(f"{type(piece).__name__}: {piece}") from piece
            if piece is None:
                return
            if stop.is_set():
                raise Cancelled
            now = time.monotonic()
            if piece:
                heard, patience = now, stall_s
                yield piece
            elif now - heard > patience:
                raise BackendError(f"it said nothing for {patience:g} s")
            if now - began > most_s:
                raise BackendError(f"it did not end within {most_s:g} s")
    finally:
        hang_up()
