"""Segments and subjects: what tiles a recording."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Segment:
    """A span of one activity, in whole milliseconds: start_ms <= t < end_ms.

    `confidence` in 0..1 is of the activity; a label that the owner gave has 1.0. `importance` is one of
    activity.IMPORTANCE. `why` holds short reasons for the label. `returns_to_ms` is the start of the earlier segment
    that this one returns to, or -1. `edited` says that the owner changed something but the reviewed mark.
    """

    id: str
    start_ms: int
    end_ms: int
    activity: str
    title: str = ""
    description: str = ""
    apps: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    subject_id: str = ""
    confidence: float = 0.5
    importance: str = "medium"
    personal: bool = False
    reviewed: bool = False
    edited: bool = False
    why: tuple[str, ...] = ()
    returns_to_ms: int = -1

    @property
    def start_s(self) -> float:
        return self.start_ms / 1000

    @property
    def end_s(self) -> float:
        return self.end_ms / 1000

    @property
    def duration_ms(self) -> int:
        return self.end_ms - self.start_ms


@dataclass(frozen=True, slots=True)
class Subject:
    """A thread of work. Its time is that of its segments, computed, never stored."""

    id: str
    label: str
    kind: str = "work"  # work, idle or personal
