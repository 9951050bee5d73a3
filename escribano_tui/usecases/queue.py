"""The queue of recordings that wait to be run (the port Queueing)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from escribano_tui.domain.queue import Waiting
from escribano_tui.domain.text import clean_line
from escribano_tui.ports import Store

_LOOKING_S = 0.3  # whoever shows the queue holds the lock for a moment to see whether it is free


@dataclass(frozen=True, slots=True)
class QueueDesk:
    """`lock` is held by the process that works the queue off, for as long as it does."""

    store: Store
    lock: Path

    def put(self, path: Path, profile: str) -> Waiting:
        if not path.is_file():
            raise LookupError(f"There is no file “{clean_line(os.path.basename(path), 120)}”.")
        return self.store.queue.add(str(path.absolute()), profile)

    def rows(self) -> list[Waiting]:
        rows = self.store.queue.all()
        if any(row.state == "running" for row in rows) and self._put_back():
            return self.store.queue.all()
        return rows

    def _put_back(self) -> int:
        """Where no process works the queue off, what one that was killed left as running waits again: how many."""
        lock = FileLock(self.lock, mode=0o600, thread_local=False)
        try:
            lock.acquire(blocking=False)
        except (Timeout, OSError):  # the latter where nothing can be written
            return 0
        try:
            return self.store.queue.release()
        finally:
            lock.release()

    def remove(self, waiting_id: int) -> bool:
        self._put_back()
        return self.store.queue.remove(waiting_id)

    def clear_ended(self) -> int:
        return self.store.queue.clear_ended()

    @contextmanager
    def working(self) -> Iterator[bool]:
        self.lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(self.lock, mode=0o600, thread_local=False)
        try:
            lock.acquire(timeout=_LOOKING_S)
        except Timeout:
            yield False
            return
        try:
            self.store.queue.release()
            yield True
        finally:
            lock.release()

    def take(self) -> Waiting | None:
        return self.store.queue.take()

    def end(self, waiting: Waiting, state: str, recording_id: str = "", message: str = "") -> None:
        self.store.queue.end(waiting.id, state, recording_id, clean_line(message, 300))
