"""Rules that are learned from the owner's labels (the port Rules)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from escribano_tui.domain.cues import Rule
from escribano_tui.domain.evidence import Description
from escribano_tui.domain.learning import Affected, Candidate, RulePreview, candidates, would_change, wrong_with
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.session import Session
from escribano_tui.domain.text import clean_line
from escribano_tui.ports import Sessions, Store
from escribano_tui.usecases import dossiers


class RuleBook(Protocol):
    """Where the owner's rules are kept. Raises ValueError with a sentence where it cannot be used."""

    def rules(self) -> Sequence[Rule]: ...

    def add(self, rule: Rule) -> None: ...

    def replace(self, n: int, rule: Rule, was: Rule | None = None) -> Rule: ...

    def remove(self, n: int, was: Rule | None = None) -> Rule: ...


@dataclass(frozen=True, slots=True)
class RuleDesk:
    """Offers rules, tells what they would change, and keeps those that are accepted."""

    store: Store
    sessions: Sessions
    book: RuleBook

    def candidates(self, recording_id: str, segment_id: str) -> Sequence[Candidate]:
        session = self.sessions.open(recording_id)
        segment = session.timeline.by_id(segment_id)
        if segment is None:
            raise LookupError("There is no such segment any more.")
        return candidates(segment, self._described(session))

    def preview(self, rule: Rule, recording_id: str = "") -> RulePreview:
        here: list[Affected] = []
        elsewhere: list[Affected] = []
        for recording, _ in self.store.recordings.all():
            (here if recording.id == recording_id else elsewhere).extend(self._affected(rule, recording))
        return RulePreview(rule, tuple(here), tuple(elsewhere))

    def _affected(self, rule: Rule, recording: Recording) -> list[Affected]:
        try:
            session = self.sessions.open(recording.id)
        except LookupError:  # nothing has been drafted of it
            return []
        name = clean_line(os.path.basename(recording.path))
        changed = would_change(rule, session.timeline.segments, self._described(session))
        return [Affected(recording.id, name, segment) for segment in changed]

    def _described(self, session: Session) -> list[Description]:
        return dossiers.load(self.store, session.run, "describe", Description)

    def accept(self, rule: Rule) -> None:
        self.book.add(_usable(rule))

    def list(self) -> Sequence[Rule]:
        return self.book.rules()

    def replace(self, n: int, rule: Rule, was: Rule | None = None) -> Rule:
        return self.book.replace(n, _usable(rule), was)

    def remove(self, n: int, was: Rule | None = None) -> Rule:
        return self.book.remove(n, was)


def _usable(rule: Rule) -> Rule:
    wrong = wrong_with(rule)
    if wrong:
        raise ValueError(wrong)
    return rule
