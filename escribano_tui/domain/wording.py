"""Words as search sees them: runs of letters and digits, lower case, without diacritics; and where they stand in a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

MARGIN_SHARE = 0.3  # of a line that is too long, this much stands before the first word that was found
_RUN = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+")

_PLAIN = re.compile(r"[0-9a-z]+")


@dataclass(frozen=True, slots=True)
class Term:
    """A word that is looked for, folded. `prefix` takes words that begin with it, too."""

    text: str
    prefix: bool = True

    def fits(self, word: str) -> bool:
        return word.startswith(self.text) if self.prefix else word == self.text


def fold(text: str) -> str:
    """Lower case without diacritics, as FTS5's unicode61 does it (`remove_diacritics 2`).

    >>> fold("Ålesund")
    'alesund'
    """
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))


def words_of(text: str) -> list[str]:
    """The folded words of a text, in order.

    >>> words_of("parse_time(raw) in Normalize.py")
    ['parse', 'time', 'raw', 'in', 'normalize', 'py']
    """
    if text.isascii():
        return _PLAIN.findall(text.lower())
    return [word for word in (fold(run) for run in _RUN.findall(text)) if word]


def marks(text: str, terms: Sequence[Term]) -> list[tuple[int, int]]:
    """Spans of a text in which words that fit one of the terms stand; of a word that begins with a term only that part."""
    found = []
    for run in _RUN.finditer(text):
        word = fold(run.group())
        best = max((len(t.text) for t in terms if t.fits(word)), default=0)
        if best:
            whole = best >= len(word) or len(word) != len(run.group())
            found.append((run.start(), run.end() if whole else run.start() + best))
    return found


def holds_phrase(words: Sequence[str], phrase: Sequence[Term]) -> bool:
    """Whether the words of a phrase stand side by side, in order, among the folded words of a text."""
    length = len(phrase)
    return any(
        all(t.fits(w) for t, w in zip(phrase, words[k : k + length], strict=True)) for k in range(len(words) - length + 1)
    )


def excerpt_around(text: str, marked: Sequence[tuple[int, int]], width: int) -> tuple[str, list[tuple[int, int]]]:
    """At most `width` characters of a text around its first mark, with `…` where something is left out, and the marks."""
    if len(text) <= width:
        return text, list(marked)
    first = marked[0][0] if marked else 0
    start = max(0, min(first - int(width * MARGIN_SHARE), len(text) - width + 1))
    end = start + width - (1 if start else 0)
    end -= end < len(text)  # the second `…` needs its place only where something follows
    shown = f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
    moved = (1 if start else 0) - start
    return shown, [(a + moved, min(b, end) + moved) for a, b in marked if start <= a < end]
