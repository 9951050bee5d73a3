"""Screen lines as they stand on the screen: rows, blocks of lines, and the last state of what was typed."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from escribano_tui.domain.evidence import ScreenLine
from escribano_tui.domain.finding.views import key_of

# What begins a text of its own: headings, list items, times of a plan.
_BEGINS = re.compile(r"^(?:#{1,6} |[-*•–] |\d{1,2}[.)] |\d{1,2}:\d{2}\b|\[[ xX]\])")
SURE = 0.8  # a line less sure than this is not quoted
_WORD = re.compile(r"[^\W\d_]{3,}")
_TOKEN = re.compile(r"\S+")


def legible(line: ScreenLine, words: int = 1) -> bool:
    """Whether a line can be shown to a reader: sure enough, with real words, not the debris of small print."""
    tokens = _TOKEN.findall(line.text)
    if line.confidence < SURE or not tokens or len(_WORD.findall(line.text)) < words:
        return False
    return sum(map(len, tokens)) / len(tokens) >= 2.5 or len(tokens) <= 2


def middle(line: ScreenLine) -> float:
    return line.box.y + line.box.h / 2


def at_once(a: ScreenLine, b: ScreenLine) -> bool:
    """Whether two lines were visible at the same time."""
    return a.start_s < b.end_s and b.start_s < a.end_s


def settled(lines: Sequence[ScreenLine]) -> list[ScreenLine]:
    """The lines without the half-typed ones: those that a later line at the same place begins with."""
    cells: dict[tuple[int, int], list[ScreenLine]] = defaultdict(list)
    for line in sorted(lines, key=lambda s: s.start_s):
        cells[line.box.x // 16, int(middle(line)) // 16].append(line)
    return [line for line in lines if not any(_goes_on(line, later) for later in _after(line, cells))]


def _after(line: ScreenLine, cells: dict[tuple[int, int], list[ScreenLine]]) -> Iterable[ScreenLine]:
    column, row = line.box.x // 16, int(middle(line)) // 16
    for x in (column - 1, column, column + 1):
        for y in (row - 1, row, row + 1):
            cell = cells.get((x, y), [])
            for later in cell[bisect_left(cell, line.start_s, key=lambda s: s.start_s) :]:
                if later.start_s > line.end_s + 3.0:
                    break
                yield later


def _goes_on(line: ScreenLine, later: ScreenLine) -> bool:
    if later is line or later.start_s < line.start_s or abs(middle(later) - middle(line)) > 0.6 * line.box.h:
        return False
    begun, whole = key_of(line.text), key_of(later.text)
    return len(whole) > len(begun) and whole.startswith(begun[: max(1, len(begun) - 2)])


def row_from(line: ScreenLine, lines: Iterable[ScreenLine]) -> str:
    """The text of a line with what stands right of it on the same row: a reader of text often cuts a row in two."""
    beside = [s for s in lines if _beside(line, s) and s.box.x >= line.box.right - 8]
    return " ".join(s.text for s in _chain(line, sorted(beside, key=lambda s: s.box.x)))


def row_with(line: ScreenLine, lines: Iterable[ScreenLine]) -> str:
    """The text of a line with what stands left and right of it on the same row."""
    lines = list(lines)
    left = [s for s in lines if _beside(line, s) and s.box.x < line.box.x]
    before = _chain(line, sorted(left, key=lambda s: -s.box.right))[1:]
    return " ".join([*(s.text for s in reversed(before)), row_from(line, lines)])


def _beside(line: ScreenLine, other: ScreenLine) -> bool:
    reach = 0.5 * max(line.box.h, other.box.h)
    return other is not line and abs(middle(other) - middle(line)) <= reach and at_once(other, line)


def _chain(line: ScreenLine, ordered: Iterable[ScreenLine]) -> list[ScreenLine]:
    """The line and those that follow it, each close to the one before."""
    chain = [line]
    for other in ordered:
        gap = max(other.box.x - chain[-1].box.right, chain[-1].box.x - other.box.right)
        if gap <= 2.5 * line.box.h:
            chain.append(other)
    return chain


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stand below each other as one text. `height` is that of a line in pixels."""

    text: str
    start_s: float
    end_s: float
    height: float
    lines: tuple[ScreenLine, ...]


def blocks(lines: Sequence[ScreenLine]) -> list[Block]:
    """Lines joined into blocks: left edges together, alike in height, close below each other, visible at once."""
    order = sorted(lines, key=lambda s: (s.box.x // 16, s.box.y, s.start_s))
    columns: dict[int, list[list[ScreenLine]]] = defaultdict(list)
    for line in order:
        column = line.box.x // 16
        home = next((b for c in (column, column - 1) for b in reversed(columns[c][-12:]) if _below(b[-1], line)), None)
        if home is None:
            columns[column].append([line])
        else:
            home.append(line)
    return [_block(group) for groups in columns.values() for group in groups]


def _below(above: ScreenLine, line: ScreenLine) -> bool:
    gap = line.box.y - above.box.bottom
    alike = 0.75 <= line.box.h / max(1, above.box.h) <= 1.33
    if _BEGINS.match(line.text):
        return False
    return (
        alike and abs(line.box.x - above.box.x) <= 10 and -0.4 * line.box.h <= gap <= 0.6 * line.box.h and at_once(above, line)
    )


def _block(group: list[ScreenLine]) -> Block:
    text = " ".join(s.text for s in group)
    return Block(
        text, max(s.start_s for s in group), min(s.end_s for s in group), median(s.box.h for s in group), tuple(group)
    )  # fmt: skip
