"""Planning and starting runs (the port Runs)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from escribano_tui.domain.events import Event, RunState
from escribano_tui.domain.evidence import Frame
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.progress import load_state, state_of
from escribano_tui.domain.recording import Recording, Track, UnusableInput
from escribano_tui.domain.session import PlannedPhase, RunPlan
from escribano_tui.ports import Media, Pipeline, PlannedStep, Run, RunOptions, Store, Watched
from escribano_tui.usecases.budget import fit
from escribano_tui.usecases.estimates import HALF, estimate_frames, estimate_phase, wall_s
from escribano_tui.usecases.speech_estimates import estimate_speech, spoken, through
from escribano_tui.usecases.tracks import place_track, with_track

DOES: dict[str, str] = {
    "probe": "looks at the container",
    "scan": "finds the moments at which the picture changes",
    "frames": "takes few and well chosen pictures",
    "read": "reads the text on the screen",
    "describe": "says what is done, in which program",
    "listen": "finds where somebody speaks",
    "transcribe": "writes down what is said",
    "refine": "writes doubtful speech down again with a better model",
    "segment": "draws the line into segments",
    "align": "puts what was said where it belongs",
    "subjects": "groups segments into threads of work",
    "summarize": "writes the summary, every claim with its moment",
}


class KnownProfiles(Protocol):
    """Profiles as they are in the files now."""

    @property
    def profiles(self) -> tuple[Profile, ...]: ...

    @property
    def problems(self) -> tuple[str, ...]: ...

    def get(self, name: str) -> Profile: ...


@dataclass(frozen=True, slots=True)
class RunDesk:
    """`load_profiles` reads the files anew each time, so that an edited profile serves at once."""

    store: Store
    media: Media
    pipeline: Pipeline
    load_profiles: Callable[[], KnownProfiles]

    def profiles(self) -> list[Profile]:
        return list(self.load_profiles().profiles)

    def profile_problems(self) -> list[str]:
        return list(self.load_profiles().problems)

    def plan(self, recording_id: str, profile: str, options: RunOptions = RunOptions()) -> RunPlan:  # noqa: B008 - frozen
        recording, settings, leaves_out = self._prepare(recording_id, profile, options)
        phases, seconds, measured = self._estimated(recording, settings, options)
        basis = "past runs on this machine" if measured else "a guess: this machine has not run all of it yet"
        return RunPlan(recording, settings.name, settings.description, tuple(phases), wall_s(seconds), basis, leaves_out)

    def _estimated(
        self, recording: Recording, settings: Profile, options: RunOptions
    ) -> tuple[list[PlannedPhase], dict[str, float], bool]:
        """What each phase will do, its busy seconds, and whether this machine has measured all of them."""
        profiles = {p.name: p for p in self.load_profiles().profiles}
        phases: list[PlannedPhase] = []
        seconds: dict[str, float] = {}
        measured = True
        steps = self.pipeline.plan(recording, settings, options)
        said = spoken(self.store, recording, steps)
        pictures = 0  # once it is known how many there are
        for step in steps:
            done = through(self.store, step.output, step.action)
            by_speech = estimate_speech(self.store.runs, said, settings, step, done)
            if by_speech is not None:
                seconds[step.name], known = by_speech, True
            else:
                left = max(0.0, 1 - done / pictures) if pictures and step.name in ("read", "describe") else HALF
                seconds[step.name], known = estimate_phase(self.store.runs, recording, settings, profiles, step, left)
            measured = measured and known
            planned = _planned(step, seconds[step.name])
            if step.name == "frames" and not step.skip:
                taken = self.store.outputs.load(step.output.id, Frame) if planned.reuses == "all" and step.output else ()
                about = estimate_frames(self.store.runs, recording, settings, profiles)
                pictures = len(taken)
                planned = replace(planned, frames=pictures or about)
            phases.append(planned)
        return phases, seconds, measured

    def start(self, recording_id: str, profile: str, options: RunOptions, sink: Callable[[Event], None]) -> Run:
        recording, settings, _ = self._prepare(recording_id, profile, options)
        self.store.recordings.save(recording)
        return self.pipeline.start(recording, settings, options, sink)

    def watch(self, recording_id: str, run_id: str = "") -> Watched | None:
        told = self.store.live.told(recording_id)
        if told is not None and (not run_id or told[0] == run_id) and self.pipeline.busy(recording_id):
            record = self.store.runs.get(told[0])
            if record is not None:
                return Watched(record.id, record.profile, load_state(told[1]) if told[1] else RunState())
        ended = self.store.runs.get(run_id) if run_id else None
        if ended is None:
            return None
        state = state_of(ended)
        # One that is still marked as running, though nobody holds its recording, was killed.
        return Watched(ended.id, ended.profile, replace(state, state="cancelled") if state.state == "running" else state)

    def _prepare(self, recording_id: str, profile: str, options: RunOptions) -> tuple[Recording, Profile, tuple[str, ...]]:
        """The recording with the tracks that were given beside it, the profile, and what a budget leaves out of it."""
        recording = self.store.recordings.get(recording_id)
        if recording is None:
            raise LookupError("There is no such recording in the library.")
        settings = self.load_profiles().get(profile)
        for name, path in (("mic", options.mic), ("system", options.system)):
            if path is not None:
                recording = self._with_track(recording, name, path)
        if options.budget_s is None:
            return recording, settings, ()
        fitted = fit(
            settings,
            recording.duration_s,
            options.budget_s,
            lambda tried: wall_s(self._estimated(recording, tried, options)[1]),
            self._looks(recording, settings, options),
        )
        return recording, fitted.profile, fitted.leaves_out

    def _looks(self, recording: Recording, settings: Profile, options: RunOptions) -> bool:
        """Whether a model looks at pictures, rather than the embedded screen reader at their text."""
        step = next(s for s in self.pipeline.plan(recording, settings, options) if s.name == "describe")
        return bool(step.choice and step.choice.serves and not step.choice.serves.embedded)

    def _with_track(self, recording: Recording, name: str, path: Path) -> Recording:
        given = self.media.probe(path.absolute())
        if not given.tracks:
            raise UnusableInput(f"There is no sound in {path.name}, so it cannot be the {name} track.")
        track: Track = replace(given.tracks[0], name=name, fingerprint=given.fingerprint)
        known = next((t for t in recording.tracks if t.name == name and t.fingerprint == track.fingerprint), None)
        if known is not None:
            return with_track(recording, replace(track, offset_s=known.offset_s))
        return place_track(self.media, recording, track)


def _planned(step: PlannedStep, estimate_s: float) -> PlannedPhase:
    serves = step.choice.serves if step.choice else None
    passed_over = step.choice.passed_over if step.choice else ()
    reuses = {"reuse": "all", "resume": "part", "retry": "part"}.get(step.action, "nothing")
    return PlannedPhase(
        name=step.name,
        does=DOES[step.name],
        backend=serves.label if serves else "",
        model=serves.model if serves else "",
        passed_over=tuple((info.label, info.availability.why) for info in passed_over),
        estimate_s=estimate_s,
        reuses=reuses,
        skip=step.skip,
        leaves_machine=serves.leaves_machine if serves else "",
        why=step.choice.why if step.choice else "",
        could_fetch=tuple(i.availability.fetch for i in passed_over if i.availability.fetch) if not step.skip else (),
    )
