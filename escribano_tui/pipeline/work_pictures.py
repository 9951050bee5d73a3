"""Full-size pictures are kept only until both lanes are through with them."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from escribano_tui.domain.evidence import Frame
from escribano_tui.ports import Evidence, MediaFiles

LANES = ("read", "describe")


class WorkPictures:
    """Drops the work picture of a frame when every lane that wants it and runs has taken it.

    `running` are the lanes that this run computes; `through` are (lane, item) that an earlier run has done.
    """

    def __init__(self, files: MediaFiles, recording_id: str, running: frozenset[str], through: set[tuple[str, str]]) -> None:
        self._files = files
        self._recording_id = recording_id
        self._running = running
        self._through = through
        self._wanted: dict[str, frozenset[str]] = {}
        self._guard = threading.Lock()

    def expect(self, frames: Sequence[Frame]) -> None:
        """Frames that an earlier run has taken."""
        with self._guard:
            for frame in frames:
                self._want(frame)

    def _want(self, frame: Frame) -> None:
        wanting = {"read"} if frame.to_read else set()
        if frame.to_describe:
            wanting.add("describe")
        self._wanted[frame.item] = frozenset(wanting) & self._running

    def note(self, phase: str, item: str, evidence: Sequence[Evidence]) -> None:
        """A phase is through with an item."""
        with self._guard:
            if phase == "frames":
                for frame in evidence:
                    if isinstance(frame, Frame):
                        self._want(frame)
                return
            if phase not in LANES:
                return
            self._through.add((phase, item))
            done = all((lane, item) in self._through for lane in self._wanted.get(item, frozenset(LANES)))
        if done:
            self._files.drop_work(self._recording_id, item)
