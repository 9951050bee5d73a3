"""The film strip: small pictures of a segment side by side, the one at the time cursor marked; marks where there is no
room for pictures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from escribano_tui.config.graphics import SIXEL, WORDS
from escribano_tui.domain.evidence import Frame
from escribano_tui.domain.times import cite
from escribano_tui.ui.jobs import job
from escribano_tui.ui.lines import Line
from escribano_tui.ui.palette import Palette
from escribano_tui.ui.pictures import NOTHING, Painted, Painter
from escribano_tui.ui.widgets.protocol import OwnPictures

LEAST_WIDTH: Final = 11  # cells of a picture in which a window can be told from another
MOST: Final = 6
LEAST_ROWS: Final = 2


@dataclass(frozen=True, slots=True)
class Room:
    """How many pictures stand side by side, and the cells of each."""

    count: int
    columns: int
    rows: int

    @property
    def height(self) -> int:
        """With the line of times."""
        return self.rows + 1


def room_in(width: int, size: tuple[int, int]) -> Room:
    """For pictures of `size` pixels in so many columns, one cell between them."""
    count = max(1, min(MOST, (width + 1) // (LEAST_WIDTH + 1)))
    columns = max(1, (width + 1) // count - 1)
    shape = size[1] / size[0] if size[0] and size[1] else 9 / 16
    return Room(count, columns, max(LEAST_ROWS, round(columns * shape / 2)))


def picked(count: int, at: int, most: int) -> list[int]:
    """At most `most` of `count` frames, spread over all of them; `at` stands in the place that is nearest to it.

    >>> picked(9, 4, 3), picked(9, 3, 3), picked(2, 0, 4)
    ([0, 4, 8], [0, 3, 8], [0, 1])
    """
    if count <= most:
        return list(range(count))
    if most <= 1:
        return [at]
    spread = [k * (count - 1) // (most - 1) for k in range(most)]
    spread[min(range(most), key=lambda k: abs(spread[k] - at))] = at
    return spread


class FilmStrip(Widget, can_focus=False):
    """Shows frames; a click on one asks to go there. Pictures come from a thread, one after the other, and those of a
    selection that has moved on are not waited for."""

    DEFAULT_CSS = """
    FilmStrip { height: 1; background: $background; }
    """

    class Clicked(Message):
        """A frame was clicked."""

        def __init__(self, frame: Frame) -> None:
            super().__init__()
            self.frame = frame

    def __init__(self, painter: Painter, palette: Callable[[], Palette], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._painter, self._palette = painter, palette
        self._own = OwnPictures(self, painter.held)
        self._frames: Sequence[Frame] = ()
        self._at: int | None = None
        self._shape = (16, 9)
        self._path_of: Callable[[Frame], Path | None] = lambda frame: None
        self._places: list[int] = []  # indices of the frames that are seen
        self._pictures: dict[int, Painted] = {}  # by index; NOTHING where it cannot be read

    def show(
        self, frames: Sequence[Frame], at: int | None, size: tuple[int, int], path_of: Callable[[Frame], Path | None]
    ) -> None:
        """`at` is the frame at the time cursor, `size` that of the recording, `path_of` gives a frame's small picture."""
        if frames != self._frames:
            self._pictures = {}
        self._frames, self._at, self._shape, self._path_of = frames, at, size, path_of
        self._arrange()

    def fit_height(self, size: tuple[int, int], most: int) -> int:
        """Take the height that pictures need at the present width, or one line where that is more than `most`."""
        width = (self.parent.size.width if isinstance(self.parent, Widget) else 0) or self.size.width
        height = room_in(width - 1, size).height if width > LEAST_WIDTH else 1
        height = height if height <= most and self._painter.graphics.kind != WORDS else 1
        self.styles.height = height
        return height

    @property
    def _room(self) -> Room | None:
        """None where there is only room for marks."""
        room = room_in(self.size.width - 1, self._shape)
        return room if LEAST_ROWS < self.size.height >= room.height and self.size.width > LEAST_WIDTH else None

    def _arrange(self) -> None:
        """Which frames are seen, and which of their pictures are still to come."""
        room = self._room
        if room is None or self._at is None:
            self._places = []
        else:
            self._places = picked(len(self._frames), self._at, room.count)
            missing: list[tuple[int, Path]] = []
            for k in self._places:
                path = None if k in self._pictures else self._path_of(self._frames[k])
                known = path and self._painter.known(path, room.columns, room.rows)
                if known:
                    self._pictures[k] = known
                elif path:
                    missing.append((k, path))
            if missing:
                self._load(self._frames, missing, room)
        self.refresh()

    @job("strip")
    async def _load(self, frames: Sequence[Frame], missing: Sequence[tuple[int, Path]], room: Room) -> None:
        for k, path in missing:
            try:
                painted = await asyncio.to_thread(self._painter.paint, path, room.columns, room.rows)
            except (OSError, ValueError, SyntaxError):  # PIL raises SyntaxError for a broken file
                painted = NOTHING
            if frames is self._frames:
                self._pictures[k] = painted
        self.refresh()

    def report(self, error: Exception) -> None:
        """The picture beside the strip says what went wrong."""
        self._pictures = dict.fromkeys(self._places, NOTHING)
        self.refresh()

    def on_resize(self) -> None:
        self._pictures = {}
        self._arrange()

    def on_unmount(self) -> None:
        self._own.forget()

    # ------------------------------------------------------------ what is drawn

    def _left(self, room: Room) -> int:
        """Where the first picture begins: few of them stand in the middle."""
        return max(0, (self.size.width - len(self._places) * (room.columns + 1) + 1) // 2)

    def _placed(self, room: Room) -> list[tuple[Painted, int, int]]:
        """The pictures that are there, each with its place."""
        left = self._left(room)
        return [
            (self._pictures.get(k, NOTHING), left + n * (room.columns + 1), 0) for n, k in enumerate(self._places)
        ]  # fmt: skip

    def render_lines(self, crop: Region) -> list[Strip]:
        room = self._room
        if room is not None and self._painter.graphics.kind == SIXEL:
            self.call_after_refresh(self._own.draw, *self._placed(room))
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        style = self._palette().style
        width = self.size.width
        if self._at is None:
            said = " no picture was taken here" if y == 0 else ""
            return Line().add(said, style("muted")).strip(width, style())
        room = self._room
        if room is None:
            return self._marks(self._at).strip(width, style()) if y == 0 else Strip.blank(width, style())
        if y == room.rows:
            return self._times(room, self._at).strip(width, style())
        return self._cells(room, y, width)

    def _cells(self, room: Room, y: int, width: int) -> Strip:
        """One line of all pictures; a plain field where one has not come, or cannot."""
        style = self._palette().style
        ground, field = style(), style("muted", "surface")
        found: list[Segment] = [Segment(" " * self._left(room), ground)]
        for k in self._places:
            painted = self._pictures.get(k, NOTHING)
            lines = self._own.lines(painted)
            if y < len(lines):
                found += [*lines[y], Segment(" " * (room.columns - painted.columns), field)]
            else:
                gone = k in self._pictures or not self._frames[k].thumbnail
                said = "no picture" if gone and y == room.rows // 2 and room.columns >= 10 else ""
                found.append(Segment(said.center(room.columns), field))
            found.append(Segment(" ", ground))
        length = self._left(room) + len(self._places) * (room.columns + 1)
        return Strip([s for s in found if s.text], length).adjust_cell_length(width, ground)

    def _times(self, room: Room, at: int) -> Line:
        """Under each picture its time; that at the cursor also which one of how many it is."""
        style = self._palette().style
        line = Line().add(" " * self._left(room), style())
        for k in self._places:
            time = cite(self._frames[k].t_s)
            if k == at:
                told = f"▲ {time} {at + 1}/{len(self._frames)}"
                told = told if len(told) <= room.columns else f"▲ {time}"
                line.fit(told, room.columns, style("accent", bold=True))
            else:
                line.fit(f"  {time}", room.columns, style("muted"))
            line.add(" ", style())
        return line

    def _marks(self, at: int) -> Line:
        """A mark for each frame, the one at the cursor filled, for where there is one line."""
        style = self._palette().style
        line = Line().add(" ", style())
        if self._painter.graphics.kind == WORDS:
            return line.add(f"picture {at + 1} of {len(self._frames)}, taken at {cite(self._frames[at].t_s)}", style("muted"))
        said = f"  {at + 1} of {len(self._frames)}, {cite(self._frames[at].t_s)}"
        room = max(1, (self.size.width - len(said) - 2) // 2)
        first = max(0, min(at - room // 2, len(self._frames) - room))
        for k in range(first, min(first + room, len(self._frames))):
            line.add("▣ " if k == at else "▪ ", style("accent" if k == at else "muted", bold=k == at))
        return line.add(said.strip(), style("muted"))

    # ------------------------------------------------------------ mouse

    def on_click(self, event: events.Click) -> None:
        room = self._room
        if room is None or not self._places:
            return
        k = (event.x - self._left(room)) // (room.columns + 1)
        if 0 <= k < len(self._places):
            self.post_message(self.Clicked(self._frames[self._places[k]]))
