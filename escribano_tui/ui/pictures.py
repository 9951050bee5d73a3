"""Pictures in cells: four pixels and two colours in each, with the block elements that every terminal font has; and as
sharp as the terminal can where it has a protocol of its own."""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from escribano_tui.config.graphics import BLOCKS, KITTY, SIXEL, Graphics
from escribano_tui.ui.sharp import sixels, transmission

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from PIL.Image import Image

BLOCKS_ONLY: Final = Graphics()
KEPT_BYTES: Final = 16 << 20  # of painted pictures, about
# Which quarters of the cell have the ink: 1 upper left, 2 upper right, 4 lower left; the lower right one never.
QUARTERS: Final = " ▘▝▀▖▌▞▛"
Lines = list[list[Segment]]


@dataclass(frozen=True, slots=True)
class Painted:
    """A picture for a room of so many cells: in block elements, which every terminal shows, and in the terminal's own
    protocol where it has one. `number` is Kitty's name of it, `data` what draws it (Sixel) or gives it (Kitty)."""

    lines: Lines
    columns: int
    rows: int
    number: int = 0
    data: str = ""

    @property
    def bytes(self) -> int:
        """What it weighs in memory, about: a run of cells is a small object."""
        return len(self.data) + 200 * sum(len(line) for line in self.lines)


NOTHING: Final = Painted([], 0, 0)


class Painter:
    """Decodes and scales pictures, and keeps those that were shown last. Called from worker threads."""

    def __init__(self, graphics: Graphics = BLOCKS_ONLY) -> None:
        self.graphics = graphics
        self._kept: OrderedDict[tuple[str, int, int], Painted] = OrderedDict()
        self._weight = 0
        self._lock = Lock()
        self.held: OrderedDict[int, None] = OrderedDict()  # what the terminal has, by Kitty's number; for the event loop
        self._number = os.getpid() << 8 & 0xFFFF00  # other programs in this terminal have pictures, too

    def known(self, path: Path, width: int, height: int) -> Painted | None:
        key = (str(path), width, height)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def paint(self, path: Path, width: int, height: int) -> Painted:
        """A picture for at most `width` by `height` cells, in its own shape. Raises OSError, ValueError."""
        painted = self.known(path, width, height)
        if painted is None:
            with self._lock:
                self._number += 1
                number = self._number
            painted = read(path, width, height, self.graphics, number)
            self._keep((str(path), width, height), painted)
        return painted

    def _keep(self, key: tuple[str, int, int], painted: Painted) -> None:
        with self._lock:
            before = self._kept.pop(key, NOTHING)
            self._kept[key] = painted
            self._weight += painted.bytes - before.bytes
            while self._weight > KEPT_BYTES and len(self._kept) > 1:
                self._weight -= self._kept.popitem(last=False)[1].bytes


def read(path: Path, width: int, height: int, graphics: Graphics = BLOCKS_ONLY, number: int = 0) -> Painted:
    """Read a picture and paint it. Raises OSError, ValueError."""
    from PIL import Image

    across, down = (4, 4) if graphics.kind == BLOCKS else graphics.cell
    room = (width * across, height * down)
    with Image.open(path) as opened:
        opened.draft("RGB", room)  # a JPEG is decoded no larger than it needs to be
        image = opened.convert("RGB")
    columns, rows = shape(image.width, image.height, width, height)
    lines = in_blocks(image, columns, rows)
    if graphics.kind == KITTY:
        image.thumbnail((columns * graphics.cell[0], rows * graphics.cell[1]))  # it would not show more
        return Painted(lines, columns, rows, number, transmission(image, number, columns, rows))
    if graphics.kind == SIXEL:
        return Painted(lines, columns, rows, 0, sixels(image, columns * graphics.cell[0], rows * graphics.cell[1]))
    return Painted(lines, columns, rows)


def shape(width: int, height: int, columns: int, rows: int) -> tuple[int, int]:
    """The largest (columns, rows) within bounds that keeps the shape, with cells twice as high as wide."""
    if width <= 0 or height <= 0:
        raise ValueError("a picture without size")
    scale = min(columns / width, 2 * rows / height)
    return max(1, min(columns, round(width * scale))), max(1, min(rows, round(height * scale / 2)))


def in_blocks(image: Image, columns: int, rows: int) -> Lines:
    """Each cell gets the block and the two colours that come nearest to its 2 x 2 pixels (least squares)."""
    import numpy as np
    from PIL import Image, ImageFilter

    small = image.resize((columns * 2, rows * 2), Image.Resampling.BOX)
    sharp = small.filter(ImageFilter.UnsharpMask(radius=1.2, percent=60, threshold=2))
    pixels: npt.NDArray[np.float32] = np.asarray(sharp, dtype=np.float32).reshape(rows, 2, columns, 2, 3)
    cells = pixels.transpose(0, 2, 1, 3, 4).reshape(rows, columns, 4, 3)
    block, ink, ground = _nearest(cells)
    return [_line(block[y], ink[y], ground[y]) for y in range(rows)]


def _nearest(cells: npt.NDArray[np.float32]) -> tuple[Any, Any, Any]:
    """(rows, columns) of indices into QUARTERS, and (rows, columns, 3) of ink and ground, 8 bits in steps of 4."""
    import numpy as np

    masks = np.array([[k >> bit & 1 for bit in range(4)] for k in range(8)], dtype=np.float32)  # (8, 4)
    count = np.maximum(masks.sum(1), 1)[:, None]
    rest = np.maximum((1 - masks).sum(1), 1)[:, None]
    inks = np.einsum("kp,yxpc->yxkc", masks / count, cells)
    grounds = np.einsum("kp,yxpc->yxkc", (1 - masks) / rest, cells)
    painted = masks[None, None, :, :, None] * inks[:, :, :, None] + (1 - masks)[None, None, :, :, None] * grounds[:, :, :, None]
    error = ((painted - cells[:, :, None]) ** 2).sum((3, 4))
    error[:, :, 1:] += 60.0  # a plain cell where the difference could not be seen
    block = error.argmin(2)
    y, x = np.indices(block.shape)
    steps = (
        (inks[y, x, block] / 4).round().clip(0, 63).astype(int) * 4,
        (grounds[y, x, block] / 4).round().clip(0, 63).astype(int) * 4,
    )
    return block.tolist(), steps[0].tolist(), steps[1].tolist()


def _line(block: list[int], ink: list[list[int]], ground: list[list[int]]) -> list[Segment]:
    """Cells that look the same are one segment."""
    cells = [(k, tuple(i) if k else tuple(g), tuple(g)) for k, i, g in zip(block, ink, ground, strict=True)]
    return [Segment(QUARTERS[k] * len(list(run)), _style(i, g)) for (k, i, g), run in groupby(cells)]


@lru_cache(4096)
def _style(ink: tuple[int, ...], ground: tuple[int, ...]) -> Style:
    return Style(color=Color.from_rgb(*ink), bgcolor=Color.from_rgb(*ground))
