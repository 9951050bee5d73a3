"""Estimates: a guess before the first run, then what this machine has measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from escribano_tui.config.paths import shipped
from escribano_tui.config.profiles import load_profiles
from escribano_tui.domain.machine import PastPhase
from escribano_tui.domain.recording import Recording
from escribano_tui.ports import Output, PlannedStep
from escribano_tui.usecases.estimates import STARTING, estimate_frames, estimate_phase, frames_expected, guess, wall_s

PROFILES = {p.name: p for p in load_profiles(shipped("profiles.toml"), shipped("none"), {}).profiles}
HOUR = Recording("a", "a.mp4", "a", 1, 3600.0, 1920, 1080)
READ = PlannedStep("read", "compute")


class Past:
    """Newest first; each on a recording of its own where none is named."""

    def __init__(self, *rows: tuple[float, float, str] | tuple[float, float, str, str]) -> None:
        self.rows = [PastPhase(*row[:3], row[3] if len(row) > 3 else f"r{k}") for k, row in enumerate(rows)]

    def measured(self, phase: str, backend: str, model: str) -> list[PastPhase]:
        return self.rows


def estimate(past: Past, profile: str, step: PlannedStep = READ) -> tuple[float, bool]:
    return estimate_phase(past, HOUR, PROFILES[profile], PROFILES, step)  # type: ignore[arg-type]


def test_thorough_is_guessed_to_do_more_than_quick() -> None:
    assert frames_expected(PROFILES["thorough"], 3600) > 1.5 * frames_expected(PROFILES["quick"], 3600)
    assert estimate(Past(), "thorough")[0] > 1.3 * estimate(Past(), "quick")[0]
    assert estimate(Past(), "quick")[1] is False


def test_what_was_measured_counts_for_the_same_profile() -> None:
    busy = 3 * guess("read", PROFILES["quick"], 600.0)
    seconds, measured = estimate(Past((busy, 600.0, "quick"), (1.0, 600.0, "thorough")), "quick")
    assert measured
    assert seconds == pytest.approx(3 * guess("read", PROFILES["quick"], 3600.0))


def test_another_profiles_run_is_better_than_no_run() -> None:
    busy = 2 * guess("read", PROFILES["quick"], 600.0)
    assert estimate(Past((busy, 600.0, "quick")), "thorough")[0] == pytest.approx(
        2 * guess("read", PROFILES["thorough"], 3600.0)
    )


def test_what_is_reused_costs_nothing() -> None:
    assert estimate(Past(), "quick", PlannedStep("read", "reuse")) == (0.0, True)


@pytest.mark.parametrize("left", [0.0, 0.1, 0.5, 1.0])
def test_what_goes_on_costs_what_is_left_of_it_and_the_start_of_its_model(left: float) -> None:
    whole = estimate(Past(), "quick")[0]
    output = Output(1, "a", "read", "k", "cancelled")

    goes_on = estimate_phase(Past(), HOUR, PROFILES["quick"], PROFILES, PlannedStep("read", "resume", output=output), left)[0]  # type: ignore[arg-type]

    assert goes_on == pytest.approx(STARTING["read"] + (whole - STARTING["read"]) * left)


def test_lanes_overlap() -> None:
    assert wall_s({"scan": 1, "frames": 2, "read": 10, "describe": 3, "listen": 1, "transcribe": 4, "segment": 1}) == 12


def test_loading_a_model_is_not_paid_for_by_the_hour() -> None:
    busy = 2 * guess("read", PROFILES["quick"], 60.0)
    hour, _ = estimate(Past((busy, 60.0, "quick")), "quick")
    assert hour < busy * 60


def test_a_run_that_found_its_lines_known_says_nothing_of_fast_reading() -> None:
    quick, thorough = guess("read", PROFILES["quick"], 600.0), guess("read", PROFILES["thorough"], 600.0, again=True)
    past = Past((thorough, 600.0, "thorough", "b"), (quick, 600.0, "quick", "b"))
    assert estimate(past, "thorough")[0] == pytest.approx(guess("read", PROFILES["thorough"], 3600.0))


def test_what_was_read_before_is_read_faster() -> None:
    known = Past((guess("read", PROFILES["quick"], 3600.0), 3600.0, "quick", HOUR.id))
    assert estimate(known, "thorough")[0] < 0.7 * guess("read", PROFILES["thorough"], 3600.0)


def test_fewer_frames_show_less_text() -> None:
    quick = PROFILES["quick"]
    few = replace(quick, frames=replace(quick.frames, most_per_minute=1.0))
    assert guess("read", few, 3600.0) < 0.3 * guess("read", quick, 3600.0)


def test_frames_are_expected_as_past_runs_took_them() -> None:
    quick = PROFILES["quick"]
    usual = frames_expected(quick, 3600.0)
    none, twice = Past(), Past()
    twice.rows = [PastPhase(1.0, 600.0, "quick", "r", items=round(2 * frames_expected(quick, 600.0)))]
    assert estimate_frames(none, HOUR, quick, PROFILES) == round(usual)  # type: ignore[arg-type]
    assert estimate_frames(twice, HOUR, quick, PROFILES) == pytest.approx(2 * usual, rel=0.02)  # type: ignore[arg-type]
