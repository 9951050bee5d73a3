"""How long a recording really is: measured at its end, never just believed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np

from escribano_tui.domain.times import clock
from escribano_tui.media.container import opened, packets_of_streams, video_of
from escribano_tui.media.integrity import damage_note
from escribano_tui.media.live import live_tail
from escribano_tui.media.packets import GAP_S, WILD_S, Packets, read_packets

if TYPE_CHECKING:
    from av.container import InputContainer

WHOLE_BYTES = 64 << 20  # a file up to this size is read through: exact, and below 0.2 s
_TAIL_S = 12.0
_BELIEVED_S = 1.5  # the header may be off by this much (sound padding, last picture of a variable rate)
_SOUND_BEYOND_S = 1.0


@dataclass(frozen=True, slots=True)
class Extent:
    """Ends in the container's clock; `end_s` is that of the recording. `clock_set` says that the clock
    was set on the way: the ends of the sound are not known then."""

    end_s: float
    audio_ends_s: tuple[float, ...]
    fps: float
    notes: tuple[str, ...] = ()
    clock_set: bool = False


def measure(path: Path, origin_s: float) -> Extent:
    """The true end of a recording that begins at `origin_s` (container clock). Raises OSError, av.FFmpegError."""
    with opened(path) as container:
        stream = video_of(container)
        claimed_s = _claimed_end(container)
        fps = _claimed_fps(stream)
        # A clock that leaps to years from now shows only where it is read through.
        small = (container.size or 0) <= WHOLE_BYTES or (claimed_s or 0.0) - origin_s > WILD_S
        ends = {} if small or claimed_s is None else _tail(container, max(origin_s, claimed_s - _TAIL_S))
        video_end_s = ends.get(stream.index) if stream is not None else None
        reached = max(ends.values(), default=None)
        audio = [s.index for s in container.streams.audio]
    notes: list[str] = []
    clock_set = False
    if claimed_s is None or reached is None or reached < claimed_s - _BELIEVED_S:
        ends = _all_ends(path)
        video_end_s = ends.get(stream.index) if stream is not None else None
    if stream is not None and (small or video_end_s is None):
        packets = read_packets(path)
        video_end_s = packets.end_s
        fps = _measured_fps(packets) or fps
        notes += _clock_notes(packets, origin_s)
        notes += [note for note in [damage_note(path, origin_s)] if small and note]
        clock_set = packets.backwards or bool(packets.leaps)
    audio_ends = tuple(0.0 if clock_set else ends.get(index, 0.0) for index in audio)
    if clock_set and video_end_s:  # what the header claims counts the leaps
        return Extent(video_end_s, audio_ends, fps, tuple(notes), clock_set)
    end_s = _end(video_end_s, max(audio_ends, default=0.0), claimed_s, origin_s, notes)
    return Extent(end_s, audio_ends, fps, tuple(notes), clock_set)


def _end(video_s: float | None, audio_s: float, claimed_s: float | None, origin_s: float, notes: list[str]) -> float:
    """The end of the recording, and plain sentences about what does not agree."""
    if not video_s:
        return audio_s
    end_s = video_s
    if audio_s > video_s + _SOUND_BEYOND_S:
        end_s = audio_s
        notes.append(
            f"The sound goes on until {clock(audio_s - origin_s)}, {audio_s - video_s:.0f} s longer than the pictures; "
            "the last picture is taken to stay."
        )
    if claimed_s is None:
        notes.append(f"The file does not say how long it is; by its packets it is {_length(end_s - origin_s)}.")
    elif claimed_s > end_s + _BELIEVED_S:
        notes.append(
            f"The file says {_length(claimed_s - origin_s)} but its pictures end after {_length(end_s - origin_s)}; "
            "the rest is missing."
        )
    else:  # the last picture stays until the end that the header gives (variable rate, sound padded to a whole frame)
        end_s = max(end_s, claimed_s)
    return end_s


def _length(seconds: float) -> str:
    return f"{seconds:.1f}".removesuffix(".0") + " s" if seconds < 120 else clock(seconds)


def _claimed_end(container: InputContainer) -> float | None:
    """The end that the header gives, container clock; None where it gives none."""
    if not container.duration or container.duration <= 0:
        return None
    length = container.duration / 1e6
    if "matroska" in container.format.name:  # Duration there is the last timestamp, not the distance to the first
        return length
    return length + (container.start_time or 0) / 1e6


def _claimed_fps(stream: Any) -> float:
    if stream is None:
        return 0.0
    if stream.frames and stream.duration:
        return float(stream.frames / (stream.duration * stream.time_base))
    rate = float(stream.average_rate or 0)
    return rate if 0 < rate <= 240 else 0.0


def _measured_fps(packets: Packets) -> float:
    span = (
        packets.end_s - float(packets.time_s.min()) - sum(length_s for _, length_s in _jumps(packets)) if len(packets) else 0.0
    )
    return len(packets) / span if span > 0 else 0.0


def _jumps(packets: Packets) -> list[tuple[float, float]]:
    """(when, how long) a clock jumped ahead, container clock; none in a variable rate, where long pauses are usual."""
    times = np.sort(packets.time_s)
    steps = np.diff(times)
    if len(steps) <= 10 or float(np.percentile(steps, 95)) >= 1.0:
        return []
    return [(float(times[at]), float(steps[at])) for at in np.flatnonzero(steps > GAP_S).tolist()]


def _tail(container: InputContainer, from_s: float) -> dict[int, float]:
    """Ends of the streams by their packets after `from_s`, container clock; empty where it cannot be sought."""
    try:
        container.seek(int(from_s * 1e6), any_frame=True)
    except (av.FFmpegError, OSError):
        return {}
    return _ends(container)


def _all_ends(path: Path) -> dict[int, float]:
    """Ends of the streams by all their packets, or by the last ones of a live WebM that is long."""
    live = live_tail(path)
    if live is not None:
        with av.open(live, options={"format_whitelist": "matroska,webm"}, metadata_errors="replace") as container:
            ends = _ends(container)
        if ends:
            return ends
    with opened(path) as container:
        return _ends(container)


def _ends(container: InputContainer) -> dict[int, float]:
    ends: dict[int, float] = {}
    bases = {s.index: float(s.time_base or 1) for s in container.streams}
    for packet in packets_of_streams(container, *container.streams.video, *container.streams.audio):
        if packet.size and packet.pts is not None and not packet.is_corrupt:
            end_s = (packet.pts + (packet.duration or 0)) * bases[packet.stream_index]
            ends[packet.stream_index] = max(end_s, ends.get(packet.stream_index, end_s))
    return ends


def _clock_notes(packets: Packets, origin_s: float) -> list[str]:
    """Plain sentences about a clock that was set, or that jumped ahead."""
    notes = []
    for index, _ in packets.offsets[1:]:
        at_s = max(0.0, float(packets.time_s[index]) - origin_s)
        notes.append(f"The clock in the file runs backwards at {clock(at_s)}; from there on its times were made to go on.")
    for time_s, leap_s in packets.leaps:
        how = f"leaps ahead by {leap_s / 3600:,.0f} hours at {clock(max(0.0, time_s - origin_s))}"
        notes.append(f"The clock in the file {how}; from there on its times were made to go on.")
    for time_s, length_s in _jumps(packets):
        notes.append(
            f"The clock in the file jumps by {length_s:.0f} s at {clock(time_s - origin_s)}; nothing was recorded there."
        )
    return notes[:5]
