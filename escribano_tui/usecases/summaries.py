"""Summaries of a session as corrected (the port Summaries)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from escribano_tui.domain.facts import build
from escribano_tui.domain.journal import Entry
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.session import Dossier, SummaryView
from escribano_tui.domain.summary import FactSheet, Summary
from escribano_tui.domain.summary_diff import changed_since
from escribano_tui.ports import BackendError, Backends, Choice, Sessions, Store, Writer
from escribano_tui.usecases import dossiers


@dataclass(frozen=True, slots=True)
class SummaryDesk:
    """`profile_of` gives the profile of a name as it is now; `formats_of` the formats that there are templates for;
    `options` are what writers are opened with."""

    store: Store
    sessions: Sessions
    backends: Backends
    profile_of: Callable[[str], Profile]
    formats_of: Callable[[], Sequence[str]]
    options: Mapping[str, str]

    def formats(self) -> list[str]:
        return list(self.formats_of())

    def view(self, recording_id: str, format: str) -> SummaryView:
        newest = self.store.summaries.newest(recording_id, format)
        if newest is None:
            return SummaryView(None)
        return self._view(newest, self._sheet(recording_id), self.store.journal.entries(recording_id))

    def _view(self, summary: Summary, sheet: FactSheet, entries: Sequence[Entry]) -> SummaryView:
        stale = summary.facts_key != sheet.key
        return SummaryView(summary, stale, (changed_since(entries, summary.revision) or "a new draft") if stale else "")

    def views(self, dossier: Dossier) -> tuple[SummaryView, ...]:
        """The newest summary of every format that there is one of."""
        recording_id = dossier.session.recording.id
        sheet, entries = build(dossier), self.store.journal.entries(recording_id)
        newest = [self.store.summaries.newest(recording_id, format) for format in self.formats_of()]
        return tuple(self._view(s, sheet, entries) for s in newest if s is not None)

    def _dossier(self, recording_id: str) -> Dossier:
        session = self.sessions.open(recording_id)
        return dossiers.make_dossier(self.store, session.recording, session.run)

    def _sheet(self, recording_id: str) -> FactSheet:
        return build(self._dossier(recording_id))

    def regenerate(self, recording_id: str, format: str, on_text: Callable[[str], None] | None = None) -> Summary:
        if format not in self.formats_of():
            raise LookupError(f"There is no format of this name; there are: {', '.join(self.formats_of())}.")
        dossier = self._dossier(recording_id)
        sheet = build(dossier)
        before = self.store.summaries.newest(recording_id, format)
        summary = self._write(sheet, format, before, self._choice(dossier.session.run.profile), on_text)
        return self.store.summaries.save(recording_id, summary)

    def _choice(self, profile: str) -> Choice:
        settings = self.profile_of(profile).summarize
        return self.backends.choose("writing", settings.backend, settings.model, settings.url)

    def _write(
        self, sheet: FactSheet, format: str, before: Summary | None, choice: Choice, on_text: Callable[[str], None] | None
    ) -> Summary:
        try:
            return self._written_by(choice, sheet, format, before, on_text)
        except BackendError as why:
            embedded = self.backends.choose("writing", ("deterministic",))
            summary = self._written_by(embedded, sheet, format, before, on_text)
            return replace(summary, note=f"{choice.serves.label if choice.serves else 'The writer'}: {why}")

    def _written_by(
        self, choice: Choice, sheet: FactSheet, format: str, before: Summary | None, on_text: Callable[[str], None] | None
    ) -> Summary:
        writer: Writer = self.backends.open(choice, dict(self.options))
        try:
            return writer.write(sheet, format, before, threading.Event(), on_text)
        finally:
            writer.close()

    def versions(self, recording_id: str, format: str) -> list[Summary]:
        return self.store.summaries.versions(recording_id, format)
