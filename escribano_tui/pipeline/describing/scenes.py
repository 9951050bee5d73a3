"""What a describer is given for a frame."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from escribano_tui.domain.evidence import Envelope, Frame, ScreenLine
from escribano_tui.domain.recording import Recording
from escribano_tui.ports import Scene

if TYPE_CHECKING:
    from escribano_tui.ports import Image

BEFORE_S, AFTER_S = 4.0, 8.0  # of motion: a frame is taken when a change has settled, so what follows says more


def scene_of(
    recording: Recording, frame: Frame, motion: Envelope | None, lines: Sequence[ScreenLine] = (), image: Image | None = None
) -> Scene:
    """Everything about a frame that a describer may look at."""
    return Scene(frame, recording.width, recording.height, lines, image, motion_around(motion, frame.t_s))


def motion_around(motion: Envelope | None, t_s: float) -> Sequence[float]:
    """The values of the motion envelope around a moment."""
    if motion is None:
        return ()
    first = max(0, int((t_s - BEFORE_S) / motion.step_s))
    return motion.values[first : max(first, int((t_s + AFTER_S) / motion.step_s))]


def scaled(image: Image, long_side: int) -> Image:
    """The picture with its long side at most `long_side` px (area average)."""
    import cv2
    import numpy as np

    height, width = image.shape[:2]
    scale = long_side / max(height, width)
    if scale >= 1:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


class LinesByTime:
    """The lines of a whole recording, to be asked for by moments in any order."""

    def __init__(self, lines: Sequence[ScreenLine]) -> None:
        self._lines = sorted(lines, key=lambda line: (line.start_s, line.id))
        self._starts = [line.start_s for line in self._lines]
        # The latest end of all lines up to each: behind it nothing that began earlier can still stand.
        self._latest: list[float] = []
        for line in self._lines:
            self._latest.append(max(line.end_s, self._latest[-1] if self._latest else 0.0))

    def __bool__(self) -> bool:
        return bool(self._lines)

    def at(self, t_s: float) -> list[ScreenLine]:
        """Lines visible at a moment."""
        visible: list[ScreenLine] = []
        k = bisect_right(self._starts, t_s) - 1
        while k >= 0 and self._latest[k] > t_s:
            if self._lines[k].end_s > t_s:
                visible.append(self._lines[k])
            k -= 1
        return visible[::-1]
