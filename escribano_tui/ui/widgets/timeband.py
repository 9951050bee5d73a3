"""The time line across the top of the review: activities, subjects, sound, changes, what is reviewed, the cursor."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from escribano_tui.domain.activity import LETTERS
from escribano_tui.domain.times import clock
from escribano_tui.ui.lines import cut, plain
from escribano_tui.ui.palette import Palette
from escribano_tui.ui.review.cells import BARS, Cells, boundary_near, cells_of, column_of, ticks, time_at
from escribano_tui.ui.review.place import UNSURE, Review

ROWS = {
    1: ("band",),
    2: ("band", "marks"),
    4: ("ruler", "band", "speech", "marks"),
    7: ("ruler", "band", "names", "subjects", "speech", "changes", "marks"),
}
CHANGES = " ·╵│"
NAMES = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


class TimeBand(Widget, can_focus=False):
    """Paints a review. A click puts the time cursor; dragging a boundary asks to move it; the wheel zooms."""

    DEFAULT_CSS = """
    TimeBand { height: 4; background: $background; }
    """

    class Clicked(Message):
        def __init__(self, t_ms: int) -> None:
            super().__init__()
            self.t_ms = t_ms

    class Dragged(Message):
        """A boundary was let go at another time."""

        def __init__(self, from_ms: int, to_ms: int) -> None:
            super().__init__()
            self.from_ms = from_ms
            self.to_ms = to_ms

    class Zoomed(Message):
        def __init__(self, closer: bool) -> None:
            super().__init__()
            self.closer = closer

    def __init__(self, palette: Callable[[], Palette], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._palette = palette
        self.review: Review | None = None
        self._cells: tuple[object, Cells] | None = None
        self._drag: tuple[int, int] | None = None  # boundary, where it would go

    def show(self, review: Review) -> None:
        self.review = review
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        style = self._palette().style
        rows = ROWS[max((h for h in ROWS if h <= max(1, self.size.height)), default=1)]
        if self.review is None or y >= len(rows) or width < 4:
            return Strip.blank(width, style())
        inner = width - 2
        painted = getattr(self, f"_{rows[y]}")(self.review, self._cells_for(inner), inner)
        edge = Segment(" ", style())
        return Strip([edge, *painted, edge], width)

    def _cells_for(self, width: int) -> Cells:
        review = self.review
        assert review is not None
        key = (id(review.session), review.view, width, id(review.outline))
        if self._cells is None or self._cells[0] != key:
            self._cells = (key, cells_of(review, width))
        return self._cells[1]

    # ------------------------------------------------------------ rows

    def _ruler(self, review: Review, cells: Cells, width: int) -> list[Segment]:
        text = [" "] * width
        for column, label in ticks(review.view, width):
            text[column : column + len(label)] = label
        return [Segment("".join(text), self._palette().style("muted"))]

    def _columns(self, review: Review, width: int) -> tuple[int, int]:
        """Columns of the time cursor and of a boundary that is being dragged (-1 where there is none)."""
        dragged = column_of(review.view, width, self._drag[1]) if self._drag else -1
        cursor = column_of(review.view, width, review.cursor_ms)
        owner = self._cells_for(width).owner
        if 0 <= cursor < width - 1 and owner[cursor] != review.index == owner[cursor + 1]:
            cursor += 1  # on the start of a segment it stands in the first column that shows it
        return cursor, dragged

    def _band(self, review: Review, cells: Cells, width: int) -> list[Segment]:
        style, found = self._palette().style, []
        cursor, dragged = self._columns(review, width)
        for k, owner in enumerate(cells.owner):
            segment = review.segments[owner]
            unsure = segment.confidence < UNSURE and not segment.reviewed
            char = LETTERS[segment.activity] if k in cells.starts else "╱" if unsure else " "
            if k == dragged:
                found.append(Segment("┃", style("background", "foreground")))
            elif k == cursor and k not in cells.starts:
                found.append(Segment("│", style("background", segment.activity)))
            else:
                found.append(Segment(char, style("background", segment.activity)))
        return list(Segment.simplify(found))

    def _names(self, review: Review, cells: Cells, width: int) -> list[Segment]:
        """The second line of the bands: their names, where there is room for them."""
        style, found = self._palette().style, []
        order = sorted(cells.starts)
        for start, end in zip(order, [*order[1:], width], strict=True):
            segment = review.segments[cells.owner[start]]
            text = segment.title if end - start >= 12 and segment.title else segment.activity
            unsure = segment.confidence < UNSURE and not segment.reviewed
            room = end - start
            text = plain(text)
            said = text if cell_len(text) <= room - 1 else cut(text, room - 1) if room >= 7 else ""
            filler = "╱" if unsure else " "
            found.append(Segment(_cells_wide(said, room, filler), style("background", segment.activity)))
        return found

    def _subjects(self, review: Review, cells: Cells, width: int) -> list[Segment]:
        style, found = self._palette().style, []
        names = subject_letters(review)
        for k, owner in enumerate(cells.owner):
            segment = review.segments[owner]
            new = k == 0 or review.segments[cells.owner[k - 1]].subject_id != segment.subject_id
            here = segment.subject_id == review.segment.subject_id
            letter = names[segment.subject_id] if new else "─"
            found.append(Segment(letter, style("secondary" if here else "muted", bold=here)))
        return list(Segment.simplify(found))

    def _speech(self, review: Review, cells: Cells, width: int) -> list[Segment]:
        style = self._palette().style
        cursor, _ = self._columns(review, width)
        found = []
        for k in range(width):
            spoken = style("accent") if cells.spoken[k] else style("muted")
            char = BARS[cells.level[k]]
            found.append(Segment("│", style("accent")) if k == cursor and char == " " else Segment(char, spoken))
        return list(Segment.simplify(found))

    def _changes(self, review: Review, cells: Cells, width: int) -> list[Segment]:
        style = self._palette().style
        cursor, _ = self._columns(review, width)
        found = [
            Segment("│", style("accent"))
            if k == cursor and not cells.change[k]
            else Segment(CHANGES[cells.change[k]], style("accent" if k == cursor else "muted"))
            for k in range(width)
        ]
        return list(Segment.simplify(found))

    def _marks(self, review: Review, cells: Cells, width: int) -> list[Segment]:
        style = self._palette().style
        cursor, _ = self._columns(review, width)
        marks: list[tuple[str, Style]] = []
        for owner in cells.owner:
            segment = review.segments[owner]
            if segment.id in review.selected:
                marks.append(("x", style("accent", bold=True)))
            elif owner == review.index:
                marks.append(("━", style("primary", bold=True)))
            elif segment.reviewed:
                marks.append(("✓", style("success")))
            elif segment.confidence < UNSURE:
                marks.append(("╱", style("warning")))
            else:
                marks.append((" ", style("muted")))
        if 0 <= cursor < width:
            label = f"▲ {precisely(review.cursor_ms)} "
            at = cursor if cursor + len(label) <= width else cursor - len(label) + 1
            label = label if at == cursor else f" {label[2:-1]} ▲"
            for k, char in enumerate(label):
                if 0 <= at + k < width:
                    marks[at + k] = (char, style("accent", bold=True))
        return list(Segment.simplify(Segment(char, ink) for char, ink in marks))

    # ------------------------------------------------------------ mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if self.review is None:
            return
        inner = self.size.width - 2
        boundary = boundary_near(self.review, inner, event.x - 1)
        if boundary is not None:
            self._drag = (boundary, boundary)
            self.capture_mouse()
        self.post_message(self.Clicked(time_at(self.review.view, inner, max(0, event.x - 1))))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._drag and self.review is not None:
            to = time_at(self.review.view, self.size.width - 2, max(0, event.x - 1))
            self._drag = (self._drag[0], to)
            self.refresh()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        drag, self._drag = self._drag, None
        if drag is None or self.review is None:
            return
        self.release_mouse()
        self.refresh()
        cell = (self.review.view[1] - self.review.view[0]) / max(1, self.size.width - 2)
        if abs(drag[1] - drag[0]) > cell:
            self.post_message(self.Dragged(*drag))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.post_message(self.Zoomed(True))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.post_message(self.Zoomed(False))


def precisely(t_ms: int) -> str:
    """A time with its tenths, and with hundredths where it has them, so that a step by one frame is seen.

    >>> precisely(66_000), precisely(66_967)
    ('1:06.0', '1:06.96')
    """
    rest = t_ms % 1000
    return f"{clock(t_ms / 1000)}.{rest // 10:02d}" if rest % 100 else f"{clock(t_ms / 1000)}.{rest // 100}"


def subject_letters(review: Review) -> dict[str, str]:
    """A letter for each subject, in order of appearance."""
    order = dict.fromkeys(s.subject_id for s in review.segments)
    return {subject: NAMES[k % len(NAMES)] for k, subject in enumerate(order)}


def _cells_wide(text: str, width: int, filler: str) -> str:
    text = cut(text, width)
    left = width - cell_len(text)
    return text + (" " + filler * (left - 1) if text and left else filler * left)
