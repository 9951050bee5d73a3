"""The owner's own changes to a summary's text, kept as a layer over what a writer wrote.

A change knows the lines that it replaced and all of what it is about: the section of its subject, or where a text has no
such sections the paragraph or list item. It stands as long as those lines stand in the text, wherever they have moved to;
where they have been written anew it waits for the owner's decision. So whatever is regenerated, nothing is lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any

from escribano_tui.domain.phrase import escape

_HEADING = re.compile(r"^(#{1,6}) +(\S.*)$")
_ITEM = re.compile(r"^(?:[-*+]|\d+[.)]) ")
_RULE = re.compile(r"^(?:-{3,}|\*{3,}|_{3,})\s*$")
_ALIKE, _SAME = 0.6, 0.85  # two lines this much alike say the same in other words; with no doubt


@dataclass(frozen=True, slots=True)
class OwnChange:
    """`come` stands in place of `gone`, `at` lines below the first line of `about`. `section` says that `about` is the
    whole section of a subject, `free` that the change is about nothing that is written (a remark put in between): it
    stands whatever is written, below `about` or at the end of the part headed `under`. `nth` tells alike parts apart."""

    about: tuple[str, ...]
    at: int
    gone: tuple[str, ...]
    come: tuple[str, ...]
    section: bool = False
    free: bool = False
    under: str = ""
    nth: int = 0


@dataclass(frozen=True, slots=True)
class OwnText:
    """A text with the owner's changes: those that stand are in it, `waiting` ones wait for a decision."""

    text: str
    standing: tuple[OwnChange, ...] = ()
    waiting: tuple[OwnChange, ...] = ()


# ---------------------------------------------------------------- from an edited text


@dataclass(frozen=True, slots=True)
class _Unit:
    """Lines `start` to `end`: the section of a subject, or one paragraph, item or heading, with the blank lines below."""

    start: int
    end: int
    section: bool
    under: str


def changes(written: str, edited: str, labels: Iterable[str] = ()) -> tuple[OwnChange, ...]:
    """What an owner has changed in a text as it was written; blank lines alone are no change. `labels` are those of the
    subjects, whose sections begin with a heading of that name."""
    old, new = written.splitlines(), edited.splitlines()
    units = list(_units(old, [escape(label) for label in labels if label]))
    return tuple(
        _change(old, units, a, b, tuple(new[c:d]))
        for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if tag != "equal" and any(line.strip() for line in (*old[a:b], *new[c:d]))
    )


def _change(old: Sequence[str], units: Sequence[_Unit], a: int, b: int, come: tuple[str, ...]) -> OwnChange:
    gone = tuple(old[a:b])
    if not _bare(gone):  # put in: it belongs to what stands above
        unit = next((u for u in units if u.start < a <= u.end), None)
        about = _bare(old[unit.start : unit.end]) if unit else ()
        free = unit is None or not unit.section or any(_HEADING.match(line) for line in come)
        if unit is None or not about:
            return OwnChange((), 0, (), come, free=True)
        nth = _before(old, about, unit.start)
        return OwnChange(about, a - unit.start, (), come, unit.section, free, unit.under, nth)
    over = [u for u in units if u.start < b and a < u.end]
    start, section = over[0].start, over[-1].section
    about = _bare(old[start : over[-1].end])
    return OwnChange(about, a - start, gone, come, section, under=over[0].under, nth=_before(old, about, start))


def _before(lines: Sequence[str], about: Sequence[str], start: int) -> int:
    """How often the same stands further up."""
    return sum(tuple(lines[k : k + len(about)]) == tuple(about) for k in range(start))


def _units(lines: Sequence[str], labels: Sequence[str]) -> Iterator[_Unit]:
    at, under = 0, ""
    while at < len(lines):
        heading = _HEADING.match(lines[at])
        section = bool(heading) and _names(heading[2] if heading else "", labels)
        if section and heading:
            end = _section_end(lines, at, len(heading[1]))
        else:
            end = at + 1
            plain = lines[at].strip() and not heading and not _RULE.match(lines[at])
            while plain and end < len(lines) and lines[end].strip() and not _begins(lines[end]):
                end += 1
            while end < len(lines) and not lines[end].strip():
                end += 1
        if heading:
            under = lines[at]
        yield _Unit(at, end, section, under)
        at = end


def _names(heading: str, labels: Sequence[str]) -> bool:
    return any(heading == label or (heading.startswith(label) and not heading[len(label)].isalnum()) for label in labels)


def _section_end(lines: Sequence[str], at: int, level: int) -> int:
    for k in range(at + 1, len(lines)):
        heading = _HEADING.match(lines[k])
        if _RULE.match(lines[k]) or (heading and len(heading[1]) <= level):
            return k
    return len(lines)


def _begins(line: str) -> bool:
    """Whether a line begins something of its own."""
    return bool(_HEADING.match(line) or _ITEM.match(line) or _RULE.match(line))


# ---------------------------------------------------------------- over a text


def layered(written: str, own: Sequence[OwnChange]) -> OwnText:
    """A text as it is written now with an owner's changes over it."""
    lines = written.splitlines()
    placed: list[tuple[int, int, OwnChange]] = []  # first line, end, change
    waiting = []
    for change in own:
        place = _place(lines, change)
        if place is None or any(place[0] < end and start < place[1] for start, end, _ in placed):
            waiting.append(change)
        else:
            placed.append((*place, change))
    placed.sort(key=lambda p: p[:2])
    for start, end, change in reversed(placed):  # of two at one place the first stays first
        lines[start:end] = change.come
    text = "\n".join(lines) + "\n" if lines else ""
    return OwnText(text if placed else written, tuple(c for _, _, c in placed), tuple(waiting))


def _place(lines: Sequence[str], change: OwnChange) -> tuple[int, int] | None:
    """The lines that a change replaces; None where what it is about does not stand there any more."""
    about = change.about
    found = [k for k in range(len(lines) - len(about) + 1) if about and tuple(lines[k : k + len(about)]) == about]
    for k in (*found[change.nth : change.nth + 1], *found):
        if change.section and not _ends(lines, k + len(about)):
            continue
        at = k + change.at
        for gone in (change.gone, _bare(change.gone)):  # the blank lines below a part are not part of it
            if tuple(lines[at : at + len(gone)]) == gone:
                return min(at, len(lines)), min(at + len(gone), len(lines))
    if not change.free:
        return None
    at = _free_place(lines, change)
    return at, at


def _free_place(lines: Sequence[str], change: OwnChange) -> int:
    """Below the part that it was put into, else above the rule at the end, else at the very end; at the top where it was."""
    if not change.about:
        return 0
    if change.under in lines:
        heading = lines.index(change.under)
        match = _HEADING.match(change.under)
        end = _section_end(lines, heading, len(match[1]) if match else 1)
    else:
        rules = [k for k, line in enumerate(lines) if _RULE.match(line)]
        end = rules[-1] if rules else len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return end


def _bare(lines: Sequence[str]) -> tuple[str, ...]:
    """Without the blank lines at the end."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return tuple(lines[:end])


def _ends(lines: Sequence[str], at: int) -> bool:
    """Whether a section ends here."""
    following = next((line for line in lines[at:] if line.strip()), None)
    return following is None or bool(_HEADING.match(following) or _RULE.match(following))


# ---------------------------------------------------------------- decisions


def kept(written: str, own: Sequence[OwnChange], change: OwnChange, labels: Iterable[str] = ()) -> tuple[OwnChange, ...]:
    """The layer once the owner has decided to keep a waiting change: it takes the place of what says the same now, else
    it stands at the end of its section, else at the end of the text."""
    now = layered(written, [c for c in own if c != change])
    lines = now.text.splitlines()
    start, end = _section_now(lines, change)
    at, length = _nearest(lines, start, end, change.gone, _ALIKE if change.come else _SAME)
    lines[at : at + length] = change.come
    return (*changes(written, "\n".join(lines), labels), *now.waiting)


def _section_now(lines: Sequence[str], change: OwnChange) -> tuple[int, int]:
    """Lines of the part that a change was about, as it is now; all lines where it has gone."""
    heading = _HEADING.match(change.under)
    if heading:
        wanted = heading[2].rsplit(",", 1)[0]
        for k, line in enumerate(lines):
            found = _HEADING.match(line)
            if found and found[2].rsplit(",", 1)[0] == wanted:
                return k + 1, _section_end(lines, k, len(found[1]))
    rules = [k for k, line in enumerate(lines) if _RULE.match(line)]
    return 0, rules[-1] if rules else len(lines)


def _nearest(lines: Sequence[str], start: int, end: int, gone: Sequence[str], alike: float) -> tuple[int, int]:
    """Where the text that says the same as `gone` begins, and how many lines it has; the end of the part where none does."""
    told = [line for line in gone if line.strip()]
    best = max(
        ((_likeness(lines[k], told[0]), -k) for k in range(start, end) if lines[k].strip() and told),
        default=(0.0, 0),
    )
    if best[0] >= alike:
        at = -best[1]
        length = 1
        while length < len(told) and at + length < end and _likeness(lines[at + length], told[length]) >= alike:
            length += 1
        return at, length
    while end > start and not lines[end - 1].strip():
        end -= 1
    return end, 0


def _likeness(a: str, b: str) -> float:
    return SequenceMatcher(None, a, b, autojunk=False).ratio() if bool(_HEADING.match(a)) == bool(_HEADING.match(b)) else 0.0


# ---------------------------------------------------------------- as data


def dump(own: Sequence[OwnChange]) -> str:
    return json.dumps([asdict(change) for change in own], ensure_ascii=False)


def load(text: str) -> tuple[OwnChange, ...]:
    """Raises ValueError where it is no such text."""
    try:
        return tuple(_loaded(dict(row)) for row in json.loads(text))
    except (TypeError, KeyError) as error:
        raise ValueError(f"not the changes of an owner: {error}") from error


def _loaded(row: dict[str, Any]) -> OwnChange:
    about, gone, come = (tuple(map(str, row[name])) for name in ("about", "gone", "come"))
    section, free = bool(row["section"]), bool(row["free"])
    return OwnChange(about, int(row["at"]), gone, come, section, free, str(row["under"]), int(row["nth"]))
