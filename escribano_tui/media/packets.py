"""What the packets of a video stream say without being decoded: when, how many bytes, keyframe or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import numpy.typing as npt

from escribano_tui.media.container import only, opened, video_of
from escribano_tui.ports import Cancelled, Stop

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_CHUNK = 4096  # packets between two looks at the stop event
BACKWARD_S = 1.0  # B-frames and muxers shuffle by less; a clock that was set back jumps by more
GAP_S = 20.0  # a longer pause between two packets of a constant-rate stream is told to the owner


@dataclass(frozen=True, slots=True)
class Packets:
    """The video packets of a file in the order of the file (decoding order).

    `time_s` is the presentation time in the container's clock, made to go on where that clock was set back; `pts` and
    `dts` are what the file has, in ticks; `offsets` are (index of the first packet, seconds added from there on).
    `complete` is False where reading broke off before the end.
    """

    time_s: Floats
    pts: Ints
    dts: Ints
    size: Ints
    key: Bools
    duration_s: Floats
    offsets: tuple[tuple[int, float], ...] = ((0, 0.0),)
    complete: bool = True

    def __len__(self) -> int:
        return len(self.time_s)

    @property
    def backwards(self) -> bool:
        return len(self.offsets) > 1

    @property
    def end_s(self) -> float:
        """When the last picture ends, container clock; 0.0 without packets."""
        if not len(self):
            return 0.0
        last = int(np.argmax(self.time_s))
        return float(self.time_s[last] + (self.duration_s[last] or self.step_s))

    @property
    def step_s(self) -> float:
        """The usual distance of two pictures (median), 0.0 with fewer than two."""
        return float(np.median(np.diff(np.sort(self.time_s)))) if len(self) > 1 else 0.0


def read_packets(path: Path, stop: Stop | None = None, progress: Callable[[int], None] | None = None) -> Packets:
    """All video packets of a file, without decoding. Raises OSError, av.FFmpegError, Cancelled.

    About 2.4 us a packet; sound is not even read from the disk where the container has an index.
    """
    with opened(path) as container:
        stream = video_of(container)
        if stream is None:
            return packets_of([], 1.0, True)
        only(container, stream)
        return demux_video(container, stream, stop, progress)


def demux_video(
    container: InputContainer, stream: VideoStream, stop: Stop | None = None, progress: Callable[[int], None] | None = None
) -> Packets:
    """The packets of `stream` from where the container stands to its end."""
    rows: list[tuple[int | None, int | None, int, bool, int | None]] = []
    complete = True
    source = container.demux(stream)
    while True:
        before = len(rows)
        try:  # `extend` keeps what came before an error
            rows.extend((p.pts, p.dts, p.size, p.is_keyframe, p.duration) for p in islice(source, _CHUNK))
        except (av.FFmpegError, OSError):
            complete = False
            break
        if len(rows) == before:
            break
        if stop is not None and stop.is_set():
            raise Cancelled
        if progress is not None:
            progress(sum(1 for row in rows if row[2]) if len(rows) - before < _CHUNK else len(rows))
    return packets_of(rows, float(stream.time_base or 1), complete)


def packets_of(rows: list[tuple[int | None, int | None, int, bool, int | None]], time_base: float, complete: bool) -> Packets:
    """Packets from rows of (pts, dts, size, is_keyframe, duration) in ticks of `time_base` seconds."""
    kept = [row for row in rows if row[2] and (row[0] is not None or row[1] is not None)]
    pts = np.array([row[0] if row[0] is not None else row[1] for row in kept], dtype=np.int64)
    dts = np.array([row[1] if row[1] is not None else row[0] for row in kept], dtype=np.int64)
    size = np.array([row[2] for row in kept], dtype=np.int64)
    key = np.array([row[3] for row in kept], dtype=np.bool_)
    duration = np.array([row[4] or 0 for row in kept], dtype=np.float64) * time_base
    offsets = _offsets(np.asarray(dts * time_base, dtype=np.float64))
    time = np.asarray(pts * time_base, dtype=np.float64)
    for (first, offset), (until, _) in zip(offsets, (*offsets[1:], (len(kept), 0.0)), strict=True):
        time[first:until] += offset
    return Packets(time, pts, dts, size, key, duration, offsets, complete)


def _offsets(order: Floats) -> tuple[tuple[int, float], ...]:
    """Where the clock was set back by more than BACKWARD_S, and what to add so that it goes on."""
    found = [(0, 0.0)]
    if len(order) < 2:
        return tuple(found)
    steps = np.diff(order)
    usual = float(np.median(steps[steps > 0])) if np.any(steps > 0) else 0.0
    for index in np.flatnonzero(steps < -BACKWARD_S):
        found.append((int(index) + 1, found[-1][1] + usual - float(steps[index])))
    return tuple(found)
