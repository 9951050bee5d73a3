"""Summaries of a session as corrected (the port Summaries)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from escribano_tui.domain import own_text
from escribano_tui.domain.facts import build
from escribano_tui.domain.journal import Entry
from escribano_tui.domain.own_text import OwnChange, layered
from escribano_tui.domain.profile import Profile, SummarizeSettings
from escribano_tui.domain.session import Dossier, SummaryVersion, SummaryView
from escribano_tui.domain.summary import FactSheet, Summary
from escribano_tui.domain.summary_diff import changed_since
from escribano_tui.domain.text import clean
from escribano_tui.ports import BackendError, Backends, Choice, Sessions, Store, Writer
from escribano_tui.usecases import dossiers

LONGEST_TEXT = 400_000  # characters of a text that an owner has written


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
        changed = (changed_since(entries, summary.revision) or "a new draft") if stale else ""
        own = self._own(sheet.recording_id, summary.format)
        return SummaryView(summary, stale, changed, layered(summary.markdown, own) if own else None)

    def _own(self, recording_id: str, format: str) -> tuple[OwnChange, ...]:
        return next((own for *_, own in self.store.summaries.own(recording_id, format)), ())

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
        settings = self.profile_of(dossier.session.run.profile).summarize
        return self.store.summaries.save(recording_id, self._write(sheet, format, before, settings, on_text))

    def write(self, sheet: FactSheet, format: str, profile: str, on_text: Callable[[str], None] | None = None) -> Summary:
        """A summary of any facts, by the writer of a profile; nothing is kept. Raises LookupError for an unknown format."""
        if format not in self.formats_of():
            raise LookupError(f"There is no format of this name; there are: {', '.join(self.formats_of())}.")
        return self._write(sheet, format, None, self.profile_of(profile).summarize, on_text)

    def _write(
        self, sheet: FactSheet, format: str, before: Summary | None, settings: SummarizeSettings,
        on_text: Callable[[str], None] | None,
    ) -> Summary:  # fmt: skip
        choice = self.backends.choose("writing", settings.backend, settings.model, settings.url)
        options = {**asdict(settings), **self.options}
        try:
            return self._written_by(choice, options, sheet, format, before, on_text)
        except BackendError as why:
            embedded = self.backends.choose("writing", ("deterministic",))
            summary = self._written_by(embedded, options, sheet, format, before, on_text)
            return replace(summary, note=f"{choice.serves.label if choice.serves else 'The writer'}: {why}")

    def _written_by(
        self, choice: Choice, options: dict[str, Any], sheet: FactSheet, format: str, before: Summary | None,
        on_text: Callable[[str], None] | None,
    ) -> Summary:  # fmt: skip
        writer: Writer = self.backends.open(choice, options)
        try:
            return writer.write(sheet, format, before, threading.Event(), on_text)
        finally:
            writer.close()

    # ------------------------------------------------------------ the owner's own text

    def rewrite(self, recording_id: str, format: str, summary_id: int, markdown: str) -> SummaryView:
        summary = self._summary(recording_id, format, summary_id)
        before = layered(summary.markdown, self._own(recording_id, format))
        edited = clean(markdown, LONGEST_TEXT)
        if edited.rstrip() != before.text.rstrip():
            made = own_text.changes(summary.markdown, edited, self._labels(recording_id))
            self.store.summaries.save_own(recording_id, format, self._newest_id(recording_id, format), (*made, *before.waiting))
        return self.view(recording_id, format)

    def decide(self, recording_id: str, format: str, change: OwnChange, keep: bool) -> SummaryView:
        newest = self._newest_id(recording_id, format)
        own = tuple(c for c in self._own(recording_id, format) if c != change)
        if keep:
            own = own_text.kept(self._summary(recording_id, format, newest).markdown, own, change, self._labels(recording_id))
        self.store.summaries.save_own(recording_id, format, newest, own)
        return self.view(recording_id, format)

    def _labels(self, recording_id: str) -> list[str]:
        return [s.label for s in self._sheet(recording_id).subjects]

    def _newest_id(self, recording_id: str, format: str) -> int:
        newest = self.store.summaries.newest(recording_id, format)
        if newest is None:
            raise LookupError(f"No {format} has been written yet.")
        return newest.id

    def _summary(self, recording_id: str, format: str, summary_id: int) -> Summary:
        found = next((s for s in self.store.summaries.versions(recording_id, format) if s.id == summary_id), None)
        if found is None:
            raise LookupError(f"There is no such version of the {format}.")
        return found

    # ------------------------------------------------------------ versions

    def versions(self, recording_id: str, format: str) -> list[SummaryVersion]:
        rows = self.store.summaries.own(recording_id, format)
        found: list[SummaryVersion] = []
        for summary in self.store.summaries.versions(recording_id, format):
            inherited = next((own for summary_id, _, own in rows if summary_id < summary.id), ())
            first = SummaryVersion(summary, layered(summary.markdown, inherited).text, summary.created_at, inherited)
            edited = [
                SummaryVersion(summary, layered(summary.markdown, own).text, made_at, own)
                for summary_id, made_at, own in rows
                if summary_id == summary.id
            ]
            found += [*edited, first]
        return found

    def restore(self, recording_id: str, version: SummaryVersion) -> SummaryView:
        format = version.summary.format
        kept = self.store.summaries.save(recording_id, version.summary)
        if version.own != self._own(recording_id, format):
            self.store.summaries.save_own(recording_id, format, kept.id, version.own)
        return self.view(recording_id, format)
