"""What a segment is called: the document, page or result that stands for most of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from escribano_tui.domain.text import clean_line, squash
from escribano_tui.pipeline.segmenting.grid import Territory

MOST_RESULTS = 2
LONGEST = 100
_RESULT = re.compile(r"^(?:[\w .+-]{1,24}: .*(?:\d|Error|Exception|fault|BUILD)|commit “|message sent)")


def title_of(lands: Sequence[Territory], activity: str) -> str:
    """The title told for longest, in its fullest spelling; in a terminal the last results, if there were any."""
    if not any(land.description.title for land in lands):
        return ""
    if activity in ("terminal", "debugging", "other") and _mostly_without_document(lands):
        results = _results(lands)
        if results:
            return clean_line(", ".join(results), LONGEST)
    groups: dict[str, tuple[float, str]] = {}
    for land in lands:
        title = land.description.title
        key = _group(squash(title), groups)
        if not key:
            continue
        worth, spelled = groups.get(key, (0.0, ""))
        groups[key] = (worth + land.weight * min(10.0, land.end_s - land.start_s), _fuller(spelled, title))
    best = max(groups.values(), default=(0.0, ""), key=lambda entry: entry[0])
    return clean_line(best[1], LONGEST)


def _mostly_without_document(lands: Sequence[Territory]) -> bool:
    return sum(not land.description.document for land in lands) > len(lands) / 2


def _results(lands: Sequence[Territory]) -> list[str]:
    """The last result of each tool, in order."""
    last: dict[str, str] = {}
    for land in sorted(lands, key=lambda land: land.description.t_s):
        title = land.description.title
        if _RESULT.match(title):
            tool = title.split(":")[0].split("“")[0]
            last.pop(tool, None)
            last[tool] = title
    return [clean_line(r, 60) for r in list(last.values())[-MOST_RESULTS:]]


def _group(key: str, groups: dict[str, tuple[float, str]]) -> str:
    """The group of a title: one that begins like it, since titles are cut short and OCR errs at their ends."""
    if key in groups or len(key) < 6:
        return key
    return next((known for known in groups if len(known) >= 6 and (known.startswith(key) or key.startswith(known))), key)


def _fuller(a: str, b: str) -> str:
    """The longer of two spellings; one that was cut short with dots never wins."""
    if not a:
        return b
    cut_a, cut_b = a.rstrip().endswith(("…", "..")), b.rstrip().endswith(("…", ".."))
    if cut_a != cut_b:
        return b if cut_a else a
    return b if len(b) > len(a) else a


_QUOTED = re.compile(r"“([^”]{8,})”")


def with_whole_name(sentence: str, title: str) -> str:
    """The sentence with a name that a tab or a window has cut off as the title has it.

    >>> with_whole_name("Looks up “datetime —Basic date and t” at x.org.", "datetime — Basic date and time types")
    'Looks up “datetime — Basic date and time types” at x.org.'
    """

    def whole(name: re.Match[str]) -> str:
        cut = squash(name[1])
        return f"“{title}”" if cut and squash(title).startswith(cut) else name[0]

    return _QUOTED.sub(whole, sentence)
