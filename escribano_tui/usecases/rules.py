"""Rules that are learned from the owner's labels (the port Rules)."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from escribano_tui.domain.cues import Rule
from escribano_tui.domain.evidence import Description, Frame
from escribano_tui.domain.learning import Affected, Candidate, Pictures, RulePreview, candidates, would_change
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.ruling import fits, looks_of, wrong_with
from escribano_tui.domain.segment import Segment
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
    """Offers rules, tells what they would change, and keeps those that are accepted. `tells` says whether a picture (a
    small one, in a file that may be gone) shows enough for a window to be known by it."""

    store: Store
    sessions: Sessions
    book: RuleBook
    tells: Callable[[Path], bool]

    def candidates(self, recording_id: str, segment_id: str) -> Sequence[Candidate]:
        session = self.sessions.open(recording_id)
        segment = session.timeline.by_id(segment_id)
        if segment is None:
            raise LookupError("There is no such segment any more.")
        pictures = Pictures(self._frames(session), _name(session.recording), lambda frame: self._tells(session, frame))
        return candidates(segment, self._described(session), pictures, self._others(session, segment))

    def _others(self, session: Session, segment: Segment) -> list[Segment]:
        """The segments that a rule for this one should leave as they are: of another activity, and not of its window."""
        alike = self.sessions.alike(session.recording.id, segment.id)
        return [s for s in session.timeline.segments if s.activity != segment.activity and s.id not in alike]

    def _tells(self, session: Session, frame: Frame) -> bool:
        """A frame without a small picture showed what is not to be kept."""
        return bool(frame.thumbnail) and self.tells(self.sessions.thumbnail(session.recording.id, frame.thumbnail))

    def preview(self, rule: Rule, recording_id: str = "") -> RulePreview:
        return self.previews((rule,), recording_id)[0]

    def previews(self, rules: Sequence[Rule], recording_id: str = "") -> Sequence[RulePreview]:
        here: list[list[Affected]] = [[] for _ in rules]
        elsewhere: list[list[Affected]] = [[] for _ in rules]
        for recording, _ in self.store.recordings.all():
            found = here if recording.id == recording_id else elsewhere
            for k, affected in enumerate(self._affected(rules, recording)):
                found[k] += affected
        return [RulePreview(r, tuple(mine), tuple(all_)) for r, mine, all_ in zip(rules, here, elsewhere, strict=True)]

    def _affected(self, rules: Sequence[Rule], recording: Recording) -> list[list[Affected]]:
        """For each rule the segments of a recording that it would change. What no rule fits is not put together."""
        nothing: list[list[Affected]] = [[] for _ in rules]
        run = self.store.runs.shown(recording.id)
        if run is None:  # nothing has been drafted of it
            return nothing
        described = dossiers.load(self.store, run, "describe", Description)
        frames = dossiers.load(self.store, run, "frames", Frame) if described and any(r.likeness for r in rules) else []
        looks = looks_of(frames)
        if not any(fits(rule, d, looks.get(d.item, 0)) for d in described for rule in rules):
            return nothing
        segments = self.sessions.open(recording.id).timeline.segments
        name = _name(recording)
        changed = [would_change(rule, segments, described, frames) for rule in rules]
        return [[Affected(recording.id, name, segment) for segment in found] for found in changed]

    def _frames(self, session: Session) -> list[Frame]:
        return dossiers.load(self.store, session.run, "frames", Frame)

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


def _name(recording: Recording) -> str:
    return clean_line(os.path.basename(recording.path))


def _usable(rule: Rule) -> Rule:
    wrong = wrong_with(rule)
    if wrong:
        raise ValueError(wrong)
    return rule
