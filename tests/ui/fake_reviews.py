"""Sessions of the full house in memory, by the domain's own journal and timeline; what is written and exported of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from escribano_tui.domain import own_text
from escribano_tui.domain.cues import Rule
from escribano_tui.domain.journal import Entry, StaleRevision, fold, replay, say
from escribano_tui.domain.learning import Affected, Candidate, Pictures, RulePreview, candidates, would_change
from escribano_tui.domain.own_text import OwnChange, layered
from escribano_tui.domain.said import correct
from escribano_tui.domain.session import (
    Coverage,
    Evidence,
    Session,
    SummaryVersion,
    SummaryView,
)
from escribano_tui.domain.summary import Summary
from escribano_tui.domain.timeline import Operation, apply_all
from escribano_tui.domain.times import cite, duration

if TYPE_CHECKING:
    from tests.ui.fake_house import FakeHouse


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
