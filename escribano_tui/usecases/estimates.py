"""How long a phase will take on this machine: from its own past runs, before the first from a sensible guess."""

from __future__ import annotations

from statistics import median

from escribano_tui.domain.events import LANES
from escribano_tui.domain.recording import Recording
from escribano_tui.ports import PlannedStep, RunLog

# Busy seconds for a second of recording on a slow machine with 2 cores, embedded backends; a model that is not
# embedded is taken to be slower until it has been measured.
GUESS: dict[str, float] = {
    "probe": 0.0,
    "scan": 0.001,
    "frames": 0.012,
    "read": 0.06,
    "describe": 0.004,
    "listen": 0.004,
    "transcribe": 0.03,
    "refine": 0.05,
    "segment": 0.001,
    "align": 0.0002,
    "subjects": 0.0005,
    "summarize": 0.0005,
}
NOT_EMBEDDED = 10.0


def estimate_phase(runs: RunLog, recording: Recording, step: PlannedStep) -> tuple[float, bool]:
    """(busy seconds, whether this machine has measured it). Nothing for a phase that is skipped or reused."""
    if step.action in ("skip", "reuse"):
        return 0.0, True
    serves = step.choice.serves if step.choice else None
    measured = runs.measured(step.name, serves.name if serves else "", serves.model if serves else "")
    rates = [busy_s / duration_s for busy_s, duration_s, _ in measured if duration_s > 0]
    rate = median(rates[:5]) if rates else GUESS[step.name] * (1.0 if serves is None or serves.embedded else NOT_EMBEDDED)
    seconds = rate * recording.duration_s
    if step.action in ("resume", "retry") and step.output is not None:
        seconds *= 0.5  # how much of it is left is not known before it has begun
    return seconds, bool(rates)


def wall_s(seconds: dict[str, float]) -> float:
    """Wall time of a run from its phases' busy times: the screen and the speech lane run at once."""
    lanes = {lane: sum(seconds.get(phase, 0.0) for phase in phases) for lane, phases in LANES.items()}
    return seconds.get("probe", 0.0) + max(lanes["screen"], lanes["speech"]) + lanes["log"]
