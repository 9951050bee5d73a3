"""Verification by pixels, small: only the stretch in question is decoded, and only its brightness looked at."""

from __future__ import annotations

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

SIDE = 256  # long side of a glimpse, px: a line of text is still a row of its own
_SEEN = 7  # levels of mean brightness in a cell: above what coding noise leaves of an unchanged cell


def glimpses(path: Path, packets: Packets, wanted: Iterable[int], stop: Stop, threads: int = 1) -> dict[int, Gray]:
    """Small grey pictures of the wanted packets by their numbers; those that cannot be decoded are left out."""
    return {number: small(frame) for number, frame in decoded(path, packets, wanted, stop, threads)}


def unlike(one: Gray, other: Gray) -> float:
    """Share of the picture that differs, 0..1."""
    if one.shape != other.shape:
        return 1.0
    return float(np.count_nonzero(cv2.absdiff(one, other) > _SEEN) / one.size)


def small(frame: VideoFrame) -> Gray:
    """The brightness of a frame, its long side SIDE px, by area average; not turned."""
    scale = SIDE / max(frame.width, frame.height)
    size = (max(1, round(frame.width * scale)), max(1, round(frame.height * scale)))
    luma = _luma(frame)
    if luma is None:
        return np.asarray(frame.to_ndarray(format="gray8", width=size[0], height=size[1]), dtype=np.uint8)
    return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _luma(frame: VideoFrame) -> Gray | None:
    """The first plane where it is 8-bit brightness, without a copy; None for other formats."""
    name = frame.format.name
    if not (name.startswith(("yuv", "nv", "gray")) and frame.format.components[0].bits == 8 and name not in _PACKED):
        return None
    plane = frame.planes[0]
    rows = np.frombuffer(memoryview(plane), dtype=np.uint8).reshape(plane.height, plane.line_size)
    return np.asarray(rows[:, : plane.width], dtype=np.uint8)


_PACKED = ("yuyv422", "yvyu422", "uyvy422", "uyyvyy411")
