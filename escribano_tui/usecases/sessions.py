"""Drafts and corrections (the port Sessions)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from escribano_tui.domain.evidence import Frame
from escribano_tui.domain.journal import Entry, Replays, StaleRevision, Standing, fold, say
from escribano_tui.domain.likeness import Index, Near, alike, one_by_one
from escribano_tui.domain.operations import cleaned
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.said import put_in
from escribano_tui.domain.segment import Subject
from escribano_tui.domain.session import Coverage, Evidence, RunRecord, Session, draft_id
from escribano_tui.domain.timeline import DoesNotFit, Hold, Operation, RenameSubject, Say, Timeline, apply_all, holds_for
from escribano_tui.ports import MediaFiles, Store
from escribano_tui.usecases import dossiers

NOT_DRAFTED = "Nothing has been drafted of this recording yet."
UNGROUPED = Subject("ungrouped", "not grouped yet")


class SessionDesk:
    """Opens sessions and writes edits. The draft of a run never changes, so it is kept."""

    def __init__(self, store: Store, files: MediaFiles, index: Index = one_by_one) -> None:
        self._store = store
        self._files = files
        self._index = index
        self._indexed: tuple[tuple[int, ...], Near] = ((), index([]))
        self._drafts: dict[str, Timeline] = {}
        self._seen: dict[str, Session] = {}
        self._replays = Replays()
        self._looked_at: tuple[str, Sequence[Frame]] = ("", ())
        self._guard = threading.Lock()

    # ------------------------------------------------------------ looking

    def open(self, recording_id: str, live: bool = False) -> Session:
        recording = self._recording(recording_id)
        run = self._store.runs.shown(recording_id)
        if run is None and not live:
            raise LookupError(NOT_DRAFTED)
        session = self._open_live(recording) if run is None else self._open_whole(recording, run)
        if live:
            with self._guard:
                self._seen[recording_id] = session
        return session

    def _open_whole(self, recording: Recording, run: RunRecord) -> Session:
        return dossiers.make_session(self._store, recording, run, self._draft(recording, run), self._replays)

    def _open_live(self, recording: Recording) -> Session:
        """What a run has drafted so far. An edit of a part that this run has not come to again waits for it."""
        drafted = self._store.live.get(recording.id)
        run = self._store.runs.get(drafted.run_id) if drafted and drafted.segments else None
        if drafted is None or run is None:
            raise LookupError(NOT_DRAFTED)
        segments = tuple(replace(s, subject_id=UNGROUPED.id) for s in drafted.segments)
        draft = Timeline(segments[-1].end_ms, segments, (UNGROUPED,))
        session = dossiers.make_session(self._store, recording, run, draft, self._replays, draft_id(run.id, drafted.n))
        return replace(session, misfits=(), live=drafted.n)

    def _recording(self, recording_id: str) -> Recording:
        recording = self._store.recordings.get(recording_id)
        if recording is None:
            raise LookupError("There is no such recording in the library.")
        return recording

    def _shown(self, recording_id: str) -> tuple[Recording, RunRecord]:
        """The recording, and the run whose evidence is shown: that of the whole draft, else the one under way."""
        recording = self._recording(recording_id)
        run = self._store.runs.shown(recording_id)
        if run is None:
            live = self._store.live.mark(recording_id)
            run = self._store.runs.get(live[0]) if live else None
        if run is None:
            raise LookupError(NOT_DRAFTED)
        return recording, run

    def _draft(self, recording: Recording, run: RunRecord) -> Timeline:
        with self._guard:
            draft = self._drafts.get(run.id)
        if draft is None:
            draft = dossiers.load_draft(self._store, recording, run)
            with self._guard:
                if len(self._drafts) > 8:
                    self._drafts.clear()
                self._drafts[run.id] = draft
        return draft

    def _standing(self, recording_id: str) -> Standing:
        return fold(self._store.journal.entries(recording_id))

    def revision(self, recording_id: str) -> tuple[str, int]:
        run = self._store.runs.shown(recording_id)
        live = None if run else self._store.live.mark(recording_id)
        shown = run.id if run else draft_id(*live) if live else ""
        return shown, self._store.journal.revision(recording_id)

    def history(self, recording_id: str) -> list[tuple[Entry, str]]:
        entries = self._store.journal.entries(recording_id)
        standing = fold(entries)
        stands = {e.revision for e in standing.edits}
        undone = {e.revision for e in standing.redoable}

        def how(entry: Entry) -> str:
            if entry.kind != "edit":
                return ""
            return "standing" if entry.revision in stands else "undone" if entry.revision in undone else "dropped"

        return [(entry, how(entry)) for entry in entries]

    def evidence(self, recording_id: str, start_s: float = 0.0, end_s: float = float("inf")) -> Evidence:
        return dossiers.load_evidence(
            self._store,
            self._shown(recording_id)[1],
            self._standing(recording_id).said,
            start_s,
            end_s,
            curves=False,
        )

    def outline(self, recording_id: str) -> Evidence:
        run, says = self._shown(recording_id)[1], self._standing(recording_id).said
        return dossiers.load_evidence(self._store, run, says, lines=False)

    def coverage(self, recording_id: str) -> Coverage:
        return dossiers.load_coverage(self._store, *self._shown(recording_id))

    def alike(self, recording_id: str, segment_id: str) -> list[str]:
        session = self.open(recording_id, live=True)
        return alike(session.timeline, session.draft, self._frames(session), segment_id, self._near)

    def _near(self, hashes: Sequence[int]) -> Near:
        """An index over these hashes, kept while they are the same."""
        name = tuple(hashes)
        kept, near = self._indexed
        if kept != name:
            near = self._index(name)
            self._indexed = (name, near)
        return near

    def _frames(self, session: Session) -> Sequence[Frame]:
        """The frames of a run, kept for the draft that was asked for last: a review asks with every segment."""
        with self._guard:
            name, frames = self._looked_at
        if name != session.draft_id:
            frames = dossiers.load(self._store, session.run, "frames", Frame)
            with self._guard:
                self._looked_at = (session.draft_id, frames)
        return frames

    def thumbnail(self, recording_id: str, name: str) -> Path:
        return self._files.folder(recording_id) / Path(name).name

    def picture(self, recording_id: str, name: str) -> Path:
        return self._files.whole(recording_id, Path(name).name) or self.thumbnail(recording_id, name)

    # ------------------------------------------------------------ correcting

    def edit(self, recording_id: str, operations: Sequence[Operation], base_revision: int) -> Session:
        operations = [cleaned(operation) for operation in operations]
        session = self._as_seen(self._at(recording_id, base_revision))
        if session.live:
            operations = [*_holds(session, operations), *operations]
        apply_all(session.timeline, operations)  # raises DoesNotFit before anything is written
        self._check_said(session, [o for o in operations if isinstance(o, Say)])
        said = say(session.timeline, operations)
        self._store.journal.append(recording_id, "edit", operations, 0, said, base_revision)
        return self.open(recording_id, live=True)

    def _as_seen(self, session: Session) -> Session:
        """A growing draft as it was when it was looked at last, which is what an edit means; it may be whole by now."""
        with self._guard:
            seen = self._seen.get(session.recording.id)
        return seen if seen is not None and seen.live and seen.revision == session.revision else session

    def _check_said(self, session: Session, says: Sequence[Say]) -> None:
        """Raises DoesNotFit where a correction of speech would take words with it that it is not about."""
        for one in says:
            before = session.standing.said
            span = one.start_ms / 1000, one.end_ms / 1000
            put_in(dossiers.load_said(self._store, session.run, before, *span).utterances, one)

    def undo(self, recording_id: str, base_revision: int) -> Session:
        """Take the last edit back. Raises LookupError where there is none."""
        standing = self._at(recording_id, base_revision).standing
        if not standing.edits:
            raise LookupError("There is nothing to undo.")
        last = standing.edits[-1]
        self._store.journal.append(recording_id, "undo", (), last.revision, f"Undid: {last.said}", base_revision)
        return self.open(recording_id, live=True)

    def redo(self, recording_id: str, base_revision: int) -> Session:
        """Bring the last edit taken back again. Raises LookupError where there is none."""
        standing = self._at(recording_id, base_revision).standing
        if not standing.redoable:
            raise LookupError("There is nothing to redo.")
        last = standing.redoable[-1]
        self._store.journal.append(recording_id, "redo", (), last.revision, f"Redid: {last.said}", base_revision)
        return self.open(recording_id, live=True)

    def dismiss(self, recording_id: str, revision: int, base_revision: int) -> Session:
        standing = self._at(recording_id, base_revision).standing
        given_up = next((e for e in standing.edits if e.revision == revision), None)
        if given_up is None:
            raise LookupError("That edit does not stand any more.")
        self._store.journal.append(recording_id, "dismiss", (), revision, f"Gave up: {given_up.said}", base_revision)
        return self.open(recording_id, live=True)

    def _at(self, recording_id: str, base_revision: int) -> Session:
        run = self._store.runs.shown(recording_id)
        recording = self._recording(recording_id)
        session = self._open_whole(recording, run) if run else self._open_live(recording)
        if session.revision != base_revision:
            raise StaleRevision("Somebody else has changed this session: look again.")
        return session


def _holds(session: Session, operations: Sequence[Operation]) -> list[Hold]:
    """What keeps the segments that an edit of a growing draft acts on. Raises DoesNotFit where they are not settled."""
    if any(isinstance(o, RenameSubject) for o in operations):
        raise DoesNotFit("Subjects are found at the end of the run; until then a segment can be put into one.")
    holds = holds_for(session.timeline, operations)
    grows = session.timeline.duration_ms < session.recording.duration_ms
    if grows and any(h.end_ms >= session.timeline.duration_ms for h in holds):
        raise DoesNotFit("This segment is still growing: it can be corrected as soon as the next one has begun.")
    return holds
