"""Pictures in a terminal's own protocol: Kitty graphics with Unicode placeholders, and Sixel.

What goes out is made of pixels and numbers alone; no text from outside has a part in it.
"""

from __future__ import annotations

from base64 import standard_b64encode
from io import BytesIO
from typing import TYPE_CHECKING, Final

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from PIL.Image import Image

COLOURS: Final = 96
CHUNK: Final = 4096  # bytes of base64 in one command, as the protocol has it
PLACEHOLDER: Final = "\U0010eeee"
# The combining marks that stand for the numbers 0, 1, 2 … (rowcolumn-diacritics.txt of the protocol), enough for a picture.
MARKS: Final = "".join(map(chr, (
    0x0305, 0x030D, 0x030E, 0x0310, 0x0312, 0x033D, 0x033E, 0x033F, 0x0346, 0x034A, 0x034B, 0x034C, 0x0350, 0x0351, 0x0352,
    0x0357, 0x035B, 0x0363, 0x0364, 0x0365, 0x0366, 0x0367, 0x0368, 0x0369, 0x036A, 0x036B, 0x036C, 0x036D, 0x036E, 0x036F,
    0x0483, 0x0484, 0x0485, 0x0486, 0x0487, 0x0592, 0x0593, 0x0594, 0x0595, 0x0597, 0x0598, 0x0599, 0x059C, 0x059D, 0x059E,
    0x059F, 0x05A0, 0x05A1, 0x05A8, 0x05A9, 0x05AB, 0x05AC, 0x05AF, 0x05C4, 0x0610, 0x0611, 0x0612, 0x0613, 0x0614, 0x0615,
    0x0616, 0x0617, 0x0657, 0x0658, 0x0659, 0x065A, 0x065B, 0x065D, 0x065E, 0x06D6, 0x06D7, 0x06D8, 0x06D9, 0x06DA, 0x06DB,
    0x06DC, 0x06DF, 0x06E0, 0x06E1, 0x06E2, 0x06E4, 0x06E7, 0x06E8, 0x06EB, 0x06EC, 0x0730, 0x0732, 0x0733, 0x0735, 0x0736,
    0x073A, 0x073D, 0x073F, 0x0740, 0x0741, 0x0743, 0x0745, 0x0747, 0x0749, 0x074A, 0x07EB, 0x07EC, 0x07ED, 0x07EE, 0x07EF,
    0x07F0, 0x07F1, 0x07F3, 0x0816, 0x0817, 0x0818, 0x0819, 0x081B, 0x081C, 0x081D, 0x081E, 0x081F, 0x0820, 0x0821, 0x0822,
)))  # fmt: skip


def transmission(image: Image, number: int, columns: int, rows: int) -> str:
    """The commands that give Kitty a picture (PNG) and a virtual placement of so many cells; it answers nothing."""
    png = BytesIO()
    image.save(png, "PNG", compress_level=3)
    data = standard_b64encode(png.getvalue()).decode("ascii")
    chunks = [data[k : k + CHUNK] for k in range(0, len(data), CHUNK)]
    head = f"a=T,U=1,f=100,q=2,i={number},c={columns},r={rows},"
    return "".join(
        f"\x1b_G{'' if k else head}m={int(k < len(chunks) - 1)};{chunk}\x1b\\" for k, chunk in enumerate(chunks)
    )  # fmt: skip


def forgetting(number: int) -> str:
    """The command that frees a picture."""
    return f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\"


def placeholders(number: int, columns: int, rows: int) -> list[list[Segment]]:
    """The cells in which Kitty shows a picture: their colour is its number, their marks are row and column."""
    style = Style(color=Color.from_rgb(number >> 16 & 255, number >> 8 & 255, number & 255))
    wide, high = min(columns, len(MARKS)), min(rows, len(MARKS))
    return [[Segment("".join(PLACEHOLDER + MARKS[y] + MARKS[x] for x in range(wide)), style)] for y in range(high)]


def sixels(image: Image, width: int, height: int) -> str:
    """A picture of so many pixels as Sixel (DEC STD 070), at most COLOURS colours."""
    import numpy as np
    from PIL import Image as Pillow

    small = image.resize((width, height), Pillow.Resampling.LANCZOS if width < image.width else Pillow.Resampling.BICUBIC)
    flat = small.quantize(COLOURS, Pillow.Quantize.FASTOCTREE, dither=Pillow.Dither.NONE)
    pixels = np.asarray(flat, dtype=np.int16)
    palette = np.asarray(flat.getpalette(), dtype=np.int32).reshape(-1, 3)
    used = np.unique(pixels)
    registers = "".join(f"#{c};2;{';'.join(str(round(int(v) / 2.55)) for v in palette[c])}" for c in used)
    bands = "-".join(_band(pixels[top : top + 6]) for top in range(0, height, 6))
    return f'\x1bP0;1;0q"1;1;{width};{height}{registers}{bands}\x1b\\'


def _band(pixels: npt.NDArray[np.int16]) -> str:
    """Six rows of pixels: for each colour the columns that it has, run lengths for what repeats."""
    import numpy as np

    weights = (1 << np.arange(len(pixels)))[:, None]
    lines = []
    for colour in np.unique(pixels):
        bits = ((pixels == colour) * weights).sum(0)
        edges = np.flatnonzero(np.diff(bits)) + 1
        starts = [0, *edges.tolist()]
        lengths = np.diff([*starts, len(bits)]).tolist()
        line = "".join(_run(int(bits[k]), n) for k, n in zip(starts, lengths, strict=True))
        lines.append(f"#{colour}{line}")
    return "$".join(lines)


def _run(bits: int, count: int) -> str:
    char = chr(63 + bits)
    return f"!{count}{char}" if count > 3 else char * count
