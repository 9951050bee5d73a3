"""Which frames come first: stopping early must always leave the best coverage."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

from escribano_tui.domain.activity import IMPORTANCE
from escribano_tui.domain.evidence import Frame, SpeechSpan

REACH_S = 15.0  # a moment this near to a frame that was looked at counts as covered (coverage.share_of_time)
_CELL_S = 1.0
_WEIGHTS = {"critical": 1.6, "high": 1.3, "medium": 1.0, "low": 0.75, "minimal": 0.5}
_LEVELS = (0.75, 0.55, 0.35, 0.18)  # from which on a frame is critical, high, medium, low
_DWELL_S = 30.0  # a picture that stands this long or longer is fully worth its dwell
_SPOKEN_S = 10.0


def importance(frame: Frame, spans: Sequence[SpeechSpan] = ()) -> str:
    """How much a frame matters, by how new and full of text it is, how long it stands and how much is said over it."""
    dwell_s = frame.shows_until_s - frame.shows_from_s
    spoken_s = sum(max(0.0, min(s.end_s, frame.shows_until_s) - max(s.start_s, frame.shows_from_s)) for s in spans)
    points = 0.5 * frame.score + 0.3 * min(1.0, dwell_s / _DWELL_S) + 0.2 * min(1.0, spoken_s / _SPOKEN_S)
    return next((name for name, least in zip(IMPORTANCE, _LEVELS, strict=False) if points >= least), IMPORTANCE[-1])


def worth(frame: Frame, spans: Sequence[SpeechSpan] = ()) -> float:
    """A number that ranks frames by their importance and by how well they can be seen."""
    return _WEIGHTS[importance(frame, spans)] * (0.5 + frame.score)


def best_first(
    frames: Sequence[Frame], spans: Sequence[SpeechSpan] = (), looked: Sequence[Frame] = (),
    stretches: Mapping[str, float] | None = None,
) -> list[Frame]:  # fmt: skip
    """Frames in the order in which each adds most to what is covered (by those `looked` at already too), weighted by its
    importance and by what a look at the stretch of work that it lies in is worth (by the frame's item; 1 is usual).

    Greedy; the gain of a frame only shrinks as others are taken, so it is worked out again only when a frame comes to
    the top (Minoux, "Accelerated greedy algorithms for maximizing submodular set functions", 1978).
    """
    weights = {f.item: worth(f, spans) * (stretches or {}).get(f.item, 1.0) for f in frames}
    covered = {second for frame in looked for second in _cells(frame)}
    heap = [(-_gain(f, covered) * weights[f.item], f.t_s, k) for k, f in enumerate(frames)]
    heapq.heapify(heap)
    ordered: list[Frame] = []
    while heap:
        gain, t_s, k = heapq.heappop(heap)
        now = -_gain(frames[k], covered) * weights[frames[k].item]
        if heap and now > gain + 1e-12:
            heapq.heappush(heap, (now, t_s, k))
            continue
        ordered.append(frames[k])
        covered |= _cells(frames[k])
    return ordered


def _cells(frame: Frame) -> set[int]:
    """Seconds that a look at a frame covers: around it, and as long as it stands."""
    start_s = min(frame.t_s - REACH_S, frame.shows_from_s)
    end_s = max(frame.t_s + REACH_S, min(frame.shows_until_s, frame.t_s + 4 * REACH_S))
    return set(range(int(max(0.0, start_s) / _CELL_S), int(end_s / _CELL_S) + 1))


def _gain(frame: Frame, covered: set[int]) -> float:
    """Newly covered seconds; a little for a frame that covers nothing new, so that importance still orders those."""
    return len(_cells(frame) - covered) + 0.5
