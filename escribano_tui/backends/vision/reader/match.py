"""Comparing text as OCR gives it: blanks and punctuation are lost, some letters look alike, one or two may be wrong."""

from __future__ import annotations

import re

from escribano_tui.domain.lookalikes import fold as fold

_DASH = re.compile(r"\s+[-–—|·:]+\s*|\s*[-–—|·]+\s+|(?<=\w)[-–—](?=~?/\w)")
_DOTS = re.compile(r"\s*(?:\.{2,3}|…)\s*$")


def near(a: str, b: str) -> bool:
    """Whether two folded texts are the same but for one wrong letter in six, two at most; short ones must be equal."""
    if a == b:
        return True
    allowed = min(2, min(len(a), len(b)) // 6)
    return allowed > 0 and abs(len(a) - len(b)) <= allowed and _distance(a, b, allowed) <= allowed


def _distance(a: str, b: str, limit: int) -> int:
    """Levenshtein distance; gives up beyond `limit`."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
        if min(row) > limit:
            return limit + 1
    return row[-1]


def one_wrong(a: str, b: str) -> bool:
    """Whether two folded texts are of the same length and differ in one letter."""
    return len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) == 1


def is_cut(title: str) -> bool:
    """Whether a title was shortened with dots, as task bars do."""
    return bool(_DOTS.search(title))


def without_dots(title: str) -> str:
    return _DOTS.sub("", title)


def title_parts(title: str) -> list[str]:
    """A window title at its dashes and bars: document, folder, program.

    >>> title_parts("notes.md (~/work) — Kate")
    ['notes.md (~/work)', 'Kate']
    """
    return [part for part in (p.strip() for p in _DASH.split(title)) if part]


def starts_like(text: str, title: str, least: int = 4) -> bool:
    """Whether a text is the same as a title as far as both go (one of them may be cut short)."""
    a, b = fold(without_dots(text)), fold(without_dots(title))
    n = min(len(a), len(b))
    if n < least:
        return a == b and n > 0
    return near(a[:n], b[:n])
