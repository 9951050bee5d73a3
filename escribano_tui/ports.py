"""Every Protocol on one page: what can be swapped, and what each part may expect of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from escribano_tui.domain.carrying import Carried
from escribano_tui.domain.cues import Rule
from escribano_tui.domain.events import Event, RunState
from escribano_tui.domain.evidence import (
    Box,
    Change,
    Description,
    Envelope,
    Frame,
    LeftOut,
    ScreenLine,
    SpeechSpan,
    Utterance,
    Word,
)
from escribano_tui.domain.journal import Entry
from escribano_tui.domain.keeping import Due, KeepingRules, Weight
from escribano_tui.domain.learning import Candidate, RulePreview
from escribano_tui.domain.machine import Cost, Fetchable, Figures, PastPhase, Residents
from escribano_tui.domain.overview import Moment, Overview, OverviewRow
from escribano_tui.domain.own_text import OwnChange
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.query import Query
from escribano_tui.domain.queue import Waiting
from escribano_tui.domain.recording import Recording, Track
from escribano_tui.domain.rollup import RollUp
from escribano_tui.domain.segment import Segment, Subject
from escribano_tui.domain.session import (
    Check,
    Coverage,
    Dossier,
    Found,
    Hit,
    LiveRun,
    PhaseRecord,
    RecordingRow,
    RunPlan,
    RunRecord,
    Session,
    SummaryVersion,
    SummaryView,
)
from escribano_tui.domain.session import Evidence as SessionEvidence
from escribano_tui.domain.summary import FactSheet, Summary
from escribano_tui.domain.threads import SubjectRef, Thread, ThreadOperation
from escribano_tui.domain.timeline import Operation

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Image = npt.NDArray[np.uint8]  # (height, width, 3), BGR, as it is shown (after rotation)
    Sound = npt.NDArray[np.float32]  # (samples,), mono, -1..1

T = TypeVar("T")
# What a phase may store.
Evidence = (
    Change | Envelope | Frame | ScreenLine | Description | SpeechSpan | LeftOut | Utterance | Segment | Subject | Summary
)  # fmt: skip


class Cancelled(Exception):
    """The run was cancelled; what was finished stays."""


class Stop(Protocol):
    """Looked at between items: cancelled or not."""

    def is_set(self) -> bool: ...


# ---------------------------------------------------------------- media


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture. `pts_s` is when it was shown first (session time), `t_s` the moment it was asked for."""

    t_s: float
    pts_s: float
    image: Image


class Media(Protocol):
    """Reading recordings. Every method may raise UnusableInput; none writes anything."""

    def probe(self, path: Path) -> Recording:
        """Facts of the container, true duration, tracks, fingerprint. Raises UnusableInput with one clear sentence."""
        ...

    def scan(
        self, recording: Recording, sensitivity: float, min_interval_s: float, stop: Stop,
        progress: Callable[[int, int | None], None],
    ) -> tuple[list[Change], Envelope]:  # fmt: skip
        """All changes in time order, and the `motion` envelope. `progress(packets, total or None)`."""
        ...

    def changed(self, recording: Recording) -> bool:
        """Whether a file of it now holds something else than when it was probed. One that has gone holds nothing else."""
        ...

    def keyframes(self, recording: Recording, stop: Stop) -> Sequence[float]:
        """Moments whose picture costs one decode, in time order: cheaper than others where any would do."""
        ...

    def pictures(self, recording: Recording, times_s: Sequence[float], stop: Stop) -> Iterator[Picture]:
        """One picture for each time, in time order, each group of pictures decoded at most once.

        A time that cannot be decoded is left out.
        """
        ...

    def loudness(self, track: Track, duration_s: float, stop: Stop, step_s: float = 0.1) -> Envelope:
        """RMS in dBFS for each step of the recording, named `loudness:TRACK`."""
        ...

    def sound(self, track: Track, start_s: float, end_s: float, rate: int = 16_000) -> Sound:
        """Mono samples of a span (session time), zero-padded where the track has none."""
        ...

    def clock_offset(self, track: Track, reference: Track, stop: Stop) -> float | None:
        """What to add to the track's `offset_s` so that it lies in time with `reference`; None where they share no sound."""
        ...

    def sound_blocks(
        self, track: Track, stop: Stop, block_s: float = 30.0, rate: int = 16_000
    ) -> Iterator[tuple[float, Sound]]:
        """The whole track as (start in session time, samples), in order, without gaps."""
        ...


class MediaFiles(Protocol):
    """Pictures of recordings, in folders 0700, files 0600. What nobody has looked at yet lies aside and goes with the run;
    `name` is that of the frame."""

    def folder(self, recording_id: str) -> Path: ...

    def save_thumbnail(self, recording_id: str, name: str, image: Image) -> str:
        """Write a small JPEG, aside; returns the file name that it has once it is shown."""
        ...

    def show(self, recording_id: str, name: str, whole: bool = False) -> bool:
        """Keep the thumbnail of a frame, made of its work picture where there is none, and with `whole` its full picture.
        False where there is neither."""
        ...

    def keep_whole(self, recording_id: str, name: str, image: Image) -> None:
        """Keep a full picture beside the thumbnail of its frame."""
        ...

    def thumbnail(self, recording_id: str, file: str) -> Path:
        """Where a thumbnail is, whether it is shown yet or not."""
        ...

    def whole(self, recording_id: str, file: str) -> Path | None:
        """The full picture that was kept beside a thumbnail, if any."""
        ...

    def drop_pictures(self, recording_id: str, name: str) -> None:
        """Remove thumbnail and full picture of a frame; nothing happens where they are not there."""
        ...

    def clear_work(self, recording_id: str) -> None:
        """Remove all that is aside."""
        ...

    def save_work(self, recording_id: str, name: str, image: Image) -> None:
        """Keep a full-size picture until both lanes are through with it."""
        ...

    def work(self, recording_id: str, name: str) -> Image | None: ...

    def drop_work(self, recording_id: str, name: str) -> None: ...


# ---------------------------------------------------------------- backends


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a backend can serve here and now, and if not, why and what to do about it; `fetch` are the weights that
    are all it lacks."""

    ok: bool
    why: str = ""
    remedy: str = ""
    fetch: Fetchable | None = None


@dataclass(frozen=True, slots=True)
class BackendInfo:
    """One program or model behind a port. `port` is speech_spans, speech, screen_text, vision,
    grouping or writing.

    `leaves_machine` is the host that data would be sent to, empty where nothing leaves this machine. `languages` are the
    codes of those that it knows, empty where it knows many or that does not matter.
    """

    port: str
    name: str
    model: str
    label: str
    availability: Availability
    size_mb: int = 0
    licence: str = ""
    leaves_machine: str = ""
    embedded: bool = False
    version: str = "1"
    languages: tuple[str, ...] = ()


class SpeechSpotter(Protocol):
    """Finds where somebody speaks (voice activity detection): one track, fed in order.

    Spans are padded a little into the silence around them; what is shorter than the profile allows, or no voice, is left
    out and counted in `skipped`, by reason.
    """

    @property
    def skipped(self) -> Mapping[str, int]: ...

    def feed(self, samples: Sound) -> Sequence[tuple[float, float]]:
        """Take the next block (16 kHz); returns spans of s from the first sample that have become certain."""
        ...

    def finish(self) -> Sequence[tuple[float, float]]:
        """The spans that were still open."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Heard:
    """What a speech backend made of one span. Times of words are s from the beginning of the samples."""

    text: str
    confidence: float
    words: tuple[Word, ...] = ()
    language: str = ""
    doubtful: str = ""  # why, or empty


class Transcriber(Protocol):
    """One loaded speech-to-text model. Raises BackendError for one span; the next call may work again."""

    def transcribe(
        self, samples: Sound, language: str = "", prompt: str = "", margins_s: tuple[float, float] = (0.0, 0.0)
    ) -> Heard:
        """`samples` are 16 kHz mono; `margins_s` says how much at their beginning and end is silence around the span."""
        ...

    def close(self) -> None: ...


class TextReader(Protocol):
    """One loaded screen text model."""

    def detect(self, image: Image) -> Sequence[Box]:
        """Boxes of text lines at native scale, in reading order."""
        ...

    def recognise(self, lines: Sequence[Image]) -> Sequence[tuple[str, float]]:
        """(text, confidence 0..1) of each line image."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Scene:
    """What a describer is given for one frame. `image` is None for a describer that does not look at pictures.

    `lines` are the screen lines visible at the frame; `motion` and `speech` the envelopes' values around it. `look` gets
    the picture for a describer that seldom wants one; it may be gone.
    """

    frame: Frame
    width: int
    height: int
    lines: Sequence[ScreenLine] = ()
    image: Image | None = None
    motion: Sequence[float] = ()
    look: Callable[[], Image | None] | None = None


class Describer(Protocol):
    """Says what is done on a frame. Raises BackendError, with the raw answer where there is one."""

    wants_image: bool
    wants_text: bool

    def describe(self, scenes: Sequence[Scene]) -> Sequence[Description | BackendError]:
        """One answer for each scene, in order."""
        ...

    def close(self) -> None: ...


class Writer(Protocol):
    """Words facts. The deterministic one never fails; one with a model raises BackendError."""

    def write(
        self, sheet: FactSheet, format: str, before: Summary | None, stop: Stop, on_text: Callable[[str], None] | None = None
    ) -> Summary:
        """The summary of a fact sheet in a format; `before` is the last one of that format, if any.

        The `revision`, `facts_key`, `writer` and `model` of the answer are set; `created_at` and `id` are not.
        """
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Card:
    """What a grouper is told of segments that go by one name; `found` is the thread that they were found to be in."""

    activity: str
    app: str
    title: str
    topics: tuple[str, ...]
    duration_s: float
    found: int


class Grouper(Protocol):
    """Says which segments belong to one thread of work. Its answer is a proposal: the phase holds it against the cards."""

    def group(self, cards: Sequence[Card], stop: Stop) -> Sequence[Sequence[int]]:
        """Groups of indices of the cards. Raises BackendError, with the raw answer where there is one, and Cancelled."""
        ...

    def close(self) -> None: ...


class BackendError(Exception):
    """A backend could not do one item. `raw` is what it answered, if anything; `fatal` that it is gone for good."""

    def __init__(self, message: str, raw: str = "", fatal: bool = False) -> None:
        super().__init__(message)
        self.raw = raw
        self.fatal = fatal


class Backends(Protocol):
    """The registry: which backends there are, which serves, and loaded ones."""

    def infos(self, port: str) -> Sequence[BackendInfo]:
        """All backends of a port in `auto` order, whether available or not."""
        ...

    def choose(self, port: str, names: Sequence[str], model: str = "", url: str = "", language: str = "") -> Choice:
        """The first of `names` that is available; `auto` stands for all in order, of which one is taken that fits into the
        memory that is free now and is quick enough, as measured on this machine. `language` is a code, or empty.
        """
        ...

    def instead(self, choice: Choice, why: str) -> Choice:
        """The next one in the order, as what was chosen turned out not to serve."""
        ...

    def figures(self, info: BackendInfo) -> Figures | None:
        """What it cost on this machine so far; None where it was not measured."""
        ...

    def open(self, choice: Choice, options: dict[str, Any]) -> Any:
        """Load it: a SpeechSpotter, Transcriber, TextReader, Describer, Grouper or Writer by the port of the choice."""
        ...

    def residents(self) -> Residents:
        """Which models are in memory, their sizes, and the limit that all of them share. Quick; from any thread."""
        ...

    def release(self) -> None:
        """Let go of every loaded model (a paused run)."""
        ...

    def close(self) -> None:
        """End every host process."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """The backend that serves a port, and those before it in the order that do not, with their reasons.

    `serves` is None where none is available. `own_cues` is the text of the owner's cues as it was then: what is opened
    later in the run goes by the same. `asked_model` and `language` are what the profile names; `why` says in words why
    this one serves, `later` names those that come after it in the order.
    """

    port: str
    serves: BackendInfo | None
    passed_over: tuple[BackendInfo, ...] = ()
    model: str = ""
    url: str = ""
    own_cues: str = ""
    asked_model: str = ""
    language: str = ""
    why: str = ""
    later: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """What of the choice goes into a phase's key."""
        return f"{self.serves.name}/{self.serves.model}/{self.serves.version}" if self.serves else "none"


# ---------------------------------------------------------------- store


@dataclass(frozen=True, slots=True)
class Output:
    """What a phase has stored under a key. `state` is running, finished, failed or cancelled.

    `generation` goes up when failed items are tried again: what follows is then computed anew.
    """

    id: int
    recording_id: str
    phase: str
    key: str
    state: str
    items: int = 0
    items_failed: int = 0
    backend: str = ""
    model: str = ""
    busy_s: float = 0.0
    wall_s: float = 0.0
    generation: int = 0
    note: str = ""


class Outputs(Protocol):
    """What phases have stored. Every method is one short transaction and may be called from any thread."""

    def find(self, recording_id: str, phase: str, key: str) -> Output | None: ...

    def open(self, recording_id: str, phase: str, key: str, backend: str, model: str) -> Output:
        """The output under this key, made where there is none, and marked as running."""
        ...

    def clear(self, output_id: int) -> None:
        """Take all its evidence and items away."""
        ...

    def set_aside(self, output_id: int) -> None:
        """Let it be found under its key no more; runs that have it still show it."""
        ...

    def drop_aside(self, recording_id: str) -> None:
        """Take away what was set aside of a recording."""
        ...

    def forget_failures(self, output_id: int) -> list[str]:
        """Take its failed items away, so that they are tried again; the generation goes up where there were any."""
        ...

    def put(self, output_id: int, item: str, evidence: Sequence[Evidence]) -> None: ...

    def fail(self, output_id: int, item: str, message: str, raw: str, instead: Sequence[Evidence] = ()) -> None:
        """Mark an item as failed; `instead` stands in for what it did not give, until it is tried again."""
        ...

    def close(self, output_id: int, state: str, wall_s: float, busy_s: float, note: str) -> Output: ...

    def items(self, output_id: int) -> dict[str, str]:
        """Item to done or failed, in the order in which they came."""
        ...

    def failures(self, output_id: int) -> list[tuple[str, str]]:
        """(item, message)."""
        ...

    def load(self, output_id: int, kind: type[T], start_s: float = 0.0, end_s: float = float("inf")) -> list[T]:
        """Evidence of one kind that touches a span, in time order."""
        ...


class Recordings(Protocol):
    """The recordings of the library. One that is deleted can be brought back until the library is purged."""

    def save(self, recording: Recording) -> None:
        """Take in or renew; a start that the owner has corrected stays."""
        ...

    def get(self, recording_id: str) -> Recording | None: ...

    def all(self, deleted: bool = False) -> list[tuple[Recording, str]]:
        """(recording, added_at), newest first."""
        ...

    def beginning_with(self, ident: str) -> list[str]:
        """Ids that begin so."""
        ...

    def at_path(self, path: str) -> list[str]:
        """Ids of those whose file lies, or lay, at an absolute path, the one taken in last first."""
        ...

    def set_started_at(self, recording_id: str, started_at: str) -> None: ...

    def set_deleted(self, recording_id: str, deleted: bool) -> None: ...

    def purge(self) -> list[str]:
        """Take the deleted ones away for good, with all that is known of them; their ids."""
        ...


class RunLog(Protocol):
    """Runs and how their phases went."""

    def begin(self, recording_id: str, profile: str) -> RunRecord: ...

    def phase(self, run_id: str, record: PhaseRecord) -> None: ...

    def end(self, run_id: str, state: str, wall_s: float) -> None: ...

    def get(self, run_id: str) -> RunRecord | None: ...

    def latest(self, recording_id: str) -> RunRecord | None: ...

    def shown(self, recording_id: str) -> RunRecord | None:
        """The latest run that has drafted the whole recording."""
        ...

    def measured(self, phase: str, backend: str, model: str) -> list[PastPhase]:
        """Finished phases that were really computed, newest first."""
        ...

    def costs(self, phases: Sequence[str], backend: str, model: str) -> list[Cost]:
        """What a backend cost in the newest runs of these phases on this machine, newest first."""
        ...

    def spoken_shares(self) -> list[float]:
        """Which part of a recording was speech, of the recordings that were transcribed last."""
        ...


class Journal(Protocol):
    """Corrections: rows that are only ever added. `target` is the revision that an undo, redo or dismissal is about."""

    def entries(self, recording_id: str) -> list[Entry]: ...

    def revision(self, recording_id: str) -> int:
        """The number of the last row, 0 where there is none."""
        ...

    def append(
        self, recording_id: str, kind: str, operations: Sequence[Operation], target: int, said: str, base_revision: int
    ) -> Entry:
        """Durably, before it returns. Raises StaleRevision where the last revision is not `base_revision`."""
        ...


class LiveRuns(Protocol):
    """What a run has drafted so far and how far it is, for whoever looks on, in this process or another one.

    A recording has one row: from the start of a run until a whole draft is there (a run that is cancelled leaves it).
    """

    def begin(self, recording_id: str, run_id: str) -> None: ...

    def draft(self, recording_id: str, segments: Sequence[Segment]) -> None:
        """Replace the segments drafted so far."""
        ...

    def tell(self, recording_id: str, told: str) -> None:
        """Replace the text that says how far it is (`domain.progress.dump_state`)."""
        ...

    def mark(self, recording_id: str) -> tuple[str, int] | None:
        """(id of the run, number of its draft): cheap."""
        ...

    def told(self, recording_id: str) -> tuple[str, str] | None:
        """(id of the run, what it told last)."""
        ...

    def get(self, recording_id: str) -> LiveRun | None: ...

    def end(self, recording_id: str) -> None: ...


class SummaryShelf(Protocol):
    """Every version of every summary, and the owner's own changes over them."""

    def save(self, recording_id: str, summary: Summary) -> Summary:
        """With its `id` and `created_at` set."""
        ...

    def newest(self, recording_id: str, format: str) -> Summary | None: ...

    def versions(self, recording_id: str, format: str) -> list[Summary]: ...

    def save_own(self, recording_id: str, format: str, summary_id: int, own: Sequence[OwnChange]) -> None:
        """Durably: the owner's own changes to the text of a format from now on; `summary_id` is the newest version."""
        ...

    def own(self, recording_id: str, format: str) -> list[tuple[int, str, tuple[OwnChange, ...]]]:
        """(summary id, made at, changes) of all that was saved, newest first: the first one holds."""
        ...


class Memory(Protocol):
    """Small values kept across runs and recordings, by namespace and key.

    Namespaces `reading/RECORDING/…` are of one recording and go with it; of `lines/…`, which all share, what was used
    least recently goes where they weigh too much.
    """

    def get_many(self, namespace: str, keys: Sequence[bytes]) -> dict[bytes, bytes]: ...

    def put_many(self, namespace: str, values: dict[bytes, bytes], used: Sequence[bytes] = ()) -> None:
        """`used` are keys of values that are there and served just now."""
        ...

    def forget(self, namespace: str, keys: Sequence[bytes]) -> None: ...


class Queue(Protocol):
    """Files that wait to be run, across restarts."""

    def add(self, path: str, profile: str) -> Waiting:
        """At the end of the queue; the same file with the same profile waits only once."""
        ...

    def all(self) -> list[Waiting]:
        """In the order in which they were added."""
        ...

    def take(self) -> Waiting | None:
        """The next that waits, marked as running; None where none waits."""
        ...

    def end(self, waiting_id: int, state: str, recording_id: str = "", message: str = "") -> None: ...

    def release(self) -> int:
        """What is marked as running waits again: who worked on it has gone. Returns how many."""
        ...

    def remove(self, waiting_id: int) -> bool:
        """Take out one that is not running; whether it was there."""
        ...

    def clear_ended(self) -> int: ...


class Carrying(Protocol):
    """Whole sessions as plain rows, from one library to another."""

    def rows(self, recording_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """(table, row) of all that belongs to a recording: outputs, runs, journal, summaries."""
        ...

    def take_in(self, rows: Iterable[tuple[str, dict[str, Any]]]) -> Carried:
        """All or nothing. What is here already stays; a journal is only ever added to. Raises BadPack."""
        ...


class Finder(Protocol):
    def search(self, query: Query, zone: tzinfo, limit: int, a_recording: int) -> Found:
        """At most `limit` hits, and of one recording at most `a_recording`, best first. Days of the query begin at
        midnight in `zone`."""
        ...


class Overviews(Protocol):
    """What sessions come to as corrected, kept to be listed, searched and summed without opening them."""

    def stale(self) -> list[str]:
        """Recordings of which something has changed since."""
        ...

    def save(self, overview: Overview, summary_id: int) -> bool:
        """Keep it; False where run, journal or summaries have moved on meanwhile. `summary_id` is the newest looked at."""
        ...

    def forget(self, recording_id: str) -> None:
        """There is no draft (any more)."""
        ...

    def newest_summary(self, recording_id: str) -> int: ...

    def stamp(self) -> int:
        """A number that goes up when anything here has changed."""
        ...

    def subjects(self) -> list[tuple[SubjectRef, int]]:
        """The subjects of work of all recordings, with their ms."""
        ...

    def rows(self) -> list[OverviewRow]:
        """Newest first."""
        ...

    def moments(self, recording_ids: Sequence[str] | None = None) -> list[Moment]:
        """Of some recordings or of all, by recording and time."""
        ...

    def known(self, kind: str, limit: int = 2000) -> list[str]:
        """Values of a kind (title, apps, topics, subject) in the whole library, the most used first. Raises ValueError."""
        ...


class ThreadJournal(Protocol):
    """The owner's corrections of which subjects are one thread; an entry has no operations of its own kind."""

    def entries(self) -> list[tuple[Entry, ThreadOperation | None]]: ...

    def revision(self) -> int: ...

    def append(self, kind: str, operation: ThreadOperation | None, target: int, said: str, base_revision: int) -> None:
        """Durably, before it returns. Raises StaleRevision where the last revision is not `base_revision`."""
        ...


class KeptFile(Protocol):
    """The library as a file."""

    def weigh(self) -> list[tuple[str, int]]:
        """(part, bytes), the heaviest first."""
        ...

    def check(self) -> list[str]: ...

    def repair(self) -> None: ...

    def copy_to(self, path: Path) -> None: ...


class Store(Protocol):
    """The store: one library."""

    @property
    def outputs(self) -> Outputs: ...
    @property
    def recordings(self) -> Recordings: ...
    @property
    def runs(self) -> RunLog: ...
    @property
    def live(self) -> LiveRuns: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def summaries(self) -> SummaryShelf: ...
    @property
    def memory(self) -> Memory: ...
    @property
    def queue(self) -> Queue: ...
    @property
    def carrying(self) -> Carrying: ...
    @property
    def finder(self) -> Finder: ...
    @property
    def overviews(self) -> Overviews: ...
    @property
    def threads(self) -> ThreadJournal: ...
    @property
    def kept(self) -> KeptFile: ...

    def close(self) -> None: ...


# ---------------------------------------------------------------- pipeline


class PhaseContext(Protocol):
    """What a phase works with. All of it may be called from the phase's own thread only."""

    recording: Recording
    profile: Profile
    media: Media
    files: MediaFiles
    backends: Backends
    choice: Choice | None  # the backend that serves this phase
    anew: bool  # the owner asked for this phase to be computed again: what earlier runs knew does not count

    @property
    def stop(self) -> Stop: ...

    def check(self) -> None:
        """Between items: raises Cancelled; waits here while the run is paused."""
        ...

    def expect(self, total: int | None) -> None:
        """How many items there will be in all, those done in an earlier run included."""
        ...

    def weigh(self, weights: Mapping[str, float], rest: float = 0.0, anew: float = 1.0) -> None:
        """How long each item takes on a slow machine with two cores, in seconds, so that the time left is told by work and not
        by items. `rest` is what those will take that are not known yet; `anew` is the share of the work that is left where an
        earlier run has been through the same recording."""
        ...

    def foresee(self, seconds: float | None, looks: int | None = None) -> None:
        """How long the phase will take from now on, where that is not told by its items, and at how many pictures of the
        recording it will look besides."""
        ...

    def progress_of(self, phase: str) -> tuple[int, int | None]:
        """How far another phase is: (done, of how many), as its bar tells it."""
        ...

    def take_in_hand(self, item: str) -> None:
        """This item is being worked on now."""
        ...

    def done(self) -> frozenset[str]:
        """Items that are through already (an earlier run that stopped half-way), failed ones included."""
        ...

    def failed_items(self) -> frozenset[str]:
        """Those of them that have failed."""
        ...

    def put(self, item: str, evidence: Sequence[Evidence]) -> None:
        """Store what an item gave, in one transaction, mark it done, and hand it on to the phases that follow.

        Lines of speech that it gave before are replaced.
        """
        ...

    def fail(self, item: str, message: str, raw: str = "", instead: Sequence[Evidence] = ()) -> None:
        """Count an item as failed: shown, and tried again by `--retry-failed`; `instead` stands in for it until then."""
        ...

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        """Progress inside of an item that is long (packets of a scan)."""
        ...

    def note(self, text: str) -> None:
        """A short sentence for the bar of this phase."""
        ...

    def look(self, t_s: float, thumbnail: str = "", line: str = "") -> None:
        """What is being looked at now."""
        ...

    def follow(self, phase: str, kind: type[T]) -> Iterator[T]:
        """Evidence of an earlier phase as it comes: what is stored first, then live; ends when that phase has ended.

        Raises Cancelled. Ends early, without an error, where that phase was skipped or has failed.
        """
        ...

    def follow_items(self, phase: str) -> Iterator[str]:
        """Names of the items of an earlier phase as they are through, in order."""
        ...

    def through(self, phase: str) -> tuple[frozenset[str], bool]:
        """Items of an earlier phase that are through by now, and whether it has ended: at once, without waiting."""
        ...

    def failed_in(self, phase: str) -> frozenset[str]:
        """Items of an earlier phase that gave nothing, as far as it has come."""
        ...

    def load(self, phase: str, kind: type[T]) -> list[T]:
        """All evidence of one kind of an earlier phase in time order, once that phase has ended."""
        ...

    def so_far(self, phase: str, kind: type[T]) -> list[T]:
        """What an earlier phase has given of one kind by now, in time order: at once, without waiting for its end."""
        ...

    def count(self, phase: str, kind: type[Any]) -> int | None:
        """How much evidence of one kind an earlier phase gave in all; None, at once, while it still runs."""
        ...

    def mine(self, kind: type[T]) -> list[T]:
        """Evidence that this phase has stored so far (an earlier run that stopped half-way)."""
        ...

    def lines_at(self, t_s: float) -> list[ScreenLine]:
        """Screen lines visible at a moment, from the read phase as far as it has come."""
        ...

    def drafted(self, segments: Sequence[Segment]) -> None:
        """The segments drafted so far, for the run screen and to be reviewed early."""
        ...

    def dossier(self) -> Dossier:
        """All that is known once `subjects` has ended: the draft with the owner's edits applied, evidence, coverage.

        Raises LookupError where there is no draft.
        """
        ...

    def latest_summary(self, format: str) -> Summary | None:
        """The newest summary of this recording in a format."""
        ...

    def remember(self, namespace: str, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Values kept by `keep` in this or any earlier run, on any recording."""
        ...

    def keep(self, namespace: str, values: dict[bytes, bytes], used: Sequence[bytes] = ()) -> None:
        """`used` are keys of values that were remembered and served."""
        ...

    def forget(self, namespace: str, keys: Sequence[bytes]) -> None: ...

    def measured(self, material_s: float, model_s: float) -> None:
        """So many seconds of sound went through the backend that was chosen, in so many seconds at its usual pace: kept with
        the run."""
        ...


class Phase(Protocol):
    """One step of the pipeline. `version` goes up when its results would differ."""

    name: str
    version: int
    port: str  # the backend port that serves it, or ""

    def skip(self, recording: Recording, profile: Profile) -> str:
        """Why there is nothing to do here, or the empty string."""
        ...

    def run(self, context: PhaseContext) -> None: ...


# ---------------------------------------------------------------- what the screens and the command line use


class Library(Protocol):
    """The recordings. Methods may block for some milliseconds: screens call them from worker threads."""

    def rows(self) -> list[RecordingRow]:
        """Newest first."""
        ...

    def add(self, path: Path) -> Recording:
        """Probe a file and take it in, or find it again by its content. Raises UnusableInput."""
        ...

    def find(self, ident: str) -> Recording:
        """By an unambiguous beginning of an id, or by a path. Raises LookupError with a sentence for the user."""
        ...

    def delete(self, recording_id: str) -> None:
        """Take it out of the list; nothing is removed before `purge`."""
        ...

    def restore(self, recording_id: str) -> None: ...

    def purge(self) -> int:
        """Remove what was deleted, with its media; returns how many recordings."""
        ...

    def relink(self, recording_id: str, path: Path | None = None) -> Recording | None:
        """Say where a moved recording is now; without a path it is looked for by its content near its old place and
        where recordings are kept: None where it is not there. Raises UnusableInput where the file has another content."""
        ...

    def set_started_at(self, recording_id: str, started_at: str) -> None:
        """The owner corrects when it was recorded (ISO 8601 with offset). Raises ValueError."""
        ...

    def search(self, query: str, limit: int = 50) -> list[Hit]:
        """The best hits of a query, best first; see Search for what else there is to a search."""
        ...

    def known(self, kind: str) -> list[str]:
        """Titles, apps, topics or subject labels (`title`, `apps`, `topics`, `subject`) of all recordings, drafted or
        written by the owner, the most used first: to complete what is typed."""
        ...


class Search(Protocol):
    """Finding moments in all recordings, as corrected."""

    def find(self, text: str, limit: int = 60, a_recording: int = 12, patience_s: float = 0.05) -> Found:
        """What is found for a query as it is typed (see domain.query). Never raises for what the query is.

        Sessions that have changed are taken in first, for about `patience_s` seconds.
        """
        ...


class Keeping(Protocol):
    """What is kept, how much it weighs, and how it is kept safe."""

    def weigh(self) -> list[Weight]: ...

    def rules(self) -> KeepingRules:
        """Raises ValueError where the owner's settings cannot be used."""
        ...

    def set_rules(self, rules: KeepingRules) -> None: ...

    def due(self) -> list[Due]:
        """What the rules let go now."""
        ...

    def tidy(self) -> list[Due]:
        """Let it go; what was let go. A recording that is forgotten can be brought back until the library is purged."""
        ...

    def check(self) -> list[str]:
        """What is wrong with the library, a sentence each."""
        ...

    def repair(self) -> None:
        """Make anew what can be made of the rest: search indexes and overviews."""
        ...

    def backup(self, path: Path, pictures: bool = True) -> int:
        """A copy of the library as of now, also while it is in use, as a zip; its bytes."""
        ...


class RollUps(Protocol):
    """Many recordings summed up, and told together. Days are those of the owner's time zone."""

    def today(self) -> date: ...

    def roll_up(self, first: date, end: date, zone: tzinfo | None = None) -> RollUp:
        """The days from `first` until before `end`."""
        ...

    def threads(self) -> list[Thread]:
        """The threads of work of the whole library, as corrected."""
        ...

    def correct(self, operation: ThreadOperation) -> None:
        """Write one correction of a thread into its journal, durably. Raises ValueError where it says nothing."""
        ...

    def undo(self) -> str:
        """Take the last correction of a thread back; what it was, in words. Raises LookupError where there is none."""
        ...

    def redo(self) -> str: ...

    def formats(self) -> list[str]: ...

    def write(
        self, first: date, end: date, format: str, on_text: Callable[[str], None] | None = None, zone: tzinfo | None = None
    ) -> Summary:
        """The recordings of some days told together, each moment with the name of its recording; nothing is kept.

        Raises LookupError where nothing is drafted in these days, or where there is no such format.
        """
        ...

    def cited(self, first: date, end: date) -> dict[str, str]:
        """Recording ids by the names that `write` cites them by."""
        ...


class Sessions(Protocol):
    """Drafts and corrections. Safe to call from any thread."""

    def open(self, recording_id: str, live: bool = False) -> Session:
        """Raises LookupError where nothing has been drafted yet.

        With `live` also a draft that is not whole: of a run under way, or of one that was cancelled.
        """
        ...

    def revision(self, recording_id: str) -> tuple[str, int]:
        """(id of the draft that is shown, last revision): cheap, to see whether it has grown or somebody else has changed
        it."""
        ...

    def edit(self, recording_id: str, operations: Sequence[Operation], base_revision: int) -> Session:
        """Write one edit into the journal, durably, then return what it comes to. In a draft that is not whole it also
        holds the segments that it acts on, so that it stands in every later one.

        Raises StaleRevision where the journal has moved on, DoesNotFit where an operation cannot be applied.
        """
        ...

    def undo(self, recording_id: str, base_revision: int) -> Session: ...

    def redo(self, recording_id: str, base_revision: int) -> Session: ...

    def dismiss(self, recording_id: str, revision: int, base_revision: int) -> Session:
        """Give up an edit that no longer fits."""
        ...

    def history(self, recording_id: str) -> list[tuple[Entry, str]]:
        """All rows, oldest first, each with standing, undone, dropped, or empty for undo and redo rows."""
        ...

    def evidence(self, recording_id: str, start_s: float = 0.0, end_s: float = float("inf")) -> SessionEvidence:
        """What was seen and heard in a span, without the envelopes, which are of the whole recording."""
        ...

    def outline(self, recording_id: str) -> SessionEvidence:
        """Changes, envelopes, frames and utterances of the whole recording, without screen text: for a time line."""
        ...

    def coverage(self, recording_id: str) -> Coverage: ...

    def alike(self, recording_id: str, segment_id: str) -> list[str]:
        """Ids of the other segments that look like this one."""
        ...

    def thumbnail(self, recording_id: str, name: str) -> Path: ...

    def picture(self, recording_id: str, name: str) -> Path:
        """The best that is kept of a thumbnail's moment: the full picture, else the thumbnail."""
        ...


class Run(Protocol):
    """A run that is under way. It has threads of its own and outlives any screen."""

    id: str
    recording: Recording
    profile: str

    @property
    def state(self) -> RunState: ...

    def cancel(self) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    @property
    def paused(self) -> bool: ...

    def wait(self, timeout_s: float | None = None) -> bool:
        """Whether it has ended."""
        ...


@dataclass(frozen=True, slots=True)
class RunOptions:
    """`force` computes all again, `force_phases` those and what follows, `retry_failed` only the items that failed.

    `budget_s` fits the profile to about so many seconds of wall time; None is no limit.
    """

    force: bool = False
    force_phases: tuple[str, ...] = ()
    retry_failed: bool = False
    mic: Path | None = None
    system: Path | None = None
    budget_s: float | None = None


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """What the pipeline will do with a phase: compute, resume, retry (the failed items), reuse or skip."""

    name: str
    action: str
    key: str = ""
    choice: Choice | None = None
    output: Output | None = None
    skip: str = ""


class Pipeline(Protocol):
    """Plans and runs the phases."""

    def plan(self, recording: Recording, profile: Profile, options: RunOptions) -> list[PlannedStep]:
        """One step for each phase, in the order of events.PHASES. Changes nothing."""
        ...

    def start(self, recording: Recording, profile: Profile, options: RunOptions, sink: Callable[[Event], None]) -> Run:
        """Begin in threads of its own. Raises RunBusy."""
        ...

    def busy(self, recording_id: str) -> bool:
        """Whether a run, of this process or another one, is at work on a recording."""
        ...


class Runs(Protocol):
    """Planning and starting runs."""

    def profiles(self) -> list[Profile]: ...

    def profile_problems(self) -> list[str]:
        """What is wrong with the owner's profiles file, each with line and field; the shipped one serves meanwhile."""
        ...

    def plan(self, recording_id: str, profile: str, options: RunOptions = RunOptions()) -> RunPlan: ...

    def start(self, recording_id: str, profile: str, options: RunOptions, sink: Callable[[Event], None]) -> Run:
        """Begin. `sink` is called from worker threads, at most about 10 times a second for each phase.

        Raises RunBusy where another process works on this recording.
        """
        ...

    def watch(self, recording_id: str, run_id: str = "") -> Watched | None:
        """The run that is under way on a recording, of whatever process; else how the run `run_id` ended. None where
        there is neither."""
        ...


@dataclass(frozen=True, slots=True)
class Watched:
    """A run as somebody sees it who only looks on."""

    run_id: str
    profile: str
    state: RunState


class RunBusy(Exception):
    """Another run works on this recording."""


class Summaries(Protocol):
    """Summaries of a session, from its facts as corrected. Every method may raise LookupError with a sentence."""

    def formats(self) -> list[str]: ...

    def view(self, recording_id: str, format: str) -> SummaryView: ...

    def regenerate(self, recording_id: str, format: str, on_text: Callable[[str], None] | None = None) -> Summary:
        """Write it again from the facts as corrected; `on_text` gets the text as it comes."""
        ...

    def versions(self, recording_id: str, format: str) -> list[SummaryVersion]:
        """Every state that the text had, the owner's own changes among them, newest first."""
        ...

    def restore(self, recording_id: str, version: SummaryVersion) -> SummaryView:
        """Go back to a version: it becomes the newest one again; what came after it stays among the versions."""
        ...

    def rewrite(self, recording_id: str, format: str, summary_id: int, markdown: str) -> SummaryView:
        """The owner's own text in place of that of a summary: kept as a layer over it, which outlives its regeneration.

        Raises LookupError where there is no such summary.
        """
        ...

    def decide(self, recording_id: str, format: str, change: OwnChange, keep: bool) -> SummaryView:
        """What becomes of a change of the owner's that waits: in place of what is written now, or given up."""
        ...


class Exports(Protocol):
    """A session with all corrections applied, in a format for another program. Methods may raise LookupError."""

    def formats(self) -> list[str]: ...

    def export(self, recording_id: str, format: str) -> str:
        """The text of the file."""
        ...

    def write(self, recording_id: str, format: str, target: Path) -> None:
        """Export into a file, readable by its owner alone, that is there as a whole or as it was. Raises OSError."""
        ...

    def draft(self, recording_id: str) -> str:
        """The machine's draft as JSON, without the owner's corrections: what an evaluation measures."""
        ...


class Doctor(Protocol):
    def checks(self) -> list[Check]: ...


class Rules(Protocol):
    """What is learned from the owner's labels: rules in the owner's cues, which hold from the next run on.

    Every method may raise ValueError with a sentence where the owner's cues cannot be used.
    """

    def candidates(self, recording_id: str, segment_id: str) -> Sequence[Candidate]:
        """Rules that would have given a segment its label, most specific first. Raises LookupError."""
        ...

    def preview(self, rule: Rule, recording_id: str = "") -> RulePreview:
        """Which segments the next draft would label otherwise, in this recording and in all others."""
        ...

    def previews(self, rules: Sequence[Rule], recording_id: str = "") -> Sequence[RulePreview]:
        """The same for several rules, in one look through the library."""
        ...

    def accept(self, rule: Rule) -> None:
        """Keep it, durably. Raises ValueError where it says nothing or holds already, OSError."""
        ...

    def list(self) -> Sequence[Rule]:
        """In the order of the file: of several that fit, the last one counts."""
        ...

    def replace(self, n: int, rule: Rule, was: Rule | None = None) -> Rule:
        """Put another rule in the place of the n-th of `list`, from 1, and give back the old one; with `was`, only where
        that one still stands there. Raises ValueError as `accept` does, LookupError, OSError."""
        ...

    def remove(self, n: int, was: Rule | None = None) -> Rule:
        """Take out the n-th of `list`, from 1; with `was` as in `replace`. Raises LookupError, OSError."""
        ...


class Queueing(Protocol):
    """The queue of recordings: any process may put files into it, one at a time works it off."""

    def put(self, path: Path, profile: str) -> Waiting:
        """At the end of the queue, durably. Raises LookupError where there is no such file."""
        ...

    def rows(self) -> list[Waiting]: ...

    def remove(self, waiting_id: int) -> bool:
        """Take out one that is not running; whether it was there."""
        ...

    def clear_ended(self) -> int:
        """Forget those that have ended; returns how many."""
        ...

    def working(self) -> AbstractContextManager[bool]:
        """Become the one that works the queue off, until the end of the block; False where another process is that.

        What a process left half done when it died waits again.
        """
        ...

    def take(self) -> Waiting | None: ...

    def end(self, waiting: Waiting, state: str, recording_id: str = "", message: str = "") -> None:
        """`state` is finished, failed, or waiting (put back where it was)."""
        ...


class Packing(Protocol):
    """A whole session as one file, for another library."""

    def pack(self, recording_id: str, target: Path) -> None:
        """Write it, with thumbnails and journal, readable by its owner alone. Raises LookupError, OSError."""
        ...

    def unpack(self, source: Path) -> Carried:
        """Take it in, with its journal. Raises UnusableInput with one sentence; then nothing has changed."""
        ...


class Machine(Protocol):
    """What of this machine's memory the models take."""

    def residents(self) -> Residents:
        """Which models are in memory, their sizes, and the limit that all of them share. Quick; from any thread."""
        ...


class Fetching(Protocol):
    """Weights that the owner asks for. Nothing else in this program fetches anything."""

    def fetch(self, name: str, progress: Callable[[int, int, str], None], stop: Stop) -> Path:
        """Fetch weights, going on where an earlier try stopped; returns where they are. Blocks for as long as it takes.

        `progress(bytes so far, bytes in all, file)`. Raises BackendError with a sentence, Cancelled.
        """
        ...


@dataclass(frozen=True, slots=True)
class House:
    """All doors of the house, as bootstrap joins them; what the app, the command line and other doors are given."""

    library: Library
    sessions: Sessions
    runs: Runs
    summaries: Summaries
    exports: Exports
    doctor: Doctor
    close: Callable[[], None]
    rules: Rules
    machine: Machine
    search: Search
    rollups: RollUps
    keeping: Keeping
    queue: Queueing
    packing: Packing
    weights: Fetching
