"""Stretches in which the picture stands still but for a corner of it, told by pictures: a clock that shows seconds, a load
meter or an icon that blinks moves all the time, and nobody is at work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from escribano_tui.pipeline.segmenting.clues import Clues

if TYPE_CHECKING:
    from escribano_tui.pipeline.segmenting.closer import Look, Thumb

PROBE_S = 6.0  # between pictures of a stretch that may stand still
MOST_PICTURES = 300  # of one recording: the longest stretches first
LEAST_PICTURES = 4
SETTLES_S = 0.6  # after a change
DIFFERS = 4.0  # grey levels by which a cell of a small picture differs: codecs stay below it
FEW = 0.0015  # share of the cells that may differ: a clock, an icon; a typed word takes more
AT_EDGE = 0.06  # share of the height at the upper and lower edge that panels take
ATTENDED = ("media", "meeting")
FEW_AT_EDGE = 0.04  # of all cells: panels show meters


def seen_standing(clues: Clues, idle_after_s: float, look: Look | None) -> list[tuple[float, float]]:
    """Stretches of `idle_after_s` or more without speech in which pictures show no more than a corner or a panel to move."""
    if look is None or clues.motion is None:
        return []
    spans = _candidates(clues, idle_after_s)
    probes, left = {}, MOST_PICTURES
    for span in sorted(spans, key=lambda s: s[0] - s[1]):
        times = _probes(*span)
        if len(times) <= left:
            probes[span] = times
            left -= len(times)
    if not probes:
        return []
    pictures = look(sorted({t for times in probes.values() for t in times}))
    found = []
    for (start, end), times in probes.items():
        runs = [_at_changes(run, start, end, times, clues) for run in _runs(start, end, times, pictures)]
        found += [run for run in runs if run[1] - run[0] >= idle_after_s]
    return sorted(found)


def _candidates(clues: Clues, least_s: float) -> list[tuple[float, float]]:
    """Stretches between changes of some size, and without speech, that are long enough and in which something moves."""
    edges = sorted({0.0, *(c.t_s for c in clues.changes if c.size != "small"), clues.duration_s})
    step, values = (clues.motion.step_s, clues.motion.values) if clues.motion is not None else (1.0, ())
    found = []
    for before, after in pairwise(edges):
        for start, end in _unspoken(clues, before, after):
            if end - start < least_s or not any(v > 0 for v in values[int(start / step) : int(end / step)]):
                continue
            if not _is_attended(clues, start, end):
                found.append((start, end))
    return found


def _is_attended(clues: Clues, start: float, end: float) -> bool:
    """Whether it is something that is listened to: music, or a call whose clock runs."""
    return any(d.activity in ATTENDED for d in clues.descriptions if start <= d.t_s < end)


def _unspoken(clues: Clues, start: float, end: float) -> list[tuple[float, float]]:
    free, at = [], start
    for a, b in clues.speech:
        if b <= start or a >= end:
            continue
        if a > at:
            free.append((at, a))
        at = max(at, b)
    return [*free, (at, end)] if end > at else free


def _probes(start: float, end: float) -> tuple[float, ...]:
    """Moments of a stretch: its ends, once they have settled, and evenly between them."""
    first, last = start + SETTLES_S, max(start + SETTLES_S, end - 0.2)
    steps = max(LEAST_PICTURES - 1, round((last - first) / PROBE_S))
    return tuple(round(first + (last - first) * k / steps, 3) for k in range(steps + 1))


def _runs(start: float, end: float, times: Sequence[float], pictures: Mapping[float, Thumb]) -> list[tuple[float, float]]:
    """The longest parts of a stretch in which each picture is like the one that the part began with."""
    runs: list[tuple[float, float]] = []
    begun: float | None = None
    for before, after in pairwise(times):
        same = before in pictures and after in pictures and same_but_a_corner(pictures[begun or before], pictures[after])
        if same and begun is None:
            begun = before
        if begun is not None and (not same or after == times[-1]):
            last = after if same else before
            runs.append((start if begun == times[0] else begun, end if last == times[-1] else last))
            begun = None
    return runs


def _at_changes(
    run: tuple[float, float], start: float, end: float, times: Sequence[float], clues: Clues
) -> tuple[float, float]:  # fmt: skip
    """A run from the change that it followed to the one that ended it, where these lie between two pictures."""
    before = max((t for t in times if t < run[0]), default=start)
    after = min((t for t in times if t > run[1]), default=end)

    def largest(a: float, b: float, without: float) -> float:
        inside = [c for c in clues.changes if a < c.t_s <= b]
        return max(inside, key=lambda c: c.score).t_s if inside and a < b else without

    return largest(before, run[0], run[0]) if run[0] > start else start, largest(run[1], after, run[1]) if run[1] < end else end


def same_but_a_corner(a: Thumb, b: Thumb) -> bool:
    """Whether two small pictures differ in next to nothing, panels at the upper and lower edge aside."""
    import numpy as np

    apart = np.abs(a - b) > DIFFERS
    edge = max(1, round(AT_EDGE * apart.shape[0]))
    inner = int(apart[edge:-edge].sum())
    outer = int(apart.sum()) - inner
    return bool(inner <= FEW * apart.size and outer <= FEW_AT_EDGE * apart.size)
