"""The grid on which segments are laid: edges at changes, what each cell gains from each state, what a boundary costs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from escribano_tui.domain.evidence import Change, Description, Frame
from escribano_tui.domain.timeline import MIN_SEGMENT_MS
from escribano_tui.pipeline.segmenting.clues import Clues
from escribano_tui.pipeline.segmenting.path import Floats
from escribano_tui.pipeline.segmenting.states import IDLE, Place, State, likeness, place_of, scores_of, states_of

# Seconds of evidence that a boundary must be worth, as a share of the least segment: a visit that is told by two
# boundaries must last 1.1 times that.
BOUNDARY_SHARE = 0.55
EASE = {"large": 0.85, "medium": 1.05, "small": 1.6}  # a boundary is the more likely the larger the change
NO_CHANGE = 1.9
IN_SPEECH = 0.25  # dearer in the middle of an utterance
PLACE_SHARE = 0.4  # of a cell's worth; the rest is the activity's
STAYS = {"small": 0.99, "medium": 0.8, "large": 0.35}  # a typed character, a scrolled page, a switched window
CROWD_S = 2.5  # changes so close together are one event, or a picture that moves
UNSEEN = 0.5  # worth of a second in a recording of which nothing was described
LEAST_HEARD = 0.02
WHILE_STILL = 0.15  # worth of a still second for anything but idle
LEAST_SUPPORT = 0.6  # states with less evidence than this share of the least segment are left out
MOST_STATES = 400


@dataclass(frozen=True, slots=True)
class Grid:
    """Edges in ms (first 0, last the duration), states, gains (cells, states) in seconds, costs of edges in seconds."""

    edges_ms: tuple[int, ...]
    states: tuple[State, ...]
    gains: Floats
    costs: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Territory:
    """The span for which a description speaks, and how loudly (its picture stood, or has changed since)."""

    start_s: float
    end_s: float
    weight: float
    description: Description


def lay_grid(clues: Clues, still: Sequence[tuple[float, float]], least_s: float) -> Grid:
    """The grid of a recording."""
    lands = territories(clues)
    edges, eases = _edges(clues, still, lands)
    states = _states(lands, bool(still), least_s)
    gains = _gains(edges, states, lands, still)
    unit = BOUNDARY_SHARE * max(least_s, 0.2)
    costs = [
        unit * ease * (1.0 + (IN_SPEECH if _in_speech(clues, edge / 1000) else 0.0))
        for edge, ease in zip(edges, eases, strict=True)
    ]
    return Grid(tuple(edges), tuple(states), gains, tuple(costs))


# ---------------------------------------------------------------- territories


def territories(clues: Clues) -> list[Territory]:
    """Every description speaks in full for the time that its picture stood. Between two of them both do, the first one the
    more softly the more the picture changed since: each change makes it less sure that one is still at the same place, the
    more so the larger it is. In time order; where two descriptions speak for the same time, the louder one comes first."""
    frames = {f.item: f for f in clues.frames}
    times = [c.t_s for c in clues.changes]
    lively = [c.t_s for c in clues.changes if c.size != "small"]
    stood = _without_overlap(clues.descriptions, [_stood(d, frames.get(d.item), clues) for d in clues.descriptions])
    lands: list[Territory] = []
    for k, (description, (start, end)) in enumerate(zip(clues.descriptions, stood, strict=True)):
        if k == 0 and start > 0:
            lands += _between(None, description, 0.0, start, clues, times, lively)
        lands.append(Territory(start, end, 1.0, description))
        following = stood[k + 1][0] if k + 1 < len(stood) else clues.duration_s
        if following > end:
            after = clues.descriptions[k + 1] if k + 1 < len(stood) else None
            lands += _between(description, after, end, following, clues, times, lively)
    return [land for land in lands if land.end_s > land.start_s]


def _stood(description: Description, frame: Frame | None, clues: Clues) -> tuple[float, float]:
    if frame is not None:
        return max(0.0, frame.shows_from_s), min(clues.duration_s, max(frame.shows_until_s, frame.t_s + 0.1))
    return description.t_s, min(description.t_s + 0.5, clues.duration_s)


def _without_overlap(descriptions: Sequence[Description], spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans in order of their pictures. Two pictures of the same stretch share it half and half."""
    result: list[tuple[float, float]] = []
    for k, (start, end) in enumerate(spans):
        if k and result[-1][1] > start:
            before, now = descriptions[k - 1].t_s, descriptions[k].t_s
            start = max(start, result[-1][0]) if start >= before else max(result[-1][0], (before + now) / 2)
            result[-1] = (result[-1][0], start)
        result.append((start, max(start, end)))
    return result


def _between(
    before: Description | None, after: Description | None, start_s: float, end_s: float, clues: Clues, times: Sequence[float],
    lively: Sequence[float],
) -> list[Territory]:  # fmt: skip
    """What the descriptions on both sides of a stretch say of it, piece by piece between its changes."""
    first, last = bisect_left(times, start_s - 0.001), bisect_right(times, end_s + 0.001)
    changes = clues.changes[first:last]
    edges = [start_s, *(min(max(c.t_s, start_s), end_s) for c in changes), end_s]
    stays = [_stays(c, lively) for c in changes]
    forward = [1.0]
    for stay in stays:
        forward.append(forward[-1] * stay)
    backward = [1.0]
    for stay in reversed(stays):
        backward.append(backward[-1] * stay)
    backward.reverse()
    gone = _switched(stays)
    pieces = []
    for k, (a, b) in enumerate(pairwise(edges)):
        loud: list[tuple[float, Description | None]]
        if before is not None and after is not None:
            known = min(1.0, forward[k] + backward[k])
            loud = [(known * (1 - gone[k]), before), (known * gone[k], after)]
        else:
            loud = [(forward[k], before), (backward[k], after)]
        told = [Territory(a, b, weight, d) for weight, d in loud if d is not None and weight > LEAST_HEARD]
        pieces += sorted(told, key=lambda land: -land.weight) if b > a else []
    return pieces


def _switched(stays: Sequence[float]) -> list[float]:
    """How likely one has come from the first description to the second by each piece between changes, if it was at one of
    them: each counts by the odds that one does not stay. Half and half where nothing changed."""
    if not stays:
        return [0.5]
    odds = [(1 - stay) / max(stay, 0.01) for stay in stays]
    total = sum(odds) or 1.0
    return [0.0, *(min(1.0, reached / total) for reached in accumulate(odds))]


def _stays(change: Change, lively: Sequence[float]) -> float:
    """How likely one is still at the same place after a change. Where the picture changes all the time (a film, a call),
    most changes are of the picture in the window: no more than one of those close together is a switch."""
    if change.size == "small":
        return STAYS["small"]
    together = bisect_right(lively, change.t_s + CROWD_S) - bisect_left(lively, change.t_s - CROWD_S)
    return 1 - (1 - STAYS.get(change.size, 0.7)) / max(1, together)


# ---------------------------------------------------------------- edges


def _edges(clues: Clues, still: Sequence[tuple[float, float]], lands: Sequence[Territory]) -> tuple[list[int], list[float]]:
    """Possible boundaries with how easily one is set: changes of some size, ends of still stretches, and where
    descriptions differ without a change between them."""
    ease: dict[int, float] = {}

    def offer(t_s: float, value: float) -> None:
        at = round(t_s * 1000)
        if 0 < at < clues.duration_ms:
            ease[at] = min(value, ease.get(at, value))

    for change in clues.changes:
        if change.size != "small":
            offer(change.t_s, _ease(change))
    for stretch in still:
        for edge in stretch:
            offer(edge, 0.9)
    _offer_between(clues, lands, offer)
    edges = _thinned(ease, clues.duration_ms)
    return edges, [ease.get(edge, NO_CHANGE) for edge in edges]


def _ease(change: Change) -> float:
    return EASE.get(change.size, 1.0) * (1.15 - 0.3 * min(1.0, max(0.0, change.score)))


def _offer_between(clues: Clues, lands: Sequence[Territory], offer) -> None:  # type: ignore[no-untyped-def]
    times = [c.t_s for c in clues.changes]
    told = [land for land in lands if land.weight == 1.0]
    for before, after in pairwise(told):
        if (
            place_of(before.description) == place_of(after.description)
            and before.description.activity == after.description.activity
        ):
            continue
        first, last = bisect_left(times, before.description.t_s), bisect_right(times, after.start_s + 0.001)
        between = clues.changes[first:last]
        if not any(c.size != "small" for c in between):
            for change in between:
                offer(change.t_s, _ease(change))
            if not between:
                offer(after.start_s if after.start_s > before.description.t_s else after.description.t_s, NO_CHANGE)


def _thinned(ease: dict[int, float], duration_ms: int) -> list[int]:
    """Edges no closer than the least segment that can be; of close ones the easiest stays."""
    edges = [0]
    for at in sorted(ease):
        if duration_ms - at < MIN_SEGMENT_MS or (len(edges) == 1 and at < MIN_SEGMENT_MS):
            continue
        if len(edges) > 1 and at - edges[-1] < MIN_SEGMENT_MS:
            if ease[at] < ease[edges[-1]]:
                edges[-1] = at
            continue
        edges.append(at)
    return [*edges, duration_ms]


def _in_speech(clues: Clues, t_s: float) -> bool:
    k = bisect_right(clues.speech, t_s, key=lambda s: s[0]) - 1
    return k >= 0 and clues.speech[k][0] + 0.3 < t_s < clues.speech[k][1] - 0.3


# ---------------------------------------------------------------- states and gains


def _states(lands: Sequence[Territory], with_idle: bool, least_s: float) -> list[State]:
    """States with enough evidence, the best supported ones where there are very many."""
    support: dict[State, float] = {}
    for land in lands:
        place = place_of(land.description)
        for state in states_of([land.description]):
            worth = land.weight * (land.end_s - land.start_s) * scores_of(land.description)[state.activity]
            support[State(place, state.activity)] = support.get(State(place, state.activity), 0.0) + worth
    enough = [s for s, worth in support.items() if worth >= LEAST_SUPPORT * least_s] or list(support)
    if len(enough) > MOST_STATES:
        enough = sorted(enough, key=lambda s: -support[s])[:MOST_STATES]
    states = enough or [State(Place(""), "other")]
    return [*states, IDLE] if with_idle and IDLE not in states else states


def _gains(
    edges: Sequence[int], states: Sequence[State], lands: Sequence[Territory], still: Sequence[tuple[float, float]]
) -> Floats:
    import numpy as np

    gains = np.zeros((len(edges) - 1, len(states)))
    if not lands:
        gains[:, [s != IDLE for s in states]] = UNSEEN * np.diff(edges)[:, None] / 1000
    activities = [s.activity for s in states]
    known: dict[tuple[Place, tuple[tuple[str, float], ...]], Floats] = {}
    for land in lands:
        place, scores = place_of(land.description), scores_of(land.description)
        key = (place, tuple(sorted(scores.items())))
        if key not in known:
            near = np.array([likeness(place, s.place, s.activity) for s in states])
            done = np.array([scores.get(a, 0.0) for a in activities])
            known[key] = PLACE_SHARE * near + (1 - PLACE_SHARE) * done
        loud = land.weight * (0.75 + 0.25 * land.description.confidence)
        _spread(gains, edges, land.start_s, land.end_s, loud * known[key])
    if IDLE in states and still:
        _calm(gains, edges, still, states.index(IDLE))
    return gains


def _spread(gains: Floats, edges: Sequence[int], start_s: float, end_s: float, worth: Floats) -> None:
    """Add the worth of a second, for the seconds of each cell that lie in a span."""
    k = max(0, bisect_right(edges, start_s * 1000) - 1)
    while k < len(edges) - 1 and edges[k] < end_s * 1000:
        seconds = (min(edges[k + 1], end_s * 1000) - max(edges[k], start_s * 1000)) / 1000
        if seconds > 0:
            gains[k] += seconds * worth
        k += 1


def _calm(gains: Floats, edges: Sequence[int], still: Sequence[tuple[float, float]], idle: int) -> None:
    """In still stretches only idle counts."""
    for start, end in still:
        k = bisect_left(edges, round(start * 1000))
        while k < len(edges) - 1 and edges[k + 1] <= round(end * 1000):
            gains[k] *= WHILE_STILL
            gains[k, idle] = (edges[k + 1] - edges[k]) / 1000
            k += 1
