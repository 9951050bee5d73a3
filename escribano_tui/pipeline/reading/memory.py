"""Lines that were recognised before: within this recording, and across recordings."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from escribano_tui.domain.evidence import Box
from escribano_tui.pipeline.reading.prints import Print, difference, sizes_like

# height, width, contrast and place of the print; the box; confidence in 1/65535, bytes of text
_HEAD = struct.Struct(">HHBHHHHHHHH")
_MOST_ALIKE = 8  # entries of one size that are kept across recordings
_MOST_ENTRIES = 20_000  # in memory; about 60 MB


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A line image that was recognised, where it stood then, and what it says."""

    print: Print
    box: Box
    text: str
    confidence: float


class LineMemory:
    """Finds the text of a line image by its print."""

    def __init__(self) -> None:
        self._by_size: dict[tuple[int, int], list[Known]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def find(self, wanted: Print) -> Known | None:
        """The nearest known line that differs in no stroke; of equally near ones that which was known first."""
        best: tuple[float, Known | None] = (float("inf"), None)
        for size in sizes_like(wanted.size):
            for known in self._by_size.get(size, ()):
                apart = difference(wanted, known.print)
                if apart < best[0]:
                    best = (apart, known)
        return best[1]

    def add(self, known: Known) -> None:
        if self._count < _MOST_ENTRIES:
            self._by_size.setdefault(known.print.size, []).append(known)
            self._count += 1


def keys_like(prints: Iterable[Print]) -> list[bytes]:
    """Keys under which lines like these may be kept across recordings."""
    return list(dict.fromkeys(key_of(size) for one in prints for size in sizes_like(one.size)))


def key_of(size: tuple[int, int]) -> bytes:
    """The key under which lines of a size are kept across recordings."""
    return b"%dx%d" % size


def merged(new: Sequence[Known], before: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """What is to be kept across recordings: new lines joined to what was kept under their keys."""
    by_key: dict[bytes, list[Known]] = {}
    for known in new:
        key = key_of(known.print.size)
        if key not in by_key:
            by_key[key] = list(unpacked(before[key])) if key in before else []
        alike = [other for other in by_key[key] if difference(known.print, other.print) < float("inf")]
        if not any(other.text == known.text for other in alike):
            # What was read now counts for more than what was read once.
            by_key[key] = [*(other for other in by_key[key] if other not in alike), known]
    kept = {key: packed(entries[-_MOST_ALIKE:]) for key, entries in by_key.items()}
    return {key: value for key, value in kept.items() if value != before.get(key)}


def packed(entries: Iterable[Known]) -> bytes:
    """Entries as bytes: two pixels of 16 levels in each."""
    parts: list[bytes] = []
    for known in entries:
        height, width = known.print.size
        text = known.text.encode()[:0xFFFF]
        looks, box = known.print, known.box
        where = (looks.contrast, looks.x, looks.y, box.x, box.y, box.w, box.h)
        parts.append(_HEAD.pack(height, width, *where, round(known.confidence * 0xFFFF), len(text)))
        flat = known.print.levels.astype(np.uint8).ravel()
        even = np.pad(flat, (0, len(flat) % 2))
        parts += [text, (even[::2] << 4 | even[1::2]).tobytes()]
    return zlib.compress(b"".join(parts), 3)


def unpacked(value: bytes) -> Iterator[Known]:
    """Entries from `packed`. Raises ValueError for anything else."""
    try:
        data = zlib.decompress(value)
        at = 0
        while at < len(data):
            height, width, contrast, x, y, *box, confidence, length = _HEAD.unpack_from(data, at)
            at += _HEAD.size
            text = data[at : at + length].decode()
            at += length
            size = (height * width + 1) // 2
            pairs = np.frombuffer(data, np.uint8, size, at)
            at += size
            levels = np.stack([pairs >> 4, pairs & 15], axis=1).ravel()[: height * width].reshape(height, width)
            yield Known(Print(levels.astype(np.int8), contrast, x, y), Box(*box), text, confidence / 0xFFFF)
    except (zlib.error, struct.error, UnicodeDecodeError) as error:
        raise ValueError("not a packed list of lines") from error
