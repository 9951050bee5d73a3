"""Damage that shows without decoding: packets whose parts do not add up to their length."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from escribano_tui.domain.times import clock
from escribano_tui.media.container import codec_of, only, opened, packets_of_streams, video_of

if TYPE_CHECKING:
    from av.video.stream import VideoStream


def damage_note(path: Path, origin_s: float) -> str:
    """A plain sentence about damaged pictures, or the empty string. Raises OSError, av.FFmpegError.

    Looks at H.264 and HEVC in containers that give the length of each unit (MP4, MKV); reads the whole file.
    """
    with opened(path) as container:
        stream = video_of(container)
        width = _length_bytes(stream) if stream is not None else 0
        if stream is None or not width:
            return ""
        only(container, stream)
        base = float(stream.time_base or 1)
        bad: list[float] = []
        count, last_is_bad = 0, False
        for packet in packets_of_streams(container, stream):
            if not packet.size:
                continue
            count += 1
            last_is_bad = packet.is_corrupt or not _adds_up(bytes(packet), width)
            if last_is_bad and packet.pts is not None:
                bad.append(packet.pts * base - origin_s)
    if last_is_bad and bad:
        bad.pop()  # the end of a cut file is no damage
    if not bad:
        return ""
    first, last = clock(max(0.0, min(bad))), clock(max(0.0, max(bad)))
    where = f"at {first}" if first == last else f"between {first} and {last}"
    return f"{len(bad)} of its {count} pictures are damaged, {where}; what is whole is used."


def _length_bytes(stream: VideoStream) -> int:
    """How many bytes give the length of a unit (ISO/IEC 14496-15, avcC and hvcC); 0 where units are not framed so."""
    context = stream.codec_context
    extra = bytes(context.extradata or b"") if context is not None else b""
    if codec_of(stream) == "h264" and len(extra) > 6 and extra[0] == 1:
        return (extra[4] & 3) + 1
    if codec_of(stream) == "hevc" and len(extra) > 22 and extra[0] == 1:
        return (extra[21] & 3) + 1
    return 0


def _adds_up(data: bytes, width: int) -> bool:
    at = 0
    while at + width <= len(data):
        length = int.from_bytes(data[at : at + width], "big")
        if length == 0:
            return False
        at += width + length
    return at == len(data)
