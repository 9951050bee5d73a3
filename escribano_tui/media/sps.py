"""How far an H.264 stream counts its pictures, from its sequence parameter set (ITU-T H.264, 7.3.2.1.1)."""

from __future__ import annotations

_WITH_CHROMA = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})  # profiles with chroma_format_idc
_SPS = 7
_FRAME_POC = 2  # picture order counts a frame: one for each field


def countable_frames(extradata: bytes) -> int:
    """How many frames two pictures decoded one after the other may lie apart (in display) before their order can no longer
    be told from the counts; 0 where that cannot be said: other ways of counting, or no parameter set."""
    try:
        return min((_countable(sps) for sps in _parameter_sets(extradata)), default=0)
    except (IndexError, ValueError):
        return 0  # cut short or damaged


def _parameter_sets(extradata: bytes) -> list[bytes]:
    """The sequence parameter sets in the decoder's configuration: an avcC box (ISO/IEC 14496-15, 5.3.3.1) or Annex B."""
    if extradata[:1] == b"\1":
        found, at = [], 6
        for _ in range(extradata[5] & 31):
            length = int.from_bytes(extradata[at : at + 2], "big")
            found.append(extradata[at + 2 : at + 2 + length])
            at += 2 + length
        return found
    units = extradata.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")
    return [unit for unit in units if unit and unit[0] & 31 == _SPS]


def _countable(sps: bytes) -> int:
    bits = _Bits(sps[1:].replace(b"\0\0\3", b"\0\0"))
    profile = bits.number(8)
    bits.number(16)
    bits.golomb()
    if profile in _WITH_CHROMA:
        _skip_chroma(bits)
    bits.golomb()  # log2_max_frame_num_minus4
    if bits.golomb() != 0:  # pic_order_cnt_type
        return 0
    half = 1 << (bits.golomb() + 4 - 1)  # a step of half of MaxPicOrderCntLsb or more is read as one back
    return (half - 1) // _FRAME_POC


def _skip_chroma(bits: _Bits) -> None:
    chroma = bits.golomb()
    if chroma == 3:
        bits.number(1)
    bits.golomb()
    bits.golomb()
    bits.number(1)
    if bits.number(1):
        raise ValueError("scaling matrices")  # no screen recorder writes them: not worth reading


class _Bits:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def number(self, count: int) -> int:
        value = 0
        for _ in range(count):
            value = value << 1 | self._data[self._at >> 3] >> (7 - (self._at & 7)) & 1
            self._at += 1
        return value

    def golomb(self) -> int:
        """An unsigned Exp-Golomb number (9.1)."""
        zeros = 0
        while not self.number(1):
            zeros += 1
        return (1 << zeros) - 1 + self.number(zeros)
