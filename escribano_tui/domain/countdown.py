"""The time left as it is said: it goes down with the clock and turns slowly to what is found anew."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from escribano_tui.domain.events import RunState
from escribano_tui.domain.session import RunPlan
from escribano_tui.domain.time_left import Lefts, lefts_of

TURNS_S = 2.0  # what is said turns to what is found in about so long,
TURNS_SHARE = 0.03  # and to one of long in this share of it;
TURNS_EARLY = 0.1  # at the beginning, when little is known, in this share of the time that has gone by


def monotonic() -> float:
    return time.monotonic()


@dataclass(slots=True)
class Calm:
    """One time left, as it is said."""

    said_s: float | None = None
    at_s: float = 0.0

    def say(self, left_s: float | None, at_s: float) -> float | None:
        """What to say at a moment (seconds of the run) at which `left_s` was found; None: nothing can be found just now."""
        if self.said_s is None:
            self.said_s, self.at_s = left_s, at_s
            return left_s
        passed_s = max(0.0, at_s - self.at_s)
        by_clock_s = max(0.0, self.said_s - passed_s)
        if left_s is None:  # one phase has ended, and the next has not begun
            self.said_s, self.at_s = by_clock_s, at_s
            return by_clock_s
        turns_s = max(0.1, min(max(TURNS_S, TURNS_SHARE * left_s), TURNS_EARLY * at_s))
        turned = 1 - math.exp(-passed_s / turns_s)
        self.said_s, self.at_s = by_clock_s + (left_s - by_clock_s) * turned, at_s
        return self.said_s


@dataclass(slots=True)
class Countdown:
    """What to say is left of one run and of its phases, from moment to moment, also while nothing is heard of it."""

    now: Callable[[], float] = monotonic
    _in_all: Calm = field(default_factory=Calm)
    _phases: dict[str, Calm] = field(default_factory=dict)
    _state: RunState | None = None
    _heard_at: float = 0.0

    def say(self, state: RunState, plan: RunPlan | None, paused: bool = False) -> Lefts:
        now = self.now()
        if state is not self._state or paused:  # while it is paused no time of the run goes by
            self._state, self._heard_at = state, now
        at_s = max(p.updated_at_s for p in state.phases.values()) + now - self._heard_at
        found = lefts_of(state, plan, at_s)
        said = {}
        for name, left_s in found.phases.items():
            said[name] = self._phases.setdefault(name, Calm()).say(left_s, at_s) or 0.0
        return Lefts(self._in_all.say(found.in_all_s, at_s), said)
