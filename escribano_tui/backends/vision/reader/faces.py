"""Programs known by their face: texts of menus, status bars and buttons that few others show."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from escribano_tui.backends.vision.reader.layout import Piece, joined, rows_of
from escribano_tui.backends.vision.reader.match import fold
from escribano_tui.domain.cues import Cues, Program


class FaceFinder:
    """Matches the texts of a window against the marks of the cues' programs."""

    def __init__(self, cues: Cues) -> None:
        self._programs = [
            (p, [fold(m) for m in p.marks], [re.compile(line) for line in p.lines]) for p in cues.programs if p.marks or p.lines
        ]  # fmt: skip

    def placed(self, pieces: Sequence[Piece]) -> list[tuple[Program, list[Piece]]]:
        """Programs whose title stands between buttons in a header bar, with the pieces that are their marks."""
        found = []
        for program, marks, lines in self._programs:
            if not program.header:
                continue
            shown: dict[object, Piece] = {}
            for piece in pieces:
                for mark in marks:
                    if piece.fold == mark or (len(mark) >= 5 and mark in piece.fold and len(piece.fold) < 3 * len(mark)):
                        shown.setdefault(mark, piece)
                for line in lines:
                    if line.search(piece.text):
                        shown.setdefault(line, piece)
            if len(shown) >= program.needs:
                found.append((program, list(shown.values())))
        return found

    def find(self, pieces: Sequence[Piece], wanted: Callable[[Program], bool] = lambda _: True) -> Program | None:
        """The program with most marks above its need, or None."""
        whole = {p.fold for p in pieces}
        text = "\n".join(p.fold for p in pieces)
        rows = None  # a status line may have been read in parts
        best: tuple[float, Program | None] = (0.0, None)
        for program, marks, lines in self._programs:
            if not wanted(program):
                continue
            seen = sum(mark in whole or (len(mark) >= 5 and mark in text) for mark in marks)
            if lines and rows is None:
                rows = list(dict.fromkeys([*(p.text for p in pieces), *(joined(row, row[0].box.h) for row in rows_of(pieces))]))
            seen += sum(any(line.search(row) for row in rows or ()) for line in lines)
            if seen >= program.needs and seen / program.needs > best[0]:
                best = (seen / program.needs, program)
        return best[1]
