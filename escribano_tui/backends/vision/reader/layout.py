"""The layout of a frame's text: pieces, rows and the panel that lists the open windows. Boxes are in pixels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from escribano_tui.backends.vision.reader.match import fold, is_cut
from escribano_tui.domain.evidence import Box, Frame, ScreenLine

RECENT_S = 4.0  # a line that appeared this shortly before the frame shows where somebody works
PANEL_SHARE = 0.046  # share of the picture's height that a panel takes: 48 of 1080 pixels are Windows' task bar

_CLOCK = re.compile(r"(?:^|\s)\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\.?)?$|^\d{1,2}:\d{2}\b")
_RUN_ON = re.compile(r"(?<=\.\.\.)\s*(?=\w)|(?<=…)\s*(?=\w)")  # entries that were read as one
_DATE = re.compile(
    r"(?i)^(?:mon|tue|wed|thu|fri|sat|sun)\w*[ ,.]|^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|^\d{4}-\d\d-\d\d"
    r"|^\d{1,2} ?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A screen line as it is matched: `fold` is its text without blanks and punctuation; `recent` says that it is new."""

    text: str
    fold: str
    box: Box
    recent: bool
    chrome: bool
    confidence: float

    @property
    def cx(self) -> float:
        return self.box.x + self.box.w / 2

    @property
    def cy(self) -> float:
        return self.box.y + self.box.h / 2


@dataclass(frozen=True, slots=True)
class Panel:
    """The bar at an edge that lists windows: its entries from left to right, and the rows of the picture it takes."""

    entries: tuple[str, ...]
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Page:
    """All text of a frame."""

    width: int
    height: int
    pieces: tuple[Piece, ...]
    unit: float  # the usual height of a line
    panels: tuple[Panel, ...]
    all_recent: bool

    @property
    def entries(self) -> tuple[str, ...]:
        return tuple(entry for panel in self.panels for entry in panel.entries)

    def in_panel(self, piece: Piece) -> bool:
        return any(panel.top <= piece.cy <= panel.bottom for panel in self.panels)


def lay_out(lines: Sequence[ScreenLine], width: int, height: int, frame: Frame) -> Page:
    """The pieces of a frame with its panels. Sizes of 0 are taken from the lines."""
    width = width or max((line.box.right for line in lines), default=1)
    height = height or max((line.box.bottom for line in lines), default=1)
    since = min(frame.shows_from_s, frame.t_s - RECENT_S) - 0.25
    pieces = tuple(
        Piece(
            line.text,
            fold(line.text),
            line.box,
            line.start_s >= since and line.start_s > 0.5,
            line.region == "chrome",
            line.confidence,
        )
        for line in sorted(lines, key=lambda line: (line.box.y + line.box.h / 2, line.box.x))
        if line.text.strip() and line.box.w > 0 and line.box.h > 0
    )
    unit = median([p.box.h for p in pieces if len(p.fold) > 2] or [height / 50])
    panels = tuple(p for p in (_panel(pieces, width, height, True), _panel(pieces, width, height, False)) if p)
    worded = [p for p in pieces if len(p.fold) > 2]
    all_recent = bool(worded) and sum(p.recent for p in worded) > 0.8 * len(worded)
    return Page(width, height, pieces, unit, panels, all_recent)


def _panel(pieces: Sequence[Piece], width: int, height: int, at_top: bool) -> Panel | None:
    """The task bar at one edge, if there is one: it shows a clock at an end or in the middle, or several titles cut short."""
    zone = height * PANEL_SHARE
    inside = [p for p in pieces if (p.box.bottom <= zone + 2 if at_top else p.box.y >= height - zone - 2)]
    clocks = [p for p in inside if (_CLOCK.search(p.text) or _DATE.search(p.text)) and _is_clocks_place(p, width)]
    cut = [p for p in inside if is_cut(p.text)]
    marked = [p for p in inside if p.chrome]
    if not clocks and len(cut) < 2 and not (len(marked) >= 3 and len(marked) == len(inside) and not at_top):
        return None
    sure = clocks or cut or marked
    reach = 0.55 * max(p.box.h for p in sure)  # a maximised window's title may stand close by
    low, high = min(p.cy for p in sure) - reach, max(p.cy for p in sure) + reach
    inside = [p for p in inside if low <= p.cy <= high]
    told = [p.text for p in sorted(inside, key=lambda p: p.box.x) if p not in clocks]
    entries = tuple(entry for text in told for entry in _RUN_ON.split(text) if len(fold(entry)) >= 2)
    return Panel(entries, min(p.box.y for p in inside), max(p.box.bottom for p in inside))


def _is_clocks_place(piece: Piece, width: int) -> bool:
    return piece.box.right > 0.8 * width or piece.box.x < 0.1 * width or abs(piece.cx - width / 2) < 0.08 * width


def rows_of(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Pieces that stand beside each other, from top to bottom, each row from left to right."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: p.cy):
        if rows and abs(piece.cy - sum(p.cy for p in rows[-1]) / len(rows[-1])) <= 0.45 * min(piece.box.h, rows[-1][-1].box.h):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda p: p.box.x) for row in rows]


def joined(row: Sequence[Piece], unit: float) -> str:
    """The text of a row, with blanks where there is room for them."""
    text = ""
    for k, piece in enumerate(row):
        gap = piece.box.x - row[k - 1].box.right if k else 0
        text += ("  " if gap > 1.5 * unit else " " if k and gap > -0.3 * unit else "") + piece.text
    return text.strip()
