"""Menu rows such as File Edit View Help: where they stand, and whose they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from escribano_tui.backends.vision.reader.layout import Page, Piece, rows_of
from escribano_tui.backends.vision.reader.match import fold, near, one_wrong
from escribano_tui.domain.cues import Cues, Program

ALIKE = 0.84  # share of a program's menus that must be there for it to be taken for that program
STRANGE = 0.5
MOST_UNKNOWN = 2  # words in a row that are no known menu


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
class _Word:
    text: str
    left: float
    right: float
    menu: str
    leads: bool = True  # it is the first word of its line
    cy: float = 0.0
    height: float = 0.0


class MenuFinder:
    """Finds menu rows by the words of the cues, and the programs that have such a row."""

    def __init__(self, cues: Cues) -> None:
        self._vocabulary = {fold(word): name for name, words in cues.translations.items() for word in words}
        self._vocabulary |= {fold(word): word for word in self._words_of(cues)}
        self._first = {fold(word) for word in cues.menu_first}
        self._last = {fold(word) for word in LAST}
        self._programs = [(p, [fold(w) for w in p.menu]) for p in cues.programs if p.menu]
        self._known: dict[str, str] = {}

    @staticmethod
    def _words_of(cues: Cues) -> Iterable[str]:
        yield from cues.menu_words
        for menus in (*(p.menu for p in cues.programs), *(kind.menus for kind in cues.kinds.values())):
            yield from (word for menu in menus for word in menu.split())

    def rows(self, page: Page) -> list[MenuRow]:
        """All menu rows of a page, from top to bottom."""
        return [menu for row in rows_of(page.pieces) for menu in self._of_row(row, page.unit, page.height)]

    def beheaded_at(self, title: Piece, page: Page) -> float | None:
        """Where the end of a menu row begins that stands below a title without its beginning: another window hides that.
        None where there is no such thing."""
        below = [p for p in page.pieces if 0.5 * page.unit < p.cy - title.cy < 2.2 * page.unit and not page.in_panel(p)]
        for row in rows_of(below):
            menus = [self._menu(word) for piece in row for word in piece.text.split()]
            if len(menus) >= 2 and all(menus) and fold(menus[-1]) in self._last and fold(menus[0]) not in self._first:
                return float(row[0].box.x) if row[0].box.x < title.cx else None
        return None

    def programs(self, menu: MenuRow) -> tuple[Program, ...]:
        """The programs whose menu row this is; several where they have the same one."""
        words = [fold(w) for w in menu.words]
        shares = [(_alike(words, wanted), p) for p, wanted in self._programs]
        best = max((share for share, _ in shares), default=0.0)
        return tuple(p for share, p in shares if share >= best - 0.01) if best >= ALIKE else ()

    def is_cut_short(self, menu: MenuRow, program: Program | None) -> bool:
        """Whether another window seems to hide a part of a menu row."""
        if program is not None and program.menu:
            return len(menu.words) < len(program.menu) - 2
        return fold(menu.words[-1]) not in self._last and len(menu.words) < 6

    # ------------------------------------------------------------ finding

    def _of_row(self, row: Sequence[Piece], unit: float, height_of_page: int) -> Iterable[MenuRow]:
        """Runs of three menu words or more that begin with a first menu, or of four in the upper half (the rest
        may be hidden by another window). A first menu begins a new run."""
        words = self._with_first([word for piece in row for word in self._words(piece)])
        k = 0
        while k < len(words):
            if not words[k].menu:
                k += 1
                continue
            run = self._run(words, k, unit)
            cy, height = sum(w.cy for w in run) / len(run), median([w.height for w in run])  # without what stands beside it
            at_top = cy < 0.04 * height_of_page
            begins = fold(words[k].menu) in self._first and (words[k].leads or at_top)
            menus = [w for w in run if w.menu]
            whole = fold(menus[-1].menu) in self._last and words[k].leads  # of a window in the lower half, too
            if (begins and len(menus) >= 3) or (len(menus) >= 4 and (cy < 0.5 * height_of_page or whole)):
                before = [w for w in words[:k] if len(fold(w.text)) >= 2 and words[k].left - w.right < 8 * unit]
                name = " ".join(w.text for w in before) if begins else ""
                yield MenuRow(tuple(w.menu for w in menus), run[0].left, run[-1].right, cy, height, name)
            k += len(run)

    def _with_first(self, words: list[_Word]) -> list[_Word]:
        """The words, with the first menu put right where one letter of it was read wrong (`Eile Edit View`)."""
        return [
            replace(word, menu=self._slipped(word.text))
            if word.leads and not word.menu and all(w.menu for w in words[k + 1 : k + 3]) and len(words) > k + 2
            else word
            for k, word in enumerate(words)
        ]

    def _slipped(self, text: str) -> str:
        """The first menu that this is but for one letter, or empty."""
        folded = fold(text)
        return next(
            (self._vocabulary[f] for f in self._first if len(f) >= 4 and one_wrong(folded, f) and f in self._vocabulary), ""
        )

    def _run(self, words: Sequence[_Word], k: int, unit: float) -> list[_Word]:
        run = [words[k]]
        unknown = 0
        for word in words[k + 1 :]:
            if word.left - run[-1].right >= 3.2 * unit or (word.menu and fold(word.menu) in self._first):
                break
            unknown = 0 if word.menu else unknown + 1
            if unknown > MOST_UNKNOWN:
                break
            run.append(word)
        while not run[-1].menu:
            run.pop()
        return run

    def _words(self, piece: Piece) -> list[_Word]:
        """Words of a piece with their places, which OCR gives for the whole line only."""
        x, wide = piece.box.x, piece.box.w / max(1, len(piece.text))
        found = re.finditer(r"\S+", piece.text)
        return [
            _Word(
                m.group(), x + m.start() * wide, x + m.end() * wide, self._menu(m.group()), not m.start(), piece.cy, piece.box.h
            )
            for m in found
        ]  # fmt: skip

    def _menu(self, word: str) -> str:
        """The menu word that this is, with one letter wrong or missing (`Edt`), or empty. Menus begin with a capital."""
        if word[0].islower():
            return ""
        folded = fold(word)
        if folded not in self._known:
            self._known[folded] = self._vocabulary.get(folded, "") or self._nearest(folded)
        return self._known[folded]

    def _nearest(self, folded: str) -> str:
        if not 3 <= len(folded) <= 12:
            return ""
        close = (
            word for key, word in self._vocabulary.items() if len(key) >= 4 and (near(folded, key) or _one_missing(folded, key))
        )
        return next(close, "")


LAST = ("Help", "Hilfe", "Ayuda", "Aide", "Window", "Quit", "Tools", "Settings", "Plugins")


def _one_missing(folded: str, key: str) -> bool:
    return len(folded) + 1 == len(key) and any(key[:k] + key[k + 1 :] == folded for k in range(1, len(key)))


def _alike(words: Sequence[str], wanted: Sequence[str]) -> float:
    """How much of a program's menu row is there, 0..1: a menu that the program does not have says more than one that was
    not read."""
    strange = sum(word not in wanted for word in words)
    return _common(words, wanted) / (max(len(wanted), len(words)) + STRANGE * strange)


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(b) + 1)
    for x in a:
        before = 0
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], before + 1 if x == y else max(row[j], row[j - 1])
    return row[-1]
