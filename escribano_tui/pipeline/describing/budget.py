"""How much a vision model may still look at: frames or seconds, spread over the recording as it is read."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Budget:
    """`frames` or `seconds` in all; 0 is no limit.

    While only a share of the recording is known, only that share may be spent: stopping early leaves no part dark.
    """

    def __init__(self, frames: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._frames, self._seconds = frames, seconds
        self._clock = clock
        self._looked = 0
        self._spent_s = 0.0

    def room(self, known: float) -> float:
        """How many frames may be looked at now; `known` is the share of the recording that was read."""
        if self._seconds and self._spent_s >= self._seconds * known:
            return 0
        return max(0, math.ceil(self._frames * known) - self._looked) if self._frames else math.inf

    @contextmanager
    def looking(self, frames: int) -> Iterator[None]:
        """Around a call that looks at so many frames."""
        began = self._clock()
        try:
            yield
        finally:
            self._looked += frames
            self._spent_s += self._clock() - began
