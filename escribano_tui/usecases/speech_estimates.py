"""How long the speech of a recording takes to write down: by how much is said, and by how fast the model is here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from escribano_tui.domain.evidence import SpeechSpan
from escribano_tui.domain.machine import figures_of
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.ports import Output, PlannedStep, RunLog, Store
from escribano_tui.usecases.figures import PHASES_OF

USUAL_SHARE = 0.25  # of a recording is speech, where neither it nor any other has been listened to
SPAN_S = 5.0  # usual length of a span
MARGINS_S = 0.8  # of silence are heard with each span
UNSURE_SHARE = 0.3  # of the spans are heard so unsurely that a second pass wants them


@dataclass(frozen=True, slots=True)
class Spoken:
    """How much is said in a recording: counted where it has been listened to, else expected."""

    seconds: float
    spans: float

    @property
    def to_hear_s(self) -> float:
        """With the silence around each span."""
        return self.seconds + MARGINS_S * self.spans


def spoken(store: Store, recording: Recording, steps: Sequence[PlannedStep]) -> Spoken:
    """What is known of the speech of a recording before a run with these steps."""
    listen = next((s for s in steps if s.name == "listen"), None)
    if listen is not None and listen.action == "reuse" and listen.output is not None:
        spans = store.outputs.load(listen.output.id, SpeechSpan)
        return Spoken(sum(s.duration_s for s in spans), len(spans))
    shares = store.runs.spoken_shares()
    seconds = (median(shares) if shares else USUAL_SHARE) * recording.duration_s
    return Spoken(seconds, seconds / SPAN_S)


def estimate_speech(runs: RunLog, said: Spoken, profile: Profile, step: PlannedStep, done: int) -> float | None:
    """Seconds of `transcribe` or `refine` by what their model was measured to do here; None where it was not.

    `done` is how many spans are through already.
    """
    serves = step.choice.serves if step.choice else None
    if step.name not in PHASES_OF["speech"] or step.action in ("skip", "reuse") or serves is None:
        return None
    figures = figures_of(runs.costs(PHASES_OF["speech"], serves.name, serves.model))
    if figures is None or not figures.times_real:
        return None
    share = 1.0 if step.name == "transcribe" or profile.refine.below_confidence >= 1 else UNSURE_SHARE
    wanted = share * said.spans
    left = max(0.0, 1 - done / wanted) if wanted > 0 else 1.0
    seconds = share * left * said.to_hear_s / figures.times_real
    return seconds + figures.load_s if seconds else 0.0


def through(store: Store, output: Output | None, action: str) -> int:
    """How many items of a phase need not be done again."""
    if output is None or action not in ("resume", "retry"):
        return 0
    states = store.outputs.items(output.id)
    return sum(state == "done" or action == "resume" for state in states.values())
