"""Many recordings summed up and told together (the port RollUps)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from escribano_tui.domain.facts import build
from escribano_tui.domain.journal import Standing, fold
from escribano_tui.domain.overview import OverviewRow
from escribano_tui.domain.rollup import RollUp, midnight_ms, roll_up, slices, started_ms
from escribano_tui.domain.several import Told, combine, short_names
from escribano_tui.domain.summary import Summary
from escribano_tui.domain.threads import Join, Name, SubjectRef, Thread, ThreadOperation, say, threads
from escribano_tui.ports import Store
from escribano_tui.usecases import dossiers
from escribano_tui.usecases.following import FOREVER_S, Follower
from escribano_tui.usecases.summaries import SummaryDesk

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(slots=True)
class _Kept:
    """Threads as of a stamp of the overviews and a revision of their journal."""

    of: tuple[int, int] = (-1, -1)
    threads: list[Thread] = field(default_factory=list)
    by_subject: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RollUpDesk:
    """`zone_of` gives the owner's time zone."""

    store: Store
    follower: Follower
    summaries: SummaryDesk
    zone_of: Callable[[], tzinfo]
    _kept: _Kept = field(default_factory=_Kept)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def today(self) -> date:
        return datetime.now(self.zone_of()).date()

    # ------------------------------------------------------------ sums

    def roll_up(self, first: date, end: date, zone: tzinfo | None = None) -> RollUp:
        self.follower.catch_up(FOREVER_S)
        zone = zone or self.zone_of()
        rows = self._rows(first, end, zone)
        moments = self.store.overviews.moments([r.id for r in rows if r.drafted])
        own: dict[str, list[int]] = {}
        for k, moment in enumerate(moments):
            own.setdefault(moment.recording_id, []).append(k)
        of_rows = [(row, [moments[k] for k in own.get(row.id, ())]) for row in rows]
        return roll_up(of_rows, self._threads().by_subject, first, end, zone)

    def _rows(self, first: date, end: date, zone: tzinfo) -> list[OverviewRow]:
        """Recordings that may lie in these days."""
        low, high = midnight_ms(first, zone), midnight_ms(end, zone)
        found = []
        for row in self.store.overviews.rows():
            start = started_ms(row.started_at, row.added_at)
            if start < high and start + max(row.duration_s * 1000, row.duration_ms) > low:
                found.append(row)
        return found

    # ------------------------------------------------------------ threads

    def threads(self) -> list[Thread]:
        self.follower.catch_up(FOREVER_S)
        return list(self._threads().threads)

    def _threads(self) -> _Kept:
        now = (self.store.overviews.stamp(), self.store.threads.revision())
        with self._guard:
            if self._kept.of != now:
                operations = [operation for operation, _ in self._standing()[1]]
                self._kept.threads = threads(self.store.overviews.subjects(), operations)
                self._kept.by_subject = {
                    (ref.recording_id, ref.subject_id): (t.key, t.label) for t in self._kept.threads for ref in t.subjects
                }
                self._kept.of = now
            return self._kept

    def _standing(self) -> tuple[Standing, list[tuple[ThreadOperation, str]]]:
        """What the journal comes to, and the corrections that stand, in order, with their words."""
        entries = self.store.threads.entries()
        by_revision = {entry.revision: operation for entry, operation in entries}
        standing = fold(entry for entry, _ in entries)
        edits = [(by_revision[e.revision], e.said) for e in standing.edits]
        return standing, [(operation, said) for operation, said in edits if operation is not None]

    def correct(self, operation: ThreadOperation) -> None:
        self._check(operation)
        self.store.threads.append("edit", operation, 0, say(operation), self.store.threads.revision())

    def _check(self, operation: ThreadOperation) -> None:
        if isinstance(operation, Name) and not operation.label.strip():
            raise ValueError("A thread needs a name.")
        if isinstance(operation, Join):
            first, second = (self._thread_of(ref) for ref in (operation.first, operation.second))
            if first is not None and first == second:
                raise ValueError("These are one thread already.")

    def _thread_of(self, ref: SubjectRef) -> str | None:
        found = self._threads().by_subject.get((ref.recording_id, ref.subject_id))
        return found[0] if found else None

    def undo(self) -> str:
        standing, _ = self._standing()
        if not standing.edits:
            raise LookupError("There is no correction of a thread to undo.")
        last = standing.edits[-1]
        self.store.threads.append("undo", None, last.revision, f"Undid: {last.said}", standing.revision)
        return last.said

    def redo(self) -> str:
        standing, _ = self._standing()
        if not standing.redoable:
            raise LookupError("There is no correction of a thread to redo.")
        last = standing.redoable[-1]
        self.store.threads.append("redo", None, last.revision, f"Redid: {last.said}", standing.revision)
        return last.said

    # ------------------------------------------------------------ told

    def formats(self) -> list[str]:
        return self.summaries.formats()

    def write(
        self, first: date, end: date, format: str, on_text: Callable[[str], None] | None = None, zone: tzinfo | None = None
    ) -> Summary:
        zone = zone or self.zone_of()
        rolled = self.roll_up(first, end, zone)
        rows = {row.id: row for row in self._rows(first, end, zone)}
        told: list[Told] = []
        profile = ""
        for part in (p for p in rolled.parts if p.drafted):
            recording, run = self.store.recordings.get(part.recording_id), self.store.runs.shown(part.recording_id)
            if recording is None or run is None:
                continue
            profile = run.profile
            sheet = build(dossiers.make_dossier(self.store, recording, run))
            moments = self.store.overviews.moments([part.recording_id])
            told.append(Told(sheet, part, tuple(slices(rows[part.recording_id], moments, first, end, zone))))
        if not told:
            raise LookupError("Nothing is drafted in these days.")
        sheet = combine(rolled, told, self._threads().by_subject, in_words(first, end))
        return self.summaries.write(sheet, format, profile, on_text)

    def cited(self, first: date, end: date) -> dict[str, str]:
        parts = [p for p in self.roll_up(first, end).parts if p.drafted]
        return {name: recording_id for recording_id, name in short_names(parts).items()}


def in_words(first: date, end: date) -> str:
    """`20 November 2026`, `16 to 22 November 2026`, `30 November to 6 December 2026`."""
    last = end - timedelta(days=1)
    told = f"{last.day} {MONTHS[last.month - 1]} {last.year}"
    if first == last:
        return told
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {told}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {MONTHS[first.month - 1]}{year} to {told}"
