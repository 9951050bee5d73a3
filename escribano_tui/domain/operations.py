"""What a correction is made of: operations that name what they act on by time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from escribano_tui.domain.holding import Hold
from escribano_tui.domain.text import clean_line

FIELDS: dict[str, type] = {
    "activity": str,
    "title": str,
    "description": str,
    "apps": tuple,
    "topics": tuple,
    "personal": bool,
    "reviewed": bool,
}


@dataclass(frozen=True, slots=True)
class Assign:
    """Give one field of the segment with this span a value."""

    start_ms: int
    end_ms: int
    field: str
    value: Any


@dataclass(frozen=True, slots=True)
class AssignSubject:
    """Put the segment with this span into the subject with this label, a new one where there is none."""

    start_ms: int
    end_ms: int
    label: str


@dataclass(frozen=True, slots=True)
class RenameSubject:
    """Give a subject, named by its label and a span of one of its segments, another label."""

    start_ms: int
    end_ms: int
    label: str


@dataclass(frozen=True, slots=True)
class Split:
    at_ms: int


@dataclass(frozen=True, slots=True)
class Merge:
    """Take the boundary at `at_ms` away; label and title of the `keep` side (left or right) stay."""

    at_ms: int
    keep: str = "left"


@dataclass(frozen=True, slots=True)
class MoveBoundary:
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class Say:
    """What was said in a span of a track, in the owner's words; an empty text says that nothing was said there."""

    start_ms: int
    end_ms: int
    track: str
    text: str


Operation = Assign | AssignSubject | RenameSubject | Split | Merge | MoveBoundary | Hold | Say

LONGEST_NAME, LONGEST_TITLE, LONGEST_SAID = 120, 500, 4000


def cleaned(operation: Operation) -> Operation:
    """The operation with its words as they may be stored, whoever gave them: one line each, bounded, without controls."""
    match operation:
        case Assign(value=str() as text):
            return replace(operation, value=clean_line(text, LONGEST_TITLE))
        case Assign(value=tuple() as words):
            return replace(operation, value=tuple(clean_line(word, LONGEST_NAME) for word in words))
        case AssignSubject(label=label) | RenameSubject(label=label):
            return replace(operation, label=clean_line(label, LONGEST_NAME))
        case Say(text=text):
            return replace(operation, text=clean_line(text, LONGEST_SAID))
    return operation
