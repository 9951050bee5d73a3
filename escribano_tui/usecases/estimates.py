"""How long a phase will take on this machine: from its own past runs, before the first from a sensible guess."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from escribano_tui.domain.events import LANES
from escribano_tui.domain.machine import PastPhase
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.ports import PlannedStep, RunLog

# Busy seconds for a second of recording, and for a frame, on a slow machine with 2 cores and embedded backends.
PER_SECOND: dict[str, float] = {
    "scan": 0.004, "frames": 0.005, "listen": 0.008, "transcribe": 0.04, "refine": 0.03, "segment": 0.001,
    "align": 0.00002, "subjects": 0.0001, "summarize": 0.0002,
}  # fmt: skip
PER_FRAME: dict[str, float] = {"frames": 0.1, "read": 0.12, "describe": 0.03}
TEXT_PER_SECOND = 0.05  # of recording: to recognise the lines that are new in it, however many frames show them
TEXT_AGAIN = 0.2  # of that is left where an earlier run has read the recording: its lines are known by their looks
STARTING: dict[str, float] = {"read": 2.5, "listen": 0.5, "transcribe": 1.0}  # loading the model, however short it is
HALF = 0.5  # of a phase that was broken off is taken to be left where nobody has counted
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


def guess(phase: str, profile: Profile, duration_s: float, again: bool = False) -> float:
    """Busy seconds of a phase on embedded backends, where nothing has been measured; `again` where an earlier run has been
    through it on the same recording with other settings."""
    count = frames_expected(profile, duration_s)
    seconds = STARTING.get(phase, 0.0) + PER_SECOND.get(phase, 0.0) * duration_s + PER_FRAME.get(phase, 0.0) * count
    if phase == "read":
        shown = min(1.0, count / (2 + CHANGES_PER_MINUTE * duration_s / 60))  # few frames show only some of the text
        seconds += TEXT_PER_SECOND * duration_s * shown * (TEXT_AGAIN if again else 1.0)
    return seconds


def estimate_phase(
    runs: RunLog, recording: Recording, profile: Profile, profiles: dict[str, Profile], step: PlannedStep, left: float = HALF
) -> tuple[float, bool]:
    """(busy seconds, whether this machine has measured it). Nothing for a phase that is skipped or reused.

    `left` is which part remains of a phase that goes on where it stopped.

    A past run of another profile counts by how much more, or less, this profile is guessed to do.
    """
    if step.action in ("skip", "reuse"):
        return 0.0, True
    serves = step.choice.serves if step.choice else None
    measured = runs.measured(step.name, serves.name if serves else "", serves.model if serves else "")
    expected = guess(step.name, profile, recording.duration_s, any(m.recording_id == recording.id for m in measured))
    counted = [(m, _factor(step.name, m, profiles.get(m.profile, profile), measured[k + 1 :])) for k, m in enumerate(measured)]
    same = [factor for m, factor in counted if m.profile == profile.name] or [factor for _, factor in counted]
    factors = same[:5]
    embedded = serves is None or serves.embedded
    usual = 1.0 if embedded else NOT_EMBEDDED
    seconds = expected * (median(factors) if factors else usual)
    if step.name == "describe" and not embedded and profile.describe.most_seconds:
        seconds = min(seconds, profile.describe.most_seconds)
    if step.action in ("resume", "retry") and step.output is not None:
        starting = min(seconds, STARTING.get(step.name, 0.0))
        seconds = starting + (seconds - starting) * left
    return seconds, bool(factors)


def estimate_frames(runs: RunLog, recording: Recording, profile: Profile, profiles: dict[str, Profile]) -> int:
    """About how many frames a profile will take, by what past runs took."""
    past = [m for m in runs.measured("frames", "", "") if m.items and m.duration_s > 0]
    same = [m for m in past if m.profile == profile.name] or past
    taken = [m.items / frames_expected(profiles.get(m.profile, profile), m.duration_s) for m in same[:5]]
    return max(1, round(frames_expected(profile, recording.duration_s) * (median(taken) if taken else 1.0)))


def _factor(phase: str, past: PastPhase, profile: Profile, earlier: Sequence[PastPhase]) -> float:
    """How much slower than guessed a past run was; `earlier` are those before it."""
    expected = guess(phase, profile, past.duration_s, any(e.recording_id == past.recording_id for e in earlier))
    return past.busy_s / expected if expected > 0 else 1.0


def wall_s(seconds: dict[str, float]) -> float:
    """Wall time of a run from its phases' busy times: the screen and the speech lane run at once, and within the
    screen lane describing overlaps reading."""
    screen = seconds.get("scan", 0.0) + max(seconds.get(p, 0.0) for p in ("frames", "read", "describe"))
    speech = sum(seconds.get(phase, 0.0) for phase in LANES["speech"])
    return seconds.get("probe", 0.0) + max(screen, speech) + sum(seconds.get(phase, 0.0) for phase in LANES["log"])
