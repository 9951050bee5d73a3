"""What the bytes of a packet add to its size: how much of it is stuffing, how much is for pictures shown later."""

from __future__ import annotations

from collections.abc import Callable

Measure = Callable[[bytes], tuple[int, int]]  # payload -> (bytes that count, of them for pictures not shown yet)

_OBU_SEQUENCE, _OBU_FRAME_HEADER, _OBU_FRAME = 1, 3, 6


def measure_for(codec: str, filled: bool) -> Measure | None:
    """How packets of a codec are measured where their plain size would mislead; None where it does not.

    `filled` says that the sizes look like a constant bit rate.
    """
    if codec in ("h264", "hevc"):
        return without_filler if filled else None
    return {"vp9": vp9_frames, "av1": av1_frames}.get(codec)


def without_filler(data: bytes) -> tuple[int, int]:
    """Size without trailing filler data: 0xFF bytes and a stop bit (H.264 7.3.2.7, HEVC 7.3.2.8), either framing."""
    return len(data.rstrip(b"\0").rstrip(b"\x80").rstrip(b"\xff")), 0


def vp9_frames(data: bytes) -> tuple[int, int]:
    """Size, and the bytes of hidden frames in a superframe (VP9 bitstream specification, annex B)."""
    marker = data[-1]
    if marker & 0xE0 != 0xC0:
        return len(data), 0
    count, width = (marker & 7) + 1, (marker >> 3 & 3) + 1
    index = data[-2 - width * count :]
    if len(index) != 2 + width * count or index[0] != marker:
        return len(data), 0
    sizes = [int.from_bytes(index[1 + width * k : 1 + width * (k + 1)], "little") for k in range(count)]
    return len(data), sum(sizes[:-1])  # all but the last are not shown


def av1_frames(data: bytes) -> tuple[int, int]:
    """Size, and the bytes of frames with show_frame 0 in a temporal unit (AV1 specification, 5.3 and 5.9.2)."""
    hidden, at = 0, 0
    while at < len(data):
        header = data[at]
        kind, extended, sized = header >> 3 & 15, header >> 2 & 1, header >> 1 & 1
        at += 1 + extended
        length, at = _leb128(data, at) if sized else (len(data) - at, at)
        if kind in (_OBU_FRAME_HEADER, _OBU_FRAME) and at < len(data):
            bits = data[at]  # show_existing_frame(1) frame_type(2) show_frame(1)
            if not bits & 0x80 and not bits & 0x10:
                hidden += length
        at += length
    return len(data), hidden


def _leb128(data: bytes, at: int) -> tuple[int, int]:
    """(value, where the next byte is) of a little-endian base 128 number (AV1 specification, 4.10.5)."""
    value = 0
    for k in range(8):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << (7 * k)
        if not byte & 0x80:
            break
    return value, at
