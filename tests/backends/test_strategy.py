"""Which model `auto` takes: from what was measured on this machine and the memory that is free now."""

from __future__ import annotations

import pytest

from escribano_tui.backends.offer import Model
from escribano_tui.backends.strategy import reason, unsuited
from escribano_tui.domain.machine import Cost, Figures, Resident, Residents, figures_of

SMALL, LARGE = Model("small", 800.0), Model("large", 3_000.0, quick=False)


def machine(limit_mb: float = 4_000.0, free_mb: float = 3_500.0, used_mb: float = 0.0) -> Residents:
    held = (Resident("other", size_mb=used_mb, loaded=True),) if used_mb else ()
    return Residents(held, limit_mb, free_mb)


def figures(times_real: float, memory_mb: float = 900.0) -> Figures:
    return Figures(3, times_real, 1.5, memory_mb)


def test_what_fits_and_is_quick_enough_suits() -> None:
    assert unsuited(SMALL, None, machine()) == ""
    assert unsuited(SMALL, figures(3.0), machine()) == ""


def test_a_large_model_waits_until_it_has_been_measured() -> None:
    assert "has not been measured" in unsuited(LARGE, None, machine())
    assert unsuited(LARGE, figures(4.0), machine()) == ""


def test_what_was_measured_to_be_slow_is_passed_over() -> None:
    assert unsuited(SMALL, figures(0.7), machine()) == "it is too slow here: 0.7 times real time, loads in 1.5 s, 900 MB"


def test_the_memory_that_is_free_now_decides_and_what_is_loaded_makes_room() -> None:
    assert unsuited(SMALL, None, machine(free_mb=500.0)) == "it needs 800 MB; 500 MB are free now"
    assert unsuited(SMALL, None, machine(free_mb=500.0, used_mb=400.0)) == ""
    assert "the limit for all models is 600 MB" in unsuited(SMALL, None, machine(limit_mb=600.0))
    assert unsuited(SMALL, None, machine(free_mb=0.0)) == "", "a system that does not say is not held against it"


def test_the_measured_size_counts_for_more_than_the_estimate() -> None:
    assert "needs 3900 MB" in unsuited(SMALL, figures(9.0, memory_mb=3_900.0), machine())


def test_the_reason_names_what_was_measured() -> None:
    assert reason(False, None) == "the best that serves here"
    assert reason(True, figures(48.2)) == "named in the profile; 48 times real time, loads in 1.5 s, 900 MB on this machine"


def test_figures_are_medians_of_long_runs_and_sums_of_short_ones() -> None:
    long = [Cost(100, 2, 1, 100), Cost(100, 10, 3, 300), Cost(100, 4, 2, 200)]
    assert figures_of(long) == Figures(3, 25.0, 2, 300)
    short = [Cost(15, 5, 1, 100), Cost(15, 1, 1, 100)]
    found = figures_of(short)
    assert found is not None
    assert found.times_real == pytest.approx(5.0)
    assert figures_of([Cost(5, 50, 1, 100)]) == Figures(1, 0.0, 1, 100), "5 s of sound say nothing"
    assert figures_of([Cost()]) is None
    assert figures_of([]) is None
