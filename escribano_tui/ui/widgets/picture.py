"""A picture in half blocks: two pixels in each cell, which every terminal with colours can show."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from escribano_tui.domain.recording import Recording
from escribano_tui.ui.jobs import job
from escribano_tui.ui.lines import Line
from escribano_tui.ui.palette import Palette

KEPT = 64  # pictures kept as painted
Painted = list[list[Segment]]


class Painter:
    """Decodes and scales pictures, and keeps the latest. Called from worker threads; one mishap is one empty picture."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int, int], Painted] = OrderedDict()

    def known(self, path: Path, width: int, height: int) -> Painted | None:
        return self._kept.get((str(path), width, height))

    def paint(self, path: Path, width: int, height: int) -> Painted:
        """Lines of cells, at most `width` by `height`, in the picture's own shape. Raises OSError, ValueError."""
        key = (str(path), width, height)
        painted = self._kept.get(key)
        if painted is None:
            painted = half_blocks(path, width, height)
            self._kept[key] = painted
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return painted


def half_blocks(path: Path, width: int, height: int) -> Painted:
    """Read a picture and give it as lines of `▀` in two colours. Raises OSError, ValueError."""
    from PIL import Image

    with Image.open(path) as opened:
        opened.draft("RGB", (width * 2, height * 4))
        image = opened.convert("RGB")
    columns, rows = shape(image.width, image.height, width, height)
    small = image.resize((columns, rows * 2), Image.Resampling.BOX)
    raw = small.tobytes()
    stride = columns * 3
    lines: Painted = []
    for y in range(rows):
        top, low = raw[2 * y * stride : (2 * y + 1) * stride], raw[(2 * y + 1) * stride : (2 * y + 2) * stride]
        lines.append([
            Segment("▀", Style(color=Color.from_rgb(*top[k : k + 3]), bgcolor=Color.from_rgb(*low[k : k + 3])))
            for k in range(0, stride, 3)
        ])  # fmt: skip
    return lines


def shape(width: int, height: int, columns: int, rows: int) -> tuple[int, int]:
    """The largest (columns, rows) within bounds that keeps the shape, with cells twice as high as wide."""
    if width <= 0 or height <= 0:
        raise ValueError("a picture without size")
    scale = min(columns / width, 2 * rows / height)
    return max(1, min(columns, round(width * scale))), max(1, min(rows, round(height * scale / 2)))


class Picture(Widget, can_focus=False):
    """Shows one picture at a time; what is asked for last wins."""

    DEFAULT_CSS = """
    Picture { height: 1fr; background: $background; }
    """

    def __init__(
        self, painter: Painter, palette: Callable[[], Palette], *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._painter, self._palette = painter, palette
        self._path: Path | None = None
        self._lines: Painted = []
        self._words = ""

    def show(self, path: Path | None, words: str = "") -> None:
        """Show a picture file; `words` stand where there is none."""
        if path == self._path and words == self._words:
            return
        self._path, self._words = path, words
        self._paint_now()

    def fit_height(self, recording: Recording, room: int) -> None:
        """As high as a picture of this recording is at the present width, and no higher than there is room for."""
        width = (self.parent.size.width if isinstance(self.parent, Widget) else 0) or self.size.width
        if recording.has_video and width:
            self.styles.height = max(3, min(room, round(width * recording.height / recording.width / 2)))

    def _paint_now(self) -> None:
        width, height = self.size.width, self.size.height
        if self._path is None or width < 4 or height < 2:
            self._lines = []
            self.refresh()
            return
        known = self._painter.known(self._path, width, height)
        if known is not None:
            self._lines = known
            self.refresh()
        else:
            self._load(self._path, width, height)

    @job("picture")
    async def _load(self, path: Path, width: int, height: int) -> None:
        words = self._words
        try:
            lines = await asyncio.to_thread(self._painter.paint, path, width, height)
        except (OSError, ValueError, SyntaxError):  # PIL raises SyntaxError for a broken file
            lines, words = [], "The picture cannot be read."
        if path == self._path:  # else another one has been asked for meanwhile
            self._lines, self._words = lines, words
            self.refresh()

    def report(self, error: Exception) -> None:
        self._lines, self._words = [], f"The picture cannot be shown ({type(error).__name__})."
        self.refresh()

    def on_resize(self) -> None:
        self._paint_now()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        style = self._palette().style
        if self._lines and y < len(self._lines):
            line = self._lines[y]
            left = (width - len(line)) // 2
            pad = Segment(" " * left, style())
            return Strip([pad, *line] if left > 0 else line, left + len(line)).adjust_cell_length(width, style())
        if not self._lines and y == 0 and self._words:
            return Line().add(" " + self._words, style("muted")).strip(width, style("muted"))
        return Strip.blank(width, style())
