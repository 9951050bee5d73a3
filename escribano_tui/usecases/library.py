"""The recordings of a library (the port Library)."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from escribano_tui.domain.recording import Recording, UnusableInput
from escribano_tui.domain.session import Hit, RecordingRow, Session
from escribano_tui.domain.text import clean_line
from escribano_tui.ports import Media, MediaFiles, Pipeline, Sessions, Store

LEAST_ID = 4  # shorter beginnings of an id are more often a typing error


@dataclass(frozen=True, slots=True)
class LibraryDesk:
    store: Store
    media: Media
    files: MediaFiles
    pipeline: Pipeline
    sessions: Sessions

    def rows(self) -> list[RecordingRow]:
        return [self._row(recording, added_at) for recording, added_at in self.store.recordings.all()]

    def _row(self, recording: Recording, added_at: str) -> RecordingRow:
        latest = self.store.runs.latest(recording.id)
        session = self._session(recording.id)
        times: Counter[str] = Counter()
        for segment in session.timeline.segments if session else ():
            times[segment.activity] += segment.duration_ms
        state = self._state(recording.id, latest.state if latest else "", session)
        return RecordingRow(
            id=recording.id,
            name=clean_line(os.path.basename(recording.path)),
            path=recording.path,
            started_at=recording.started_at,
            duration_s=recording.duration_s,
            added_at=added_at,
            state=state,
            profile=latest.profile if latest else "",
            activities=tuple(times.most_common()),
            segments=len(session.timeline.segments) if session else 0,
            unreviewed=session.unreviewed if session else 0,
            missing=not os.path.exists(recording.path),
        )

    def _session(self, recording_id: str) -> Session | None:
        if self.store.runs.shown(recording_id) is None:
            return None
        return self.sessions.open(recording_id)

    def _state(self, recording_id: str, last_run: str, session: Session | None) -> str:
        if last_run == "running" and self.pipeline.busy(recording_id):
            return "running"
        if session is not None:
            return "reviewed" if session.unreviewed == 0 else "drafted"
        if not last_run:
            return "new"
        return "failed" if last_run == "failed" else "cancelled"

    def add(self, path: Path) -> Recording:
        recording = self.media.probe(path.absolute())
        self.store.recordings.save(recording)
        kept = self.store.recordings.get(recording.id)
        return kept if kept is not None else recording

    def find(self, ident: str) -> Recording:
        if os.path.exists(ident):
            return self._at_path(Path(ident))
        ids = self.store.recordings.beginning_with(ident) if len(ident) >= LEAST_ID else []
        ids = ids or self.store.recordings.at_path(os.path.abspath(ident))
        shown = clean_line(ident, 80)
        if not ids:
            raise LookupError(f"No recording of the library is known as “{shown}”; `escribano-tui list` shows them.")
        if len(ids) > 1:
            raise LookupError(f"“{shown}” may be {' or '.join(ids[:3])}: give more of it.")
        recording = self.store.recordings.get(ids[0])
        if recording is None:
            raise LookupError(f"Recording {ids[0]} has just been removed.")
        return recording

    def _at_path(self, path: Path) -> Recording:
        try:
            found = self.store.recordings.get(self.media.probe(path.absolute()).id)
        except UnusableInput as why:
            raise LookupError(str(why)) from why
        if found is None:
            raise LookupError("Nothing has run over this file yet; `escribano-tui run` does.")
        return found

    def delete(self, recording_id: str) -> None:
        self.store.recordings.set_deleted(recording_id, True)

    def restore(self, recording_id: str) -> None:
        self.store.recordings.set_deleted(recording_id, False)

    def purge(self) -> int:
        gone = self.store.recordings.purge()
        for recording_id in gone:
            shutil.rmtree(self.files.folder(recording_id), ignore_errors=True)
        return len(gone)

    def set_started_at(self, recording_id: str, started_at: str) -> None:
        moment = datetime.fromisoformat(started_at)
        if moment.tzinfo is None:
            raise ValueError("a moment needs its offset, such as 2026-11-20T09:14:05+01:00")
        self.store.recordings.set_started_at(recording_id, moment.isoformat())

    def search(self, query: str, limit: int = 50) -> list[Hit]:
        return self.store.finder.search(query, limit)

    def known(self, kind: str) -> list[str]:
        return self.store.finder.known(kind)
