"""What the packets of a video stream say without being decoded: when, how many bytes, keyframe or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import numpy.typing as npt

from escribano_tui.media.container import codec_of, only, opened, video_of
from escribano_tui.media.payload import Measure, measure_for
from escribano_tui.media.tables import has_tables, sample_table
from escribano_tui.ports import Cancelled, Stop

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Row = tuple[int | None, int | None, int, bool, int | None, int]  # pts, dts, size, is_keyframe, duration, hidden bytes

_CHUNK = 4096  # packets between two looks at the stop event
MOST_PACKETS = 4_000_000  # 18 hours at 60 pictures a second
BACKWARD_S = 1.0  # B-frames and muxers shuffle by less; a clock that was set back jumps by more
WILD_S = 6 * 3600.0  # nobody's recording pauses for so long: a clock that jumps ahead by more was set
_BLOCK_FILLED = 64  # fewer packets cannot tell a constant bit rate
_EVEN, _EVEN_OF_MEAN = 0.9, 0.3
GAP_S = 20.0  # a longer pause between two packets of a constant-rate stream is told to the owner


class TooMany(ValueError):
    """A file with more pictures than MOST_PACKETS."""


@dataclass(frozen=True, slots=True)
class Packets:
    """The video packets of a file in the order of the file (decoding order).

    `time_s` is the presentation time in the container's clock, made to go on where that clock was set; `pts` and
    `dts` are what the file has, in ticks; `offsets` are (index of the first packet, seconds added from there on) where it was
    set back, `leaps` (time, seconds taken out) where it leapt ahead by hours.
    `hidden` counts the bytes of a packet that are for pictures shown later (VP9, AV1). `complete` is False where reading
    broke off before the end.
    """

    time_s: Floats
    pts: Ints
    dts: Ints
    size: Ints
    key: Bools
    duration_s: Floats
    hidden: Ints
    offsets: tuple[tuple[int, float], ...] = ((0, 0.0),)
    leaps: tuple[tuple[float, float], ...] = ()
    complete: bool = True

    def __len__(self) -> int:
        return len(self.time_s)

    @property
    def backwards(self) -> bool:
        """Whether the clock was set back: one time in the file may stand for two moments."""
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

    MP4 and MOV say it all in their tables: 0.5 us a packet. Else about 2.4 us; sound is not even read from the disk where
    the container has an index. Where plain sizes would mislead (constant bit rate, hidden frames) the packets' bytes are
    looked at.
    """
    with opened(path) as container:
        stream = video_of(container)
        if stream is None:
            return packets_of([], 1.0, True)
        only(container, stream)
        if has_tables(container, stream):
            found = _tabled(path, container, stream, progress)
        else:
            found = demux_video(container, stream, stop, progress, measure_for(codec_of(stream), filled=False))
    packets = found or _demuxed(path, False, stop, progress)
    return (_demuxed(path, True, stop, progress) or packets) if looks_filled(packets) else packets


def _tabled(
    path: Path, container: InputContainer, stream: VideoStream, progress: Callable[[int], None] | None
) -> Packets | None:
    """The packets by the tables of the file, where these are enough. The container stands anywhere afterwards."""
    table = sample_table(path, container, stream)
    if table is None or len(table) > MOST_PACKETS:
        return None
    if progress is not None:
        progress(len(table))
    more = np.tile(np.array((0, 1), dtype=np.int64), (len(table), 1))  # nothing hidden; dts are told
    return _packets(np.hstack((table, more)), float(stream.time_base or 1), True)


def _demuxed(path: Path, filled: bool, stop: Stop | None, progress: Callable[[int], None] | None) -> Packets:
    """The packets by reading them all; empty without a video, or where stuffing is to be left out and none can be told."""
    with opened(path) as container:
        stream = video_of(container)
        measure = measure_for(codec_of(stream), filled) if stream is not None else None
        if stream is None or (filled and measure is None):
            return packets_of([], 1.0, True)
        only(container, stream)
        return demux_video(container, stream, stop, progress, measure)


def looks_filled(packets: Packets) -> bool:
    """Whether packets are all about as big as the average: a constant bit rate is kept up by stuffing."""
    plain = packets.size[~packets.key]
    if len(plain) < _BLOCK_FILLED:
        return False
    low, middle, high = np.percentile(plain, (30, 50, 70))
    return bool(low > _EVEN * high and middle > _EVEN_OF_MEAN * np.mean(packets.size))


def demux_video(
    container: InputContainer,
    stream: VideoStream,
    stop: Stop | None = None,
    progress: Callable[[int], None] | None = None,
    measure: Measure | None = None,
) -> Packets:
    """The packets of `stream` from where the container stands to its end."""
    parts: list[Ints] = []
    count = 0
    complete = True
    source = container.demux(stream)
    while complete:
        rows: list[Row] = []
        try:  # `extend` keeps what came before an error
            rows.extend(_rows(islice(source, _CHUNK), measure))
        except IndexError:  # as in packets_of_streams
            source = container.demux(stream)
            if not rows:
                continue
        except (av.FFmpegError, OSError):
            complete = False
        if not rows:
            break
        parts.append(_table(rows))
        count += len(parts[-1])
        if count > MOST_PACKETS:
            raise TooMany(f"{MOST_PACKETS:,}")
        if stop is not None and stop.is_set():
            raise Cancelled
        if progress is not None:
            progress(count)
    return _packets(np.concatenate(parts) if parts else _table([]), float(stream.time_base or 1), complete)


def _rows(source: Iterable[Packet[Any]], measure: Measure | None) -> Iterator[Row]:
    if measure is None:
        return ((p.pts, p.dts, p.size, p.is_keyframe, p.duration, 0) for p in source)
    return (_row(p, measure) for p in source)


def _row(packet: Packet[Any], measure: Measure) -> Row:
    size, hidden = measure(bytes(packet)) if packet.size else (0, 0)
    return packet.pts, packet.dts, size, packet.is_keyframe, packet.duration, hidden


def packets_of(rows: list[Row], time_base: float, complete: bool) -> Packets:
    """Packets from rows in ticks of `time_base` seconds."""
    return _packets(_table(rows), time_base, complete)


def _table(rows: list[Row]) -> Ints:
    """(n, 7) of those that count: pts, dts, size, whether a keyframe, duration, hidden, whether the file told its dts."""
    kept = [
        (pts if pts is not None else dts, dts if dts is not None else pts, size, key, duration or 0, hidden, dts is not None)
        for pts, dts, size, key, duration, hidden in rows
        if size and (pts is not None or dts is not None)
    ]
    return np.array(kept, dtype=np.int64).reshape(-1, 7)


def _packets(table: Ints, time_base: float, complete: bool) -> Packets:
    pts, dts, size, key, duration, hidden, told = np.ascontiguousarray(table.T)
    offsets = _offsets(np.asarray(dts * time_base, dtype=np.float64), told.astype(np.bool_))
    time = np.asarray(pts * time_base, dtype=np.float64)
    for (first, offset), (until, _) in zip(offsets, (*offsets[1:], (len(table), 0.0)), strict=True):
        time[first:until] += offset
    time, leaps = _without_leaps(time)
    return Packets(time, pts, dts, size, key.astype(np.bool_), duration * time_base, hidden, offsets, leaps, complete)


def _without_leaps(time_s: Floats) -> tuple[Floats, tuple[tuple[float, float], ...]]:
    """Times without leaps ahead by more than WILD_S, and these. By value, not in the order of the file: with B-pictures
    some from before a leap are decoded after it."""
    order = np.argsort(time_s, kind="stable")
    steps = np.diff(time_s[order])
    at = np.flatnonzero(steps > WILD_S)
    if not len(at):
        return time_s, ()
    usual = float(np.median(steps))
    taken = np.zeros(len(time_s))
    taken[at + 1] = steps[at] - usual
    result = np.empty(len(time_s))
    result[order] = time_s[order] - np.cumsum(taken)
    return result, tuple((float(result[order[k + 1]]), float(steps[k])) for k in at.tolist())


def _offsets(order_s: Floats, told: Bools) -> tuple[tuple[int, float], ...]:
    """Where the clock was set back by more than BACKWARD_S, and what to add so that it goes on.

    Only decoding times that the container told count: presentation times go back wherever pictures are reordered.
    """
    found = [(0, 0.0)]
    index = np.flatnonzero(told)
    steps = np.diff(order_s[index])
    if not len(steps) or not np.any(steps > 0):
        return tuple(found)
    usual = float(np.median(steps[steps > 0]))
    for at in np.flatnonzero(steps < -BACKWARD_S).tolist():
        found.append((int(index[at + 1]), found[-1][1] + usual - float(steps[at])))
    return tuple(found)
