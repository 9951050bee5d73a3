"""Which moments of a recording are looked at, and why. Pure: from changes and the `motion` envelope to times.

Stretches of the `motion` envelope (log scale, see domain.evidence.Envelope):
below ACTIVE the picture stands; up to BUSY somebody types or points; from BUSY on it paints, scrolls or plays.
"""

from __future__ import annotations

import math
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


@dataclass(frozen=True, slots=True)
class Moment:
    """A time that is wanted, and for what. `weight` ranks moments where there are too many: seconds it stands for."""

    t_s: float
    reason: str
    weight: float
    describe: bool = True


def moments(duration_s: float, changes: Sequence[Change], motion: Envelope | None, settings: FramesSettings) -> list[Moment]:
    """Wanted moments in time order, before the cap; the first is the intro, the last the outro."""
    activity = _Activity(motion)
    edges = _edges(duration_s, changes)
    found: list[Moment] = []
    for start_s, end_s in pairwise(edges):
        found += _of_stretch(start_s, end_s, activity, settings)
    found = _without_long_gaps(found, duration_s, activity, settings.still_gap_s)
    if settings.policy == "grid":
        found = _with_grid(found, duration_s, changes, settings)
    if settings.read_interval_s > 0:
        found = _with_reading_grid(found, duration_s, activity, settings.read_interval_s)
    return _ends_named(_spread(found), duration_s)


def capped(wanted: Sequence[Moment], most_per_minute: float) -> tuple[list[Moment], int]:
    """At most so many in each minute, those that stand for most time first; and how many were left out."""
    kept: list[Moment] = []
    by_minute: dict[int, list[Moment]] = {}
    for moment in wanted:
        by_minute.setdefault(int(moment.t_s // 60), []).append(moment)
    most = max(1, math.floor(most_per_minute))
    for minute in by_minute.values():
        ranked = sorted(minute, key=lambda m: (m.reason not in ("intro", "outro"), -m.weight, m.t_s))
        kept += ranked[:most]
    return sorted(kept, key=lambda m: m.t_s), len(wanted) - len(kept)


class _Activity:
    """What the `motion` envelope says of a step."""

    def __init__(self, motion: Envelope | None) -> None:
        self.step_s = motion.step_s if motion else 0.5
        self._values = motion.values if motion else ()

    def at(self, t_s: float) -> float:
        index = int(t_s / self.step_s)
        return self._values[index] if 0 <= index < len(self._values) else 0.0

    def active_steps(self, start_s: float, end_s: float) -> list[float]:
        """Beginnings of the steps in [start, end) in which the picture did not stand."""
        first, last = math.ceil(start_s / self.step_s - 1e-9), math.floor(end_s / self.step_s + 1e-9)
        return [k * self.step_s for k in range(max(0, first), min(last, len(self._values))) if self._values[k] >= ACTIVE]


def _edges(duration_s: float, changes: Sequence[Change]) -> list[float]:
    """0, the times of changes that are not small, and the end."""
    inner = sorted({c.t_s for c in changes if c.size != "small" and 0 < c.t_s < duration_s})
    return [0.0, *inner, duration_s]


def _of_stretch(start_s: float, end_s: float, activity: _Activity, settings: FramesSettings) -> list[Moment]:
    """Moments between two changes: when it has settled, after typing, at its end where something was added."""
    length_s = end_s - start_s
    if length_s < PASSING_S:
        return []
    last_s = max(start_s + length_s / 2, end_s - BEFORE_S)
    first_s = min(_settled(start_s, end_s, activity), last_s)
    active = activity.active_steps(first_s, last_s)
    if len(active) < TYPED_STEPS:
        return [Moment(first_s, "change", length_s)]
    if length_s < LAST_S:
        return [Moment(last_s, "change", length_s)]
    found = [Moment(first_s, "change", length_s)]
    found += [Moment(t_s, "gap", settings.still_gap_s / 2) for t_s in _after_typing(active, last_s, settings.still_gap_s / 2)]
    found.append(Moment(last_s, "boundary", length_s / 2))
    return found


def _settled(start_s: float, end_s: float, activity: _Activity) -> float:
    """The first moment after a change at which the picture no longer paints; its end where there is none."""
    t_s = start_s + SETTLE_S
    while t_s < end_s:
        if activity.at(t_s) < BUSY:
            return t_s
        t_s = (math.floor(t_s / activity.step_s + 1e-9) + 1) * activity.step_s
    return end_s


def _after_typing(active: Sequence[float], last_s: float, at_least_every_s: float) -> list[float]:
    """Moments in pauses after typing, no closer than `at_least_every_s`."""
    found: list[float] = []
    since_s, typed = active[0], 0
    for here_s, next_s in zip(active, [*active[1:], last_s], strict=True):
        typed += 1
        pause = next_s - here_s >= PAUSE_S
        long_ago = here_s - since_s >= at_least_every_s
        if (
            typed >= TYPED_STEPS
            and long_ago
            and (pause or here_s - since_s >= 2 * at_least_every_s)
            and here_s < last_s - PAUSE_S
        ):
            found.append(min(here_s + 1.0, last_s) if pause else here_s)
            since_s, typed = here_s, 0
    return found


def _without_long_gaps(found: Sequence[Moment], duration_s: float, activity: _Activity, gap_s: float) -> list[Moment]:
    """One more in every stretch of `gap_s` that has none."""
    result: list[Moment] = []
    before_s = 0.0
    for moment in [*sorted(found, key=lambda m: m.t_s), None]:
        until_s = moment.t_s if moment else duration_s
        count = math.floor((until_s - before_s) / gap_s - 1e-9)
        if moment is None and not result and count == 0:
            result.append(Moment(duration_s / 2, "change", duration_s))  # a recording that is too short for all else
        for k in range(1, count + 1):
            t_s = before_s + (until_s - before_s) * k / (count + 1)
            result.append(Moment(t_s, "gap", gap_s))
        if moment:
            result.append(moment)
            before_s = moment.t_s
    return result


def _with_grid(found: Sequence[Moment], duration_s: float, changes: Sequence[Change], settings: FramesSettings) -> list[Moment]:
    """The original's rule besides: base interval and gaps by the number of scenes, filled where they are long."""
    scenes = sum(1 for change in changes if change.size != "small")
    base_s = settings.base_interval_s or (30.0 if scenes > 50 else 20.0 if scenes > 20 else 10.0)
    threshold_s = max(settings.gap_threshold_s, 60.0 if scenes > 50 else 40.0 if scenes > 20 else 0.0)
    fill_s = max(settings.gap_fill_s, 10.0 if scenes > 50 else 5.0 if scenes > 20 else 0.0)
    result = [*found, *(Moment(t_s, "gap", base_s) for t_s in _grid(duration_s, base_s))]
    times = sorted({0.0, duration_s, *(m.t_s for m in result)})
    for here_s, next_s in pairwise(times):
        if next_s - here_s > threshold_s:
            result += [Moment(here_s + t_s, "gap", fill_s, describe=False) for t_s in _grid(next_s - here_s, fill_s) if t_s > 0]
    return result


def _with_reading_grid(found: Sequence[Moment], duration_s: float, activity: _Activity, interval_s: float) -> list[Moment]:
    """Also each `interval_s` where something changed since; those are read, not described."""
    result = list(found)
    for t_s in _grid(duration_s, interval_s):
        if t_s > 0 and activity.active_steps(t_s - interval_s, t_s):
            result.append(Moment(t_s, "gap", interval_s, describe=False))
    return result


def _grid(length_s: float, step_s: float) -> list[float]:
    return [k * step_s for k in range(max(1, math.ceil(length_s / step_s - 1e-9)))]


def _spread(found: Sequence[Moment]) -> list[Moment]:
    """In time order, no two closer than PASSING_S; the one that stands for more time stays."""
    result: list[Moment] = []
    for moment in sorted(found, key=lambda m: (m.t_s, -m.weight)):
        if result and moment.t_s - result[-1].t_s < PASSING_S:
            if moment.weight > result[-1].weight:
                result[-1] = moment
        else:
            result.append(moment)
    return result


def _ends_named(found: Sequence[Moment], duration_s: float) -> list[Moment]:
    """The first moment is the intro, the last the outro; times to the millisecond, inside the recording."""
    last_s = max(0.0, duration_s - 0.05)
    result = [replace(m, t_s=round(min(max(m.t_s, 0.0), last_s), 3)) for m in found]
    if result:
        result[0] = replace(result[0], reason="intro")
    if len(result) > 1:
        result[-1] = replace(result[-1], reason="outro")
    return result
