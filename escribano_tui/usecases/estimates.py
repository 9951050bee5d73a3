"""How long a phase will take on this machine: from its own past runs, before the first from a sensible guess."""

from __future__ import annotations

from statistics import median

from escribano_tui.domain.events import LANES
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.ports import PlannedStep, RunLog

# Busy seconds for a second of recording, and for a frame, on a slow machine with 2 cores and embedded backends.
PER_SECOND: dict[str, float] = {
    "scan": 0.004, "frames": 0.005, "listen": 0.008, "transcribe": 0.04, "refine": 0.03, "segment": 0.001,
    "align": 0.0002, "subjects": 0.0005, "summarize": 0.0005,
}  # fmt: skip
PER_FRAME: dict[str, float] = {"frames": 0.1, "read": 0.8, "describe": 0.03}
STARTING: dict[str, float] = {"read": 1.5, "listen": 0.5, "transcribe": 1.0}  # loading the model, however short it is
NOT_EMBEDDED = 10.0  # a model that is not embedded is taken to be this much slower until it has been measured
CHANGING_SHARE = 0.35  # of the time something changes: there a reading grid has frames
CHANGES_PER_MINUTE = 7.0


def frames_expected(profile: Profile, duration_s: float) -> float:
    """About how many frames a profile will take."""
    settings = profile.frames
    per_minute = CHANGES_PER_MINUTE + 60 / max(settings.still_gap_s, 1.0) * (1 - CHANGING_SHARE)
    if settings.read_interval_s:
        per_minute += 60 / settings.read_interval_s * CHANGING_SHARE
    if settings.policy == "grid":
        per_minute += 60 / (settings.base_interval_s or 15.0)
    return 2 + min(per_minute, settings.most_per_minute) * duration_s / 60


def guess(phase: str, profile: Profile, duration_s: float) -> float:
    """Busy seconds of a phase on embedded backends, where nothing has been measured."""
    frames = PER_FRAME.get(phase, 0.0) * frames_expected(profile, duration_s)
    return STARTING.get(phase, 0.0) + PER_SECOND.get(phase, 0.0) * duration_s + frames


def estimate_phase(
    runs: RunLog, recording: Recording, profile: Profile, profiles: dict[str, Profile], step: PlannedStep
) -> tuple[float, bool]:
    """(busy seconds, whether this machine has measured it). Nothing for a phase that is skipped or reused.

    A past run of another profile counts by how much more, or less, this profile is guessed to do.
    """
    if step.action in ("skip", "reuse"):
        return 0.0, True
    serves = step.choice.serves if step.choice else None
    expected = guess(step.name, profile, recording.duration_s)
    measured = runs.measured(step.name, serves.name if serves else "", serves.model if serves else "")
    same = [m for m in measured if m[2] == profile.name] or measured
    factors = [_factor(step.name, busy_s, duration_s, profiles.get(name, profile)) for busy_s, duration_s, name in same[:5]]
    embedded = serves is None or serves.embedded
    usual = 1.0 if embedded else NOT_EMBEDDED
    seconds = expected * (median(factors) if factors else usual)
    if step.name == "describe" and not embedded and profile.describe.most_seconds:
        seconds = min(seconds, profile.describe.most_seconds)
    if step.action in ("resume", "retry") and step.output is not None:
        seconds *= 0.5  # how much of it is left is not known before it has begun
    return seconds, bool(factors)


def _factor(phase: str, busy_s: float, duration_s: float, profile: Profile) -> float:
    """How much slower than guessed a past run was."""
    expected = guess(phase, profile, duration_s)
    return busy_s / expected if expected > 0 else 1.0


def wall_s(seconds: dict[str, float]) -> float:
    """Wall time of a run from its phases' busy times: the screen and the speech lane run at once, and within the
    screen lane describing overlaps reading."""
    screen = seconds.get("scan", 0.0) + max(seconds.get(p, 0.0) for p in ("frames", "read", "describe"))
    speech = sum(seconds.get(phase, 0.0) for phase in LANES["speech"])
    return seconds.get("probe", 0.0) + max(screen, speech) + sum(seconds.get(phase, 0.0) for phase in LANES["log"])
