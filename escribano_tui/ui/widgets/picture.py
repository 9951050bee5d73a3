"""A picture on the screen: decoded in a thread, shown when it is there; what was asked for last wins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.segment import Segment
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from escribano_tui.config.graphics import WORDS
from escribano_tui.domain.recording import Recording
from escribano_tui.ui.jobs import job
from escribano_tui.ui.lines import Line
from escribano_tui.ui.palette import Palette
from escribano_tui.ui.pictures import NOTHING, Lines, Painted, Painter
from escribano_tui.ui.widgets.protocol import OwnPictures


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
        self._painted = NOTHING
        self._lines: Lines = []  # as they are shown now
        self._own = OwnPictures(self, painter.held)
        self._words = ""
        if painter.graphics.kind == WORDS:
            self.display = False

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
            self._take(NOTHING)
            return
        known = self._painter.known(self._path, width, height)
        if known is not None:
            self._take(known)
        else:
            self._load(self._path, width, height)

    @job("picture")
    async def _load(self, path: Path, width: int, height: int) -> None:
        words = self._words
        try:
            painted = await asyncio.to_thread(self._painter.paint, path, width, height)
        except FileNotFoundError:  # never kept (a secret stood there), or the owner's rules have let it go
            painted = NOTHING
        except (OSError, ValueError, SyntaxError):  # PIL raises SyntaxError for a broken file
            painted, words = NOTHING, "The picture cannot be read."
        if path == self._path:  # else another one has been asked for meanwhile
            self._words = words
            self._take(painted)

    def report(self, error: Exception) -> None:
        self._words = f"The picture cannot be shown ({type(error).__name__})."
        self._take(NOTHING)

    def _take(self, painted: Painted) -> None:
        self._painted = painted
        self.refresh()

    def _left(self) -> int:
        return max(0, (self.size.width - self._painted.columns) // 2)

    def render_lines(self, crop: Region) -> list[Strip]:
        self._lines = self._own.lines(self._painted)
        if self._painted.data:
            self.call_after_refresh(self._own.draw, (self._painted, self._left(), 0))
        return super().render_lines(crop)

    def on_unmount(self) -> None:
        self._own.forget()

    def on_resize(self) -> None:
        self._paint_now()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        style = self._palette().style
        painted = self._painted
        if y < len(self._lines):
            left = self._left()
            pad = [Segment(" " * left, style())] if left else []
            return Strip([*pad, *self._lines[y]], left + painted.columns).adjust_cell_length(width, style())
        if not self._lines and y == 0 and self._words:
            return Line().add(" " + self._words, style("muted")).strip(width, style("muted"))
        return Strip.blank(width, style())


def refresh_pictures(screen: Screen[Any]) -> None:
    """Another screen came before this one, or went: the terminal's own pictures show in front only."""
    for widget in screen.query("Picture, FilmStrip"):
        widget.refresh()
