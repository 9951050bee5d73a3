"""The recordings of a library (the port Library)."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from escribano_tui.domain.overview import OverviewRow
from escribano_tui.domain.recording import Recording, UnusableInput
from escribano_tui.domain.session import Hit, RecordingRow
from escribano_tui.domain.text import clean_line
from escribano_tui.ports import Media, MediaFiles, Pipeline, Search, Store
from escribano_tui.usecases import relink
from escribano_tui.usecases.following import FOREVER_S, Follower

ROWS_PATIENCE_S = 0.2  # the list shows what there is meanwhile, and is looked at again soon
LEAST_ID = 4  # shorter beginnings of an id are more often a typing error


@dataclass(frozen=True, slots=True)
class LibraryDesk:
    """Takes recordings in, lists and finds them, lets go of them (the port Library)."""

    store: Store
    media: Media
    files: MediaFiles
    pipeline: Pipeline
    follower: Follower
    finding: Search

    def rows(self) -> list[RecordingRow]:
        self.follower.catch_up(ROWS_PATIENCE_S)
        return [self._row(row) for row in self.store.overviews.rows()]

    def _row(self, row: OverviewRow) -> RecordingRow:
        return RecordingRow(
            id=row.id,
            name=row.name,
            path=row.path,
            started_at=row.started_at,
            duration_s=row.duration_s,
            added_at=row.added_at,
            state=self._state(row),
            profile=row.profile,
            activities=row.activities,
            segments=row.segments,
            unreviewed=row.unreviewed,
            missing=not os.path.exists(row.path),
        )

    def _state(self, row: OverviewRow) -> str:
        if row.last_run == "running" and self.pipeline.busy(row.id):
            return "running"
        if row.drafted:
            return "reviewed" if row.unreviewed == 0 else "drafted"
        if not row.last_run:
            return "new"
        return "failed" if row.last_run == "failed" else "cancelled"

    def add(self, path: Path) -> Recording:
        recording = self.media.probe(path.absolute())
        self.store.recordings.save(recording)
        kept = self.store.recordings.get(recording.id)
        return kept if kept is not None else recording

    def find(self, ident: str) -> Recording:
        if os.path.exists(ident):
            return self._at_path(Path(ident))
        ids = self.store.recordings.beginning_with(ident) if len(ident) >= LEAST_ID and ident.isascii() else []
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

    def relink(self, recording_id: str, path: Path | None = None) -> Recording | None:
        recording = self.store.recordings.get(recording_id)
        if recording is None:
            raise LookupError("There is no such recording in the library.")
        if path is None:
            found = relink.find_again(self.media, recording, relink.likely_places(recording))
        else:
            found = relink.at_path(self.media, recording, path)
        if found is not None:
            self.store.recordings.save(found)
        return found

    def set_started_at(self, recording_id: str, started_at: str) -> None:
        moment = datetime.fromisoformat(started_at)
        if moment.tzinfo is None:
            raise ValueError("a moment needs its offset, such as 2026-11-20T09:14:05+01:00")
        self.store.recordings.set_started_at(recording_id, moment.isoformat())

    def search(self, query: str, limit: int = 50) -> list[Hit]:
        found = self.finding.find(query, limit, a_recording=limit, patience_s=FOREVER_S)
        return sorted(found.hits, key=lambda h: -h.score)

    def known(self, kind: str) -> list[str]:
        self.follower.catch_up(ROWS_PATIENCE_S)
        return self.store.overviews.known(kind)
