"""What a description says of where somebody is and what is done there, as states that a segment can be in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from escribano_tui.domain.evidence import Description
from escribano_tui.domain.text import squash

# How much of a place stays the same when only the document changes, by activity: another page looked up is the same
# looking up, another file written is another piece of work.
SAME_PROGRAM: dict[str, float] = {
    "research": 0.85, "reading": 0.6, "terminal": 0.95, "debugging": 0.95, "other": 0.9, "communication": 0.85, "review": 0.8,
    "planning": 0.8, "meeting": 0.95, "media": 0.75, "coding": 0.75, "writing": 0.6, "data": 0.75, "design": 0.7, "idle": 1.0,
}  # fmt: skip
NO_DOCUMENT = 0.92  # the same program, where one of the two descriptions names no document


@dataclass(frozen=True, slots=True)
class Place:
    """A program and what is open in it, squashed for comparison."""

    program: str
    document: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """A place and what is done there."""

    place: Place
    activity: str


IDLE = State(Place(""), "idle")


def place_of(description: Description) -> Place:
    """The place that a description names."""
    program = squash(description.apps[0]) if description.apps else ""
    return Place(program, squash(description.document), squash(description.site))


def likeness(a: Place, b: Place, activity: str) -> float:
    """How much of one place another is, 0..1, for somebody who does `activity` there."""
    if not _same_name(a.program, b.program):
        return 0.0
    if a.site and b.site and a.site != b.site:
        return SAME_PROGRAM.get(activity, 0.8) - 0.35
    if not a.document or not b.document:
        return 1.0 if a.document == b.document else NO_DOCUMENT
    return 1.0 if _same_name(a.document, b.document) else SAME_PROGRAM.get(activity, 0.8)


def _same_name(a: str, b: str) -> bool:
    """Equal, or one is how the other begins (a title cut short) or ends (`terminal` and `xfceterminal`)."""
    if a == b:
        return True
    short, long = sorted((a, b), key=len)
    return len(short) >= 4 and (long.startswith(short) or (len(short) >= 6 and long.endswith(short)))


def scores_of(description: Description) -> dict[str, float]:
    """Activity scores relative to the best; a description without scores counts for its one activity."""
    scores = description.scores or {description.activity: 1.0}
    top = max(scores.values(), default=0.0)
    if top <= 0:
        return {description.activity: 1.0}
    return {name: score / top for name, score in scores.items()}


def states_of(descriptions: Sequence[Description], least: float = 0.35) -> list[State]:
    """Every place with the activities that are likely there, in order of first appearance."""
    found: dict[State, None] = {}
    for description in descriptions:
        place = place_of(description)
        for activity, score in scores_of(description).items():
            if score >= least:
                found.setdefault(State(place, activity))
    return list(found)
