"""The packets of an MP4 or MOV file from its own sample tables: not one of them has to be read from the disk."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import av
import numpy as np
import numpy.typing as npt

from escribano_tui.media.container import codec_of, packets_of_streams

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

Table = npt.NDArray[np.int64]  # (n, 5): pts, dts, size, whether a keyframe, duration

_MOST_BYTES = 256 << 20  # of a movie box: some 18 hours at 60 pictures a second
_HEAD, _PLACES, _AT_EACH, _TAIL = 48, 6, 8, 400  # packets that are read all the same, to see that the tables are right
_BEGINNING, _LARGEST = 256, 400  # bytes of packets that are looked at, and of how many that are no keyframes
_SLICE, _SEI, _RECOVERY_POINT = 1, 6, 6  # kinds of NAL unit (ITU-T H.264, table 7-1) and of message (D.1)
_INTRA_FIRST, _INTRA_SHORT = 0b10001000, 0b1011  # first bits of an intra slice: 1 0001000 (all of the picture), 1 011
_ONE_EDIT = 2  # entries of an edit list: an empty one, and the whole of the recording


def has_tables(container: InputContainer, stream: VideoStream) -> bool:
    """Whether `sample_table` may tell the packets; nothing is read."""
    return container.format.name.startswith("mov") and codec_of(stream) in ("h264", "hevc")


def sample_table(path: Path, container: InputContainer, stream: VideoStream) -> Table | None:
    """What demuxing `stream` would give, in the order of the file; None where the file's tables do not tell that.

    They do not in fragments, with several edits, where the file was cut, or where libav takes more pictures for keyframes
    than the tables name: some that a decoder of H.264 could start at as well. libav's index lacks the composition offsets
    (`ctts`, ISO/IEC 14496-12, 8.6.1.3), so these are read here; packets at the beginning, at the end and in between are
    compared with what libav makes of them. The container stands anywhere afterwards. Raises OSError.
    """
    if not has_tables(container, stream):
        return None
    told = ((e.timestamp, e.size, e.is_keyframe, e.pos) for e in stream.index_entries)
    entries = np.fromiter(told, dtype=np.dtype((np.int64, 4)))
    offsets = _composition_offsets(path, stream.id, len(entries))
    if offsets is None or not len(entries):
        return None
    dts, size, key, pos = entries.T
    if int((pos + size).max()) > path.stat().st_size:
        return None
    holds = size > 0
    table = np.column_stack((dts + offsets, dts, size, key, np.append(np.diff(dts), 0)))[holds]
    plain = np.flatnonzero(table[:, 3] == 0)
    large = plain[np.argsort(-table[plain, 2])[:_LARGEST]]
    doubtful = large[_could_start(path, pos[holds][large].tolist())] if codec_of(stream) == "h264" else large[:0]
    return _checked(table, doubtful[:_PLACES].tolist(), container, stream)


def _could_start(path: Path, at: list[int]) -> list[bool]:
    """For each of the packets that begin at these bytes of the file whether a decoder could start there all the same."""
    with path.open("rb") as file:
        return [_is_intra(_at(file, offset, _BEGINNING)) for offset in at]


def _is_intra(packet: bytes) -> bool:
    """Whether a packet of H.264 begins with a recovery point (D.1.8) or an intra slice (7.3.3)."""
    at = 0
    while at + 6 <= len(packet):
        kind, first = packet[at + 4] & 31, packet[at + 5]
        if kind == _SLICE or (kind, first) == (_SEI, _RECOVERY_POINT):
            return kind == _SEI or first == _INTRA_FIRST or first >> 4 == _INTRA_SHORT
        at += 4 + int.from_bytes(packet[at : at + 4], "big")
    return False


def _checked(table: Table, doubtful: list[int], container: InputContainer, stream: VideoStream) -> Table | None:
    """The table with its presentation times shifted as libav does, where that gives what is read at some places, and for
    the `doubtful` packets; else None."""
    head = _read(container, stream, None, _HEAD)
    if not len(head) or not len(table):
        return None
    table[:, 0] += head[0, 0] - table[0, 0]
    keys = np.flatnonzero(table[:, 3])
    if not len(keys) or not _is_same(table[: len(head)], head):
        return None
    places = [(int(k), int(k) + _AT_EACH) for k in keys[np.linspace(0, len(keys) - 1, _PLACES).astype(np.int64)]]
    places[-1] = (places[-1][0], min(len(table), places[-1][0] + _TAIL))
    places += [(int(keys[np.searchsorted(keys, packet) - 1]), packet + 1) for packet in doubtful]
    for first, last in places:
        read = _read(container, stream, int(table[first, 0]), last - first)
        if not len(read) or not _is_same(table[first : first + len(read)], read):
            return None
        if first + len(read) == len(table):
            table[first:, 4] = read[:, 4]  # how long the last one is shown does not follow from a next one
    return table


def _is_same(one: Table, other: Table) -> bool:
    return one.shape == other.shape and bool(np.array_equal(one[:, :4], other[:, :4]))


def _read(container: InputContainer, stream: VideoStream, pts: int | None, count: int) -> Table:
    """So many packets as they are read, from the keyframe at `pts` on or from where the container stands."""
    if pts is not None:
        try:
            container.seek(pts, stream=stream, backward=True)
        except (av.FFmpegError, OSError):
            return np.zeros((0, 5), dtype=np.int64)
    real: Iterator[Any] = (
        p for p in packets_of_streams(container, stream) if p.size and p.pts is not None and p.dts is not None
    )
    rows = [(p.pts, p.dts, p.size, p.is_keyframe, p.duration or 0) for p in islice(real, count)]
    return np.array(rows, dtype=np.int64).reshape(-1, 5)


def _composition_offsets(path: Path, track: int, count: int) -> npt.NDArray[np.int64] | None:
    """Presentation minus decoding time of each of `count` samples of a track, in ticks; None where they cannot be told."""
    try:
        with path.open("rb") as file:
            movie = _movie_box(file)
        if movie is None or _child(movie, b"mvex") is not None:
            return None
        for box, inner in _boxes(movie):
            if box == b"trak" and _track_id(inner) == track:
                return _offsets_of(inner, count)
    except (struct.error, ValueError):
        return None  # cut short or damaged: libav makes of it what it can
    return None


def _movie_box(file: IO[bytes]) -> memoryview | None:
    at = 0
    while len(head := _at(file, at, 16)) >= 8:
        size, kind = struct.unpack(">I4s", head[:8])
        begins = 8
        if size == 1:
            size, begins = struct.unpack(">Q", head[8:16])[0], 16
        if kind == b"moov":
            return memoryview(_at(file, at + begins, size - begins)) if begins < size <= _MOST_BYTES else None
        if size < begins:
            return None  # 0: to the end of the file
        at += size
    return None


def _at(file: IO[bytes], offset: int, count: int) -> bytes:
    file.seek(offset)
    return file.read(count)


def _boxes(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """(kind, content) of the boxes one after the other in `data` (ISO/IEC 14496-12, 4.2)."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < 8:
            return
        yield kind, data[at + 8 : at + size]
        at += size


def _child(data: memoryview, *kinds: bytes) -> memoryview | None:
    """The content of the first box that is reached by these kinds, one inside the other."""
    for kind in kinds:
        found = next((inner for box, inner in _boxes(data) if box == kind), None)
        if found is None:
            return None
        data = found
    return data


def _track_id(trak: memoryview) -> int:
    header = _child(trak, b"tkhd")
    if header is None:
        return -1
    return int(struct.unpack_from(">I", header, 20 if header[0] == 1 else 12)[0])


def _offsets_of(trak: memoryview, count: int) -> npt.NDArray[np.int64] | None:
    edits = _child(trak, b"edts", b"elst")
    if edits is not None and struct.unpack_from(">I", edits, 4)[0] > _ONE_EDIT:
        return None
    ctts = _child(trak, b"mdia", b"minf", b"stbl", b"ctts")
    if ctts is None:
        return np.zeros(count, dtype=np.int64)
    runs = struct.unpack_from(">I", ctts, 4)[0]
    pairs = np.frombuffer(ctts, dtype=">i4", count=2 * runs, offset=8).reshape(-1, 2).astype(np.int64)
    lengths = pairs[:, 0] & 0xFFFFFFFF
    return np.repeat(pairs[:, 1], lengths) if int(lengths.sum()) == count else None
