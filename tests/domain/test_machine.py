"""What so much work takes, by the pace of past runs."""

from __future__ import annotations

import pytest

from escribano_tui.domain.machine import PastPhase, seconds_for


def past(busy_s: float, work: float, recording: str) -> PastPhase:
    return PastPhase(busy_s, 100.0, "quick", recording, work)


def test_without_a_run_that_told_its_work_nothing_is_known() -> None:
    assert seconds_for(100.0, [], "new") is None
    assert seconds_for(100.0, [past(10.0, 0.0, "a")], "new") is None


def test_the_middle_pace_of_the_newest_runs_counts() -> None:
    runs = [past(10.0, 100.0, "a"), past(20.0, 100.0, "b"), past(90.0, 100.0, "c")]
    assert seconds_for(50.0, runs, "new") == pytest.approx(10.0)
    assert seconds_for(50.0, [*runs, *[past(500.0, 100.0, f"old{k}") for k in range(20)]], "new") == pytest.approx(45.0)


def test_a_recording_that_was_read_before_takes_less_and_such_runs_are_no_measure_of_a_new_one() -> None:
    first, again = past(20.0, 100.0, "a"), past(8.0, 80.0, "a")
    assert seconds_for(100.0, [first], "a", anew=0.5) == pytest.approx(10.0)
    assert seconds_for(100.0, [again, first], "b", anew=0.5) == pytest.approx(20.0), "0.1 s twice over, and 0.2 s"
    assert seconds_for(100.0, [first], "a") == pytest.approx(20.0), "speech is heard as fast as before"
