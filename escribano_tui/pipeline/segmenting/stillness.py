"""Where nothing moves and nothing is said for long: idle."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from escribano_tui.pipeline.segmenting.clues import Clues, merged

MOVING = 0.2  # of the motion envelope (log scale, 0..1): below are a blinking cursor and what a keyframe writes anew
BLIP = 0.5  # a clock that changes, the pointer passing: below the size of a scrolled page
BLIP_S = 1.5
BLIPS_APART_S = 6.0  # blips that come more often are somebody at work
TRICKLE = 0.02  # a codec that refines a still picture writes the same amount every step; work does not
TRICKLE_TOP = 0.9
MOST_NEW_LINES = 2  # a clock and a notification; more is somebody at work
REACH_S = 1.0


def still_stretches(clues: Clues, idle_after_s: float) -> list[tuple[float, float]]:
    """Stretches of `idle_after_s` or more in which nothing moves and nothing is said. They begin at the last change before
    them and end at the first one after them."""
    busy = merged([*_moving(clues), *clues.speech], 0.0, clues.duration_s)
    found = []
    for start, end in _gaps(busy, clues.duration_s):
        first, last = _snapped(clues, start, end)
        if last - first >= idle_after_s and not _much_new(clues, first, last):
            found.append((first, last))
    return found


def _moving(clues: Clues) -> list[tuple[float, float]]:
    """Spans in which the picture moves, without lone blips. Without an envelope, the moments of the changes."""
    if clues.motion is None:
        return [(c.t_s, c.t_s + 1.0) for c in clues.changes]
    step = clues.motion.step_s
    values = clues.motion.values
    spans: list[list[float]] = []  # start, end, peak
    for k, value in enumerate(values):
        if value <= MOVING or _is_trickle(values, k):
            continue
        if spans and k * step - spans[-1][1] <= step:
            spans[-1][1], spans[-1][2] = (k + 1) * step, max(spans[-1][2], value)
        else:
            spans.append([k * step, (k + 1) * step, value])
    return [(a, b) for k, (a, b, peak) in enumerate(spans) if not (peak <= BLIP and b - a <= BLIP_S and _is_lone(spans, k))]


def _is_trickle(values: Sequence[float], k: int) -> bool:
    """Whether a value is the same as both of its neighbours and not at the top of the scale."""
    if values[k] >= TRICKLE_TOP:
        return False
    around = [values[j] for j in (k - 1, k + 1) if 0 <= j < len(values)]
    close = sum(abs(values[k] - v) <= TRICKLE for v in around)
    return close == len(around) or (close == 1 and _run(values, k) >= 4)


def _run(values: Sequence[float], k: int) -> int:
    """Length of the run of nearly equal values that k is in."""
    first = last = k
    while first > 0 and abs(values[first - 1] - values[first]) <= TRICKLE and k - first < 8:
        first -= 1
    while last + 1 < len(values) and abs(values[last + 1] - values[last]) <= TRICKLE and last - k < 8:
        last += 1
    return last - first + 1


def _is_lone(spans: Sequence[Sequence[float]], k: int) -> bool:
    before = k == 0 or spans[k][0] - spans[k - 1][1] >= BLIPS_APART_S
    after = k == len(spans) - 1 or spans[k + 1][0] - spans[k][1] >= BLIPS_APART_S
    return before and after


def _gaps(busy: Iterable[tuple[float, float]], end_s: float) -> Iterable[tuple[float, float]]:
    at = 0.0
    for start, end in busy:
        if start > at:
            yield at, start
        at = end
    if end_s > at:
        yield at, end_s


def _snapped(clues: Clues, start: float, end: float) -> tuple[float, float]:
    """A quiet stretch from the last change at its start to the first one at its end."""
    times = [c.t_s for c in clues.changes]
    k = bisect_right(times, start + 0.01) - 1
    first = times[k] if k >= 0 and start - times[k] <= REACH_S else start
    k = bisect_left(times, end - 0.01)
    last = times[k] if k < len(times) and times[k] - end <= REACH_S else end
    return first, last


def _much_new(clues: Clues, start: float, end: float) -> bool:
    first = bisect_right(clues.appearances, start + 1.5)
    return bisect_left(clues.appearances, end - 1.0) - first > MOST_NEW_LINES
