"""Citations in a summary: `[0:26, 2:18]` are moments that can be looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from escribano_tui.domain.times import parse_clock

_TIME: Final = r"(?:\d+:)?\d{1,3}:\d{2}(?:\.\d{1,3})?"
_CITED: Final = re.compile(rf"\[({_TIME}(?:\s*[,;–-]\s*{_TIME})*)\](?!\()")
_ONE: Final = re.compile(_TIME)
ANCHOR: Final = "#t="


@dataclass(frozen=True, slots=True)
class Citation:
    t_s: float
    shown: str
    claim: str


def citations(markdown: str) -> list[Citation]:
    """Every cited moment in order of the text, with the line that it stands in."""
    found = []
    for line in markdown.splitlines():
        for match in _CITED.finditer(line):
            claim = re.sub(r"\s+([.,;:])", r"\1", " ".join(_CITED.sub("", line).split())).strip(" -*#>")
            for shown in _ONE.findall(match.group(1)):
                t_s = parse_clock(shown)
                if t_s is not None:
                    found.append(Citation(t_s, shown, claim))
    return found


def linked(markdown: str) -> str:
    """The same text with each cited moment as a link to `#t=SECONDS`."""

    def link(match: re.Match[str]) -> str:
        inner = _ONE.sub(lambda m: f"[{m.group(0)}]({ANCHOR}{parse_clock(m.group(0))})", match.group(1))
        return f"\\[{inner}\\]"

    return _CITED.sub(link, markdown)


def moment_of(href: str) -> float | None:
    """The moment of such a link; None for any other."""
    if not href.startswith(ANCHOR):
        return None
    try:
        return float(href.removeprefix(ANCHOR))
    except ValueError:
        return None
