"""The Media port: reading recordings with libav, by packets where that is enough."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np

from escribano_tui.domain.evidence import Change, Envelope
from escribano_tui.domain.recording import Recording, Track, UnusableInput
from escribano_tui.media import audio
from escribano_tui.media.fingerprint import fingerprint
from escribano_tui.media.packets import Packets, TooMany, read_packets
from escribano_tui.media.pictures import pictures
from escribano_tui.media.probe import probe
from escribano_tui.media.scan import scan_packets
from escribano_tui.media.unusable import check_is_file, explain, too_many
from escribano_tui.ports import Picture, Stop

if TYPE_CHECKING:
    from escribano_tui.ports import Sound

_READERS = 4  # tracks kept open between calls of `sound`
_KEPT = 2  # packet tables kept in memory: that of the run, and one more


class MediaEngine:
    """Reads recordings. Methods may be called from several threads at once; nothing is written."""

    def __init__(self) -> None:
        self._tables: OrderedDict[tuple[str, str], Packets] = OrderedDict()
        self._lock = threading.Lock()
        self._readers: dict[tuple[Track, int], audio.SoundReader] = {}
        self._reading = threading.Lock()

    def close(self) -> None:
        """Close files that are kept open between calls."""
        with self._reading:
            for reader in self._readers.values():
                reader.close()
            self._readers.clear()

    def probe(self, path: Path) -> Recording:
        """Facts of the container, true duration, tracks, fingerprint. Raises UnusableInput with one clear sentence."""
        return probe(Path(path))

    def scan(
        self,
        recording: Recording,
        sensitivity: float,
        min_interval_s: float,
        stop: Stop,
        progress: Callable[[int, int | None], None],
    ) -> tuple[list[Change], Envelope]:
        """All changes in time order, and the `motion` envelope. Raises UnusableInput, Cancelled."""
        expected = round(recording.fps * recording.duration_s) or None
        with _readable(Path(recording.path)):
            packets = self._packets(recording, stop, lambda done: progress(done, max(done, expected) if expected else None))
            return scan_packets(recording, packets, sensitivity, min_interval_s, stop)

    def changed(self, recording: Recording) -> bool:
        """Whether a file of it now holds something else than when it was probed. One that has gone holds nothing else."""
        probed = {recording.path: recording.fingerprint} | {t.path: t.fingerprint for t in recording.tracks if t.fingerprint}
        if not any(_holds_else(Path(path), mark) for path, mark in probed.items()):
            return False
        with self._lock:  # what was read of it may be of either
            self._tables.clear()
        self.close()
        return True

    def keyframes(self, recording: Recording, stop: Stop) -> Sequence[float]:
        """Moments whose picture costs one decode, s, in time order. Raises UnusableInput, Cancelled."""
        with _readable(Path(recording.path)):
            packets = self._packets(recording, stop)
        at_s = np.sort(packets.time_s[packets.key]) - recording.origin_s
        return [float(t_s) for t_s in np.ceil(at_s * 1000 - 1e-6) / 1000]  # a millisecond early would be another picture

    def pictures(self, recording: Recording, times_s: Sequence[float], stop: Stop) -> Iterator[Picture]:
        """One picture for each time, in time order; a time that cannot be decoded is left out. Raises as `scan`."""
        path = Path(recording.path)
        with _readable(path):
            packets = self._packets(recording, stop)
            size = (recording.width, recording.height)
            yield from pictures(path, packets, size, times_s, recording.origin_s, stop)

    def loudness(self, track: Track, duration_s: float, stop: Stop, step_s: float = 0.1) -> Envelope:
        """RMS in dBFS for each step of the recording, named `loudness:TRACK`."""
        with _readable(Path(track.path)):
            return audio.loudness(track, duration_s, stop, step_s)

    def sound(self, track: Track, start_s: float, end_s: float, rate: int = 16_000) -> Sound:
        """Mono samples of a span (session time), zero-padded where the track has none."""
        name = (track, rate)
        with _readable(Path(track.path)), self._reading:
            reader = self._readers.pop(name, None) or audio.SoundReader(track, rate)
            self._readers[name] = reader  # the last one used is the last one in the dict
            while len(self._readers) > _READERS:
                self._readers.pop(next(iter(self._readers))).close()
            return reader.read(start_s, end_s)

    def sound_blocks(
        self, track: Track, stop: Stop, block_s: float = 30.0, rate: int = 16_000
    ) -> Iterator[tuple[float, Sound]]:
        """The whole track as (start in session time, samples), in order, without gaps."""
        with _readable(Path(track.path)):
            yield from audio.blocks(track, stop, block_s, rate)

    def clock_offset(self, track: Track, reference: Track, stop: Stop) -> float | None:
        """What to add to the track's `offset_s` so that it lies in time with `reference`; None where they share no sound."""
        from escribano_tui.media.clocks import clock_offset  # scipy's signal package takes a while to import

        with _readable(Path(track.path)):
            return clock_offset(track, reference, stop)

    def _packets(self, recording: Recording, stop: Stop, progress: Callable[[int], None] | None = None) -> Packets:
        """The recording's packet table, from memory where a phase before has read it."""
        name = (recording.fingerprint, recording.path)
        with self._lock:
            if name in self._tables:
                self._tables.move_to_end(name)
                return self._tables[name]
        packets = read_packets(Path(recording.path), stop, progress)
        with self._lock:
            self._tables[name] = packets
            while len(self._tables) > _KEPT:
                self._tables.popitem(last=False)
        return packets


def _holds_else(path: Path, mark: str) -> bool:
    try:
        check_is_file(path)
        return fingerprint(path) != mark
    except (UnusableInput, OSError):
        return path.is_file() and path.stat().st_size == 0


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Errors of libav and of the disk become UnusableInput: the file was moved, cut or changed since it was probed."""
    try:
        yield
    except TooMany as many:
        raise too_many(path, many) from many
    except (av.FFmpegError, OSError, EOFError, MemoryError) as error:
        check_is_file(path)
        raise explain(path, error) from error
