"""Recordings that wait to be run, and files that are still being written."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

# What screen recorders write: containers that libav opens and that hold pictures.
VIDEO_ENDINGS: Final = frozenset({
    ".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".flv", ".ts", ".mts", ".wmv", ".mpg", ".mpeg", ".ogv",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file in the queue of a library. `state` is waiting, running, finished or failed; `message` says why it failed, or
    what is to know of it; `recording_id` is empty until it was taken in."""

    id: int
    path: str
    profile: str
    state: str
    added_at: str
    recording_id: str = ""
    message: str = ""

    @property
    def over(self) -> bool:
        return self.state in ("finished", "failed")


def is_recording(name: str) -> bool:
    """Whether a file's name is one that a recorder gives: a video's ending, and not hidden or half downloaded."""
    base = os.path.basename(name)
    return not base.startswith(".") and os.path.splitext(base)[1].lower() in VIDEO_ENDINGS


@dataclass(frozen=True, slots=True)
class Sight:
    """A file as it was seen: its size in bytes and when it was written last, s since the epoch."""

    size: int
    written_s: float


@dataclass(slots=True)
class Settling:
    """Tells when files have stopped growing.

    A file has settled when its size and the time of its last write have stayed the same for `still_s` seconds. One that has
    settled is told of once, and again only after it has changed.
    """

    still_s: float
    _seen: dict[str, tuple[Sight, float]] = field(default_factory=dict)  # what was seen, and since when it is so
    _told: dict[str, Sight] = field(default_factory=dict)

    def look(self, files: Iterable[tuple[str, Sight]], now_s: float) -> list[str]:
        """All files as they are now; returns the paths of those that have just settled, in order. `now_s` only ever rises."""
        here: dict[str, tuple[Sight, float]] = {}
        settled: list[str] = []
        for path, sight in files:
            before = self._seen.get(path)
            since = before[1] if before is not None and before[0] == sight else now_s
            here[path] = (sight, since)
            if sight.size > 0 and now_s - since >= self.still_s and self._told.get(path) != sight:
                self._told[path] = sight
                settled.append(path)
        self._seen = here
        self._told = {path: sight for path, sight in self._told.items() if path in here}
        return settled

    def know(self, files: Iterable[tuple[str, Sight]]) -> None:
        """These were there before: they are told of only after they have changed."""
        self._told.update(files)
