"""A picture on the screen: decoded in a thread, shown when it is there; what was asked for last wins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from escribano_tui.domain.recording import Recording
from escribano_tui.ui.jobs import job
from escribano_tui.ui.lines import Line
from escribano_tui.ui.palette import Palette
from escribano_tui.ui.pictures import Painted, Painter


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
            columns = sum(len(segment.text) for segment in line)
            left = max(0, (width - columns) // 2)
            pad = [Segment(" " * left, style())] if left else []
            return Strip([*pad, *line], left + columns).adjust_cell_length(width, style())
        if not self._lines and y == 0 and self._words:
            return Line().add(" " + self._words, style("muted")).strip(width, style("muted"))
        return Strip.blank(width, style())
