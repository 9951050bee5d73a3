"""Facts of a recording: tracks, true duration, rotation, when it was begun, what is odd about it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av

from escribano_tui.domain.recording import Recording, Track, UnusableInput
from escribano_tui.domain.text import clean_line
from escribano_tui.media.container import MOST_PIXELS, codec_of, opened, packets_of_streams, restrain, video_of
from escribano_tui.media.extent import Extent, measure
from escribano_tui.media.fingerprint import fingerprint
from escribano_tui.media.packets import TooMany
from escribano_tui.media.started import started_at
from escribano_tui.media.unusable import CUT, check_is_file, explain, shown, too_many

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

ID_DIGITS = 12
MOST_S = 48 * 3600.0  # a longer one has a broken clock, or is not one session
_TRIED_PACKETS = 600  # a stream whose first picture does not come within these has none that can be used


@dataclass(frozen=True, slots=True)
class _Pictures:
    """The video stream, as its first picture shows it. `origin_s` is when that is shown, container clock."""

    codec: str
    width: int
    height: int
    rotation: int
    origin_s: float


@dataclass(frozen=True, slots=True)
class _Facts:
    pictures: _Pictures | None
    tracks: tuple[Track, ...]
    metadata: dict[str, str]
    notes: tuple[str, ...]


def probe(path: Path) -> Recording:
    """Everything known of a recording without looking through it. Raises UnusableInput with one clear sentence."""
    check_is_file(path)
    try:
        with opened(path) as container:
            facts = _facts(container, path)
        origin_s = facts.pictures.origin_s if facts.pictures else _sound_origin(facts)
        extent = measure(path, origin_s)
        mark = fingerprint(path)
    except UnusableInput:
        raise
    except TooMany as many:
        raise too_many(path, many) from many
    except (av.FFmpegError, OSError, ValueError, EOFError, ArithmeticError, MemoryError) as error:
        raise explain(path, error) from error
    return _recording(path, facts, extent, origin_s, mark)


def _recording(path: Path, facts: _Facts, extent: Extent, origin_s: float, mark: str) -> Recording:
    duration_s = extent.end_s - origin_s
    if duration_s <= 0:
        raise UnusableInput(f"{shown(path)} holds neither pictures nor sound that can be read; copy it again from its source.")
    if duration_s > MOST_S:
        raise UnusableInput(f"{shown(path)} is {duration_s / 3600:,.0f} hours long by its times, more than can be used; {CUT}.")
    began, source = started_at(path, facts.metadata, duration_s)
    seen = facts.pictures
    return Recording(
        id=mark[:ID_DIGITS],
        path=os.path.abspath(path),
        fingerprint=mark,
        size_bytes=path.stat().st_size,
        duration_s=round(duration_s, 3),
        width=seen.width if seen else 0,
        height=seen.height if seen else 0,
        fps=round(extent.fps, 3) if seen else 0.0,
        video_codec=seen.codec if seen else "",
        rotation=seen.rotation if seen else 0,
        origin_s=origin_s,
        tracks=tuple(_placed(t, origin_s, k, extent) for k, t in enumerate(facts.tracks)),
        started_at=began,
        started_at_source=source,
        notes=(*facts.notes, *extent.notes),
    )


def _facts(container: InputContainer, path: Path) -> _Facts:
    stream = video_of(container)
    notes: list[str] = []
    pictures = _first_picture(container, stream, path, notes) if stream is not None else None
    tracks = tuple(_track(s, k, path) for k, s in enumerate(container.streams.audio))
    usable = tuple(t for t in tracks if t.codec and t.sample_rate and t.channels)
    if len(usable) < len(tracks):
        notes.append("A sound track is in a form that cannot be decoded here; it is left out.")
    if pictures is None and not usable:
        raise UnusableInput(_nothing_usable(stream, path))
    if pictures is None:
        notes.append("The file has no pictures: only what is said can be used." if stream is None else
                     "Its pictures cannot be decoded: only what is said can be used.")  # fmt: skip
    several = sum(1 for s in container.streams.video if s.codec_context is not None and s.width and s.height)
    if several > 1 and pictures is not None:
        notes.append(f"The file has {several} video tracks; the largest is used.")
    metadata = {**(stream.metadata if stream is not None else {}), **container.metadata}
    return _Facts(pictures, usable, metadata, tuple(notes))


def _first_picture(container: InputContainer, stream: VideoStream, path: Path, notes: list[str]) -> _Pictures | None:
    """What the first picture that can be decoded shows; None where none can.

    Raises UnusableInput where they have no times, or more pixels than memory should be spent on.
    """
    if stream.width * stream.height > MOST_PIXELS:
        raise UnusableInput(
            f"{shown(path)} has pictures of {stream.width}x{stream.height}, more than can be used; make a smaller one, "
            "for example with: ffmpeg -i IN -vf scale=3840:-2 OUT.mp4."
        )
    frame, lost = _first_frame(container, stream)
    if frame is None:
        return None
    if frame.pts is None:
        raise UnusableInput(
            f"{shown(path)} is a bare {clean_line(codec_of(stream), 40)} stream without times; put it into a container, "
            "for example with: ffmpeg -framerate 30 -i IN -c copy OUT.mkv."
        )
    base = frame.time_base or stream.time_base or 1
    turned = frame.rotation in (90, -90, 270, -270)
    if lost:
        notes.append("The first pictures are damaged; the recording begins at the first whole one.")
    return _Pictures(
        codec=clean_line(codec_of(stream), 40),
        width=frame.height if turned else frame.width,
        height=frame.width if turned else frame.height,
        rotation=-frame.rotation % 360,  # libav turns counterclockwise
        origin_s=float(frame.pts * base),
    )


def _first_frame(container: InputContainer, stream: VideoStream) -> tuple[VideoFrame | None, bool]:
    """The first frame in time order, and whether damaged ones came before."""
    lost = False
    restrain(stream)
    for packet in islice(packets_of_streams(container, stream), _TRIED_PACKETS):
        try:
            for frame in packet.decode():
                return frame, lost
        except (av.FFmpegError, EOFError):
            lost = True
    return None, lost


def _track(stream: AudioStream, index: int, path: Path) -> Track:
    base = float(stream.time_base or 1)
    codec: Any = stream.codec_context
    return Track(
        name=f"embedded:{index}",
        path=os.path.abspath(path),
        stream_index=index,
        codec=clean_line(codec_of(stream), 40),
        sample_rate=(codec.sample_rate or 0) if codec is not None else 0,
        channels=(codec.channels or 0) if codec is not None else 0,
        duration_s=float(stream.duration * base) if stream.duration else 0.0,
        offset_s=(stream.start_time or 0) * base,  # container clock until it is placed
        title=clean_line(stream.metadata.get("title", ""), 80),
        language=clean_line(stream.metadata.get("language", ""), 20).replace("und", ""),
    )


def _sound_origin(facts: _Facts) -> float:
    return min(t.offset_s for t in facts.tracks)


def _placed(track: Track, origin_s: float, index: int, extent: Extent) -> Track:
    """The track with its offset from the first picture, and its length where only its packets say it."""
    end_s = extent.audio_ends_s[track.stream_index] if track.stream_index < len(extent.audio_ends_s) else 0.0
    measured_s = max(0.0, end_s - track.offset_s)
    length_s = min(track.duration_s, measured_s) if track.duration_s and measured_s else track.duration_s or measured_s
    if extent.clock_set:
        length_s = extent.end_s - track.offset_s
    return replace(track, offset_s=round(track.offset_s - origin_s, 6), duration_s=round(length_s, 3))


def _nothing_usable(stream: VideoStream | None, path: Path) -> str:
    if stream is None:
        return f"{shown(path)} holds neither pictures nor sound; name the video file itself."
    name = clean_line(codec_of(stream), 40) or "unknown"
    return f"No picture of {shown(path)} can be decoded (codec {name}); convert it to H.264 or copy it again from its source."
