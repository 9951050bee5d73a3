"""Opening a recording: always a plain local file, always silent, always closed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import av
import av.logging

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.video.stream import VideoStream

# libav writes to file descriptor 2 by itself; None takes its log callback away (the default of PyAV, made sure of here).
av.logging.set_level(None)

# Only demuxers of self-contained files: a playlist (hls, concat, dash) could make libav open other files or hosts.
DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,live_flv,mpegts,mpeg,mpegvideo,ogg,asf,mxf,nut,ivf,gif,h264,hevc,av1,obu,"
    "wav,w64,mp3,aac,flac,aiff,caf,amr,ac3,eac3,au,rm,dv,m4v,mjpeg,wv"
)
MOST_PIXELS = 48 << 20  # of a picture: three 5K screens; a decoder may hold 16 of them
OPTIONS = {"protocol_whitelist": "file", "format_whitelist": DEMUXERS, "max_pixels": str(MOST_PIXELS)}
_PATIENCE_S = 60.0  # for the next packet: a demuxer that searches through gigabytes of rubbish is not waited for
_READ_AHEAD = 1 << 20  # bytes, for the rare names that have to go through a Python file object


@contextmanager
def opened(path: str | Path) -> Iterator[InputContainer]:
    """The container at `path`, closed at the end.

    Raises OSError or av.FFmpegError where it cannot be opened. A name is never read as a protocol, a pattern or an option.
    """
    name = os.path.abspath(os.fspath(path))
    source: str | IO[bytes]
    options = dict(OPTIONS)
    if _encodable(name):
        source, stack = f"file:{name}", None
    else:  # undecodable bytes in the name: libav wants UTF-8, the operating system does not
        stack = open(name, "rb")  # noqa: SIM115 (closed below, after the container)
        source = stack
        options.pop("protocol_whitelist")
    try:
        extra: dict[str, Any] = {"buffer_size": _READ_AHEAD} if stack else {}
        # errors="replace": metadata in an unknown encoding is no reason to refuse a recording.
        container = av.open(source, mode="r", options=options, metadata_errors="replace", timeout=_PATIENCE_S, **extra)
        try:
            yield container
        finally:
            container.close()
    finally:
        if stack:
            stack.close()


def video_of(container: InputContainer) -> VideoStream | None:
    """The stream of moving pictures: the largest one that is not a cover picture; None where there is none."""
    streams = [s for s in container.streams.video if not _is_cover(s) and s.codec_context is not None and s.width and s.height]
    return max(streams, key=lambda s: (s.width * s.height, -s.index), default=None)


def audio_of(container: InputContainer, index: int) -> AudioStream | None:
    """The audio stream number `index` (0 is the first), or None."""
    streams = container.streams.audio
    return streams[index] if 0 <= index < len(streams) else None


def codec_of(stream: VideoStream | AudioStream) -> str:
    """The codec's name whatever the decoder is called (av1, not libdav1d); empty where there is no decoder for it."""
    context = stream.codec_context
    return str(context.codec.canonical_name) if context is not None else ""


def packets_of_streams(container: InputContainer, *streams: Any) -> Iterator[Any]:
    """Packets from where the container stands, flushing ones included; ends where reading breaks off: a cut file."""
    source = container.demux(*streams)
    while True:
        try:
            packet = next(source, None)
        except IndexError:  # a packet of a stream that was not there when the file was opened (damaged MPEG-TS)
            source = container.demux(*streams)
            continue
        except (av.FFmpegError, OSError):
            return
        if packet is None:
            return
        yield packet


def restrain(stream: VideoStream, **options: str) -> None:
    """Let a stream's decoder use one thread and bounded memory, whatever sizes the file names later on."""
    stream.codec_context.thread_count = 1
    stream.codec_context.options = {"max_pixels": str(MOST_PIXELS), **options}


def only(container: InputContainer, wanted: Any) -> None:
    """Let the demuxer skip all streams but `wanted`: their packets are not even read from the disk."""
    from av.stream import Discard

    for stream in container.streams:
        if stream.index != wanted.index:
            stream.discard = Discard.all


def _is_cover(stream: VideoStream) -> bool:
    from av.stream import Disposition

    return bool(stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails))


def _encodable(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in name
