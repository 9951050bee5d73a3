"""How far a run is, as text and back."""

from __future__ import annotations

import pytest

from escribano_tui.domain import events as ev
from escribano_tui.domain.events import RunState
from escribano_tui.domain.progress import (
    FAILURES_TOLD,
    dump_state,
    load_state,
    state_of,
)
from escribano_tui.domain.session import PhaseRecord, RunRecord

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
