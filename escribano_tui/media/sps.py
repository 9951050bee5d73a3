"""How an H.264 stream counts its pictures, from its sequence parameter set (ITU-T H.264, 7.3.2.1.1)."""

from __future__ import annotations

from dataclasses import dataclass

_WITH_CHROMA = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})  # profiles with chroma_format_idc
_SPS = 7
_FRAME_POC = 2  # picture order counts a frame: one for each field


@dataclass(frozen=True, slots=True)
class Counting:
    """How a stream counts: bits of the number among the references and of the order of display (0: counted in another
    way), how many references are kept, and whether there are frames only, no fields."""

    number_bits: int
    poc_bits: int
    references: int
    whole_frames: bool

    @property
    def countable_frames(self) -> int:
        """How many frames two pictures decoded one after the other may lie apart (in display) before their order can no
        longer be told from the counts; 0 where that cannot be said."""
        if not self.poc_bits:
            return 0
        half = 1 << (self.poc_bits - 1)  # a step of half of MaxPicOrderCntLsb or more is read as one back
        return (half - 1) // _FRAME_POC


def counting(extradata: bytes) -> Counting | None:
    """How a stream counts, by the parameter set that allows the least; None where there is none, or it is damaged."""
    try:
        return min(map(_counting, units_of(extradata, _SPS)), key=lambda found: found.poc_bits, default=None)
    except (IndexError, ValueError):
        return None


def units_of(extradata: bytes, kind: int) -> list[bytes]:
    """The NAL units of a kind in the decoder's configuration: an avcC box (ISO/IEC 14496-15, 5.3.3.1) or Annex B."""
    if extradata[:1] == b"\1":
        sequence, at = _units_at(extradata, 6, extradata[5] & 31)
        picture, _ = _units_at(extradata, at + 1, extradata[at])
        units = sequence + picture
    else:
        units = extradata.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")
    return [unit for unit in units if unit and unit[0] & 31 == kind]


def _units_at(box: bytes, at: int, count: int) -> tuple[list[bytes], int]:
    """So many units from a place in the box on, each behind its length, and the place behind them."""
    units = []
    for _ in range(count):
        length = int.from_bytes(box[at : at + 2], "big")
        units.append(box[at + 2 : at + 2 + length])
        at += 2 + length
    return units, at


def _counting(sps: bytes) -> Counting:
    bits = Bits(sps[1:])
    profile = bits.number(8)
    bits.number(16)
    bits.golomb()
    if profile in _WITH_CHROMA:
        _skip_chroma(bits)
    number_bits = bits.golomb() + 4
    if bits.golomb() != 0:  # pic_order_cnt_type
        return Counting(number_bits, 0, 0, False)
    poc_bits = bits.golomb() + 4
    references = bits.golomb()
    bits.number(1)
    bits.golomb()
    bits.golomb()
    return Counting(number_bits, poc_bits, references, bool(bits.number(1)))


def _skip_chroma(bits: Bits) -> None:
    chroma = bits.golomb()
    if chroma == 3:
        bits.number(1)
    bits.golomb()
    bits.golomb()
    bits.number(1)
    if bits.number(1):
        raise ValueError("scaling matrices")  # no screen recorder writes them: not worth reading


class Bits:
    """Reads a NAL unit bit by bit; what escapes start codes in it (7.4.1) is left out. Raises IndexError at its end."""

    def __init__(self, data: bytes) -> None:
        clean = data.replace(b"\0\0\3", b"\0\0")
        self._value, self._left = int.from_bytes(clean, "big"), 8 * len(clean)

    def number(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise IndexError("the unit ends here")
        return self._value >> self._left & (1 << count) - 1

    def golomb(self) -> int:
        """An unsigned Exp-Golomb number (9.1)."""
        rest = self._value & (1 << self._left) - 1
        zeros = self._left - rest.bit_length()
        self.number(zeros)
        return self.number(zeros + 1) - 1

    def signed(self) -> int:
        """A signed Exp-Golomb number (9.1.1)."""
        code = self.golomb()
        return (code + 1) // 2 if code & 1 else -(code // 2)
