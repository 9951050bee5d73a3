"""The activities that a segment can have, in the order of the number keys."""

from __future__ import annotations

from typing import Final

ACTIVITIES: Final[tuple[str, ...]] = (
    "coding",
    "debugging",
    "terminal",
    "review",
    "research",
    "reading",
    "writing",
    "meeting",
    "communication",
    "planning",
    "design",
    "data",
    "media",
    "idle",
    "other",
)

LETTERS: Final[dict[str, str]] = {
    "coding": "C",
    "debugging": "D",
    "terminal": "T",
    "review": "V",
    "research": "R",
    "reading": "B",
    "writing": "W",
    "meeting": "M",
    "communication": "E",
    "planning": "P",
    "design": "G",
    "data": "Q",
    "media": "A",
    "idle": "·",
    "other": "O",
}

MEANINGS: Final[dict[str, str]] = {
    "coding": "writing or changing source",
    "debugging": "chasing a failure: a traceback, failing tests, a debugger",
    "terminal": "command-line work that is not debugging",
    "review": "reading somebody's change",
    "research": "looking things up",
    "reading": "a long read",
    "writing": "prose: notes, letters, documents",
    "meeting": "a call with others",
    "communication": "mail and chat",
    "planning": "boards, tickets, to-do lists",
    "design": "drawing and picture editing",
    "data": "tables, queries, spreadsheets and plots",
    "media": "playing or cutting sound and video",
    "idle": "a still or locked screen for 30 s or more with nothing said",
    "other": "none of these",
}

IMPORTANCE: Final[tuple[str, ...]] = ("critical", "high", "medium", "low", "minimal")


def is_activity(name: str) -> bool:
    """Whether `name` is one of ACTIVITIES."""
    return name in LETTERS
