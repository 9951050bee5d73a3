"""Sound of a track: samples in session time, and the loudness envelope. One native pass, nothing written to disk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import numpy.typing as npt

from escribano_tui.domain.evidence import Envelope
from escribano_tui.domain.recording import Track
from escribano_tui.media.container import audio_of, only, opened, packets_of_streams
from escribano_tui.media.packets import WILD_S
from escribano_tui.ports import Cancelled, Stop

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.container import InputContainer

Sound = npt.NDArray[np.float32]
SILENCE_DBFS = -120.0
_JUMP_S = 0.08  # frames further from where they are due start a new stretch (AAC frames are 0.021 s)
_BACKWARD_S = 1.0
_PREROLL_S = 0.2  # decoders of overlapping transforms need a frame or two before the first good sample
_FULL_SCALE = {"uint8": 128.0, "int16": 2.0**15, "int32": 2.0**31, "int64": 2.0**63}
_BLOCK_S = 30.0
_BLOCKS_HELD = 3  # spans are asked for in order, and overlap a little
_STRETCH = 64  # decoded frames handed on together


class SoundReader:
    """Spans of one track, cut from blocks on a fixed grid of session time.

    A block is always decoded from the same place by a fresh decoder and resampler: the samples of a span do not depend
    on what was read before it, so that a run that goes on after a kill hears just what an uninterrupted one hears.
    `read` may be called from one thread at a time.
    """

    def __init__(self, track: Track, rate: int) -> None:
        self._track, self._rate = track, rate
        self._held: dict[int, Sound] = {}

    def read(self, start_s: float, end_s: float) -> Sound:
        """Mono samples of [start_s, end_s) in session time, zeros where the track has none."""
        first = round(start_s * self._rate)
        out = np.zeros(max(0, round((end_s - start_s) * self._rate)), dtype=np.float32)
        size = round(_BLOCK_S * self._rate)
        for k in range(first // size, (first + len(out) - 1) // size + 1 if len(out) else first // size):
            _place(out, k * size - first, self._block(k))
        return out

    def close(self) -> None:
        """Let go of what is held."""
        self._held.clear()

    def _block(self, k: int) -> Sound:
        block = self._held.pop(k, None)
        if block is None:
            block = self._decoded(k * _BLOCK_S)
        self._held[k] = block
        while len(self._held) > _BLOCKS_HELD:
            del self._held[next(iter(self._held))]
        return block

    def _decoded(self, start_s: float) -> Sound:
        block = np.zeros(round(_BLOCK_S * self._rate), dtype=np.float32)
        pieces = stretches(self._track, self._rate, max(0.0, start_s - _PREROLL_S - self._track.offset_s))
        for at_s, samples in pieces:
            if at_s >= start_s + _BLOCK_S:
                break
            _place(block, round((at_s - start_s) * self._rate), samples)
        close = getattr(pieces, "close", None)
        if close is not None:
            close()
        return block


def blocks(track: Track, stop: Stop, block_s: float, rate: int) -> Iterator[tuple[float, Sound]]:
    """The whole track as (start in session time, samples), in order, without gaps, from its first sample on."""
    length = max(1, round(block_s * rate))
    block = np.zeros(length, dtype=np.float32)
    start_s, filled, first_s = 0.0, 0, None
    for at_s, samples in stretches(track, rate):
        if stop.is_set():
            raise Cancelled
        if first_s is None:
            first_s, start_s = at_s, at_s
        position = round((at_s - start_s) * rate)
        while position + len(samples) > length:
            _place(block, position, samples)
            yield start_s, block
            block, start_s, position, filled = np.zeros(length, dtype=np.float32), start_s + length / rate, position - length, 0
        _place(block, position, samples)
        filled = max(filled, position + len(samples))
    if filled:
        yield start_s, block[:filled]


def loudness(track: Track, duration_s: float, stop: Stop, step_s: float) -> Envelope:
    """RMS in dBFS of each step of the recording (mean power of all channels), -120 where there is nothing."""
    steps = max(1, int(np.ceil(duration_s / step_s - 1e-9)))
    power, count = np.zeros(steps), np.zeros(steps)
    for at_s, squares, rate in _squares(track):
        if stop.is_set():
            raise Cancelled
        where = np.floor((at_s + np.arange(len(squares)) / rate) / step_s).astype(np.int64)
        inside = (where >= 0) & (where < steps)
        power += np.bincount(where[inside], weights=squares[inside], minlength=steps)
        count += np.bincount(where[inside], minlength=steps)
    mean = power / np.maximum(count, 1)
    dbfs = np.maximum(10 * np.log10(np.maximum(mean, 1e-12)), SILENCE_DBFS)
    return Envelope(f"loudness:{track.name}", step_s, tuple(np.round(dbfs, 2).tolist()))


def stretches(track: Track, rate: int, from_track_s: float = 0.0) -> Iterator[tuple[float, Sound]]:
    """(session time, mono samples at `rate`) as decoded, in order; a jump of the clock starts anew."""
    resampler, due_s, at_s = _resampler(rate), None, 0.0
    pending: list[Sound] = []
    for frame_s, frame in _frames(track, from_track_s):
        if due_s is None or abs(frame_s - due_s) > _JUMP_S:
            pending += _resampled(resampler, None)
            if pending:
                yield at_s, np.concatenate(pending)
            resampler, pending, at_s, due_s = _resampler(rate), [], frame_s, frame_s
        frame.pts = None  # its place is kept here: the resampler need not guess
        pending += _resampled(resampler, frame)
        due_s += frame.samples / frame.sample_rate
        if len(pending) >= _STRETCH:
            samples = np.concatenate(pending)
            yield at_s, samples
            at_s, pending = at_s + len(samples) / rate, []
    pending += _resampled(resampler, None)
    if pending:
        yield at_s, np.concatenate(pending)


def _squares(track: Track) -> Iterator[tuple[float, npt.NDArray[np.float64], int]]:
    """(session time, mean square of the channels for each sample, rate), many frames at a time."""
    pending: list[npt.NDArray[Any]] = []
    at_s, due_s, rate = 0.0, 0.0, 0
    for frame_s, frame in _frames(track, 0.0):
        if pending and (abs(frame_s - due_s) > _JUMP_S or len(pending) >= _STRETCH):
            yield at_s, np.concatenate(pending), rate
            pending = []
        if not pending:
            at_s = due_s = frame_s
        pending.append(_mean_square(frame))
        rate = frame.sample_rate
        due_s += frame.samples / rate
    if pending:
        yield at_s, np.concatenate(pending), rate


def _mean_square(frame: AudioFrame) -> npt.NDArray[np.float64]:
    """Mean over the channels of the squared samples, full scale 1.0."""
    values = frame.to_ndarray()
    scaled = values.astype(np.float64) / _FULL_SCALE.get(values.dtype.name, 1.0)
    if values.dtype == np.uint8:
        scaled -= 1.0
    channels = frame.layout.nb_channels
    planar = scaled if frame.format.is_planar else scaled.reshape(-1, channels).T
    return np.asarray(np.mean(np.square(planar), axis=0), dtype=np.float64)


def _frames(track: Track, from_track_s: float) -> Iterator[tuple[float, AudioFrame]]:
    """Decoded frames of a track from about `from_track_s` on, with their session time. Damaged packets are passed over."""
    with opened(track.path) as container:
        stream = audio_of(container, track.stream_index)
        if stream is None:
            return
        only(container, stream)
        stream.codec_context.thread_count = 1
        base = float(stream.time_base or 1)
        begin_s = (stream.start_time or 0) * base
        if from_track_s > 0 and "mpegts" not in container.format.name:  # its clock may be set back: read from the start
            _seek(container, stream, begin_s + from_track_s, base)
        clock = _Clock()
        for packet in packets_of_streams(container, stream):
            try:
                decoded = packet.decode()
            except av.FFmpegError:
                continue
            for frame in decoded:
                if not frame.samples:
                    continue
                raw_s = frame.pts * float(frame.time_base or base) if frame.pts is not None else None
                at_s = clock.place(raw_s, frame.samples / frame.sample_rate)
                yield at_s - begin_s + track.offset_s, frame


class _Clock:
    """Times of frames in order: goes on where the container's clock is missing or was set (see `packets`)."""

    def __init__(self) -> None:
        self._due_s = 0.0
        self._added_s = 0.0
        self._begun = False

    def place(self, raw_s: float | None, length_s: float) -> float:
        at_s = self._due_s if raw_s is None else raw_s + self._added_s
        if self._begun and not self._due_s - _BACKWARD_S <= at_s <= self._due_s + WILD_S:
            self._added_s += self._due_s - at_s
            at_s = self._due_s
        self._begun, self._due_s = True, at_s + length_s
        return at_s


def _seek(container: InputContainer, stream: Any, to_s: float, base: float) -> None:
    try:
        container.seek(int(to_s / base), stream=stream, backward=True)
    except (av.FFmpegError, OSError):
        container.seek(0)


def _resampler(rate: int) -> Any:
    return av.AudioResampler(format="flt", layout="mono", rate=rate)


def _resampled(resampler: Any, frame: AudioFrame | None) -> list[Sound]:
    """What the resampler gives for a frame, or at its end (None). A fresh one has nothing to give at its end."""
    try:
        return [part.to_ndarray().reshape(-1) for part in resampler.resample(frame)]
    except ValueError:
        return []


def _place(out: Sound, position: int, samples: Sound) -> None:
    """Copy `samples` to `out` from `position` on, as far as they lie inside."""
    first, last = max(0, position), min(len(out), position + len(samples))
    if last > first:
        out[first:last] = samples[first - position : last - position]
