"""Verification by pixels, small: only the stretch in question is decoded, and only its brightness looked at."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from escribano_tui.media.decoder import decoded
from escribano_tui.media.packets import Packets
from escribano_tui.ports import Stop

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

Gray = npt.NDArray[np.uint8]

SHORT_FILE = 400  # packets: in such a file everything doubtful is looked at
_KEPT = 4000  # glimpses of at most 37 kB
SIDE = 256  # long side of a glimpse, px: a line of text is still a row of its own
LEAST = 4  # px: cells smaller than this show the noise of the codec at every stroke
_SEEN = 7  # levels of mean brightness in a cell: above what coding noise leaves of an unchanged cell


class Glimpses:
    """Small grey pictures of packets by their numbers; each is decoded once. A short file is decoded as a whole."""

    def __init__(self, path: Path, packets: Packets, stop: Stop) -> None:
        self._path, self._packets, self._stop = path, packets, stop
        self._seen: dict[int, Gray] = {}
        self._tried: set[int] = set()

    def of(self, wanted: Iterable[int]) -> dict[int, Gray]:
        """What could be decoded of the wanted packets. Raises OSError, av.FFmpegError, Cancelled."""
        asked = set(wanted)
        fresh = asked - self._tried
        if fresh and len(self._packets) <= SHORT_FILE:
            fresh = set(range(len(self._packets)))
        if len(self._seen) + len(fresh) > _KEPT:
            self._seen, self._tried, fresh = {}, set(), asked
        self._tried |= fresh
        self._seen.update(
            (number, small(frame)) for number, frame in decoded(self._path, self._packets, fresh, self._stop, rough=True)
        )
        return {number: self._seen[number] for number in asked if number in self._seen}


def unlike(one: Gray, other: Gray) -> float:
    """Share of the picture that differs, 0..1."""
    if one.shape != other.shape:
        return 1.0
    return float(np.count_nonzero(cv2.absdiff(one, other) > _SEEN) / one.size)


def small(frame: VideoFrame) -> Gray:
    """The brightness of a frame by area average, its long side at most SIDE px; not turned."""
    factor = max(LEAST, math.ceil(max(frame.width, frame.height) / SIDE))
    width, height = max(1, frame.width // factor), max(1, frame.height // factor)
    luma = _luma(frame)
    if luma is None:
        return np.asarray(frame.to_ndarray(format="gray8", width=width, height=height), dtype=np.uint8)
    whole = luma[: height * factor, : width * factor]  # by a whole factor it is ten times faster
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _luma(frame: VideoFrame) -> Gray | None:
    """The first plane where it is 8-bit brightness, without a copy; None for other formats."""
    name = frame.format.name
    if not (name.startswith(("yuv", "nv", "gray")) and frame.format.components[0].bits == 8 and name not in _PACKED):
        return None
    plane = frame.planes[0]
    rows = np.frombuffer(memoryview(plane), dtype=np.uint8).reshape(plane.height, plane.line_size)
    return np.asarray(rows[:, : plane.width], dtype=np.uint8)


_PACKED = ("yuyv422", "yvyu422", "uyvy422", "uyyvyy411")
