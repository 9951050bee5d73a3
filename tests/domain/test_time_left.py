"""The time left: what each phase has left, how the phases share the machine, and how it is said."""

from __future__ import annotations

from itertools import pairwise

import pytest

from escribano_tui.domain import events as ev
from escribano_tui.domain.countdown import Calm, Countdown
from escribano_tui.domain.events import RunState
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.session import PlannedPhase, RunPlan
from escribano_tui.domain.time_left import ENDING_S, LOADING_S, LOOK_COSTS, Work, left_of, lefts_of, phase_left, together

NO_RECORDING = Recording("", "", "", 0, 60.0, 0, 0)


def planned(**seconds: float) -> RunPlan:
    return RunPlan(NO_RECORDING, "", "", tuple(PlannedPhase(n, "", estimate_s=s) for n, s in seconds.items()), 0.0, "")


def after(*events: ev.Event) -> RunState:
    state = RunState()
    for event in events:
        state = state.apply(event)
    return state


def replayed(dear_first: bool, guess: float) -> list[float]:
    """What is said to be left by what is left, at each quarter of a run that loads a model for 0.6 s and then reads 40
    pictures, half of which are ten times as dear as the others; it was guessed to take `guess` times as long."""
    costs = [1.0] * 20 + [0.1] * 20 if dear_first else [0.1] * 20 + [1.0] * 20
    total_s = LOADING_S + sum(costs)
    state, at_s, said = after(ev.PhaseStarted("read", 0.0, 40, "rapidocr", part=1.0)), LOADING_S, []
    for k, cost in enumerate(costs, 1):
        at_s += cost
        worked = sum(costs[:k]) / sum(costs)
        state = state.apply(ev.PhaseProgressed("read", at_s, k, 40, worked=worked, expected_s=guess * sum(costs), alone_s=at_s))
        if len(said) < 3 and at_s >= total_s * (len(said) + 1) / 4:
            said.append((left_of(state, planned(read=30.0)) or 0.0) / (total_s - at_s))
    return said


@pytest.mark.parametrize("guess", [1.0, 1.7, 0.6])
@pytest.mark.parametrize("dear_first", [True, False])
def test_the_time_left_is_right_within_a_quarter_though_items_differ(dear_first: bool, guess: float) -> None:
    said = replayed(dear_first, guess)
    assert len(said) == 3
    assert all(0.75 <= value <= 1.25 for value in said), said


def test_phases_that_want_more_than_the_machine_together_are_slower() -> None:
    ends = together([Work("frames", 2.0, 0.5), Work("read", 10.0, 1.0), Work("transcribe", 3.0, 0.5)])
    assert ends["frames"] == pytest.approx(4.0), "half as fast while three work"
    assert ends["transcribe"] == pytest.approx(4.0 + 1.0 * 1.5)
    assert ends["read"] == pytest.approx(10.0 + 0.5 * 2.0 + 0.5 * 3.0), "all that was done meanwhile besides"
    assert together([Work("read", 4.0, 1.0), Work("describe", 9.0, 0.0)])["describe"] == 9.0, "a model elsewhere is as fast"
    assert together([Work("transcribe", 4.0, 0.5), Work("refine", 3.0, 0.5)])["refine"] == 7.0, "one after the other"


def test_reading_speeds_up_once_the_other_lane_is_through() -> None:
    reading = (
        ev.PhaseStarted("read", 0.0, 20, part=1.0), ev.PhaseStarted("transcribe", 0.0, 10, part=0.5),
        ev.PhaseProgressed("read", 6.0, 10, 20, worked=0.5, alone_s=4.0),
        ev.PhaseProgressed("transcribe", 6.0, 9, 10, worked=0.9, alone_s=4.0),
    )  # fmt: skip
    left = lefts_of(after(*reading))
    assert left.phases["transcribe"] < 1.0
    assert left.in_all_s == pytest.approx(4.0 + 0.5 * 4.0 * 0.1 / 0.9, rel=0.01)


def test_past_runs_count_for_more_than_a_guess_and_a_rate_for_more_than_both() -> None:
    start = ev.PhaseStarted("read", 0.0, 40, part=1.0)

    def all_of(done: int, measured: int) -> float:
        worked = done / 40
        told = ev.PhaseProgressed(
            "read", 2.0 * done, done, 40, worked=worked, expected_s=20.0, measured=measured, alone_s=2.0 * done
        )
        return (phase_left(after(start, told).phases["read"], None, 2.0 * done) or 0.0) / (1 - worked)

    assert all_of(2, measured=5) < all_of(2, measured=0) < 80.0
    assert all_of(30, measured=0) == pytest.approx(80.0, rel=0.1)


def test_a_long_item_is_not_over_before_it_is_over() -> None:
    reading = (
        ev.PhaseStarted("read", 0.0, 4, part=1.0),
        ev.PhaseProgressed("read", 4.0, 1, 4, worked=0.4, alone_s=4.0, in_hand=0.8),
    )
    phase = after(*reading).phases["read"]
    assert phase_left(phase, None, 4.0) == pytest.approx(6.0)
    assert phase_left(phase, None, 6.0) == pytest.approx(4.0)
    assert phase_left(phase, None, 8.0) == pytest.approx(2.0), "what comes after it is still to be done"
    assert phase_left(phase, None, 60.0) == pytest.approx(15.0), "and will take as long for what it is"


def test_before_the_first_item_the_time_goes_by_from_what_was_expected() -> None:
    phase = after(ev.PhaseStarted("read", 2.0)).phases["read"]
    assert phase_left(phase, None, 3.0) is None
    assert phase_left(phase, 20.0, 7.0) == pytest.approx(15.0)
    assert phase_left(phase, 20.0, 99.0) == pytest.approx(6.0), "it never says that nothing is left"


def test_pictures_at_boundaries_in_doubt_are_still_to_come() -> None:
    frames = (ev.PhaseStarted("frames", 0.0, 10, part=0.5), ev.PhaseProgressed("frames", 2.0, 10, 10, alone_s=1.0))
    drafting = (
        *frames, ev.PhaseFinished("frames", 2.0, 10), ev.PhaseStarted("segment", 3.0, 1),
        ev.PhaseProgressed("segment", 3.0, 0, 1, expected_s=0.5, looks=30),
    )  # fmt: skip
    assert left_of(after(*drafting), planned(segment=4.0)) == pytest.approx(30 * LOOK_COSTS * 0.1 + 0.5 + ENDING_S)
    looked = after(*drafting).apply(ev.PhaseProgressed("segment", 5.0, 0, 1, looks=10))
    assert left_of(looked, planned(segment=4.0)) == pytest.approx(10 * LOOK_COSTS * 0.1 + 0.5 + ENDING_S)


def test_what_is_said_goes_down_with_the_clock_and_turns_slowly() -> None:
    calm = Calm()
    said = [calm.say(60.0 - k + (10.0 if k >= 5 else 0.0), 60.0 + k) or 0.0 for k in range(30)]
    assert said[:5] == pytest.approx([60.0, 59.0, 58.0, 57.0, 56.0])
    steps = [later - earlier for earlier, later in pairwise(said)]
    assert max(steps) < 4.0, "no leap of ten seconds"
    assert said[-1] == pytest.approx(60.0 - 29 + 10.0, abs=0.1)
    assert calm.say(None, 91.0) == pytest.approx(said[-1] - 2.0, abs=0.01), "nothing is heard just now"
    assert Calm().say(None, 3.0) is None


def test_time_goes_by_though_nothing_is_told_and_not_while_it_is_paused() -> None:
    now = [100.0]
    countdown = Countdown(now=lambda: now[0])
    state = after(
        ev.PhaseStarted("read", 0.0, 20, part=1.0), ev.PhaseProgressed("read", 10.0, 10, 20, alone_s=10.0, in_hand=0.9)
    )
    assert countdown.say(state, None).in_all_s == pytest.approx(10.0)
    now[0] += 2.0
    assert countdown.say(state, None).in_all_s == pytest.approx(8.0)
    now[0] += 50.0
    assert countdown.say(state, None, paused=True).in_all_s == pytest.approx(8.0, abs=2.1)
