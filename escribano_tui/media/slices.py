"""Which pictures an H.264 slice may refer to, from its header (ITU-T H.264, 7.3.3): P-pictures that look at one only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from escribano_tui.media.sps import Bits, Counting, counting, units_of

HEAD = 64  # bytes of a unit that are enough for what is read of its header
LOOKED_THROUGH = 4096  # bytes of a packet in which its first slice begins, after parameter sets and messages
_SLICE, _IDR, _PPS = 1, 5, 8
_P, _I = 0, 2  # kinds of slice (table 7-6)


@dataclass(frozen=True, slots=True)
class Head:
    """What the first slice of a packet says: its number among the references, how many pictures before it (in display) it
    may refer to, and for P-slices the number of the first of these (None: the last one decoded)."""

    number: int
    refers_to: int
    first: int | None


class Headers:
    """Reads the headers of the slices of one stream. Raises ValueError where its parameter sets cannot be used for that."""

    def __init__(self, extradata: bytes) -> None:
        self._count: Counting | None = counting(extradata)
        pictures = units_of(extradata, _PPS)
        if self._count is None or len(pictures) != 1 or self._count.poc_bits == 0 or not self._count.whole_frames:
            raise ValueError("pictures are counted in another way")
        self._length_bytes = (extradata[4] & 3) + 1 if extradata[:1] == b"\1" else 0
        bits = Bits(pictures[0][1:])
        bits.golomb()
        bits.golomb()
        bits.number(1)
        self._has_bottom = bool(bits.number(1))
        if bits.golomb() != 0:
            raise ValueError("slice groups")
        self._usual = bits.golomb() + 1

    def of(self, packet: bytes) -> Head | None:
        """What a packet says; None where no slice of it was found. Raises ValueError, IndexError where it is damaged."""
        unit = self._first_slice(packet)
        if unit is None or self._count is None:
            return None
        bits = Bits(unit[1:])
        bits.golomb()
        kind = bits.golomb() % 5
        bits.golomb()
        number = bits.number(self._count.number_bits)
        if unit[0] & 31 == _IDR or kind == _I:
            return Head(number, 0, None)
        bits.number(self._count.poc_bits)
        if self._has_bottom:
            bits.signed()
        if kind != _P:
            bits.number(1)
        refers_to = bits.golomb() + 1 if bits.number(1) else self._usual
        first = None
        if kind == _P and bits.number(1):
            operation, value = bits.golomb(), bits.golomb()
            if operation > 1:
                return None  # a long-term reference
            step = value + 1 if operation else -(value + 1)
            first = (number + step) % (1 << self._count.number_bits)
        return Head(number, refers_to, first)

    def _first_slice(self, packet: bytes) -> bytes | None:
        at = 0
        while at < min(len(packet), LOOKED_THROUGH):
            if self._length_bytes:
                length = int.from_bytes(packet[at : at + self._length_bytes], "big")
                begins, at = at + self._length_bytes, at + self._length_bytes + length
            else:
                begins = packet.find(b"\0\0\1", at) + 3
                if begins < 3:
                    return None
                at = begins
            if begins < len(packet) and packet[begins] & 31 in (_SLICE, _IDR):
                return packet[begins : begins + HEAD]
        return None


def refer_to_anchors_only(headers: Headers, packets: Iterable[tuple[bytes, bool]]) -> bool:
    """Whether each picture of a group, from its keyframe on in decoding order, refers to the anchor right before it only, so
    that none needs the pictures between two earlier ones. `packets` are (bytes, whether between: shown before one
    decoded earlier).
    """
    before: Head | None = None
    between = 0
    try:
        for data, is_between in packets:
            anchor = headers.of(data)
            if anchor is None or anchor.refers_to > 1:
                return False
            if is_between:
                between += 1
                continue
            if before is not None and anchor.refers_to:
                is_alone = between == 0 if anchor.first is None else anchor.first == before.number
                if not is_alone:
                    return False
            before, between = anchor, 0
    except (ValueError, IndexError):
        return False
    return True
