"""How far a run is, as text and back."""

from __future__ import annotations

import pytest

from escribano_tui.domain import events as ev
from escribano_tui.domain.events import RunState
from escribano_tui.domain.progress import (
    FAILURES_TOLD,
    LOADING_S,
    dump_state,
    left_of,
    load_state,
    phase_left,
    state_of,
)
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.session import PhaseRecord, PlannedPhase, RunPlan, RunRecord

TOLD: list[ev.Event] = [
    ev.PhaseStarted("read", 1.0, 30, "rapidocr", "PP-OCR", done=3),
    ev.PhaseProgressed("read", 2.0, 12, 30, 1, "“a note” \n"),
    ev.PhaseSkipped("refine", 2.0, "not in this profile"),
    ev.Looked(12.5, "/x/y.jpg", "says [b]"),
    ev.Drafted((ev.DraftRow(0, 4000, "coding", "parser.py", "Geany"),)),
    ev.ItemFailed("describe", "0000012500", "no answer"),
]


def test_a_state_comes_back_as_it_was() -> None:
    state = RunState()
    for event in TOLD:
        state = state.apply(event)
        assert load_state(dump_state(state)) == state
    ended = state.apply(ev.RunEnded("cancelled", 4.5, "Cancelled."))
    assert load_state(dump_state(ended)) == ended


def test_of_very_many_failures_the_last_are_told() -> None:
    failures = tuple(ev.ItemFailed("describe", str(k), "no") for k in range(5000))
    assert load_state(dump_state(RunState(failures=failures))).failures == failures[-FAILURES_TOLD:]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"phases": 3}', "null"])
def test_what_is_no_state_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError):
        load_state(text)


def test_a_run_that_has_ended_is_told_from_its_record() -> None:
    record = PhaseRecord("read", "finished", 9.0, 8.0, 30, 1, "rapidocr", "PP-OCR", note="412 lines")
    state = state_of(RunRecord("run-1", "rec", "quick", "finished", "", 31.0, (record,)))
    assert (state.state, state.wall_s) == ("finished", 31.0)
    read = state.phases["read"]
    assert (read.done, read.total, read.failed, read.note) == (30, 30, 1, "412 lines")
    assert state.phases["scan"].state == "waiting"


def replayed(dear_first: bool) -> list[float]:
    """What is said to be left by what is left, at each quarter of a run that loads a model for 0.6 s and then reads 40
    pictures, half of which are ten times as dear as the others."""
    costs = [1.0] * 20 + [0.1] * 20 if dear_first else [0.1] * 20 + [1.0] * 20
    total_s = LOADING_S + sum(costs)
    plan = RunPlan(Recording("", "", "", 0, 60.0, 0, 0), "", "", (PlannedPhase("read", "", estimate_s=1.3 * total_s),), 0.0, "")
    state, at_s, said = RunState().apply(ev.PhaseStarted("read", 0.0, 40)), LOADING_S, []
    for k, cost in enumerate(costs, 1):
        at_s += cost
        state = state.apply(ev.PhaseProgressed("read", at_s, k, 40, worked=sum(costs[:k]) / sum(costs)))
        if len(said) < 3 and at_s >= total_s * (len(said) + 1) / 4:
            said.append((left_of(state, plan) or 0.0) / (total_s - at_s))
    return said


@pytest.mark.parametrize("dear_first", [True, False])
def test_the_time_left_is_right_within_a_quarter_though_items_differ(dear_first: bool) -> None:
    said = replayed(dear_first)
    assert len(said) == 3
    assert all(0.75 <= value <= 1.25 for value in said), said


def test_counted_work_at_the_pace_of_past_runs_corrects_what_was_planned() -> None:
    state = RunState().apply(ev.PhaseStarted("read", 0.0, 40))
    planned = phase_left(state.phases["read"], 20.0, 0.0)
    counted = state.apply(ev.PhaseProgressed("read", 0.0, 0, 40, worked=0.0, expected_s=80.0)).phases["read"]
    assert planned == pytest.approx(20.0)
    assert phase_left(counted, 20.0, 0.0) == pytest.approx(40.0), "between what was planned and what was counted"
    assert phase_left(counted, None, 0.0) == pytest.approx(80.0)


def test_before_the_first_item_the_time_goes_by_from_what_was_expected() -> None:
    phase = RunState().apply(ev.PhaseStarted("read", 2.0)).phases["read"]
    assert phase_left(phase, None, 3.0) is None
    assert phase_left(phase, 20.0, 7.0) == pytest.approx(15.0)
    assert phase_left(phase, 20.0, 99.0) == pytest.approx(6.0), "it never says that nothing is left"
