"""How long a run will still take: what each phase has left by itself, and how the phases share the machine meanwhile."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from escribano_tui.domain.events import LANES, PhaseState, RunState
from escribano_tui.domain.session import RunPlan

ENDED: Final = ("finished", "skipped", "failed", "cancelled")
LOADING_S: Final = 0.9  # of a phase's first seconds go into loading its model, which is not done again
# How far an opinion on what a phase takes in all may be off, as a logarithm: a rate by the items that it rests on, counted work
# at the pace of past runs by how many they are, counted work at the pace of a slow machine (at the speed that the frames show
# here, and before they do), and a plan.
BY_ONE_ITEM, BY_LOADING, BY_RATE = 0.8, 0.5, 0.05
BY_PAST, BY_SEVERAL, BY_SPEED, BY_GUESS, BY_PLAN = 0.6, 0.25, 0.5, 0.6, 0.8
AT_LEAST = 0.3  # of what was left when an item was last heard of, however long ago that is
AFTER: Final = {"frames": "scan", "read": "scan", "describe": "scan", "refine": "transcribe"}
FOLLOWS: Final = {"read": "frames", "describe": "read", "transcribe": "listen"}  # item by item: it ends no earlier
WAITING_PARTS: Final = {"read": 1.0, "describe": 0.0}  # of the machine, where a phase has not begun
WAITING_PART = 0.5
PICTURE_S = 0.05  # to take one, where none was in this run
LOOK_COSTS = 0.9  # of that: it is only decoded
SETTLES_S = 0.005  # for each frame that was described, once all is read: what is known better by then is put right
LOOKS_PER_MINUTE = 8.0  # at boundaries in doubt, before anything is drafted
MOST_LOOKS = 400  # that a whole draft affords
ENDING_S = 0.3  # to put everything away


@dataclass(frozen=True, slots=True)
class Work:
    """What a phase has left: seconds if it had the machine to itself, and the part of the machine that it then takes."""

    phase: str
    left_s: float
    part: float


@dataclass(frozen=True, slots=True)
class Lefts:
    """Seconds left of a run (None where nothing can be said yet), and of those of its phases that are well under way."""

    in_all_s: float | None
    phases: Mapping[str, float] = field(default_factory=dict)


def left_of(state: RunState, plan: RunPlan | None = None, now_s: float | None = None) -> float | None:
    """Seconds left at a moment (seconds of the run; by default when it was last heard of). Phases that have not begun count as
    the plan estimates them. None where nothing can be said yet."""
    return lefts_of(state, plan, now_s).in_all_s


def lefts_of(state: RunState, plan: RunPlan | None = None, now_s: float | None = None) -> Lefts:
    """The same, and what is left of each phase that is under way."""
    running = [p for p in state.phases.values() if p.state == "running"]
    if not running or not (plan or any(is_steady(p) for p in running)):
        return Lefts(None)
    expected = expected_of(plan)
    now_s = max(p.updated_at_s for p in state.phases.values()) if now_s is None else now_s
    slower, speed = max(1.0, sum(p.part for p in running)), speed_of(state.phases["frames"])
    works = []
    for name in (*LANES["screen"], *LANES["speech"]):
        phase = state.phases[name]
        left_s = phase_left(phase, expected.get(name), now_s, slower, speed)
        if left_s:
            part = phase.part if phase.state == "running" else WAITING_PARTS.get(name, WAITING_PART)
            works.append(Work(name, left_s, part))
    ends = together(works)
    for name, before in FOLLOWS.items():
        if name in ends:
            ends[name] = max(ends[name], ends.get(before, 0.0))
    steady = {p.phase: ends[p.phase] for p in running if p.phase in ends and is_steady(p)}
    return Lefts(max(ends.values(), default=0.0) + _ending(state, plan, expected, now_s, min(1.0, speed or 1.0)), steady)


def together(works: Sequence[Work]) -> dict[str, float]:
    """Seconds until each is done: works that want more than the machine together are slower by that, and one that comes after
    another waits for it."""
    left, gone_s = {work.phase: work for work in works}, 0.0
    ends: dict[str, float] = {}
    while left:
        at_work = [w for w in left.values() if AFTER.get(w.phase) not in left]
        slower = max(1.0, sum(w.part for w in at_work))
        rates = {w.phase: 1 / slower if w.part else 1.0 for w in at_work}
        step_s = min(w.left_s / rates[w.phase] for w in at_work)
        gone_s += step_s
        for w in at_work:
            rest_s = w.left_s - step_s * rates[w.phase]
            if rest_s > 1e-9:
                left[w.phase] = Work(w.phase, rest_s, w.part)
            else:
                del left[w.phase]
                ends[w.phase] = gone_s
    return ends


def _ending(state: RunState, plan: RunPlan | None, expected: dict[str, float], now_s: float, speed: float) -> float:
    """What is made of both lanes drafts beside them, and is made whole after them: until then all of it is still to come."""
    describe = state.phases["describe"]
    left_s = speed * SETTLES_S * (describe.total or 0) if describe.state == "running" else 0.0
    for name in LANES["log"]:
        phase = state.phases[name]
        if phase.state in ENDED:
            continue
        if name == "segment" and (plan is None or name in expected or phase.state == "running"):
            left_s += _drafting(state, plan, now_s)
        else:
            left_s += expected.get(name, 0.0)
    return left_s + (speed * ENDING_S if plan else 0.0)


def _drafting(state: RunState, plan: RunPlan | None, now_s: float) -> float:
    """The whole draft, and pictures at the boundaries that are in doubt: they take as long as those of the frames did."""
    segment, frames = state.phases["segment"], state.phases["frames"]
    taken = frames.done - frames.first_done
    picture_s = frames.alone_s / taken if frames.alone_s and taken >= 3 and not frames.reused else PICTURE_S
    looks = segment.looks
    if looks is None:
        minutes = plan.recording.duration_s / 60 if plan and plan.recording.has_video else 0.0
        looks = round(min(MOST_LOOKS, LOOKS_PER_MINUTE * minutes))
    since_s = max(0.0, now_s - segment.updated_at_s) if segment.worked else 0.0
    left_s = looks * LOOK_COSTS * picture_s + (segment.expected_s or 0.0)
    return max(left_s - since_s, AT_LEAST * left_s)


def expected_of(plan: RunPlan | None) -> dict[str, float]:
    """Seconds of each phase that will take any, as the plan estimates them."""
    return {p.name: p.estimate_s for p in plan.phases if p.estimate_s > 0} if plan else {}


def is_steady(phase: PhaseState) -> bool:
    """Whether so many items are through that something may be said."""
    return phase.done - phase.first_done >= 3


def speed_of(frames: PhaseState) -> float | None:
    """How many times as long as on a slow machine work takes here, as the frames show, which come first; None before they do,
    or where past runs have told it better."""
    if not frames.expected_s or frames.measured or not frames.alone_s or not frames.worked or not is_steady(frames):
        return None
    return frames.alone_s / frames.worked / frames.expected_s


def phase_left(
    phase: PhaseState, planned_s: float | None, now_s: float, slower: float = 1.0, speed: float | None = None
) -> float | None:
    """Seconds left of a phase at a moment (seconds of the run) if it had the machine to itself; `slower` is by how much it has
    not, `speed` as in `speed_of`. None where neither a rate nor an estimate is known."""
    if phase.state in ENDED:
        return 0.0
    if phase.state != "running":
        return planned_s
    worked = phase.worked or 0.0
    gone_s = max(0.0, now_s - (phase.updated_at_s if worked or phase.in_hand else phase.started_at_s))
    gone_s /= slower if phase.part else 1.0
    in_all_s = _in_all(phase, planned_s, gone_s, speed)
    if in_all_s is None:
        return None
    left_s = in_all_s * (1.0 - worked)
    least_s = in_all_s * (1.0 - phase.in_hand) if phase.in_hand > worked else AT_LEAST * left_s
    return max(left_s - gone_s, least_s)


def _in_all(phase: PhaseState, planned_s: float | None, gone_s: float, speed: float | None) -> float | None:
    """Seconds of all of a phase's work: the mean of what is known, each weighed by how sure it is."""
    opinions: list[tuple[float, float]] = []
    rate = _rate(phase, gone_s, LOADING_S * min(1.0, speed or 1.0) if phase.backend else 0.0)
    if rate is not None:
        opinions.append(rate)
    if phase.expected_s is not None and phase.measured:
        opinions.append((phase.expected_s, max(BY_SEVERAL, BY_PAST / math.sqrt(phase.measured))))
    elif phase.expected_s is not None:
        opinions.append((phase.expected_s * (speed or 1.0), BY_SPEED if speed else BY_GUESS))
    elif planned_s:
        opinions.append((planned_s, BY_PLAN))
    if not opinions:
        return None
    weight = sum(1 / unsure**2 for _, unsure in opinions)
    return math.exp(sum(math.log(max(1e-3, seconds)) / unsure**2 for seconds, unsure in opinions) / weight)


def _rate(phase: PhaseState, gone_s: float, loading_s: float) -> tuple[float, float] | None:
    """(seconds of all of a phase's work at the rate so far, how far that may be off); an item in hand that takes longer than
    those before it tells as well, though it is not through."""
    worked, items = phase.worked or 0.0, phase.done - phase.first_done
    busy_s = (phase.alone_s if phase.alone_s is not None else phase.updated_at_s - phase.started_at_s) - loading_s
    rate_s = max(0.05, busy_s) / worked if worked else 0.0
    if phase.in_hand > worked and (busy_s + gone_s) / phase.in_hand > max(rate_s, phase.expected_s or 0.0):
        rate_s, busy_s, items = (busy_s + gone_s) / phase.in_hand, busy_s + gone_s, items + 1
    if not rate_s:
        return None
    unsure = math.hypot(BY_ONE_ITEM / math.sqrt(max(1, items)), BY_LOADING * loading_s / max(0.05, busy_s))
    return rate_s, max(BY_RATE, unsure)
