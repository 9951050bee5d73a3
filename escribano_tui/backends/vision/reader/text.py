"""What kind of text a window holds: shares of lines that look like source, prose, tasks, numbers or differences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_CODE = re.compile(
    r"[;{}]\s*$"
    r"|^\s*(?:def|class|import|return|elif|else:|try:|except|raise|assert|async|await|yield|lambda|fn|let|const|var|function|public|private"
    r"|protected|static|void|#include|#define|using|package|func|struct|enum|impl|match|switch|case|module|require|local|end|begin|SELECT|CREATE"
    r"|INSERT|print\(|@\w+)(?:\b|$)"
    r"|^\s*from \S+ import\b|^\s*(?:if|for|while|with)\b.*[:{]\s*$"
    r"|\w+\([^)]*\)\s*[;:{]?$|->|=>|::|\)\s*:$|&&|\|\||!=|==|\+=|:="
    r"|^\s*(?://|/\*|\*/|#!|\"\"\"|<\/?\w+[ >])"
    r"|^[\w.\[\]]+\s?=\s?[\w\"'\[{(-]"
)  # fmt: skip
_TASK = re.compile(
    r"^\W*\[\s?[xX✓✔vV ]?\s?\]|^\W*[☐☑☒✓✔□■◻]|^\W*(?:TODO|DONE|WAITING|NEXT|FIXME|DOING)\b"
    r"|^\W*\d{1,2}[:.]\d{2}\s?(?:[-–—]|to\b|\w)"
    r"|^\W*(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b[\s,:.]|^\W*\(?[A-D]\)\s+\w.*|\bdue:|@\w+$|\s#\w+$",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"^[\d.,%$€£+\-−–:/()\sE]*\d[\d.,%$€£+\-−–:/()\s]*$")
_WORD = re.compile(r"[^\W\d_]{2,}")
_ADDED = re.compile(r"^\s*\+\s?[^+\s]")
_TAKEN = re.compile(r"^\s*[-−–]\s?[^-−–\s>]")


@dataclass(frozen=True, slots=True)
class TextKinds:
    """Shares of lines, 0..1, of each kind; `lines` is how many there were."""

    lines: int
    code: float
    prose: float
    tasks: float
    numbers: float
    diff: float

    def value(self, feature: str) -> float:
        """How clearly a feature is there: 1.0 from half of the lines on, damped where there are few lines."""
        share = float(getattr(self, feature))
        return min(1.0, 2.0 * share) * min(1.0, self.lines / 4)


NO_TEXT = TextKinds(0, 0.0, 0.0, 0.0, 0.0, 0.0)


def is_code(line: str) -> bool:
    return bool(_CODE.search(line))


def is_prose(line: str) -> bool:
    """Five words or more, most of it letters and blanks."""
    words = _WORD.findall(line)
    plain = sum(c.isalpha() or c in " ,.'’-" for c in line)
    return len(words) >= 5 and plain >= 0.9 * len(line) and not _CODE.search(line)


def text_kinds(lines: Sequence[str]) -> TextKinds:
    """Of lines of a window's content, from top to bottom."""
    told = [line for line in lines if sum(c.isalnum() for c in line) >= 2]
    if not told:
        return NO_TEXT
    n = len(told)
    added = sum(bool(_ADDED.match(line)) for line in told)
    taken = sum(bool(_TAKEN.match(line)) for line in told)
    return TextKinds(
        lines=n,
        code=sum(map(is_code, told)) / n,
        prose=sum(map(is_prose, told)) / n,
        tasks=sum(bool(_TASK.search(line)) for line in told) / n,
        numbers=sum(bool(_NUMBERS.match(line)) for line in told) / n,
        diff=(added + taken) / n if added and taken else 0.0,
    )
