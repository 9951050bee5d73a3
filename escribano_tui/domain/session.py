"""What the screens and exports look at: a recording with its draft, the owner's corrections on it, and what was seen."""

from __future__ import annotations

from dataclasses import dataclass, field

from escribano_tui.domain.evidence import Change, Description, Envelope, Frame, ScreenLine, Utterance
from escribano_tui.domain.journal import Misfit, Standing
from escribano_tui.domain.machine import Cost, Fetchable
from escribano_tui.domain.operations import Say
from escribano_tui.domain.own_text import OwnChange, OwnText
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.summary import Summary
from escribano_tui.domain.timeline import Timeline


@dataclass(frozen=True, slots=True)
class PhaseRecord:
    """How a phase of a run went. `wall_s` is from its start to its end, `busy_s` without waiting for others; `cost` is
    what its backend cost, where it was measured."""

    name: str
    state: str
    wall_s: float = 0.0
    busy_s: float = 0.0
    items: int = 0
    items_failed: int = 0
    backend: str = ""
    model: str = ""
    reused: bool = False
    note: str = ""
    output_id: int = 0
    cost: Cost = field(default_factory=Cost)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run of a profile over a recording. `state` is running, finished, failed or cancelled."""

    id: str
    recording_id: str
    profile: str
    state: str
    started_at: str
    wall_s: float = 0.0
    phases: tuple[PhaseRecord, ...] = ()

    def phase(self, name: str) -> PhaseRecord | None:
        return next((p for p in self.phases if p.name == name), None)


@dataclass(frozen=True, slots=True)
class LiveRun:
    """The segments that a run has drafted so far, without subjects; they tile from 0 to where the last one ends. `n`
    goes up with each new draft."""

    run_id: str
    n: int
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was looked at and listened to, and what was not. `share_of_time` is the part of the recording that lies
    within 15 s of a frame that was looked at; `frames_left_out` counts the candidates for frames that were not taken, by
    why."""

    share_of_time: float = 1.0
    frames_failed: int = 0
    spoken_s: float = 0.0
    speech_untranscribed_s: float = 0.0
    notes: tuple[str, ...] = ()
    frames_left_out: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """A recording as its owner sees it: the machine's draft with the owner's edits applied.

    `run` is the run whose draft this is. `timeline` tiles the recording. `standing` says which edits stand;
    `standing.revision` is the base of the next edit. `live` is not 0 while the draft is not whole: then the timeline
    ends where the draft does, and `live` is the number of that draft.
    """

    recording: Recording
    run: RunRecord
    draft: Timeline
    timeline: Timeline
    standing: Standing
    misfits: tuple[Misfit, ...] = ()
    live: int = 0

    @property
    def draft_id(self) -> str:
        """Which draft this is, as `Sessions.revision` tells it."""
        return draft_id(self.run.id, self.live)

    @property
    def revision(self) -> int:
        return self.standing.revision

    @property
    def said(self) -> tuple[Say, ...]:
        """The owner's corrections of what was said."""
        return self.standing.said

    @property
    def unreviewed(self) -> int:
        return sum(not s.reviewed for s in self.timeline.segments)


def draft_id(run_id: str, live: int) -> str:
    return f"{run_id}+{live}" if live else run_id


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen and heard in a span of time (or in all of it), in time order."""

    frames: tuple[Frame, ...] = ()
    descriptions: tuple[Description, ...] = ()
    lines: tuple[ScreenLine, ...] = ()
    utterances: tuple[Utterance, ...] = ()
    changes: tuple[Change, ...] = ()
    envelopes: tuple[Envelope, ...] = ()

    def description_at(self, t_s: float) -> Description | None:
        """The description of the frame nearest to a time."""
        return min(self.descriptions, key=lambda d: abs(d.t_s - t_s), default=None)


@dataclass(frozen=True, slots=True)
class Dossier:
    """All of a session in one hand: what facts are computed from and exports are made of."""

    session: Session
    evidence: Evidence
    coverage: Coverage
    summaries: tuple[SummaryView, ...] = ()


@dataclass(frozen=True, slots=True)
class SummaryView:
    """The newest summary of a format. `changed` says in words what the owner changed since, empty where it is fresh.

    `own` is its text with the owner's own changes over it; None where there are none.
    """

    summary: Summary | None
    stale: bool = False
    changed: str = ""
    own: OwnText | None = None

    @property
    def markdown(self) -> str:
        """The text as its owner has it."""
        return self.own.text if self.own else self.summary.markdown if self.summary else ""

    @property
    def waiting(self) -> tuple[OwnChange, ...]:
        """The owner's changes whose subject was written anew since: to be decided."""
        return self.own.waiting if self.own else ()


@dataclass(frozen=True, slots=True)
class SummaryVersion:
    """One state that a summary had: as it was written, or with the owner's own changes at some time. `text` holds them;
    `made_at` is when it came about."""

    summary: Summary
    text: str
    made_at: str
    own: tuple[OwnChange, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """A line of the library.

    `state` is new (nothing has run), running, cancelled, failed, drafted, reviewed. `activities` are (activity, ms),
    longest first. `missing` says that the file is not where it was.
    """

    id: str
    name: str
    path: str
    started_at: str
    duration_s: float
    added_at: str
    state: str
    profile: str = ""
    activities: tuple[tuple[str, int], ...] = ()
    segments: int = 0
    unreviewed: int = 0
    missing: bool = False


@dataclass(frozen=True, slots=True)
class PlannedPhase:
    """What a phase of a run will do. `estimate_s` is of its busy time; `reuses` says how much of it is in the store:
    all, part or nothing. `passed_over` are (label, why) of better backends that do not serve, `why` says why this one
    does. `could_fetch` are weights that would serve it better and are not here. `skip` is why it will not run, or
    empty. `frames` is about how many pictures it will take, where that is what it does."""

    name: str
    does: str
    backend: str = ""
    model: str = ""
    passed_over: tuple[tuple[str, str], ...] = ()
    estimate_s: float = 0.0
    reuses: str = "nothing"
    skip: str = ""
    leaves_machine: str = ""
    why: str = ""
    could_fetch: tuple[Fetchable, ...] = ()
    frames: int = 0


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a profile will do with a recording on this machine. `estimate_s` is wall time, both lanes at once;
    `estimated_from` says what the estimate rests on, `leaves_out` what a time budget leaves out, in words."""

    recording: Recording
    profile: str
    description: str
    phases: tuple[PlannedPhase, ...]
    estimate_s: float
    estimated_from: str
    leaves_out: tuple[str, ...] = ()

    @property
    def could_fetch(self) -> tuple[tuple[str, Fetchable], ...]:
        """(phase, weights) that would serve better and are not on this machine, each once."""
        found: dict[str, tuple[str, Fetchable]] = {}
        for phase in self.phases:
            for weights in phase.could_fetch:
                found.setdefault(weights.name, (phase.name, weights))
        return tuple(found.values())

    @property
    def leaves_machine(self) -> tuple[str, ...]:
        """Hosts, other than this machine, that data would be sent to."""
        return tuple(dict.fromkeys(p.leaves_machine for p in self.phases if p.leaves_machine))


@dataclass(frozen=True, slots=True)
class Hit:
    """One search result: a moment of a recording. `kind` is said, screen, title, summary or description.

    `marks` are the spans of `text` that were looked for. `times` counts how often this text stands in the recording,
    `last_s` is the last of these moments, and `since_s` when it was there first: before `t_s` where a filter asks for a
    part of that time alone. `activity`, `title`, `subject` and `personal` are those of the segment as
    corrected. `score` ranks hits of one search.
    """

    recording_id: str
    recording_name: str
    t_s: float
    end_s: float
    kind: str
    text: str
    marks: tuple[tuple[int, int], ...] = ()
    times: int = 1
    last_s: float = 0.0
    activity: str = ""
    title: str = ""
    subject: str = ""
    personal: bool = False
    started_at: str = ""
    score: float = 0.0
    since_s: float = 0.0


@dataclass(frozen=True, slots=True)
class HitGroup:
    """The hits of one recording, by time. `more` counts texts that were found there beyond those."""

    recording_id: str
    recording_name: str
    started_at: str
    hits: tuple[Hit, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, best recording first. `problems` are sentences about the query, or about what could not be
    looked through. `unsettled` counts sessions that changed and are not searched in their last form yet."""

    groups: tuple[HitGroup, ...] = ()
    problems: tuple[str, ...] = ()
    unsettled: int = 0

    @property
    def hits(self) -> tuple[Hit, ...]:
        return tuple(hit for group in self.groups for hit in group.hits)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor. `state` is ok, warn or fail; `remedy` says what to do about it."""

    area: str
    name: str
    state: str
    detail: str
    remedy: str = ""
    facts: dict[str, object] = field(default_factory=dict)
