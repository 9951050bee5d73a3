"""The layout of a frame's text: pieces, rows, menu rows and the panel that lists the open windows. Boxes are in pixels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from escribano_tui.backends.vision.reader.match import fold, is_cut, near
from escribano_tui.domain.cues import Cues
from escribano_tui.domain.evidence import Box, Frame, ScreenLine

RECENT_S = 4.0  # a line that appeared this shortly before the frame shows where somebody works
PANEL_SHARE = 0.046  # share of the picture's height that a panel takes: 48 of 1080 pixels are Windows' task bar

_CLOCK = re.compile(r"(?:^|\s)\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[AaPp]\.?[Mm]\.?)?$|^\d{1,2}:\d{2}\b")
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
class MenuRow:
    """A row of menu words such as File Edit View Help."""

    words: tuple[str, ...]
    left: float
    right: float
    cy: float
    height: float
    name: str = ""  # what stands before the first menu, as in macOS' menu bar


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
    menus: tuple[MenuRow, ...]
    all_recent: bool

    @property
    def entries(self) -> tuple[str, ...]:
        return tuple(entry for panel in self.panels for entry in panel.entries)

    def in_panel(self, piece: Piece) -> bool:
        return any(panel.top <= piece.cy <= panel.bottom for panel in self.panels)


def lay_out(lines: Sequence[ScreenLine], width: int, height: int, frame: Frame, cues: Cues) -> Page:
    """The pieces of a frame with its panels and menu rows. Sizes of 0 are taken from the lines."""
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
    panels = tuple(p for p in (_panel(pieces, height, True), _panel(pieces, height, False)) if p)
    menus = tuple(_menu_rows(pieces, unit, cues))
    worded = [p for p in pieces if len(p.fold) > 2]
    all_recent = bool(worded) and sum(p.recent for p in worded) > 0.8 * len(worded)
    return Page(width, height, pieces, unit, panels, menus, all_recent)


def _panel(pieces: Sequence[Piece], height: int, at_top: bool) -> Panel | None:
    """The task bar at one edge, if there is one: it shows a clock, or several titles cut short."""
    zone = height * PANEL_SHARE
    inside = [p for p in pieces if (p.box.bottom <= zone + 2 if at_top else p.box.y >= height - zone - 2)]
    clocks = [p for p in inside if _CLOCK.search(p.text) or _DATE.search(p.text)]
    outer = [p for p in clocks if p.box.x > 0]
    cut = [p for p in inside if is_cut(p.text)]
    marked = [p for p in inside if p.chrome]
    if not outer and len(cut) < 2 and not (len(marked) >= 3 and len(marked) == len(inside) and not at_top):
        return None
    entries = tuple(p.text for p in sorted(inside, key=lambda p: p.box.x) if p not in clocks and len(p.fold) >= 2)
    top = min(p.box.y for p in inside)
    bottom = max(p.box.bottom for p in inside)
    return Panel(entries, top, bottom)


def rows_of(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Pieces that stand beside each other, from top to bottom, each row from left to right."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: p.cy):
        if rows and abs(piece.cy - sum(p.cy for p in rows[-1]) / len(rows[-1])) <= 0.45 * min(piece.box.h, rows[-1][-1].box.h):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda p: p.box.x) for row in rows]


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    left: float
    right: float
    menu: str


def _menu_rows(pieces: Sequence[Piece], unit: float, cues: Cues) -> Iterable[MenuRow]:
    vocabulary = {fold(word): word for word in cues.menu_words}
    first = {fold(word) for word in cues.menu_first}
    for row in rows_of(pieces):
        words = [word for piece in row for word in _words(piece, vocabulary)]
        yield from _runs(words, row, unit, first)


def _words(piece: Piece, vocabulary: dict[str, str]) -> list[_Word]:
    """Words of a piece with their places, which OCR gives for the whole line only."""
    found = []
    per_letter = piece.box.w / max(1, len(piece.text))
    for match in re.finditer(r"\S+", piece.text):
        folded = fold(match.group())
        menu = vocabulary.get(folded, "") or _nearest(folded, vocabulary)
        found.append(
            _Word(match.group(), piece.box.x + match.start() * per_letter, piece.box.x + match.end() * per_letter, menu)
        )
    return found


def _nearest(folded: str, vocabulary: dict[str, str]) -> str:
    """A menu word with one letter wrong or missing (`Edt`)."""
    if not 3 <= len(folded) <= 12:
        return ""
    return next(
        (word for key, word in vocabulary.items() if len(key) >= 4 and (near(folded, key) or _one_missing(folded, key))), ""
    )


def _one_missing(folded: str, key: str) -> bool:
    return len(folded) + 1 == len(key) and any(key[:k] + key[k + 1 :] == folded for k in range(1, len(key)))


def _runs(words: Sequence[_Word], row: Sequence[Piece], unit: float, first: set[str]) -> Iterable[MenuRow]:
    """Runs of three menu words or more that begin with a first menu, or of four."""
    cy = sum(p.cy for p in row) / len(row)
    height = median([p.box.h for p in row])
    k = 0
    while k < len(words):
        if not words[k].menu:
            k += 1
            continue
        run = [words[k]]
        while k + len(run) < len(words) and words[k + len(run)].left - run[-1].right < 3.2 * unit and words[k + len(run)].menu:
            run.append(words[k + len(run)])
        if len(run) >= 4 or (len(run) >= 3 and fold(words[k].menu) in first):
            before = [w for w in words[:k] if len(fold(w.text)) >= 2 and words[k].left - w.right < 8 * unit]
            name = " ".join(w.text for w in before) if fold(words[k].menu) in first else ""
            yield MenuRow(tuple(w.menu for w in run), run[0].left, run[-1].right, cy, height, name)
        k += len(run)
