"""Title bars: which lines may be one, and how far a window reaches of which nothing else is known."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import reduce

from escribano_tui.backends.vision.reader.layout import Page, Piece
from escribano_tui.backends.vision.reader.match import fold, is_cut, near, title_parts, without_dots
from escribano_tui.domain.evidence import Box

PATH = re.compile(r"^\W{0,2}(?:/|~/|[A-Za-z]:\\)")
LEAST_PATH = 0.6  # share of a path that an entry cut short must show to be that of it
LOWEST = 0.72  # share of the height above which title bars are looked for
JOINT = 1.2  # rows between parts of a title
_BEGINS_WITH_DASH = re.compile(r"^[-–—|·]\s*")
_ENDS_WITH_DASH = re.compile(r"[-–—|·]$")
_DASH_AMONG = re.compile(r"\s[-–—|·]|[-–—|·]\s")
LEAST_CUT = 4  # so many lines that end at the same place were cut off there by a window


def same_title(text: str, entry: str) -> bool:
    """Whether a title bar says what a task bar's entry says (which may be cut short, or have an icon read as a letter)."""
    a, b = fold(text), fold(without_dots(entry))
    if len(b) < 3 or len(a) < 3:
        return False
    if is_cut(entry):
        if PATH.match(entry) and len(b) < LEAST_PATH * len(a):
            return False  # all paths begin alike
        return any(len(a) >= len(c) >= 5 and near(a[: len(c)], c) for c in (b, b[1:], b[2:]))  # without its icon
    return near(a, b) or (len(a) >= 4 and len(b) - len(a) in (1, 2) and b.endswith(a))


def alone_in_row(piece: Piece, page: Page) -> bool:
    """Whether nothing but buttons stands near to its left and right."""
    gap = 4 * page.unit
    return not any(
        p is not piece and abs(p.cy - piece.cy) < 0.6 * piece.box.h and len(p.fold) > 2 and not page.in_panel(p)
        and p.box.x < piece.box.right + gap and p.box.right > piece.box.x - gap
        for p in page.pieces
    )  # fmt: skip


def is_among_lines(piece: Piece, page: Page) -> bool:
    """Whether it is a line of a text: another line begins at the same place and stands so close that no bar has room, or two
    do, above and below, at the distance of lines."""
    beside = [p.cy - piece.cy for p in page.pieces if abs(p.box.x - piece.box.x) < 0.8 * page.unit and len(p.fold) >= 2]
    near_by = [dy for dy in beside if 0 < abs(dy) < 1.35 * page.unit]
    return any(abs(dy) < page.unit for dy in near_by) or (any(dy < 0 for dy in near_by) and any(dy > 0 for dy in near_by))


def is_maximised(title: Piece, page: Page) -> bool:
    """Whether a title bar stands in the middle of the upper edge of the screen, or right below a panel there."""
    ceiling = max((p.bottom for p in page.panels if p.top < page.height / 2), default=0.0)
    return title.box.y - ceiling < 1.6 * page.unit and abs(title.cx - page.width / 2) < 0.07 * page.width


def left_edge(title: Piece, page: Page) -> float:
    """Left edge of a window of which only the title bar is known (centred). Lines of windows behind it are cut off there,
    all at the same place; else it is where most lines begin. A quarter of the picture left of the title where there is no
    line at all."""
    below = [p for p in page.pieces if 0 < p.cy - title.cy < 30 * page.unit and not page.in_panel(p) and len(p.fold) > 1]
    left = [p for p in below if p.box.x < title.box.x]
    if not left:
        return max(0.0, title.cx - page.width / 4)

    def across(edge: float) -> int:
        far = 2 * title.cx - edge
        return sum(p.box.x < at - page.unit and p.box.right > at + page.unit for p in below for at in (edge, far))

    def cut(edge: float) -> int:
        return sum(abs(p.box.right - edge) <= 0.6 * page.unit for p in left)

    def begins(edge: float) -> int:
        return sum(0 <= p.box.x - edge < 1.6 * page.unit for p in left)

    def has_content(edge: float) -> bool:
        return any(edge <= p.box.x < 2 * title.cx - edge for p in below)

    ends = [float(p.box.right) for p in left if cut(p.box.right) >= LEAST_CUT and across(p.box.right) <= 1]
    ends = [edge for edge in ends if has_content(edge)]
    if ends:
        return max(ends, key=lambda x: (cut(x), x))
    starts = [max(0.0, p.box.x - 0.4 * page.unit) for p in left]
    edge = max(starts, key=lambda x: (begins(x) - 1.5 * across(x), -x))
    return 0.0 if edge < 1.5 * page.unit else edge


def rejoined(page: Page, ends_with_program: Callable[[str], bool]) -> Page:
    """The page with title bars in one piece that were read in parts (`Issues` `- Board` `- Konqueror`): what stands close
    before a program's name in its row, where there is a dash among it."""
    pieces = list(page.pieces)
    for last in page.pieces:
        if last.cy > LOWEST * page.height or page.in_panel(last) or len(title_parts(last.text)) != 1:
            continue  # only the program's name: with a document before it it is a whole title
        if not ends_with_program(_BEGINS_WITH_DASH.sub("", last.text)) or last not in pieces:
            continue
        run = [last]
        for p in sorted((p for p in pieces if abs(p.cy - last.cy) < 0.4 * last.box.h), key=lambda p: -p.box.x):
            if p is not last and -page.unit < run[0].box.x - p.box.right < JOINT * page.unit:
                run.insert(0, p)
        before = " ".join(p.text for p in run[:-1])
        dash = "" if _BEGINS_WITH_DASH.match(last.text) or _ENDS_WITH_DASH.search(before) else "- "  # it was not read
        text = f"{before} {dash}{last.text}"
        if len(run) > 1 and _DASH_AMONG.search(f"{before} {last.text}"):
            box = reduce(Box.union, (p.box for p in run))
            whole = replace(last, text=text, fold=fold(text), box=box, confidence=min(p.confidence for p in run))
            pieces = [whole if p is last else p for p in pieces if p is last or p not in run]
    return page if len(pieces) == len(page.pieces) else replace(page, pieces=tuple(pieces))
