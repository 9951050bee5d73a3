"""The journal of corrections: rows that are only ever added, and what they come to.

Every row has a revision, one more than the row before it. An `edit` row holds operations; an `undo` row takes the last
edit that stands back, a `redo` row brings the last one taken back again; a `dismiss` row gives up an edit that no
longer fits. A new edit ends what could be redone, as everywhere. The draft of the machine is never touched: what the
owner sees is the draft with the edits that stand applied in order.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from escribano_tui.domain.timeline import (
    Assign,
    AssignSubject,
    DoesNotFit,
    Hold,
    Merge,
    MoveBoundary,
    Operation,
    RenameSubject,
    Say,
    Split,
    Timeline,
    apply,
    apply_all,
)
from escribano_tui.domain.times import cite, span


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. `target` is the revision that an undo, redo or dismiss speaks of. `made_at` is ISO 8601, UTC."""

    revision: int
    kind: str
    operations: tuple[Operation, ...] = ()
    target: int = 0
    made_at: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rows come to: the edits that stand, in order, and those that a redo would bring back, last first."""

    revision: int
    edits: tuple[Entry, ...]
    redoable: tuple[Entry, ...]

    @property
    def said(self) -> tuple[Say, ...]:
        """The corrections of what was said, in order."""
        return tuple(o for e in self.edits for o in e.operations if isinstance(o, Say))

    @property
    def can_undo(self) -> bool:
        return bool(self.edits)

    @property
    def can_redo(self) -> bool:
        return bool(self.redoable)


@dataclass(frozen=True, slots=True)
class Misfit:
    """An edit that stands but does not fit the draft of a later run; the owner decides."""

    revision: int
    said: str
    why: str


class StaleRevision(Exception):
    """Somebody else has changed the journal meanwhile: look again, then edit."""


def fold(entries: Iterable[Entry]) -> Standing:
    """Which edits stand after all rows. Rows whose target does not match are an error of the writer: ValueError."""
    edits: list[Entry] = []
    redoable: list[Entry] = []
    revision = 0
    for entry in entries:
        if entry.revision <= revision:
            raise ValueError(f"revision {entry.revision} follows {revision}")
        revision = entry.revision
        match entry.kind:
            case "edit":
                edits.append(entry)
                redoable.clear()
            case "undo":
                if not edits or edits[-1].revision != entry.target:
                    raise ValueError(f"revision {revision} takes back {entry.target}, which is not the last edit")
                redoable.append(edits.pop())
            case "redo":
                if not redoable or redoable[-1].revision != entry.target:
                    raise ValueError(f"revision {revision} brings back {entry.target}, which is not the last one undone")
                edits.append(redoable.pop())
            case "dismiss":
                edits = [e for e in edits if e.revision != entry.target]
            case _:
                raise ValueError(f"revision {revision} is a {entry.kind}")
    return Standing(revision, tuple(edits), tuple(redoable))


def replay(draft: Timeline, edits: Sequence[Entry]) -> tuple[Timeline, tuple[Misfit, ...]]:
    """The draft with the edits applied, and those that do not fit it. An edit fits whole or not at all."""
    timeline, misfits = draft, []
    for entry in edits:
        try:
            timeline = apply_all(timeline, entry.operations)
        except DoesNotFit as why:
            misfits.append(Misfit(entry.revision, entry.said, str(why)))
    return timeline, tuple(misfits)


class Replays:
    """Replays that go on from where an earlier one was: an edit costs the same after a thousand others. Thread-safe."""

    KEPT = 64

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, tuple[int, ...]], tuple[Timeline, tuple[Misfit, ...]]] = OrderedDict()
        self._guard = threading.Lock()

    def replay(self, name: str, draft: Timeline, edits: Sequence[Entry]) -> tuple[Timeline, tuple[Misfit, ...]]:
        """The same as `replay`; `name` is that of the draft, which never changes."""
        revisions = tuple(e.revision for e in edits)
        with self._guard:
            known = next((k for k in range(len(edits), -1, -1) if (name, revisions[:k]) in self._kept), 0)
            timeline, misfits = self._kept.get((name, revisions[:known]), (draft, ()))
        for k in range(known, len(edits)):
            timeline, more = replay(timeline, edits[k : k + 1])
            misfits = (*misfits, *more)
            if k >= len(edits) - self.KEPT // 2:
                self._keep((name, revisions[: k + 1]), (timeline, misfits))
        return timeline, misfits

    def _keep(self, key: tuple[str, tuple[int, ...]], state: tuple[Timeline, tuple[Misfit, ...]]) -> None:
        with self._guard:
            self._kept[key] = state
            self._kept.move_to_end(key)
            while len(self._kept) > self.KEPT:
                self._kept.popitem(last=False)


# ---------------------------------------------------------------- words

_VERBS = {"title": "Titled", "description": "Described", "apps": "Set the apps of", "topics": "Set the topics of"}


def say(timeline: Timeline, operations: Sequence[Operation]) -> str:
    """What a step is, in words, for the history: told from the timeline before it."""
    operations = [o for o in operations if not isinstance(o, Hold)]
    if not operations:
        return "Nothing"
    first = _say_one(timeline, operations[0])
    later = {type(o) for o in operations[1:]}
    if not later:
        return first
    if all(isinstance(o, Assign) and o.field == "reviewed" for o in operations[1:]):
        return f"{first}, reviewed"
    return f"{first}, and {len(operations) - 1} more"


def _say_one(timeline: Timeline, operation: Operation) -> str:
    match operation:
        case Hold(start_ms, end_ms):
            return f"Held {_span(timeline, start_ms, end_ms)}"
        case Split(at_ms):
            return f"Split at {cite(at_ms / 1000)}"
        case Merge(at_ms, keep):
            return f"Merged at {cite(at_ms / 1000)}, kept the {'earlier' if keep == 'left' else 'later'} label"
        case MoveBoundary(from_ms, to_ms):
            return f"Moved the boundary at {cite(from_ms / 1000)} by {(to_ms - from_ms) / 1000:+.2f} s"
        case AssignSubject(start_ms, end_ms, label):
            return f"Put {_span(timeline, start_ms, end_ms)} into the subject “{label}”"
        case Say(start_ms, _, _, text):
            at = cite(start_ms / 1000)
            return f"Corrected what was said at {at}: “{text}”" if text else f"Struck out what was said at {at}"
        case RenameSubject(start_ms, _, label):
            return f"Renamed the subject at {cite(start_ms / 1000)} to “{label}”"
        case Assign(start_ms, end_ms, "activity", value):
            before = timeline.at((start_ms + end_ms) / 2).activity
            if before == value:
                return f"Confirmed {_span(timeline, start_ms, end_ms)} as {value}"
            return f"Relabelled {_span(timeline, start_ms, end_ms)} from {before} to {value}"
        case Assign(start_ms, end_ms, "reviewed", value):
            return f"Marked {_span(timeline, start_ms, end_ms)} as {'reviewed' if value else 'not reviewed'}"
        case Assign(start_ms, end_ms, "personal", value):
            return f"Marked {_span(timeline, start_ms, end_ms)} as {'personal' if value else 'not personal'}"
        case Assign(start_ms, end_ms, name, value):
            shown = ", ".join(value) if isinstance(value, tuple) else value
            return f"{_VERBS[name]} {_span(timeline, start_ms, end_ms)} “{shown}”"


def _span(timeline: Timeline, start_ms: int, end_ms: int) -> str:
    return "–".join(span(start_ms / 1000, end_ms / 1000, timeline.duration_ms / 1000))


# ---------------------------------------------------------------- as data

_KINDS: dict[str, type[Operation]] = {
    "assign": Assign,
    "subject": AssignSubject,
    "rename-subject": RenameSubject,
    "split": Split,
    "merge": Merge,
    "move": MoveBoundary,
    "hold": Hold,
    "say": Say,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def dump_operations(operations: Sequence[Operation]) -> str:
    """JSON text of operations."""
    return json.dumps([{"op": _NAMES[type(o)], **asdict(o)} for o in operations], ensure_ascii=False)


def load_operations(text: str) -> tuple[Operation, ...]:
    """Operations of JSON text. Raises ValueError where it is not such text."""
    try:
        return tuple(_load_one(dict(row)) for row in json.loads(text))
    except (KeyError, TypeError) as error:
        raise ValueError(f"not the operations of an edit: {error}") from error


def _load_one(row: dict[str, Any]) -> Operation:
    kind: Any = _KINDS[row.pop("op")]
    operation: Operation = kind(**{name: tuple(v) if isinstance(v, list) else v for name, v in row.items()})
    return operation


__all__ = [
    "Entry", "Misfit", "Replays", "StaleRevision", "Standing", "apply", "dump_operations", "fold", "load_operations", "replay",
    "say",
]  # fmt: skip
