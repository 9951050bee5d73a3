"""Which models are in memory: the one place that knows them, their sizes and the limit that all of them share."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from escribano_tui.backends.host import Host
from escribano_tui.backends.memory import free_mb, total_mb
from escribano_tui.domain.machine import Resident, Residents
from escribano_tui.ports import BackendError, Cancelled, Stop

SHARE_OF_MEMORY = 0.5
IDLE_S = 300.0


@dataclass(frozen=True, slots=True)
class Owner:
    """Which backend and model a host process serves."""

    port: str = ""
    backend: str = ""
    model: str = ""


NOBODY = Owner()


@dataclass(slots=True, eq=False)
class _Entry:
    host: Host
    label: str
    estimate_mb: float
    owner: Owner
    users: int = 0
    measured_mb: float = 0.0

    @property
    def size_mb(self) -> float:
        return self.measured_mb or self.estimate_mb


class Residency:
    """Host processes with one limit. The least recently used goes first; one inside of a call never goes.

    A model that was put out is loaded again when it is called. `limit_mb` defaults to half of the machine's memory.
    Processes stand back by `nice` levels.
    """

    def __init__(self, log: Path | None = None, limit_mb: float = 0.0, idle_s: float = IDLE_S, nice: int = 0) -> None:
        self._environment = {"ESCRIBANO_HOST_NICE": str(nice)}
        self.limit_mb = limit_mb or total_mb() * SHARE_OF_MEMORY
        self._idle_s = idle_s
        self._log = log
        self._entries: dict[tuple[str, str, int], _Entry] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._sweeper: threading.Thread | None = None

    def lease(
        self, factory: str, options: dict[str, Any] | None = None, *, label: str, stop: Stop, size_mb: float = 0.0,
        slot: int = 0, load_timeout_s: float = 120.0, owner: Owner = NOBODY,
    ) -> HostLease:  # fmt: skip
        """A user's hold on a model; equal factory, options and slot share one process."""
        key = (factory, repr(sorted((options or {}).items())), slot)
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                host = Host(factory, options, log=self._log, load_timeout_s=load_timeout_s, environment=self._environment)
                entry = _Entry(host, label, size_mb, owner)
                self._entries[key] = entry
            entry.users += 1
        return HostLease(self, entry, stop)

    def residents(self) -> Residents:
        """What is known, loaded or not, in the order of first use."""
        now = time.monotonic()
        return Residents(tuple(_told(e, now) for e in self._snapshot()), self.limit_mb, free_mb())

    def release(self) -> None:
        """Put out every model; one that is inside of a call, when the call has ended."""
        for entry in self._snapshot():
            entry.host.end_when_free()

    def close(self) -> None:
        """End every process for good."""
        self._closed.set()
        for entry in self._snapshot():
            entry.host.close()

    # ------------------------------------------------------------ used by leases

    def make_room(self, entry: _Entry) -> None:
        """Put out what was used least recently until `entry` fits. Raises BackendError where it never can."""
        if entry.size_mb > self.limit_mb:
            raise BackendError(
                f"{entry.label} needs {entry.size_mb:.0f} MB; the limit for all models is {self.limit_mb:.0f} MB", fatal=True
            )
        others = [e for e in self._snapshot() if e is not entry and e.host.pid is not None]
        used = sum(e.size_mb for e in others)
        for other in sorted(others, key=lambda e: (e.users > 0, e.host.last_used)):
            if used + entry.size_mb <= self.limit_mb:
                return
            if not other.host.busy:
                other.host.end()
                used -= other.size_mb

    def loaded(self, entry: _Entry) -> None:
        """Measure what has just been loaded, and begin to look for idle ones."""
        entry.measured_mb = max(entry.measured_mb, entry.host.resident_mb())
        with self._lock:
            if self._sweeper is None and not self._closed.is_set():
                self._sweeper = threading.Thread(target=self._sweep, name="residency", daemon=True)
                self._sweeper.start()

    def give_back(self, entry: _Entry) -> None:
        entry.measured_mb = max(entry.measured_mb, entry.host.resident_mb())
        with self._lock:
            entry.users -= 1

    # ------------------------------------------------------------ inside

    def _snapshot(self) -> list[_Entry]:
        with self._lock:
            return list(self._entries.values())

    def _sweep(self) -> None:
        while not self._closed.wait(min(10.0, self._idle_s / 2)):
            self.unload_idle()

    def unload_idle(self) -> None:
        """Put out what nobody holds and nobody has used for long."""
        now = time.monotonic()
        for entry in self._snapshot():
            if not entry.users and not entry.host.busy and entry.host.pid and now - entry.host.last_used >= self._idle_s:
                entry.host.end()


class HostLease:
    """One user's hold on a model (see `offer.Lease`)."""

    def __init__(self, residency: Residency, entry: _Entry, stop: Stop) -> None:
        self._residency = residency
        self._entry = entry
        self._stop = stop
        self._open = True

    def call(self, method: str, *args: Any, timeout_s: float = 60.0, **kwargs: Any) -> Any:
        host = self._entry.host
        if host.pid is None:
            self._load()
        return host.call(method, *args, timeout_s=timeout_s, stop=self._stop, **kwargs)

    def warm_soon(self) -> None:
        threading.Thread(target=self._try_to_load, name=f"warm {self._entry.label}", daemon=True).start()

    def close(self) -> None:
        if self._open:
            self._open = False
            self._residency.give_back(self._entry)

    def _load(self) -> None:
        self._residency.make_room(self._entry)
        self._entry.host.warm(self._stop)
        self._residency.loaded(self._entry)

    def _try_to_load(self) -> None:
        try:
            self._load()
        except (BackendError, Cancelled):
            return  # the first call meets the same trouble, and tells it to somebody who waits


def _told(entry: _Entry, now: float) -> Resident:
    host = entry.host
    return Resident(
        entry.label, entry.owner.port, entry.owner.backend, entry.owner.model, size_mb=entry.size_mb,
        loaded=host.pid is not None, busy=host.busy, users=entry.users, idle_s=now - host.last_used, load_s=host.load_s,
        starts=host.starts,
    )  # fmt: skip
