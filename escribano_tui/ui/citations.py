"""Citations in a summary: `[0:26, 2:18]` are moments that can be looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from escribano_tui.domain.times import parse_clock

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_TIME: Final = r"(?:\d+:)?\d{1,3}:\d{2}(?:\.\d{1,3})?"
_CITED: Final = re.compile(rf"\[({_TIME}(?:\s*[,;–-]\s*{_TIME})*)\](?!\()")
_ONE: Final = re.compile(_TIME)
_BLOCK: Final = re.compile(r"^(?:(?:[-+*>]|#{1,6}|\d{1,9}[.)])\s+)+")
ANCHOR: Final = "#t="
LEAST_CLAIM: Final = 4  # letters


@dataclass(frozen=True, slots=True)
class Citation:
    t_s: float
    shown: str
    claim: str


def _words_of(line: str) -> str:
    """A line of Markdown without its marks, on one line."""
    bare = _BLOCK.sub("", " ".join(line.split()))
    tokens = _markdown().parseInline(bare)[0].children or []
    text = "".join(" " if t.type.endswith("break") else t.content for t in tokens)
    return re.sub(r"\s+([.,;:])", r"\1", " ".join(text.split()))


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt()


def citations(markdown: str) -> list[Citation]:
    """Every cited moment in order of the text, with what it is cited for: its line, or of one with several the words before
    it."""
    found = []
    for line in markdown.splitlines():
        for match, claim in _claims(_CITED, line):
            for shown in _ONE.findall(match.group(1)):
                t_s = parse_clock(shown)
                if t_s is not None:
                    found.append(Citation(t_s, shown, claim))
    return found


def _claims(cited: re.Pattern[str], line: str) -> Iterator[tuple[re.Match[str], str]]:
    """Each citation of a line with the words between it and the one before; all of the line where it is the only one."""
    at, found = 0, list(cited.finditer(line))
    if len(found) == 1:
        yield found[0], _words_of(cited.sub("", line))
        return
    for match in found:
        claim = _words_of(line[at : match.start()]).lstrip(".,;:) ")
        yield match, claim if len(claim) >= LEAST_CLAIM else _words_of(cited.sub("", line))
        at = match.end()


def told_once(claims: Iterable[str]) -> list[str]:
    """Claims as a list shows them: one that stands there already is not told again."""
    said: list[str] = []
    before = ""
    for claim in claims:
        said.append("″  the same, at another moment" if claim == before else claim)
        before = claim
    return said


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
        t_s = float(href.removeprefix(ANCHOR))
    except ValueError:
        return None
    return t_s if 0 <= t_s < float("inf") else None


# ---------------------------------------------------------------- of several recordings: `[standup 0:26, 2:18; demo 0:05]`

_TIMES: Final = rf"{_TIME}(?:\s*,\s*{_TIME})*"
_NAMED: Final = re.compile(rf"\[((?:[\w .()-]+? {_TIMES})(?:; [\w .()-]+? {_TIMES})*)\](?!\()")
_PART: Final = re.compile(rf"([\w .()-]+?) ({_TIMES})(?:; |$)")


@dataclass(frozen=True, slots=True)
class NamedCitation:
    recording_id: str
    name: str
    t_s: float
    shown: str
    claim: str


def named_citations(markdown: str, names: Mapping[str, str]) -> list[NamedCitation]:
    """Every cited moment in order of the text; `names` gives the recording ids."""
    found = []
    for line in markdown.splitlines():
        for match, claim in _claims(_NAMED, line):
            for name, times in _PART.findall(match.group(1)):
                if name in names:
                    shown = [(t, parse_clock(t)) for t in _ONE.findall(times)]
                    found += [NamedCitation(names[name], name, t_s, t, claim) for t, t_s in shown if t_s is not None]
    return found


def named_links(markdown: str, names: Mapping[str, str]) -> str:
    """The same text with each cited moment as a link to `#t=SECONDS@RECORDING`."""

    def link(match: re.Match[str]) -> str:
        parts = []
        for name, times in _PART.findall(match.group(1)):
            href = names.get(name, "")
            inner = _ONE.sub(lambda m, at=href: f"[{m.group(0)}]({ANCHOR}{parse_clock(m.group(0))}@{at})", times)  # type: ignore[misc]
            parts.append(f"{name} {inner if href else times}")
        return f"\\[{'; '.join(parts)}\\]"

    return _NAMED.sub(link, markdown)


def named_moment(href: str) -> tuple[str, float] | None:
    """(recording, seconds) of such a link; None for any other."""
    before, _, recording_id = href.partition("@")
    t_s = moment_of(before)
    return (recording_id, t_s) if t_s is not None and recording_id else None
