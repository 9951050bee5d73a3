"""Decoding wanted packets: one pass in time order, each group of pictures decoded at most once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import av
import cv2
import numpy as np

from escribano_tui.media.container import codec_of, only, opened, packets_of_streams, restrain, video_of
from escribano_tui.media.levels import is_between
from escribano_tui.media.packets import Floats, Ints, Packets
from escribano_tui.media.repeats import mini_gops, spared
from escribano_tui.media.slices import LOOKED_THROUGH, Headers, refer_to_anchors_only
from escribano_tui.media.sps import counting
from escribano_tui.ports import Cancelled, Stop

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

Skip = Literal["", "DEFAULT", "NONREF", "BIDIR"]

cv2.setNumThreads(1)  # the lanes share a small machine

# Packets read over rather than sought past, as a seek costs about as much: one by an index, or by guessing and reading.
_SKIP_AHEAD, _SKIP_AHEAD_UNINDEXED = 32, 2000
_INDEXED = ("mov", "matroska", "avi")
# Decoders that look at every packet whether to skip it; dav1d asks once, when it is opened.
_SKIPPING = frozenset({"h264", "hevc", "mpeg1video", "mpeg2video", "mpeg4", "vp8", "vp9"})
_MINI_GOP = 16  # packets: pictures between two references that a wanted one may need
_LITTLE_SENT = 2.0  # of a keyframe, after it
_LARGE = 1920 * 1200  # pixels
_MOST_HELD = 16 << 20  # bytes of a group that are looked through before it is decoded
_HALF_TICK_S = 1e-4
_NEAR_S = 0.5  # a damaged picture may be stood in for by one this much earlier


@dataclass(frozen=True, slots=True)
class Wanted:
    """Packet number `packet` is to be decoded; `key` is the keyframe from which it is reached."""

    packet: int
    key: int


def shown_at(packets: Packets, times_s: Floats) -> list[int]:
    """The number of the packet whose picture shows at each time (container clock); the first one before all."""
    order = np.argsort(packets.time_s, kind="stable")
    rank = np.searchsorted(packets.time_s[order], times_s + _HALF_TICK_S, side="right") - 1
    return [int(index) for index in order[np.maximum(rank, 0)]]


def plan(packets: Packets, wanted: Iterable[int]) -> list[Wanted]:
    """How each packet is reached, group after group, in time order within each."""
    keys = np.flatnonzero(packets.key)
    reached = [Wanted(index, _key_for(packets, keys, index)) for index in set(wanted)]
    return sorted(reached, key=lambda w: (w.key, packets.time_s[w.packet]))


def _key_for(packets: Packets, keys: Ints, index: int) -> int:
    """The last keyframe before `index` in the file that is not shown after it (pictures that lead an open group)."""
    at = int(np.searchsorted(keys, index, side="right")) - 1
    while at > 0 and packets.time_s[keys[at]] > packets.time_s[index]:
        at -= 1
    return int(keys[at]) if at >= 0 else 0


def groups(planned: Sequence[Wanted]) -> list[list[Wanted]]:
    """What is planned, in groups that share a keyframe."""
    return [list(group) for _, group in groupby(planned, key=lambda w: w.key)]


def decoded(
    path: Path, packets: Packets, wanted: Iterable[int], stop: Stop, rough: bool = False
) -> Iterator[tuple[int, VideoFrame]]:
    """(packet number, frame) for the wanted packets, in time order; `rough` ones may be off by some levels of grey.

    What is damaged is stood in for by a picture shortly before it, or left out. Raises OSError, av.FFmpegError, Cancelled.
    """
    for group in decoded_groups(path, packets, groups(plan(packets, wanted)), stop, rough):
        yield from group


def decoded_groups(
    path: Path, packets: Packets, wanted: Iterable[list[Wanted]], stop: Stop, rough: bool = False
) -> Iterator[Iterator[tuple[int, VideoFrame]]]:
    """As `decoded`, group by group; each has to be drawn from before the next is asked for."""
    readers = _Readers(path, packets, rough)
    try:
        for group in wanted:
            if stop.is_set():
                raise Cancelled
            reader = readers.of(_unfiltered(packets, group, rough))
            yield _of_group(reader, group, packets, stop) if reader is not None else iter(())
    finally:
        readers.close()


class _Readers:
    """A reader for each way to leave the loop filter out; of large pictures, which decoders hold many of, one at a time."""

    def __init__(self, path: Path, packets: Packets, rough: bool) -> None:
        self._path, self._packets, self._rough = path, packets, rough
        self._stack = ExitStack()
        self._open: dict[str, _Reader | None] = {}

    def of(self, unfiltered: str) -> _Reader | None:
        """None where there are no pictures. Raises OSError, av.FFmpegError."""
        if unfiltered not in self._open:
            if any(reader is not None and reader.pixels > _LARGE for reader in self._open.values()):
                self.close()
            container = self._stack.enter_context(opened(self._path))
            self._open[unfiltered] = _reader(container, self._packets, unfiltered, self._rough)
        return self._open[unfiltered]

    def close(self) -> None:
        self._open.clear()
        self._stack.close()


def _unfiltered(packets: Packets, group: list[Wanted], rough: bool) -> str:
    """Which pictures of H.264 need no loop filter (libav's `skip_loop_filter`) to get at these.

    B-pictures hand next to nothing on to others: less than 0.02 of 255 in the mean. What others hand on adds up with what
    is sent: 0.6 at most where that is little beside the keyframe, but 3 where a video plays.
    """
    if rough:
        return "all"
    key, last = group[0].key, max(w.packet for w in group)
    return "nokey" if packets.size[key + 1 : last + 1].sum() <= _LITTLE_SENT * packets.size[key] else "bidir"


def _reader(container: InputContainer, packets: Packets, unfiltered: str, rough: bool) -> _Reader | None:
    stream = video_of(container)
    if stream is None:
        return None
    only(container, stream)
    # One thread: groups are decoded side by side, which scales better.
    restrain(stream, **({"skip_loop_filter": unfiltered} if codec_of(stream) == "h264" else {}))
    return _Reader(container, stream, packets, rough)


def _of_group(reader: _Reader, group: list[Wanted], packets: Packets, stop: Stop) -> Iterator[tuple[int, VideoFrame]]:
    """The wanted frames of one group: they come out in time order, so none has to be kept."""
    due = deque(group)
    before: VideoFrame | None = None
    for frame in reader.decode(group[0].key, {w.packet for w in group}):
        if stop.is_set():
            raise Cancelled
        if frame.pts is None:
            continue
        while due and packets.pts[due[0].packet] < frame.pts:  # it will not come any more
            yield from _stand_in(due.popleft(), before, packets)
        if due and packets.pts[due[0].packet] == frame.pts:
            wanted = due.popleft()
            yield from (_stand_in(wanted, before, packets) if frame.is_corrupt else []) or [(wanted.packet, frame)]
        if not frame.is_corrupt or before is None:
            before = frame
    for wanted in due:
        yield from _stand_in(wanted, before, packets)


def _stand_in(wanted: Wanted, before: VideoFrame | None, packets: Packets) -> list[tuple[int, VideoFrame]]:
    """The frame shortly before one that is damaged, if there is one."""
    if before is None or before.pts is None:
        return []
    gap_s = float((int(packets.pts[wanted.packet]) - before.pts) * (before.time_base or 0))
    return [(wanted.packet, before)] if gap_s <= _NEAR_S else []


def _headers(extradata: bytes) -> Headers | None:
    try:
        return Headers(extradata)
    except (ValueError, IndexError):
        return None  # not H.264, or counted in a way that is not read


class _Reader:
    """Decodes groups of pictures in turn, by packet numbers; seeks only where that pays."""

    def __init__(self, container: InputContainer, stream: VideoStream, packets: Packets, rough: bool) -> None:
        self._container, self._stream, self._packets = container, stream, packets
        # On the way to a picture that need not be exact, B-pictures are not missed much; HEVC calls nearly all of them B.
        codec = codec_of(stream)
        self._on_the_way: Skip = "DEFAULT" if codec not in _SKIPPING else "BIDIR" if rough and codec == "h264" else "NONREF"
        indexed = container.format.name.startswith(_INDEXED)
        self._skip_ahead = _SKIP_AHEAD if indexed else _SKIP_AHEAD_UNINDEXED
        is_worth_it = codec == "h264" and not rough  # on a rough way little is decoded anyhow
        extradata = bytes(stream.codec_context.extradata or b"") if is_worth_it else b""
        self.pixels = stream.width * stream.height
        self._spared = spared(packets, self.pixels, counting(extradata))
        self._headers = _headers(extradata)
        self._between = is_between(packets)
        self._mini_gop = mini_gops(packets)
        self._source = packets_of_streams(container, stream)
        self._next = 0  # number of the packet that comes next
        self._has_flushed = False

    def decode(self, key: int, targets: set[int]) -> Iterator[VideoFrame]:
        """Frames from keyframe number `key` until the last of `targets` is out; others may be left out."""
        codec = self._stream.codec_context
        if self._has_flushed:
            codec.flush_buffers()
        self._has_flushed = True
        group: Iterable[tuple[int, Any]] = self._group(key, max(targets))
        spared = self._spared
        if self._headers is not None and int(self._packets.size[key : max(targets) + 1].sum()) <= _MOST_HELD:
            group = list(group)
            looked = ((bytes(memoryview(packet)[:LOOKED_THROUGH]), bool(self._between[number])) for number, packet in group)
            if refer_to_anchors_only(self._headers, looked):
                spared = self._between
        due = deque(sorted(targets))
        skipped: Skip = ""
        for number, packet in group:
            if not (spared[number] and self._mini_gop[number] < self._first_whole(due[0])):
                skip = self._skip(number, targets)
                if skip and skip != skipped:
                    codec.skip_frame = skipped = skip
                yield from self._decoded(packet)
            while due and number >= due[0]:
                due.popleft()
        codec.skip_frame = "DEFAULT"
        yield from self._decoded(None)

    def _first_whole(self, target: int) -> int:
        """The first mini-GOP in which nothing is left out on the way to a target: the one before its own, or two before for
        a picture between two anchors. What the decoder fills in may come right after an anchor in the order of display, and
        would be taken for the nearer one.
        """
        return int(self._mini_gop[target]) - (2 if self._between[target] else 1)

    def _group(self, key: int, last: int) -> Iterator[tuple[int, Any]]:
        """(number, packet) from keyframe number `key` to the last one wanted, or to the end of what can be read."""
        packet = self._goto(key)
        while packet is not None:
            yield self._next - 1, packet
            packet = self._read() if self._next <= last else None

    def _skip(self, number: int, targets: set[int]) -> Skip:
        """Pictures that no other refers to need not be decoded to get at a later one."""
        if number in targets or self._on_the_way == "DEFAULT":
            return "DEFAULT"
        near = self._on_the_way == "BIDIR" and any(n in targets for n in range(number - _MINI_GOP, number))
        return "NONREF" if near else self._on_the_way

    def _decoded(self, packet: Any) -> list[VideoFrame]:
        try:
            return list(self._stream.codec_context.decode(packet))
        except (av.FFmpegError, EOFError):  # a damaged picture: the next ones may be whole
            return []

    def _read(self) -> Any:
        """The next packet that counts, or None at the end."""
        for packet in self._source:
            if packet.size and (packet.pts is not None or packet.dts is not None):
                self._next += 1
                return packet
        return None

    def _goto(self, key: int) -> Any:
        """The packet number `key`."""
        ahead = key - self._next
        if (ahead < 0 or ahead > self._skip_ahead) and not self._packets.backwards:
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
        self._source = packets_of_streams(self._container, self._stream)
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
        self._source, self._next = packets_of_streams(self._container, self._stream), 0
