"""A closer look at boundaries: where several changes lie between the last picture of one segment and the first of the
next, pictures between them tell at which one the window changed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from escribano_tui.domain.evidence import Change
from escribano_tui.domain.time_left import MOST_LOOKS
from escribano_tui.pipeline.segmenting.clues import Clues
from escribano_tui.pipeline.segmenting.spans import Span

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Thumb = npt.NDArray[np.float32]
    from escribano_tui.ports import Image
else:
    Thumb = Any

Look = Callable[[Sequence[float]], Mapping[float, Thumb]]  # small pictures at these moments, as far as there are any

WIDE_S = 0.75  # candidates closer than this are as good as one
MOST_PROBES = 4  # of one boundary
LONG_S = 5.0  # a picture that stood for longer counts no more than this
SIDE = (96, 54)
CLIP = 40.0  # of 255: what is black on white counts no more than what differs clearly
# Of windows that stand side by side less than a tenth of the picture differs: what is typed in one counts for more.
LEAST_APART = 0.1 * CLIP
CLEAR = 0.04  # a picture that is not nearer to one side by this share of their distance says nothing


@dataclass(frozen=True, slots=True)
class Doubt:
    """A boundary (index of the span that it begins) between pictures at `before_s` and `after_s`, with the changes it may
    lie at and moments that would tell."""

    span: int
    before_s: float
    after_s: float
    candidates: tuple[Change, ...]
    probes: tuple[tuple[float, float], ...]  # (moment, seconds that its picture stands for)

    @property
    def width_s(self) -> float:
        return self.candidates[-1].t_s - self.candidates[0].t_s

    @property
    def times(self) -> tuple[float, ...]:
        return (self.before_s, *(t_s for t_s, _ in self.probes), self.after_s)


def look_closer(spans: Sequence[Span], clues: Clues, look: Look, least_ms: int) -> list[Span]:
    """The same spans, each doubtful boundary at the change that the pictures speak for. None gets shorter than the least
    segment by it."""
    doubts = _affordable(find_doubts(spans, clues))
    if not doubts:
        return list(spans)
    pictures = look(sorted({t for doubt in doubts for t in doubt.times}))
    result = list(spans)
    for doubt in doubts:
        at = settle(doubt, pictures)
        if at is None:
            continue
        at_ms = round(at.t_s * 1000)
        before, after = result[doubt.span - 1], result[doubt.span]
        if min(at_ms - before.start_ms, after.end_ms - at_ms) >= least_ms:
            result[doubt.span - 1], result[doubt.span] = replace(before, end_ms=at_ms), replace(after, start_ms=at_ms)
    return result


def find_doubts(spans: Sequence[Span], clues: Clues) -> list[Doubt]:
    """Boundaries with more than one change of some size between the pictures on both sides of them."""
    changes = [c for c in clues.changes if c.size != "small"]
    times = [c.t_s for c in changes]
    described = [d.t_s for d in clues.descriptions]
    doubts = []
    for k in range(1, len(spans)):
        edge_s = spans[k].start_ms / 1000
        left, right = bisect_left(described, edge_s) - 1, bisect_left(described, edge_s)
        if left < 0 or right >= len(described):
            continue
        before_s, after_s = described[left], described[right]
        among = changes[bisect_right(times, before_s) : bisect_right(times, after_s)]
        if len(among) >= 2 and among[-1].t_s - among[0].t_s >= WIDE_S:
            doubts.append(Doubt(k, before_s, after_s, tuple(among), _probes(among)))
    return doubts


def _probes(candidates: Sequence[Change]) -> tuple[tuple[float, float], ...]:
    """Moments just before the end of the longest stretches between candidates, when the picture has settled."""
    cells = [(b.t_s - a.t_s, b.t_s) for a, b in pairwise(candidates)]
    chosen = sorted(cells, key=lambda cell: -cell[0])[:MOST_PROBES]
    return tuple(sorted((round(end - min(0.15, 0.3 * length), 3), min(length, LONG_S)) for length, end in chosen))


def _affordable(doubts: Sequence[Doubt]) -> list[Doubt]:
    kept, pictures = [], 0
    for doubt in sorted(doubts, key=lambda d: (-d.width_s, d.span)):
        pictures += len(doubt.times)
        if pictures > MOST_LOOKS:  # the widest doubts come first
            break
        kept.append(doubt)
    return sorted(kept, key=lambda d: d.span)


def settle(doubt: Doubt, pictures: Mapping[float, Thumb]) -> Change | None:
    """The candidate before which pictures look like the one before, and after which like the one after; None where the
    pictures do not tell."""
    before, after = pictures.get(doubt.before_s), pictures.get(doubt.after_s)
    if before is None or after is None:
        return None
    apart = distance(before, after)
    if apart < LEAST_APART:
        return None
    leanings = []  # (moment, > 0 where it looks like the picture after)
    for t_s, seconds in doubt.probes:
        picture = pictures.get(t_s)
        if picture is None:
            continue
        leaning = (distance(picture, before) - distance(picture, after)) / apart
        if abs(leaning) >= CLEAR:
            leanings.append((t_s, seconds * leaning))
    if not leanings:
        return None

    def fitness(change: Change) -> float:
        return sum(leaning if t_s >= change.t_s else -leaning for t_s, leaning in leanings)

    return max(doubt.candidates, key=lambda c: (round(fitness(c), 6), c.size == "large", c.score, -c.t_s))


def distance(a: Thumb, b: Thumb) -> float:
    """Mean absolute difference of grey levels, clipped."""
    import numpy as np

    return float(np.minimum(np.abs(a - b), CLIP).mean())


def thumb(image: Image) -> Thumb:
    """A small grey picture of shape SIDE for comparisons."""
    import cv2
    import numpy as np

    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    small: Thumb = np.asarray(cv2.resize(gray, SIDE, interpolation=cv2.INTER_AREA), dtype=np.float32)
    return small
