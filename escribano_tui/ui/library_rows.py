"""The rows of the library: how one is painted, which are shown, and in what order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.cells import cell_len
from textual.strip import Strip

from escribano_tui.domain.session import RecordingRow
from escribano_tui.domain.times import duration
from escribano_tui.ui.activity_bar import add_activity_bar
from escribano_tui.ui.lines import Line, blank
from escribano_tui.ui.palette import Palette
from escribano_tui.ui.words import state_of, when

ORDERS = {"date": "newest first", "name": "by name", "length": "longest first", "left": "most to review first"}


def paint_recording(row: RecordingRow, state: tuple[str, str], palette: Palette, line: int, width: int, here: bool) -> Strip:
    """Two lines and a blank one: name and time, then activities and state (words and ink)."""
    style = palette.style
    ground = "selection" if here else "background"
    text = style("foreground", ground)
    if line == 2:
        return blank(width, style("foreground", "background"))
    out = Line().add(" ▸ " if here and line == 0 else "   ", style("accent", ground, bold=True))
    if line == 0:
        right = [duration(round(row.duration_s * 1000)).rjust(8)] if width >= 40 else []
        tail = "  ".join([when(row.started_at), *right] if width >= 76 else right)
        room = width - out.width - cell_len(tail) - 3
        out.fit(row.name, max(4, room), style("foreground", ground, bold=True)).add("  ", text)
        return out.add(tail, style("muted", ground)).strip(width, text)
    cells = max(8, min(96, width - 40))
    if row.activities:
        add_activity_bar(out, palette, row.activities, min(cells, width - 4))
        out.add("  ", text)
    said, ink = state
    out.add(said, style(ink, ground, bold=True))
    if row.profile:
        out.add(f" · {row.profile}", style("muted", ground))
    return out.strip(width, text)


def matches(row: RecordingRow, words: Sequence[str]) -> bool:
    """Whether every word is somewhere in what is shown of a recording."""
    told = " ".join((row.name, state_of(row)[0], row.state, row.profile, when(row.started_at), *(a for a, _ in row.activities)))
    return all(w in told.casefold() for w in words)


def ordered(rows: list[RecordingRow], order: str) -> list[RecordingRow]:
    match order:
        case "name":
            return sorted(rows, key=lambda r: r.name.casefold())
        case "length":
            return sorted(rows, key=lambda r: -r.duration_s)
        case "left":
            return sorted(rows, key=lambda r: -r.unreviewed)
    return sorted(rows, key=lambda r: _recorded(r.started_at), reverse=True)


def _recorded(iso: str) -> float:
    """When it was recorded, in seconds since the epoch; what has no date stands last."""
    try:
        return datetime.fromisoformat(iso).timestamp()
    except (ValueError, OverflowError):
        return float("-inf")
