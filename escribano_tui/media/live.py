"""The end of a live WebM: such a file has neither a length nor an index, and may be gigabytes long."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

_EBML, _CLUSTER = b"\x1a\x45\xdf\xa3", b"\x1f\x43\xb6\x75"  # element ids (RFC 8794, RFC 9559)
_HEAD_BYTES = 1 << 20
_TAIL_BYTES = 16 << 20  # some seconds even at 30 Mbit/s
_LEAST_BYTES = 64 << 20  # a shorter file is read through


def live_tail(path: Path) -> BytesIO | None:
    """What stands before the first cluster of a long Matroska file, and its last clusters: a short file with the times of
    the long one. None for other files. Raises OSError."""
    size = path.stat().st_size
    if size <= _LEAST_BYTES:
        return None
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        first = head.find(_CLUSTER)
        if not head.startswith(_EBML) or first < 0:
            return None
        file.seek(size - _TAIL_BYTES)
        tail = file.read(_TAIL_BYTES)
    last = tail.find(_CLUSTER)
    return BytesIO(head[:first] + tail[last:]) if last >= 0 else None
