"""Which phase needs which, what its key is, and so what a run has to do.

A key is a hash of the recording's fingerprint, the phase's version, its settings, its backend and model, and the keys
of what it depends on: what is complete in the store under its key is not computed again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from escribano_tui.domain.events import PHASES
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.ports import Backends, Choice, Output, Outputs, Phase, PlannedStep, RunOptions

NEEDS: dict[str, tuple[str, ...]] = {
    "probe": (),
    "scan": ("probe",),
    "frames": ("scan",),
    "read": ("frames",),
    "describe": ("scan", "frames", "read"),
    "listen": ("probe",),
    "transcribe": ("listen",),
    "refine": ("listen", "transcribe"),
    "segment": ("scan", "frames", "read", "describe", "listen", "transcribe", "refine"),
    "align": ("segment", "transcribe", "refine"),
    "subjects": ("segment", "align", "read", "describe"),
    "summarize": ("subjects",),
}
# These look at all that came before at once: where any of it is new, they are computed anew as a whole.
WHOLE: frozenset[str] = frozenset({"segment", "align", "subjects", "summarize"})
ANEW: frozenset[str] = frozenset({"segment", "align", "subjects"})  # of one piece: a retry makes all of it again


def followers(phase: str) -> set[str]:
    """The phase and all that depend on it, directly or not."""
    found = {phase}
    for name in PHASES:
        if found & set(NEEDS[name]):
            found.add(name)
    return found


def forced(options: RunOptions) -> set[str]:
    """Phases that are computed again whatever is in the store."""
    if options.force:
        return set(PHASES)
    return {name for phase in options.force_phases for name in followers(phase)}


def make_key(recording: Recording, phase: Phase, profile: Profile, choice: Choice | None, needed: Mapping[str, str]) -> str:
    """The key of a phase; `needed` are the keys of what it depends on."""
    told: dict[str, object] = {
        "fingerprint": recording.fingerprint,
        "phase": [phase.name, phase.version],
        "settings": profile.keyed(phase.name),
        "backend": [choice.identity, choice.model, choice.url] if choice else None,
        "needs": needed,
    }
    if phase.name == "listen":
        told["tracks"] = [[t.name, t.stream_index, t.offset_s, t.fingerprint] for t in recording.tracks]
    own_cues = getattr(phase, "own_cues", "")  # of the phases that go by them; those of a backend are in its version
    if own_cues:
        told["cues"] = hashlib.blake2b(own_cues.encode(), digest_size=6).hexdigest()
    text = json.dumps(told, sort_keys=True, default=list)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def choose_backend(phase: Phase, profile: Profile, backends: Backends) -> Choice | None:
    """The backend that serves a phase under a profile; None for a phase that needs none."""
    if not phase.port:
        return None
    settings = profile.section(phase.name)
    names, model, url = settings.get("backend", ("auto",)), settings.get("model", ""), settings.get("url", "")
    return backends.choose(phase.port, names, model, url, profile.transcribe.language if phase.port == "speech" else "")


@dataclass(frozen=True, slots=True)
class Planner:
    """Works out the steps of a run. Nothing is changed by it."""

    phases: Mapping[str, Phase]
    backends: Backends
    outputs: Outputs

    def steps(self, recording: Recording, profile: Profile, options: RunOptions) -> list[PlannedStep]:
        keys: dict[str, str] = {}
        steps: dict[str, PlannedStep] = {}
        again = forced(options)
        for name in PHASES:
            phase = self.phases[name]
            skip = phase.skip(recording, profile)
            choice = None if skip else choose_backend(phase, profile, self.backends)
            if choice is not None and choice.serves is None:
                skip = no_backend(choice)
            elif name == "refine" and choice is not None and _same_model(choice, steps["transcribe"].choice):
                skip = "No better model than the first one is here."
            if skip:
                keys[name] = "skipped"
                steps[name] = PlannedStep(name, "skip", choice=choice, skip=skip)
                continue
            keys[name] = make_key(recording, phase, profile, choice, {need: keys[need] for need in NEEDS[name]})
            found = self.outputs.find(recording.id, name, keys[name])
            fresh = all(steps[need].action in ("reuse", "skip") for need in NEEDS[name])
            action = _action(name, found, name in again, fresh, options.retry_failed)
            if action == "retry" and found is not None:
                keys[name] += f"+{found.generation + 1}"
            elif found is not None and found.generation and action != "compute":
                keys[name] += f"+{found.generation}"
            steps[name] = PlannedStep(name, action, _plain(keys[name]), choice, found)
        return [steps[name] for name in PHASES]


def _same_model(one: Choice, other: Choice | None) -> bool:
    return other is not None and one.identity == other.identity


def _plain(key: str) -> str:
    return key.partition("+")[0]


def _action(name: str, found: Output | None, again: bool, fresh: bool, retry: bool) -> str:
    if found is None or again:
        return "compute"
    if retry and found.items_failed:
        return "compute" if name in ANEW else "retry"
    if found.state == "finished":
        if fresh:
            return "reuse"
        return "compute" if name in WHOLE else "resume"
    return "compute" if name in WHOLE else "resume"


def no_backend(choice: Choice) -> str:
    """Why a phase cannot run, in one sentence."""
    reasons = "; ".join(f"{info.label}: {info.availability.why}" for info in choice.passed_over)
    return f"No backend is available here ({reasons or 'none is known'})."
