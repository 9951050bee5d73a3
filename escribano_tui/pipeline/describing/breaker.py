"""A circuit breaker: a backend that has stopped answering is not asked for every frame."""

from __future__ import annotations

import time
from collections.abc import Callable

FAILURES = 3  # in a row
AGAIN_S = 30.0  # after which it is asked once more


class Breaker:
    """Open where a backend is not to be asked. One that is gone for good stays open."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._opened_at = 0.0
        self._for_good = False

    @property
    def open(self) -> bool:
        if self._for_good:
            return True
        return self._failures >= FAILURES and self._clock() - self._opened_at < AGAIN_S

    def answered(self) -> None:
        self._failures = 0

    def failed(self, fatal: bool = False) -> None:
        """It did not answer; `fatal` that it never will in this run."""
        self._failures += 1
        self._for_good = self._for_good or fatal
        self._opened_at = self._clock()
