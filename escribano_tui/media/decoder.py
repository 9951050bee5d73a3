"""Pictures at wanted times: one pass in time order, each group of pictures decoded at most once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import cv2
import numpy as np

from escribano_tui.media.container import only, opened, video_of
from escribano_tui.media.packets import Packets
from escribano_tui.ports import Cancelled, Picture, Stop

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from escribano_tui.ports import Image

cv2.setNumThreads(1)  # the lanes share a small machine

THREADS = 2
_SKIP_AHEAD = 2000  # packets read over rather than sought past: a seek costs about as much
_NEAR_S = 0.5  # a damaged picture may be stood in for by one this much earlier
_TURNS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, -90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, -180: cv2.ROTATE_180}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture to be decoded: `times_s` ask for packet number `packet`, reached from keyframe number `key`."""

    packet: int
    key: int
    times_s: tuple[float, ...]


def plan(packets: Packets, times_s: Sequence[float], origin_s: float) -> list[Wanted]:
    """Which packet shows at each time, and from which keyframe it is decoded, in decoding order of their groups."""
    if not len(packets):
        return []
    shown = np.argsort(packets.time_s, kind="stable")
    half_tick = 1e-4
    rank = np.searchsorted(packets.time_s[shown], np.asarray(times_s) + origin_s + half_tick, side="right") - 1
    asked: dict[int, list[float]] = {}
    for t_s, index in zip(times_s, shown[np.maximum(rank, 0)].tolist(), strict=True):
        asked.setdefault(index, []).append(t_s)
    keys = np.flatnonzero(packets.key)
    wanted = [Wanted(index, _key_for(packets, keys, index), tuple(sorted(times))) for index, times in asked.items()]
    return sorted(wanted, key=lambda w: (w.key, w.packet))


def _key_for(packets: Packets, keys: Any, index: int) -> int:
    """The last keyframe before `index` in the file that is not shown after it (pictures that lead an open group)."""
    at = int(np.searchsorted(keys, index, side="right")) - 1
    while at > 0 and packets.time_s[keys[at]] > packets.time_s[index]:
        at -= 1
    return int(keys[at]) if at >= 0 else 0


def pictures(path: Path, packets: Packets, times_s: Sequence[float], origin_s: float, stop: Stop) -> Iterator[Picture]:
    """One picture for each time, in time order; what cannot be decoded is left out. Raises OSError, av.FFmpegError."""
    wanted = plan(packets, times_s, origin_s)
    if not wanted:
        return
    with opened(path) as container:
        stream = video_of(container)
        if stream is None:
            return
        only(container, stream)
        stream.codec_context.thread_count = THREADS
        stream.codec_context.thread_type = "AUTO"
        reader = _Reader(container, stream, packets)
        for _, group in groupby(wanted, key=lambda w: w.key):
            if stop.is_set():
                raise Cancelled
            yield from _of_group(reader, list(group), packets, origin_s, stop)


def _of_group(reader: _Reader, group: list[Wanted], packets: Packets, origin_s: float, stop: Stop) -> Iterator[Picture]:
    """The wanted pictures of one group in time order: frames come out in that order, so none has to be kept."""
    due = sorted(group, key=lambda w: int(packets.pts[w.packet]))
    before: VideoFrame | None = None
    for frame in reader.decode(group[0].key, {w.packet for w in group}):
        if stop.is_set():
            raise Cancelled
        if frame.pts is None:
            continue
        while due and packets.pts[due[0].packet] < frame.pts:  # it will not come any more
            yield from _stand_in(due.pop(0), before, packets, origin_s)
        if due and packets.pts[due[0].packet] == frame.pts:
            yield from _asked(due.pop(0), frame, packets, origin_s)
        before = frame
    for wanted in due:
        yield from _stand_in(wanted, before, packets, origin_s)


def _stand_in(wanted: Wanted, before: VideoFrame | None, packets: Packets, origin_s: float) -> list[Picture]:
    """The picture shortly before one that is damaged, if there is one."""
    if before is None or before.pts is None:
        return []
    gap_s = float((int(packets.pts[wanted.packet]) - before.pts) * (before.time_base or 0))
    return _asked(wanted, before, packets, origin_s) if gap_s <= _NEAR_S else []


def _asked(wanted: Wanted, frame: VideoFrame, packets: Packets, origin_s: float) -> list[Picture]:
    """The picture for each of the times that ask for it."""
    image = image_of(frame)
    shift_s = float(packets.time_s[wanted.packet]) - float(packets.pts[wanted.packet] * (frame.time_base or 0))
    pts_s = float((frame.pts or 0) * (frame.time_base or 0)) + shift_s - origin_s
    return [Picture(t_s, pts_s, image) for t_s in wanted.times_s]


def image_of(frame: VideoFrame, width: int | None = None, height: int | None = None) -> Image:
    """A decoded frame as BGR, turned the way it is shown; `width` and `height` are those before turning."""
    image = np.asarray(frame.to_ndarray(format="bgr24", width=width, height=height), dtype=np.uint8)
    turn = _TURNS.get(frame.rotation)
    return image if turn is None else np.asarray(cv2.rotate(image, turn), dtype=np.uint8)


class _Reader:
    """Decodes groups of pictures in turn, by packet numbers; seeks only where that pays."""

    def __init__(self, container: InputContainer, stream: VideoStream, packets: Packets) -> None:
        self._container, self._stream, self._packets = container, stream, packets
        self._source = container.demux(stream)
        self._next = 0  # number of the packet that comes next
        self._has_flushed = False
        self.time_base = stream.time_base or 1

    def decode(self, key: int, targets: set[int]) -> Iterator[VideoFrame]:
        """Frames from keyframe number `key` until the last of `targets` is out; others may be left out."""
        codec = self._stream.codec_context
        if self._has_flushed:
            codec.flush_buffers()
        self._has_flushed = True
        packet = self._goto(key)
        last = max(targets)
        while packet is not None:
            number = self._next - 1
            # Pictures that no other refers to need not be decoded to get at a later one.
            codec.skip_frame = "DEFAULT" if number in targets else "NONREF"
            yield from self._decoded(packet)
            if number >= last:
                break
            packet = self._read()
        codec.skip_frame = "DEFAULT"
        yield from self._decoded(None)

    def _decoded(self, packet: Any) -> list[VideoFrame]:
        try:
            return list(self._stream.codec_context.decode(packet))
        except (av.FFmpegError, EOFError):  # a damaged picture: the next ones may be whole
            return []

    def _read(self) -> Any:
        """The next packet that counts, or None at the end."""
        while True:
            try:
                packet = next(self._source, None)
            except (av.FFmpegError, OSError):
                return None
            if packet is None:
                return None
            if packet.size and (packet.pts is not None or packet.dts is not None):
                self._next += 1
                return packet

    def _goto(self, key: int) -> Any:
        """The packet number `key`."""
        ahead = key - self._next
        if (ahead < 0 or ahead > _SKIP_AHEAD) and not self._packets.backwards:
            packet = self._sought(key)
            if packet is not None:
                return packet
            ahead = -1
        if ahead < 0:
            self._rewind()
        packet = self._read()
        while packet is not None and self._next <= key:
            packet = self._read()
        return packet

    def _sought(self, key: int) -> Any:
        """The packet number `key` by seeking, or None where the container does not find it."""
        pts, dts = int(self._packets.pts[key]), int(self._packets.dts[key])
        try:
            self._container.seek(pts, stream=self._stream, backward=True)
        except (av.FFmpegError, OSError):
            return None
        self._source = self._container.demux(self._stream)
        packet = self._read()
        while packet is not None:
            here = packet.dts if packet.dts is not None else packet.pts
            if packet.is_keyframe and (packet.pts if packet.pts is not None else packet.dts) == pts:
                self._next = key + 1
                return packet
            if here > dts:
                return None
            packet = self._read()
        return None

    def _rewind(self) -> None:
        first = int(min(self._packets.pts[0], self._packets.dts[0]))
        self._container.seek(first, stream=self._stream, backward=True)
        self._source, self._next = self._container.demux(self._stream), 0
