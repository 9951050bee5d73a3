"""Facts, claims and summaries. A claim cites the moments that it rests on; numbers come from the facts alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from escribano_tui.domain.deeds import Deed
from escribano_tui.domain.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Claim:
    """One point: a whole sentence and the moments (s) that it rests on, with the end of the segment of each.

    `kind` is did, result, said, seen (a vision model's sentence), told (the owner's own description) or next.
    `segment_ids` are the segments that it speaks of. `phrase` is the sentence without its full stop, `mine` says that the
    owner is its subject (`worked on …`). `deed` is what a did claim was worded from: claims with the same deed key can be
    told as one. `outcome` is what a result is known by: the same one seen again is not told again. Where several
    recordings are told together, `sources` names the one of each moment, and `later_s` is how much later than the first
    of them this one began.
    """

    text: str
    moments: tuple[tuple[float, float], ...]
    kind: str = "did"
    segment_ids: tuple[str, ...] = ()
    weight: float = 1.0
    phrase: Phrase = ()
    mine: bool = False
    deed: Deed | None = None
    outcome: str = ""
    # Not in the repr, which keys are made of: a recording alone has neither.
    sources: tuple[str, ...] = field(default=(), repr=False)
    later_s: float = field(default=0.0, repr=False)

    @property
    def t_s(self) -> float:
        """Its first moment, from the beginning of what is told."""
        return self.moments[0][0] + self.later_s


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """All that is known of one subject: its time by activity (longest first) and its claims in time order."""

    subject_id: str
    label: str
    duration_ms: int
    by_activity: tuple[tuple[str, int], ...]
    claims: tuple[Claim, ...]
    importance: str = "medium"
    start_ms: int = 0

    @property
    def key(self) -> str:
        """A hash of all that is told of this subject: equal keys give equal texts."""
        return _hash(repr((self.label, self.duration_ms, self.by_activity, self.claims, self.importance, self.start_ms)))


TimeRow = tuple[int, int, str, str, str, str]  # start_ms, end_ms, activity, title, subject label, program


@dataclass(frozen=True, slots=True)
class FactSheet:
    """The facts of a session at one revision. work_ms + idle_ms + personal_ms == duration_ms, to the millisecond."""

    recording_id: str
    revision: int
    started_at: str
    duration_ms: int
    work_ms: int
    idle_ms: int
    personal_ms: int
    subjects: tuple[SubjectFacts, ...]
    timeline: tuple[TimeRow, ...]
    spoken_s: float = 0.0
    untranscribed_s: float = 0.0
    frames_failed: int = 0
    notes: tuple[str, ...] = ()
    sound: bool = True
    dates: str = ""  # what to head it by in place of the day of `started_at`
    recordings: tuple[str, ...] = ()  # the names of several that are told together

    @property
    def key(self) -> str:
        """A hash of all that a summary is written from, the revision aside: equal keys give equal texts."""
        told = (
            self.started_at, self.duration_ms, self.work_ms, self.idle_ms, self.personal_ms, self.subjects, self.timeline,
            self.spoken_s, self.untranscribed_s, self.frames_failed, self.notes, self.sound,
        )  # fmt: skip
        return _hash(repr(told))


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class Summary:
    """A document in a format, made from the facts of a revision. `facts_key` says which facts; `struck` counts what
    a writer said that the facts do not bear out; `note` says why another writer than the first one served. `prompt` is a
    hash of what a model was asked; `parts` is JSON of the writer's: what it wrote for each subject, to take over what
    has not changed."""

    format: str
    revision: int
    markdown: str
    writer: str
    model: str = ""
    created_at: str = ""
    facts_key: str = ""
    struck: int = 0
    note: str = ""
    id: int = 0
    prompt: str = ""
    parts: str = ""
