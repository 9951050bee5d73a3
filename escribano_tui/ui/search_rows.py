"""The rows of a search: recordings with what was found in them, its words marked."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual.strip import Strip

from escribano_tui.domain.session import Found, Hit, HitGroup
from escribano_tui.domain.times import cite
from escribano_tui.domain.wording import MARGIN_SHARE
from escribano_tui.ui.lines import Line, cut, plain
from escribano_tui.ui.palette import Palette
from escribano_tui.ui.words import many, when

KINDS = {"said": "said", "screen": "screen", "title": "title", "description": "seen", "summary": "summary"}
INKS = {"said": "success", "screen": "muted", "title": "primary", "description": "muted", "summary": "accent"}


@dataclass(frozen=True, slots=True)
class Row:
    """A heading (no hit) or a hit, and the group it is of."""

    group: HitGroup
    hit: Hit | None = None


def rows_of(found: Found) -> list[Row]:
    return [row for group in found.groups for row in (Row(group), *(Row(group, hit) for hit in group.hits))]


def paint_found(row: Row, palette: Palette, width: int, here: bool) -> Strip:
    return _heading(row.group, palette, width) if row.hit is None else _hit(row.hit, palette, width, here)


def _heading(group: HitGroup, palette: Palette, width: int) -> Strip:
    style = palette.style
    count = many(len(group.hits) + group.more, "place")
    tail = "  ".join(p for p in (when(group.started_at) if width >= 60 else "", count) if p)
    out = Line().add(" ", style())
    out.fit(
        group.recording_name,
        max(8, min(cell_len(group.recording_name), width - cell_len(tail) - 5)),
        style("primary", bold=True),
    )
    out.add(" ", style()).add("─" * max(1, width - out.width - cell_len(tail) - 2), style("border")).add(" ", style())
    return out.add(tail, style("muted")).strip(width, style())


def _hit(hit: Hit, palette: Palette, width: int, here: bool) -> Strip:
    """Time, kind, the text with its words marked, then what the segment is where there is room."""
    style = palette.style
    ground = "selection" if here else "background"
    text = style("foreground", ground)
    out = Line().add(" ▸" if here else "  ", style("accent", ground, bold=True))
    out.fit(cite(hit.t_s), 8, style("muted", ground), right=True).add(" ", text)
    out.fit(KINDS[hit.kind], 8, style(INKS[hit.kind], ground, bold=hit.kind != "screen"))
    flags = [f"{hit.times}×" if hit.times > 1 else "", "personal" if hit.personal else ""]
    tail = "  ".join(f for f in flags if f)
    about = 0 if width < 110 else 13 if width < 150 else 44
    right = cell_len(tail) + (2 if tail else 0) + (about + 2 if about else 0)
    _marked(out, hit, palette, max(8, width - out.width - right - 1), ground)
    if tail:
        out.add("  ", text).add(tail, style("warning" if hit.personal else "muted", ground))
    if about:
        out.add("  ", text).fit(hit.activity, 13, style(hit.activity or "foreground", ground))
        out.fit(f" {hit.title}", about - 13, style("muted", ground))
    return out.strip(width, text)


def _marked(out: Line, hit: Hit, palette: Palette, room: int, ground: str) -> None:
    """Exactly `room` cells of the text, from a little before the first marked word where it is longer."""
    style = palette.style
    text, start = plain(hit.text), 0
    if len(text) > room and hit.marks and hit.marks[0][1] > room - 2:
        start = max(0, hit.marks[0][0] - int(room * MARGIN_SHARE))
    end = out.width + room
    if start:
        out.add("…", style("muted", ground))
    at = start
    for a, b in (*hit.marks, (len(text), len(text))):
        if a < at:
            continue
        for part, marked in ((text[at:a], False), (text[a:b], True)):
            if part and out.width < end:
                out.add(
                    cut(part, end - out.width),
                    style("accent" if marked else "foreground", ground, bold=marked, underline=marked),
                )
        at = b
    out.to(end, style("foreground", ground))
