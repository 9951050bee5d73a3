"""Drafts and corrections (the port Sessions)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from escribano_tui.domain.journal import Entry, StaleRevision, fold, say
from escribano_tui.domain.likeness import alike
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.session import Coverage, Evidence, RunRecord, Session
from escribano_tui.domain.timeline import Operation, Timeline, apply_all
from escribano_tui.ports import MediaFiles, Store
from escribano_tui.usecases import dossiers


class SessionDesk:
    """Opens sessions and writes edits. The draft of a run never changes, so it is kept."""

    def __init__(self, store: Store, files: MediaFiles) -> None:
        self._store = store
        self._files = files
        self._drafts: dict[str, Timeline] = {}
        self._guard = threading.Lock()

    # ------------------------------------------------------------ looking

    def open(self, recording_id: str) -> Session:
        recording, run = self._shown(recording_id)
        return dossiers.make_session(self._store, recording, run, self._draft(recording, run))

    def _shown(self, recording_id: str) -> tuple[Recording, RunRecord]:
        recording = self._store.recordings.get(recording_id)
        if recording is None:
            raise LookupError("There is no such recording in the library.")
        run = self._store.runs.shown(recording_id)
        if run is None:
            raise LookupError("Nothing has been drafted of this recording yet.")
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

    def revision(self, recording_id: str) -> tuple[str, int]:
        run = self._store.runs.shown(recording_id)
        return (run.id if run else "", self._store.journal.revision(recording_id))

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
        return dossiers.load_evidence(self._store, self._shown(recording_id)[1], start_s, end_s)

    def outline(self, recording_id: str) -> Evidence:
        return dossiers.load_evidence(self._store, self._shown(recording_id)[1], lines=False)

    def coverage(self, recording_id: str) -> Coverage:
        return dossiers.load_coverage(self._store, *self._shown(recording_id))

    def alike(self, recording_id: str, segment_id: str) -> list[str]:
        session = self.open(recording_id)
        return alike(session.timeline, self.outline(recording_id).frames, segment_id)

    def thumbnail(self, recording_id: str, name: str) -> Path:
        return self._files.folder(recording_id) / Path(name).name

    # ------------------------------------------------------------ correcting

    def edit(self, recording_id: str, operations: Sequence[Operation], base_revision: int) -> Session:
        session = self._at(recording_id, base_revision)
        apply_all(session.timeline, operations)  # raises DoesNotFit before anything is written
        said = say(session.timeline, operations)
        self._store.journal.append(recording_id, "edit", operations, 0, said, base_revision)
        return self.open(recording_id)

    def undo(self, recording_id: str, base_revision: int) -> Session:
        """Take the last edit back. Raises LookupError where there is none."""
        standing = self._at(recording_id, base_revision).standing
        if not standing.edits:
            raise LookupError("There is nothing to undo.")
        last = standing.edits[-1]
        self._store.journal.append(recording_id, "undo", (), last.revision, f"Undid: {last.said}", base_revision)
        return self.open(recording_id)

    def redo(self, recording_id: str, base_revision: int) -> Session:
        """Bring the last edit taken back again. Raises LookupError where there is none."""
        standing = self._at(recording_id, base_revision).standing
        if not standing.redoable:
            raise LookupError("There is nothing to redo.")
        last = standing.redoable[-1]
        self._store.journal.append(recording_id, "redo", (), last.revision, f"Redid: {last.said}", base_revision)
        return self.open(recording_id)

    def dismiss(self, recording_id: str, revision: int, base_revision: int) -> Session:
        standing = self._at(recording_id, base_revision).standing
        given_up = next((e for e in standing.edits if e.revision == revision), None)
        if given_up is None:
            raise LookupError("That edit does not stand any more.")
        self._store.journal.append(recording_id, "dismiss", (), revision, f"Gave up: {given_up.said}", base_revision)
        return self.open(recording_id)

    def _at(self, recording_id: str, base_revision: int) -> Session:
        session = self.open(recording_id)
        if session.revision != base_revision:
            raise StaleRevision("Somebody else has changed this session: look again.")
        return session
