"""What the full house in memory does with the library as a whole: list, search, sum up, keep, pack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from escribano_tui.domain.carrying import Carried
from escribano_tui.domain.journal import fold, replay
from escribano_tui.domain.keeping import Due, KeepingRules, Weight
from escribano_tui.domain.overview import Moment, OverviewRow, moments_of
from escribano_tui.domain.query import Query, parse
from escribano_tui.domain.recording import Recording, UnusableInput
from escribano_tui.domain.rollup import RollUp, roll_up
from escribano_tui.domain.session import (
    Check,
    Found,
    Hit,
    HitGroup,
    RecordingRow,
)
from escribano_tui.domain.summary import Summary
from escribano_tui.domain.threads import SubjectRef, Thread, ThreadOperation, threads
from escribano_tui.domain.wording import marks
from tests.ui import fake_session
from tests.ui.fake_reviews import FakeSessions

if TYPE_CHECKING:
    from tests.ui.fake_house import FakeHouse, Item


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
                same = self.world.new(rec)
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


class FakeDoctor:
    def checks(self) -> list[Check]:
        return [
            Check("speech", "Silero VAD", "ok", "inside the faster-whisper wheel"),
            Check("vision", "Ollama", "warn", "no server answered at http://localhost:11434", "start it with `ollama serve`"),
            Check("folders", "library", "fail", "the disk is full", "free some space"),
        ]
