"""How long work takes here, by the pace of past runs."""

from __future__ import annotations

import pytest

from escribano_tui.domain.machine import PastPhase, pace_of


def past(alone_s: float, work: float, recording: str) -> PastPhase:
    return PastPhase(99.0, 100.0, "quick", recording, work, alone_s=alone_s)


def test_without_a_run_that_told_its_work_nothing_is_known() -> None:
    assert pace_of([], "new") == (1.0, 0)
    assert pace_of([past(10.0, 0.0, "a")], "new") == (1.0, 0)


def test_the_middle_pace_of_the_newest_runs_counts() -> None:
    runs = [past(1.0, 10.0, "a"), past(2.0, 10.0, "b"), past(9.0, 10.0, "c")]
    assert pace_of(runs, "new") == (pytest.approx(0.2), 3)
    assert pace_of([*runs, *[past(50.0, 10.0, f"old{k}") for k in range(20)]], "new")[0] == pytest.approx(0.9)


def test_a_recording_that_was_read_before_takes_less_and_such_runs_are_no_measure_of_a_new_one() -> None:
    first, again = past(20.0, 100.0, "a"), past(8.0, 80.0, "a")
    assert pace_of([first], "a", anew=0.5)[0] == pytest.approx(0.1)
    assert pace_of([again, first], "b", anew=0.5)[0] == pytest.approx(0.2), "0.1 twice over, and 0.2"
    assert pace_of([first], "a")[0] == pytest.approx(0.2), "speech is heard as fast as before"
