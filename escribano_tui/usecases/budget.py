"""A time budget: a profile fitted to a time, and what it leaves out for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from escribano_tui.domain.profile import Profile
from escribano_tui.domain.times import duration
from escribano_tui.usecases.estimates import frames_expected

FEWEST_PER_MINUTE = 0.5
LEAST_LOOK_S = 5.0  # of a model at pictures: less is not worth loading it
STEPS = 12  # halvings of the search: finer than any estimate


@dataclass(frozen=True, slots=True)
class Fitted:
    """A profile whose estimate fits the budget where that can be, and in words what it leaves out."""

    profile: Profile
    leaves_out: tuple[str, ...]


def fit(
    profile: Profile, duration_s: float, budget_s: float, estimate: Callable[[Profile], float], looks: bool = False
) -> Fitted:
    """Take fewer frames until the estimate (wall seconds of a profile) fits; speech is never left out.

    Fewer frames are chosen by the sampling itself: it looks at every stretch of work once before it looks at any twice, at
    those first in which most time was spent. Where a model looks at pictures (`looks`), it is given less time first: it
    begins with the stretches of work that matter most, and the screen reader tells the rest.
    """
    named = replace(profile, name=f"{profile.name} in {duration(round(budget_s * 1000))}")
    if estimate(named) <= budget_s:
        return Fitted(named, ())
    shorter = _looking_less(named, budget_s, estimate) if looks else None
    if shorter is not None:
        look_s = duration(round(shorter.describe.most_seconds * 1000))
        return Fitted(shorter, (f"pictures that the model has no time for in {look_s}: those of what matters most come first",))
    if looks:
        named = _with_look(named, LEAST_LOOK_S)
    low, high = FEWEST_PER_MINUTE, profile.frames.most_per_minute
    fitted = _with_frames(named, low)
    for _ in range(STEPS):
        middle = (low + high) / 2
        tried = _with_frames(named, middle)
        if estimate(tried) <= budget_s:
            low, fitted = middle, tried
        else:
            high = middle
    before, after = frames_expected(profile, duration_s), frames_expected(fitted, duration_s)
    fewer = max(1, round(before - after))
    out = [f"about {fewer} of {round(before)} frames: the longest stretches of work are looked at first, each once"]
    if profile.frames.read_interval_s:
        out.append("reading between the chosen frames")
    if estimate(fitted) > budget_s:
        out.append(f"it will still take about {duration(round(estimate(fitted) * 1000))}: what is said is written down in full")
    return Fitted(fitted, tuple(out))


def _looking_less(profile: Profile, budget_s: float, estimate: Callable[[Profile], float]) -> Profile | None:
    """The profile with as much time for the model as fits; None where even the least does not."""
    low, high = LEAST_LOOK_S, budget_s
    if estimate(_with_look(profile, low)) > budget_s:
        return None
    for _ in range(STEPS):
        middle = (low + high) / 2
        if estimate(_with_look(profile, middle)) <= budget_s:
            low = middle
        else:
            high = middle
    return _with_look(profile, low)


def _with_look(profile: Profile, seconds: float) -> Profile:
    return replace(profile, describe=replace(profile.describe, most_seconds=round(seconds, 1)))


def _with_frames(profile: Profile, per_minute: float) -> Profile:
    frames = replace(profile.frames, most_per_minute=round(per_minute, 3), read_interval_s=0.0)
    return replace(profile, frames=frames, refine=replace(profile.refine, enabled=False))
