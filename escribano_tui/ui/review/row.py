"""One line of the segment list."""

from __future__ import annotations

from textual.strip import Strip

from escribano_tui.domain.activity import LETTERS
from escribano_tui.ui.lines import Line
from escribano_tui.ui.palette import Palette
from escribano_tui.ui.review.place import UNSURE, Review


def paint_row(review: Review, palette: Palette, index: int, width: int, here: bool) -> Strip:
    """Marks, start, length, activity, title, app; what has no room is left out from the right."""
    segment = review.segments[index]
    ground = "selection" if here else "background"
    style = palette.style
    text, quiet = style("foreground", ground), style("muted", ground)
    mark = "…" if review.grows(index) else "✓" if segment.reviewed else "p" if segment.personal else " "
    times = review.times
    at = times.room
    line = Line().add("▸" if here else " ", style("accent", ground, bold=True))
    line.add("x" if segment.id in review.selected else " ", style("accent", ground, bold=True))
    line.add(mark, style("success", ground, bold=True))
    line.add(" ", text).fit(times.starts[index], at, text, right=True).add(" ", text)
    if width >= 44:
        line.fit(times.lengths[index], max(5, at), quiet, right=True).add(" ", text)
    line.add(f" {LETTERS[segment.activity]} ", style("background", segment.activity)).add(" ", text)
    unsure = "?" if segment.confidence < UNSURE and not segment.reviewed else ""
    if width >= 36:
        line.fit(segment.activity + unsure, 14, style(segment.activity, ground, bold=here)).add(" ", text)
    else:
        line.fit(segment.activity + unsure, max(0, width - line.width), style(segment.activity, ground))
        return line.strip(width, text)
    app = segment.apps[0] if segment.apps else ""
    app_room = min(20 if width >= 90 else 16 if width >= 72 else 12, max(0, width - line.width - 18)) if width >= 56 else 0
    app_room = app_room if app_room >= 8 else 0
    room = width - line.width - (app_room + 1 if app_room else 0)
    back = f" ↩ {times.starts[review.timeline.index_at(segment.returns_to_ms)]}" if segment.returns_to_ms >= 0 else ""
    personal = " (personal)" if segment.personal else ""
    tail = personal + back if len(personal + back) <= room // 2 else ""
    title = Line().add(segment.title, style("foreground", ground, bold=here))
    shown = min(title.width, room - len(tail))
    line.fit(segment.title, shown, style("foreground", ground, bold=here)).add(tail, style("accent", ground))
    if app_room:
        line.to(width - app_room, text).fit(app, app_room, quiet)
    return line.strip(width, text)


def paint_more(review: Review, palette: Palette, index: int, width: int, here: bool) -> Strip:
    """The second line of a segment where there is room for all of them: what was done, under its title."""
    segment = review.segments[index]
    ground = "selection" if here else "background"
    quiet = palette.style("muted", ground)
    at = review.times.room
    column = 9 + at + (max(5, at) + 1 if width >= 44 else 0)  # under the name of the activity
    said = segment.description or ", ".join(segment.topics)
    return Line().to(column, quiet).fit(said, max(0, width - column), quiet).strip(width, quiet)
