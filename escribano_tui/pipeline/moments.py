"""Which moments of a recording are looked at, and why. Pure: from changes and the `motion` envelope to times.

Stretches of the `motion` envelope (log scale, see domain.evidence.Envelope):
below ACTIVE the picture stands; up to BUSY somebody types or points; from BUSY on it paints, scrolls or plays.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from escribano_tui.domain.evidence import Change, Envelope
from escribano_tui.domain.profile import FramesSettings

ACTIVE = 0.30
BUSY = 0.62
SETTLE_S = 0.4  # a window paints itself for about this long
BEFORE_S = 0.3  # a picture "just before" a change: pictures between two references are shown up to this much early
PASSING_S = 1.0  # a state that stands for less is not looked at on its own
PAUSE_S = 3.0  # typing has ended when nothing was typed for this long
TYPED_STEPS = 3  # fewer active steps than this are a pointer that passes, a clock
LAST_S = 4.0  # a stretch shorter than this needs one picture, not a first and a last one
CLOSE_S = 0.5
LATER_S = 5.0  # the first look at a window may wait for a cheap moment for so long
MOVING_GAP_S = 8.0  # where it changes all the time (a film, a call) one picture in this many seconds
MOVING_CHANGES = 3
ENDS_S = 5.0  # the intro and the outro lie at most this far from the ends


@dataclass(frozen=True, slots=True)
class Moment:
    """A time that is wanted, and for what. `weight` ranks moments where there are too many: seconds it stands for."""

    t_s: float
    reason: str
    weight: float
    describe: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """What the scan gave. `keyframes` are moments in time order whose picture is cheap."""

    duration_s: float
    changes: Sequence[Change]
    motion: Envelope | None = None
    keyframes: Sequence[float] = ()

    @property
    def step_s(self) -> float:
        return self.motion.step_s if self.motion else 0.5

    def motion_at(self, t_s: float) -> float:
        values = self.motion.values if self.motion else ()
        index = int(t_s / self.step_s)
        return values[index] if 0 <= index < len(values) else 0.0

    def active_steps(self, start_s: float, end_s: float) -> list[float]:
        """Beginnings of the steps inside of [start, end) in which the picture did not stand."""
        values = self.motion.values if self.motion else ()
        first, last = math.ceil(start_s / self.step_s - 1e-9), math.floor(end_s / self.step_s + 1e-9)
        return [k * self.step_s for k in range(max(0, first), min(last, len(values))) if values[k] >= ACTIVE]

    def cheap(self, wanted_s: float, start_s: float, end_s: float) -> float:
        """The keyframe in [start, end] that is nearest to the wanted time; that time where there is none."""
        first, last = bisect_left(self.keyframes, start_s), bisect_left(self.keyframes, end_s + 1e-9)
        return min(self.keyframes[first:last], key=lambda t_s: abs(t_s - wanted_s), default=wanted_s)


def moments(seen: Seen, settings: FramesSettings) -> list[Moment]:
    """Wanted moments in time order, before the cap; the first is the intro, the last the outro."""
    return candidates(seen, settings)[0]


def candidates(seen: Seen, settings: FramesSettings) -> tuple[list[Moment], list[Moment]]:
    """(the same, the others that were too close to one that stands for more)."""
    edges = sorted({0.0, seen.duration_s, *(c.t_s for c in seen.changes if c.size != "small" and 0 < c.t_s < seen.duration_s)})
    found = [moment for start_s, end_s in pairwise(edges) for moment in _of_stretch(start_s, end_s, seen, settings)]
    if settings.policy == "grid":
        found = _with_grid(found, seen, settings)
    every = _with_ends(found, seen)
    found, close = _spread(every, spacing_s(settings))
    found = _without_long_gaps(found, seen, settings.still_gap_s)
    found = _with_looks_while_it_moves(found, seen)
    if settings.read_interval_s > 0:
        found = _with_reading_grid(found, seen, settings.read_interval_s)
    return _named(found, seen.duration_s), close


def spacing_s(settings: FramesSettings) -> float:
    """No two moments lie closer than this: two fifths of their mean distance at the cap."""
    return min(2.0, 0.4 * 60.0 / settings.most_per_minute)


def _of_stretch(start_s: float, end_s: float, seen: Seen, settings: FramesSettings) -> list[Moment]:
    """Moments between two changes: when it has settled, after typing, at its end where something was added."""
    length_s = end_s - start_s
    if length_s < PASSING_S:
        return []
    last_s = max(start_s + length_s / 2, end_s - BEFORE_S)
    first_s = min(_settled(start_s, end_s, seen), last_s)
    active = seen.active_steps(first_s, last_s)
    if len(active) < TYPED_STEPS:
        return [Moment(seen.cheap(first_s, first_s, last_s), "change", length_s)]
    final_s = seen.cheap(last_s, min(_typed_until(active) + seen.step_s, last_s), last_s)
    if length_s < LAST_S:
        return [Moment(final_s, "change", length_s)]
    # What is typed meanwhile is seen again at the end, so a cheap moment is as good while it does not paint.
    found = [Moment(seen.cheap(first_s, first_s, _until_busy(active, first_s, seen)), "change", length_s)]
    for t_s in _after_typing(active, last_s, seen, settings.still_gap_s / 2):
        found.append(Moment(t_s, "gap", settings.still_gap_s / 2))
    found.append(Moment(final_s, "boundary", length_s / 2))
    return found


def _settled(start_s: float, end_s: float, seen: Seen) -> float:
    """The first moment after a change at which the picture no longer paints; its end where there is none."""
    t_s = start_s + SETTLE_S
    while t_s < end_s:
        if seen.motion_at(t_s) < BUSY:
            return t_s
        t_s = (math.floor(t_s / seen.step_s + 1e-9) + 1) * seen.step_s
    return end_s


def _typed_until(active: Sequence[float]) -> float:
    """The last active step that matters: after a pause, a few more are a pointer on its way to another window."""
    for back in range(1, min(TYPED_STEPS, len(active))):
        if active[-back] - active[-back - 1] >= PAUSE_S:
            return active[-back - 1]
    return active[-1]


def _until_busy(active: Sequence[float], first_s: float, seen: Seen) -> float:
    """How much later than `first_s` the first look may be: until it paints or scrolls again."""
    busy_s = next((t_s for t_s in active if t_s > first_s and seen.motion_at(t_s) >= BUSY), math.inf)
    return min(first_s + LATER_S, busy_s)


def _after_typing(active: Sequence[float], last_s: float, seen: Seen, at_least_every_s: float) -> list[float]:
    """Moments in pauses after typing, no closer than `at_least_every_s`; where no pause comes, while it goes on."""
    found: list[float] = []
    since_s, typed = active[0], 0
    for here_s, next_s in pairwise([*active, last_s]):
        typed += 1
        pause = next_s - here_s >= PAUSE_S
        waited_s = here_s - since_s
        if typed < TYPED_STEPS or waited_s < at_least_every_s or here_s > last_s - PAUSE_S:
            continue
        if pause or waited_s >= 2 * at_least_every_s:
            ended_s = here_s + seen.step_s
            if pause:
                found.append(seen.cheap(ended_s + seen.step_s, ended_s, next_s))
            else:  # in the middle of it any moment is as good
                found.append(seen.cheap(here_s, here_s - at_least_every_s, here_s))
            since_s, typed = here_s, 0
    return found


def _with_ends(found: Sequence[Moment], seen: Seen) -> list[Moment]:
    """One near the beginning and one near the end, in any case."""
    result = list(found)
    last_s = max(0.0, seen.duration_s - BEFORE_S)
    if all(m.t_s > ENDS_S for m in result):
        result.append(Moment(min(SETTLE_S, last_s), "intro", ENDS_S))
    if all(m.t_s < last_s - ENDS_S for m in result):
        result.append(Moment(seen.cheap(last_s, last_s - ENDS_S, last_s), "outro", ENDS_S))
    return result


def _without_long_gaps(found: Sequence[Moment], seen: Seen, gap_s: float) -> list[Moment]:
    """More wherever two neighbours lie further apart than `gap_s`."""
    result: list[Moment] = list(found)
    for before_s, after_s in pairwise(sorted(m.t_s for m in found)):
        count = math.ceil((after_s - before_s) / gap_s - 1e-9) - 1
        for k in range(1, count + 1):
            room_s = (after_s - before_s) / (count + 1)
            t_s = before_s + room_s * k
            slack_s = max(0.0, (gap_s - room_s) / 2)  # moved by less, no two are further apart than the gap
            result.append(Moment(seen.cheap(t_s, t_s - slack_s, t_s + slack_s), "gap", gap_s))
    return sorted(result, key=lambda m: m.t_s)


def _with_looks_while_it_moves(found: Sequence[Moment], seen: Seen) -> list[Moment]:
    """More where changes follow so close on one another that none of their pictures stands long enough to be taken."""
    changes = [c.t_s for c in seen.changes if c.size != "small"]
    result: list[Moment] = list(found)
    for before_s, after_s in pairwise([0.0, *sorted(m.t_s for m in found), seen.duration_s]):
        between = bisect_left(changes, after_s) - bisect_left(changes, before_s)
        if after_s - before_s <= MOVING_GAP_S or between < MOVING_CHANGES:
            continue
        count = math.ceil((after_s - before_s) / MOVING_GAP_S - 1e-9) - 1
        room_s = (after_s - before_s) / (count + 1)
        result += [Moment(before_s + room_s * k, "gap", room_s) for k in range(1, count + 1)]
    return sorted(result, key=lambda m: m.t_s)


def _with_grid(found: Sequence[Moment], seen: Seen, settings: FramesSettings) -> list[Moment]:
    """The original's rule besides: base interval and gaps by the number of scenes, filled where they are long."""
    scenes = sum(1 for change in seen.changes if change.size != "small")
    base_s = settings.base_interval_s or (30.0 if scenes > 50 else 20.0 if scenes > 20 else 10.0)
    threshold_s = max(settings.gap_threshold_s, 60.0 if scenes > 50 else 40.0 if scenes > 20 else 0.0)
    fill_s = max(settings.gap_fill_s, 10.0 if scenes > 50 else 5.0 if scenes > 20 else 0.0)
    result = [*found, *(Moment(t_s, "gap", base_s) for t_s in _grid(seen.duration_s, base_s))]
    times = sorted({0.0, seen.duration_s, *(m.t_s for m in result)})
    for here_s, next_s in pairwise(times):
        if next_s - here_s > threshold_s:
            result += [Moment(here_s + t_s, "gap", fill_s, describe=False) for t_s in _grid(next_s - here_s, fill_s) if t_s > 0]
    return result


def _with_reading_grid(found: Sequence[Moment], seen: Seen, interval_s: float) -> list[Moment]:
    """Also each `interval_s` where something changed since the last look; those are read, not described."""
    result = list(found)
    looked_s = sorted(m.t_s for m in found)
    for t_s in _grid(seen.duration_s, interval_s)[1:]:
        near = looked_s[bisect_left(looked_s, t_s - interval_s / 2) : bisect_left(looked_s, t_s + interval_s / 2)]
        if not near and seen.active_steps(t_s - interval_s, t_s):
            result.append(Moment(t_s, "gap", interval_s, describe=False))
    return sorted(result, key=lambda m: m.t_s)


def _grid(length_s: float, step_s: float) -> list[float]:
    return [k * step_s for k in range(max(1, math.ceil(length_s / step_s - 1e-9)))]


def _spread(found: Sequence[Moment], distance_s: float) -> tuple[list[Moment], list[Moment]]:
    """No two closer than `distance_s`: those that stand for more time first, in time order; and the others.

    What stands for long may be close to what it follows: the end of one window to the beginning of the next.
    """
    result: list[Moment] = []
    close: list[Moment] = []
    times: list[float] = []
    for moment in sorted(found, key=lambda m: (m.reason not in ("intro", "outro"), -m.weight, m.t_s)):
        at = bisect_left(times, moment.t_s)
        beside = times[max(0, at - 1) : at + 1]
        enough_s = min(distance_s, CLOSE_S) if moment.weight >= LAST_S else distance_s
        if all(abs(t_s - moment.t_s) >= enough_s for t_s in beside):
            times.insert(at, moment.t_s)
            result.append(moment)
        else:
            close.append(moment)
    return sorted(result, key=lambda m: m.t_s), close


def _named(found: Sequence[Moment], duration_s: float) -> list[Moment]:
    """The first moment is the intro, the last the outro; times to the millisecond, inside of the recording."""
    last_s = max(0.0, duration_s - 0.05)
    result = [replace(m, t_s=round(min(max(m.t_s, 0.0), last_s), 3)) for m in found]
    if result:
        result[0] = replace(result[0], reason="intro")
    if len(result) > 1:
        result[-1] = replace(result[-1], reason="outro")
    return result
