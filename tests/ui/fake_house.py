"""A full house in memory: the domain's own journal and timeline, a scripted run that tells its events from a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, date, tzinfo
from pathlib import Path

from escribano_tui.domain import events as ev
from escribano_tui.domain import own_text
from escribano_tui.domain.carrying import Carried
from escribano_tui.domain.cues import Rule
from escribano_tui.domain.events import Event, RunState
from escribano_tui.domain.journal import Entry, StaleRevision, fold, replay, say
from escribano_tui.domain.keeping import Due, KeepingRules, Weight
from escribano_tui.domain.learning import Affected, Candidate, Pictures, RulePreview, candidates, would_change
from escribano_tui.domain.machine import Resident, Residents
from escribano_tui.domain.overview import Moment, OverviewRow, moments_of
from escribano_tui.domain.own_text import OwnChange, layered
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.query import Query, parse
from escribano_tui.domain.queue import Waiting
from escribano_tui.domain.recording import Recording, UnusableInput
from escribano_tui.domain.rollup import RollUp, roll_up
from escribano_tui.domain.said import correct
from escribano_tui.domain.session import (
    Check,
    Coverage,
    Evidence,
    Found,
    Hit,
    HitGroup,
    PhaseRecord,
    PlannedPhase,
    RecordingRow,
    RunPlan,
    RunRecord,
    Session,
    SummaryVersion,
    SummaryView,
)
from escribano_tui.domain.summary import Summary
from escribano_tui.domain.threads import SubjectRef, Thread, ThreadOperation, threads
from escribano_tui.domain.timeline import Operation, Timeline, apply_all
from escribano_tui.domain.times import cite, duration
from escribano_tui.domain.wording import marks
from escribano_tui.ports import BackendError, House, RunBusy, RunOptions, Stop, Watched
from tests.ui import fake_session


@dataclass
class Item:
    """One recording of the fake library."""

    recording: Recording
    draft: Timeline | None = None
    evidence: Evidence = field(default_factory=Evidence)
    journal: list[Entry] = field(default_factory=list)
    run: RunRecord | None = None
    deleted: bool = False
    missing: bool = False
    summaries: list[Summary] = field(default_factory=list)
    own: dict[str, tuple[OwnChange, ...]] = field(default_factory=dict)


class FakeHouse:
    """All parts share one lock and one list. `steps` holds a run back: it waits for `steps.release()` before each event."""

    def __init__(self, folder: Path, drafted: bool = True) -> None:
        self.folder = folder
        self.lock = threading.RLock()
        self.items: dict[str, Item] = {}
        self.calls: list[str] = []
        self.steps: threading.Semaphore | None = None
        self.fail_next: Exception | None = None
        self.busy = False
        self.elsewhere: set[str] = set()  # recordings that another program works on
        self.seen_elsewhere = RunState()
        self.purged = 0
        self.rules: list[Rule] = []
        self.closed = False
        self.queue = FakeQueue()
        fake_session.draw_thumbnails(folder / "thumbnails")
        if drafted:
            self.put(Item(fake_session.recording()), draft=True)

    def put(self, item: Item, draft: bool = False) -> Item:
        if draft:
            item.draft, item.evidence = fake_session.story()
            item.run = finished_run(item.recording.id)
        self.items[item.recording.id] = item
        return item

    def item(self, recording_id: str) -> Item:
        try:
            return self.items[recording_id]
        except KeyError:
            raise LookupError(f"There is no recording {recording_id}.") from None

    def house(self) -> House:
        def close() -> None:
            self.closed = True

        return House(
            FakeLibrary(self), FakeSessions(self), FakeRuns(self), FakeSummaries(self), FakeExports(self), FakeDoctor(), close,
            FakeRules(self), FakeMachine(), FakeSearch(self), queue=self.queue, weights=FakeWeights(),
            rollups=FakeRollUps(self), keeping=FakeKeeping(self), packing=FakePacking(),
        )  # fmt: skip


NOT_HERE = (("mlx-whisper", "mlx-whisper is not installed"), ("a server", "the profile names no server"))
GUESS = "a guess, before the first run here"


def finished_run(recording_id: str, run_id: str = "run-1") -> RunRecord:
    return RunRecord(run_id, recording_id, "quick", "finished", "2026-11-20T10:00:00+01:00", 31.0,
                     (PhaseRecord("read", "finished", backend="rapidocr"),))  # fmt: skip


@dataclass
class FakeLibrary:
    world: FakeHouse

    def rows(self) -> list[RecordingRow]:
        with self.world.lock:
            rows = [self._row(i) for i in self.world.items.values() if not i.deleted]
        return sorted(rows, key=lambda r: r.started_at, reverse=True)

    def _row(self, item: Item) -> RecordingRow:
        row = self._settled(item)
        return replace(row, state="running") if item.recording.id in self.world.elsewhere else row

    def _settled(self, item: Item) -> RecordingRow:
        r = item.recording
        row = RecordingRow(
            r.id, Path(r.path).name, r.path, r.started_at, r.duration_s, r.started_at, "new", missing=item.missing
        )
        if item.draft is None or item.run is None:
            return replace(row, state=item.run.state if item.run else "new", profile=item.run.profile if item.run else "")
        timeline = replay(item.draft, fold(item.journal).edits)[0]
        times: dict[str, int] = {}
        for s in timeline.segments:
            times[s.activity] = times.get(s.activity, 0) + s.duration_ms
        left = sum(not s.reviewed for s in timeline.segments)
        return replace(
            row, state="drafted" if left else "reviewed", profile=item.run.profile, segments=len(timeline.segments),
            unreviewed=left, activities=tuple(sorted(times.items(), key=lambda kv: -kv[1])),
        )  # fmt: skip

    def add(self, path: Path) -> Recording:
        if not path.is_file():
            raise UnusableInput(f"There is no file {path.name}.")
        if path.suffix == ".txt":
            raise UnusableInput(f"{path.name} is not a video or sound that can be opened.")
        with self.world.lock:
            same = next((i for i in self.world.items.values() if i.recording.path == str(path)), None)
            if same is None:
                rec = replace(fake_session.recording(f"rec-{len(self.world.items) + 1}", path.name), path=str(path))
                same = self.world.put(Item(rec))
            return same.recording

    def find(self, ident: str) -> Recording:
        return self.world.item(ident).recording

    def delete(self, recording_id: str) -> None:
        self.world.item(recording_id).deleted = True

    def restore(self, recording_id: str) -> None:
        self.world.item(recording_id).deleted = False

    def purge(self) -> int:
        gone = [k for k, i in self.world.items.items() if i.deleted]
        for k in gone:
            del self.world.items[k]
        self.world.purged += len(gone)
        return len(gone)

    def set_started_at(self, recording_id: str, started_at: str) -> None:
        item = self.world.item(recording_id)
        item.recording = replace(item.recording, started_at=started_at, started_at_source="owner")

    def search(self, query: str, limit: int = 50) -> list[Hit]:
        hits = []
        for item in self.world.items.values():
            name = Path(item.recording.path).name
            told = [(u.start_s, u.end_s, "said", u.text) for u in item.evidence.utterances]
            told += [(x.start_s, x.end_s, "screen", x.text) for x in item.evidence.lines]
            hits += [Hit(item.recording.id, name, a, b, kind, t) for a, b, kind, t in told if query.casefold() in t.casefold()]
        return hits[:limit]

    def relink(self, recording_id: str, path: Path | None = None) -> Recording | None:
        item = self.world.item(recording_id)
        if path is None:
            return None
        if path.stat().st_size != 5:
            raise UnusableInput(f"{path.name} has another content than this recording.")
        item.recording = replace(item.recording, path=str(path))
        return item.recording

    def known(self, kind: str) -> list[str]:
        self.world.calls.append(f"known {kind}")
        return {"title": ["Tide tables", "Sprint 12 board"], "apps": ["Geary"], "topics": ["tides"], "subject": ["Tides"]}[kind]


@dataclass
class FakeSearch:
    """The domain's own query over what stands in the fake library."""

    world: FakeHouse

    def find(self, text: str, limit: int = 60, a_recording: int = 12, patience_s: float = 0.05) -> Found:
        query = parse(text, date(2026, 11, 20))
        groups = []
        for item in self.world.items.values():
            told = [(u.start_s, u.end_s, "said", u.text) for u in item.evidence.utterances]
            told += [(x.start_s, x.end_s, "screen", x.text) for x in item.evidence.lines]
            hits = [self._hit(item, query, *one) for one in sorted(told) if self._fits(query, one[2], one[3])]
            if hits:
                shown = tuple(hits[: min(limit, a_recording)])
                name = Path(item.recording.path).name
                groups.append(HitGroup(item.recording.id, name, item.recording.started_at, shown, len(hits) - len(shown)))
        return Found(tuple(groups), query.problems)

    def _fits(self, query: Query, kind: str, text: str) -> bool:
        wanted = not query.kinds or kind in query.kinds
        return wanted and bool(query.all_terms) and all(marks(text, [term]) for term in query.all_terms)

    def _hit(self, item: Item, query: Query, a: float, b: float, kind: str, text: str) -> Hit:
        segment = item.draft.at(a * 1000) if item.draft else None
        told = marks(text, query.all_terms)
        return Hit(
            item.recording.id, Path(item.recording.path).name, a, b, kind, text, tuple(told), 1, a,
            segment.activity if segment else "", segment.title if segment else "", "", bool(segment and segment.personal),
        )  # fmt: skip


class FakePacking:
    """Packed sessions are files of any content."""

    def pack(self, recording_id: str, target: Path) -> None:
        target.write_text(recording_id)

    def unpack(self, source: Path) -> Carried:
        raise UnusableInput(f"“{source.name}” is no packed session, or a damaged one.")


@dataclass
class FakeKeeping:
    """Weights that stay, and rules that are kept in memory."""

    world: FakeHouse
    kept: KeepingRules = field(default_factory=KeepingRules)

    def weigh(self) -> list[Weight]:
        parts = [
            ("library", "screen text", 41_000_000),
            ("library", "search index", 22_000_000),
            ("pictures", "pictures", 310 * 10**6),
        ]
        return [Weight(area, name, count, f"/home/x/{area}") for area, name, count in parts]

    def rules(self) -> KeepingRules:
        return self.kept

    def set_rules(self, rules: KeepingRules) -> None:
        self.kept = rules

    def due(self) -> list[Due]:
        return [Due("rec-1", "dev-session.mp4", "old", 5_000_000)] if self.kept.pictures_days else []

    def tidy(self) -> list[Due]:
        done = self.due()
        self.kept = KeepingRules()
        return done

    def check(self) -> list[str]:
        return ["SQLite: row 7 [/b] is missing"] if self.world.closed else []

    def repair(self) -> None:
        self.world.calls.append("repair")

    def backup(self, path: Path, pictures: bool = True) -> int:
        return path.write_bytes(b"zip")


@dataclass
class FakeRollUps:
    """The domain's own sums over the fake library."""

    world: FakeHouse
    done: list[ThreadOperation] = field(default_factory=list)
    undone: list[ThreadOperation] = field(default_factory=list)

    def today(self) -> date:
        return date(2026, 11, 20)

    def _rows(self) -> list[tuple[OverviewRow, tuple[Moment, ...]]]:
        rows = []
        for item in self.world.items.values():
            r = item.recording
            moments = moments_of(FakeSessions(self.world).open(r.id)) if item.draft else ()
            length = moments[-1].end_ms if moments else 0
            name = Path(r.path).name
            rows.append(
                (OverviewRow(r.id, name, r.path, r.started_at, r.duration_s, r.started_at, drafted=bool(moments),
                             duration_ms=length), moments)
            )  # fmt: skip
        return rows

    def roll_up(self, first: date, end: date, zone: tzinfo | None = None) -> RollUp:
        of = {(s.recording_id, s.subject_id): (t.key, t.label) for t in self.threads() for s in t.subjects}
        return roll_up(self._rows(), of, first, end, zone or UTC)

    def threads(self) -> list[Thread]:
        subjects: dict[SubjectRef, int] = {}
        for row, moments in self._rows():
            for m in moments:
                if m.activity != "idle":
                    ref = SubjectRef(row.id, m.subject_id, m.subject)
                    subjects[ref] = subjects.get(ref, 0) + m.duration_ms
        return threads(list(subjects.items()), self.done)

    def correct(self, operation: ThreadOperation) -> None:
        self.done.append(operation)

    def undo(self) -> str:
        if not self.done:
            raise LookupError("There is no correction of a thread to undo.")
        self.undone.append(self.done.pop())
        return "that"

    def redo(self) -> str:
        self.done.append(self.undone.pop())
        return "that"

    def formats(self) -> list[str]:
        return ["card", "standup"]

    def write(
        self, first: date, end: date, format: str, on_text: Callable[[str], None] | None = None, zone: tzinfo | None = None
    ) -> Summary:
        return Summary(format, 0, f"# {format}\n\n- Worked on it [dev-session 1:18, 2:00].\n", "deterministic")

    def cited(self, first: date, end: date) -> dict[str, str]:
        return {Path(i.recording.path).stem: i.recording.id for i in self.world.items.values()}


@dataclass
class FakeSessions:
    world: FakeHouse

    def open(self, recording_id: str, live: bool = False) -> Session:
        with self.world.lock:
            item = self.world.item(recording_id)
            if item.draft is None or item.run is None:
                raise LookupError("Nothing has been drafted for this recording yet.")
            standing = fold(item.journal)
            timeline, misfits = replay(item.draft, standing.edits)
            return Session(item.recording, item.run, item.draft, timeline, standing, misfits)

    def revision(self, recording_id: str) -> tuple[str, int]:
        item = self.world.item(recording_id)
        return (item.run.id if item.run else ""), (item.journal[-1].revision if item.journal else 0)

    def _append(self, recording_id: str, base: int, make: Callable[[Session], Entry]) -> Session:
        with self.world.lock:
            error, self.world.fail_next = self.world.fail_next, None
            if error is not None:
                raise error
            session = self.open(recording_id)
            if session.revision != base:
                raise StaleRevision("Changed elsewhere meanwhile.")
            self.world.items[recording_id].journal.append(make(session))
            return self.open(recording_id)

    def edit(self, recording_id: str, operations: Sequence[Operation], base_revision: int) -> Session:
        def make(session: Session) -> Entry:
            apply_all(session.timeline, operations)
            said = say(session.timeline, operations)
            return Entry(session.revision + 1, "edit", tuple(operations), made_at="2026-11-20T10:10:00+00:00", said=said)

        return self._append(recording_id, base_revision, make)

    def undo(self, recording_id: str, base_revision: int) -> Session:
        def make(session: Session) -> Entry:
            if not session.standing.can_undo:
                raise ValueError("There is nothing to undo.")
            return Entry(session.revision + 1, "undo", target=session.standing.edits[-1].revision)

        return self._append(recording_id, base_revision, make)

    def redo(self, recording_id: str, base_revision: int) -> Session:
        def make(session: Session) -> Entry:
            if not session.standing.can_redo:
                raise ValueError("There is nothing to redo.")
            return Entry(session.revision + 1, "redo", target=session.standing.redoable[-1].revision)

        return self._append(recording_id, base_revision, make)

    def dismiss(self, recording_id: str, revision: int, base_revision: int) -> Session:
        return self._append(recording_id, base_revision, lambda s: Entry(s.revision + 1, "dismiss", target=revision))

    def history(self, recording_id: str) -> list[tuple[Entry, str]]:
        item = self.world.item(recording_id)
        standing = fold(item.journal)
        stands, undone = ({e.revision for e in part} for part in (standing.edits, standing.redoable))

        def state(e: Entry) -> str:
            if e.kind != "edit":
                return ""
            return "standing" if e.revision in stands else "undone" if e.revision in undone else "dropped"

        return [(e, state(e)) for e in item.journal]

    def evidence(self, recording_id: str, start_s: float = 0.0, end_s: float = float("inf")) -> Evidence:
        e = self._heard(recording_id)
        return Evidence(
            tuple(f for f in e.frames if f.shows_from_s < end_s and f.shows_until_s > start_s),
            tuple(d for d in e.descriptions if start_s <= d.t_s < end_s),
            tuple(x for x in e.lines if x.start_s < end_s and x.end_s > start_s),
            tuple(u for u in e.utterances if u.start_s < end_s and u.end_s > start_s),
            tuple(c for c in e.changes if start_s <= c.t_s < end_s),
            e.envelopes,
        )

    def outline(self, recording_id: str) -> Evidence:
        return replace(self._heard(recording_id), lines=(), descriptions=())

    def _heard(self, recording_id: str) -> Evidence:
        item = self.world.item(recording_id)
        return replace(item.evidence, utterances=correct(item.evidence.utterances, fold(item.journal).said).utterances)

    def coverage(self, recording_id: str) -> Coverage:
        return Coverage(1.0, 1, 24.0, 0.0, ("One frame could not be described.",))

    def alike(self, recording_id: str, segment_id: str) -> list[str]:
        timeline = self.open(recording_id).timeline
        this = timeline.by_id(segment_id)
        return [s.id for s in timeline.segments if this and s.id != this.id and s.title == this.title and s.title]

    def thumbnail(self, recording_id: str, name: str) -> Path:
        return self.world.folder / "thumbnails" / name

    def picture(self, recording_id: str, name: str) -> Path:
        whole = self.world.folder / "whole" / name
        return whole if whole.exists() else self.thumbnail(recording_id, name)


class FakeRun:
    """Tells a script of events from a thread of its own."""

    def __init__(self, world: FakeHouse, item: Item, profile: str, sink: Callable[[Event], None]) -> None:
        self.world, self.item, self.profile, self.recording = world, item, profile, item.recording
        self.id = f"run-{item.recording.id}-{profile}"
        self._sink = sink
        self.told = 0
        self._state = RunState()
        self._stop, self._go, self._ended = threading.Event(), threading.Event(), threading.Event()
        self._go.set()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    @property
    def state(self) -> RunState:
        return self._state

    @property
    def paused(self) -> bool:
        return not self._go.is_set()

    def cancel(self) -> None:
        self._stop.set()
        self._go.set()
        if self.world.steps:
            self.world.steps.release()

    def pause(self) -> None:
        self._go.clear()

    def resume(self) -> None:
        self._go.set()

    def wait(self, timeout_s: float | None = None) -> bool:
        return self._ended.wait(timeout_s)

    def _tell(self, event: Event) -> None:
        self._state = self._state.apply(event)
        self._sink(event)
        self.told += 1

    def _work(self) -> None:
        state = "finished"
        for event in script(self.world.folder / "thumbnails"):
            if self.world.steps:
                self.world.steps.acquire()
            self._go.wait()
            if self._stop.is_set():
                state = "cancelled"
                break
            self._tell(event)
        if state == "finished":
            self.world.put(self.item, draft=True)
        else:
            self.item.run = RunRecord(self.id, self.recording.id, self.profile, state, "")
        self._tell(ev.RunEnded(state, 31.4))
        self._ended.set()


def script(thumbnails: Path) -> list[Event]:
    """What a run tells: both lanes, one failed frame, segments drafted as they come."""
    timeline, _ = fake_session.story()
    rows = tuple(ev.DraftRow(s.start_ms, s.end_ms, s.activity, s.title, (*s.apps, "")[0]) for s in timeline.segments)
    told: list[Event] = [
        ev.PhaseStarted("probe", 0.0), ev.PhaseFinished("probe", 0.1, 1, wall_s=0.1),
        ev.PhaseStarted("scan", 0.1, None), ev.PhaseStarted("listen", 0.1, 361, "silero"),
        ev.PhaseProgressed("scan", 0.3, 5400, 10830), ev.PhaseFinished("scan", 0.5, 10830, wall_s=0.4, note="46 changes"),
        ev.PhaseStarted("frames", 0.5, 30), ev.PhaseProgressed("listen", 0.6, 180, 361),
        ev.PhaseFinished("frames", 1.2, 30, wall_s=0.7, note="30 pictures"),
        ev.PhaseFinished("listen", 1.4, 361, wall_s=1.3, note="0:24 of speech in 8 spans"),
        ev.PhaseStarted("read", 1.5, 30, "rapidocr", "PP-OCR"), ev.PhaseStarted("describe", 1.5, 30, "screen reader"),
        ev.PhaseStarted("transcribe", 1.5, 8, "moonshine", "tiny-en"),
    ]  # fmt: skip
    for n in range(1, 11):
        at = 1.5 + n
        told += [
            ev.Looked(timeline.segments[n - 1].start_s + 1, str(thumbnails / f"{n - 1}-0.jpg"), timeline.segments[n - 1].title),
            ev.PhaseProgressed("read", at, 3 * n, 30), ev.PhaseProgressed("describe", at, 3 * n, 30, int(n > 4)),
            ev.Drafted(rows[:n]),
        ]  # fmt: skip
        told += [ev.ItemFailed("describe", "0000137600", "no answer in 60 s")] if n == 5 else []
        told += [ev.PhaseProgressed("transcribe", at, n, 8)] if n <= 8 else []
    for name, items, failed in (("read", 30, 0), ("describe", 30, 1), ("transcribe", 8, 0)):
        told.append(ev.PhaseFinished(name, 12.0, items, failed, 10.5, 9.0))
    told.append(ev.PhaseSkipped("refine", 12.0, "not in this profile"))
    for name in ("segment", "align", "subjects", "summarize"):
        told += [ev.PhaseStarted(name, 12.1), ev.PhaseFinished(name, 12.2, 1, wall_s=0.1)]
    return told


@dataclass
class FakeRuns:
    world: FakeHouse
    problems: tuple[str, ...] = ()

    def profiles(self) -> list[Profile]:
        return [Profile("quick", "Changes, screen text and one pass over the speech."),
                Profile("thorough", "More frames, a second pass over doubtful speech.")]  # fmt: skip

    def profile_problems(self) -> list[str]:
        return list(self.problems)

    def plan(self, recording_id: str, profile: str, options: RunOptions = RunOptions()) -> RunPlan:  # noqa: B008
        item = self.world.item(recording_id)
        more = 3.0 if profile == "thorough" else 1.0
        reuses = "nothing" if options.force or item.draft is None else "all"
        phases = (
            PlannedPhase("scan", "finds every change from the sizes of packets", estimate_s=0.4, reuses=reuses),
            PlannedPhase("frames", "takes a picture after each change", estimate_s=4 * more, reuses=reuses),
            PlannedPhase("read", "reads the screen text", "RapidOCR", "PP-OCRv4", (), 14 * more, "nothing"),
            PlannedPhase("describe", "says what is done", "screen reader", "", (("qwen3-vl on Ollama", "no answer"),), 2.0),
            PlannedPhase("listen", "finds where somebody speaks", "Silero VAD", "", (), 1.2),
            PlannedPhase("transcribe", "writes down what is said", "Moonshine", "tiny-en", NOT_HERE, 6 * more),
            PlannedPhase("refine", "hears doubtful spans again", skip="" if profile == "thorough" else "not in this profile"),
            PlannedPhase("segment", "drafts segments"), PlannedPhase("align", "joins speech to segments"),
            PlannedPhase("subjects", "gathers threads of work"),
            PlannedPhase("summarize", "writes three summaries", "deterministic writer",
                         leaves_machine="studio.example" if profile == "thorough" else ""),
        )  # fmt: skip
        profile_about = {p.name: p.description for p in self.profiles()}[profile]
        if options.budget_s is None:
            return RunPlan(item.recording, profile, profile_about, phases, 24.0 * more, GUESS)
        name = f"{profile} in {duration(round(options.budget_s * 1000))}"
        takes = min(24.0 * more, options.budget_s)
        out = ("about 12 of 46 frames", "reading between the chosen frames") if takes < 24.0 * more else ()
        return RunPlan(item.recording, name, profile_about, phases, takes, GUESS, out)

    def watch(self, recording_id: str, run_id: str = "") -> Watched | None:
        if recording_id in self.world.elsewhere:
            return Watched("run-9", "thorough", self.world.seen_elsewhere)
        return (
            Watched("run-9", "thorough", replace(self.world.seen_elsewhere, state="finished", wall_s=9.0)) if run_id else None
        )

    def start(self, recording_id: str, profile: str, options: RunOptions, sink: Callable[[Event], None]) -> FakeRun:
        if self.world.busy or recording_id in self.world.elsewhere:
            raise RunBusy("Another run works on this recording.")
        within = "" if options.budget_s is None else f" in {options.budget_s:g} s"
        self.world.calls.append(f"start {recording_id} {profile}{within}")
        return FakeRun(self.world, self.world.item(recording_id), profile, sink)


@dataclass
class FakeSummaries:
    world: FakeHouse

    def formats(self) -> list[str]:
        return ["card", "standup", "narrative"]

    def view(self, recording_id: str, format: str) -> SummaryView:
        newest = next((v.summary for v in self.versions(recording_id, format)), None)
        revision = FakeSessions(self.world).revision(recording_id)[1]
        stale = newest is not None and newest.revision != revision
        own = layered(newest.markdown, self._own(recording_id, format)) if newest else None
        return SummaryView(newest, stale, f"{revision - newest.revision} edits since" if newest and stale else "", own)

    def _own(self, recording_id: str, format: str) -> tuple[OwnChange, ...]:
        return self.world.item(recording_id).own.get(format, ())

    def regenerate(self, recording_id: str, format: str, on_text: Callable[[str], None] | None = None) -> Summary:
        session = FakeSessions(self.world).open(recording_id)
        lines = [f"# Session {format}, 20 November 2026", "", f"{duration(session.timeline.duration_ms)} recorded.", ""]
        for subject in session.timeline.subjects:
            lines += [f"## {subject.label}", ""]
            lines += [
                f"- {s.activity.capitalize()}: {s.title or 'nothing'} [{cite(s.start_s, s.end_s)}]."
                for s in session.timeline.of_subject(subject.id)
            ] + [""]
        markdown = "\n".join(lines)
        if on_text:
            for k in range(0, len(markdown), 40):
                on_text(markdown[k : k + 40])
        with self.world.lock:
            kept = self.world.item(recording_id).summaries
            made = Summary(format, session.revision, markdown, "deterministic", created_at="2026-11-20T10:20:00+00:00",
                           id=len(kept) + 1)  # fmt: skip
            kept.append(made)
        return made

    def versions(self, recording_id: str, format: str) -> list[SummaryVersion]:
        kept = self.world.item(recording_id).summaries
        return [SummaryVersion(s, s.markdown, s.created_at) for s in reversed(kept) if s.format == format]

    def restore(self, recording_id: str, version: SummaryVersion) -> SummaryView:
        kept = self.world.item(recording_id).summaries
        kept.append(replace(version.summary, id=len(kept) + 1))
        return self.view(recording_id, version.summary.format)

    def rewrite(self, recording_id: str, format: str, summary_id: int, markdown: str) -> SummaryView:
        item = self.world.item(recording_id)
        written = next(s.markdown for s in item.summaries if s.id == summary_id)
        item.own[format] = own_text.changes(written, markdown, self._labels(recording_id))
        return self.view(recording_id, format)

    def decide(self, recording_id: str, format: str, change: OwnChange, keep: bool) -> SummaryView:
        item = self.world.item(recording_id)
        own = tuple(c for c in item.own.get(format, ()) if c != change)
        written = self.versions(recording_id, format)[0].summary.markdown
        item.own[format] = own_text.kept(written, own, change, self._labels(recording_id)) if keep else own
        return self.view(recording_id, format)

    def _labels(self, recording_id: str) -> list[str]:
        return [s.label for s in FakeSessions(self.world).open(recording_id).timeline.subjects]


@dataclass
class FakeExports:
    world: FakeHouse

    def formats(self) -> list[str]:
        return ["json", "md", "srt", "vtt", "csv", "html", "truth"]

    def export(self, recording_id: str, format: str) -> str:
        return f"{format} of {self.world.item(recording_id).recording.id}\n"

    def write(self, recording_id: str, format: str, target: Path) -> None:
        target.write_text(self.export(recording_id, format))

    def draft(self, recording_id: str) -> str:
        return self.export(recording_id, "draft")


@dataclass
class FakeRules:
    """The domain's own learning over the fake library; accepted rules are kept in the world."""

    world: FakeHouse

    def candidates(self, recording_id: str, segment_id: str) -> Sequence[Candidate]:
        segment = FakeSessions(self.world).open(recording_id).timeline.by_id(segment_id)
        if segment is None:
            raise LookupError("There is no such segment any more.")
        item = self.world.item(recording_id)
        pictures = Pictures(item.evidence.frames, Path(item.recording.path).name, lambda frame: True)
        return candidates(segment, item.evidence.descriptions, pictures)

    def preview(self, rule: Rule, recording_id: str = "") -> RulePreview:
        found: dict[bool, list[Affected]] = {True: [], False: []}
        for item in self.world.items.values():
            if item.draft is not None:
                timeline = FakeSessions(self.world).open(item.recording.id).timeline
                changed = would_change(rule, timeline.segments, item.evidence.descriptions, item.evidence.frames)
                name = Path(item.recording.path).name
                found[item.recording.id == recording_id] += [Affected(item.recording.id, name, s) for s in changed]
        return RulePreview(rule, tuple(found[True]), tuple(found[False]))

    def previews(self, rules: Sequence[Rule], recording_id: str = "") -> Sequence[RulePreview]:
        return [self.preview(rule, recording_id) for rule in rules]

    def accept(self, rule: Rule) -> None:
        if rule in self.world.rules:
            raise ValueError("This rule holds already.")
        self.world.rules.append(rule)

    def list(self) -> Sequence[Rule]:
        return self.world.rules

    def replace(self, n: int, rule: Rule, was: Rule | None = None) -> Rule:
        old = self._still(n, was)
        self.world.rules[n - 1] = rule
        return old

    def remove(self, n: int, was: Rule | None = None) -> Rule:
        old = self._still(n, was)
        del self.world.rules[n - 1]
        return old

    def _still(self, n: int, was: Rule | None) -> Rule:
        if was is not None and self.world.rules[n - 1] != was:
            raise LookupError(f"Rule {n} is another one by now.")
        return self.world.rules[n - 1]


class FakeWeights:
    def fetch(self, name: str, progress: Callable[[int, int, str], None], stop: Stop) -> Path:
        raise BackendError("there is no hub in these tests")


class FakeDoctor:
    def checks(self) -> list[Check]:
        return [
            Check("speech", "Silero VAD", "ok", "inside the faster-whisper wheel"),
            Check("vision", "Ollama", "warn", "no server answered at http://localhost:11434", "start it with `ollama serve`"),
            Check("folders", "library", "fail", "the disk is full", "free some space"),
        ]


@dataclass
class FakeQueue:
    waiting: list[Waiting] = field(default_factory=list)

    def put(self, path: Path, profile: str) -> Waiting:
        self.waiting.append(Waiting(len(self.waiting) + 1, str(path), profile, "waiting", "2026-11-20T10:00:00+00:00"))
        return self.waiting[-1]

    def rows(self) -> list[Waiting]:
        return list(self.waiting)

    def remove(self, waiting_id: int) -> bool:
        before = len(self.waiting)
        self.waiting = [w for w in self.waiting if w.id != waiting_id]
        return len(self.waiting) < before

    def clear_ended(self) -> int:
        return 0

    def working(self) -> AbstractContextManager[bool]:
        return nullcontext(True)

    def take(self) -> Waiting | None:
        return next((w for w in self.waiting if w.state == "waiting"), None)

    def end(self, waiting: Waiting, state: str, recording_id: str = "", message: str = "") -> None:
        self.waiting = [replace(w, state=state) if w.id == waiting.id else w for w in self.waiting]


class FakeMachine:
    def residents(self) -> Residents:
        reader = Resident("PP-OCR", "screen_text", "rapidocr", "PP-OCR", 210.0, True, True, 1, 0.0, 0.6, 1)
        speech = Resident("Moonshine tiny-en", "speech", "moonshine", "tiny-en", 142.0, True, False, 1, 2.0, 0.4, 1)
        return Residents((reader, speech), 8_000.0, 5_200.0)
