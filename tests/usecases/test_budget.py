"""A time budget fits a profile to a time and says what it leaves out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.config.paths import shipped
from escribano_tui.config.profiles import load_profiles
from escribano_tui.domain.profile import Profile
from escribano_tui.usecases.budget import fit
from escribano_tui.usecases.estimates import frames_expected, guess, wall_s

PROFILES = {p.name: p for p in load_profiles(shipped("profiles.toml"), shipped("none"), {}).profiles}
HOUR_S = 3600.0


def estimate(profile: Profile) -> float:
    return wall_s(
        {phase: guess(phase, profile, HOUR_S) for phase in ("scan", "frames", "read", "describe", "listen", "transcribe")}
    )


def test_enough_time_leaves_nothing_out() -> None:
    fitted = fit(PROFILES["quick"], HOUR_S, estimate(PROFILES["quick"]) + 1, estimate)
    assert fitted.leaves_out == ()
    assert fitted.profile.frames == PROFILES["quick"].frames


@given(st.floats(20, 3000), st.sampled_from(sorted(PROFILES)))
def test_it_fits_or_says_that_it_cannot(budget_s: float, name: str) -> None:
    fitted = fit(PROFILES[name], HOUR_S, budget_s, estimate)
    assert name in fitted.profile.name
    if estimate(fitted.profile) > budget_s:
        assert "still take" in fitted.leaves_out[-1]
    if fitted.leaves_out:
        assert frames_expected(fitted.profile, HOUR_S) < frames_expected(PROFILES[name], HOUR_S)


def test_a_smaller_budget_takes_fewer_frames() -> None:
    counts = [frames_expected(fit(PROFILES["thorough"], HOUR_S, s, estimate).profile, HOUR_S) for s in (800, 400, 250)]
    assert counts == sorted(counts, reverse=True)


def test_a_model_that_looks_is_given_less_time_before_frames_are_left_out() -> None:
    def slow(profile: Profile) -> float:
        looks_s = profile.describe.most_seconds or 10_000.0
        return estimate(profile) + min(looks_s, 20.0 * frames_expected(profile, HOUR_S))

    plain = PROFILES["quick"]
    fitted = fit(plain, HOUR_S, estimate(plain) + 120, slow, looks=True)
    assert fitted.profile.frames == plain.frames
    assert 100 < fitted.profile.describe.most_seconds <= 120
    assert "matters most" in fitted.leaves_out[0]
    tight = fit(plain, HOUR_S, estimate(plain) / 2, slow, looks=True)
    assert tight.profile.describe.most_seconds == 5.0
    assert tight.profile.frames.most_per_minute < plain.frames.most_per_minute
