"""What differs between two versions of a summary, and what the owner changed in between."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from escribano_tui.domain.journal import Entry, fold
from escribano_tui.domain.timeline import (
    Assign,
    AssignSubject,
    Hold,
    Merge,
    MoveBoundary,
    Operation,
    RenameSubject,
    Say,
    Split,
)

_SENTENCE = re.compile(r"(?<=\]\.)\s+|(?<=\])\s+(?=[A-Z*`“])")  # every sentence of a summary ends in its times


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of the newer text or one that has gone. `kind` is same, gone or come; `parts` are its sentences, each with
    whether it is the same in the other version (all True for `same`)."""

    kind: str
    text: str
    parts: tuple[tuple[str, bool], ...] = ()


def diff(before: str, after: str) -> list[DiffLine]:
    """Lines of two Markdown texts: gone ones stand before those that came in their place."""
    old, new = before.splitlines(), after.splitlines()
    lines: list[DiffLine] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [DiffLine("same", text, ((text, True),)) for text in new[c:d]]
            continue
        gone, come = _sentences(old[a:b]), _sentences(new[c:d])
        lines += [_marked("gone", text, come) for text in old[a:b]]
        lines += [_marked("come", text, gone) for text in new[c:d]]
    return lines


def _sentences(lines: Iterable[str]) -> frozenset[str]:
    return frozenset(s for line in lines for s in _cut(line))


def _cut(line: str) -> list[str]:
    return [s for part in _SENTENCE.split(line.removeprefix("- ")) if (s := part.strip())]


def _marked(kind: str, text: str, other: frozenset[str]) -> DiffLine:
    return DiffLine(kind, text, tuple((s, s in other) for s in _cut(text)))


# ---------------------------------------------------------------- what was corrected


def changed_since(entries: Sequence[Entry], revision: int) -> str:
    """What the owner has changed since a revision, in words: `3 labels, 1 split`; empty where it comes to nothing.

    What was done and undone since counts for nothing; an edit from before that was undone counts as undone. Marking as
    reviewed changes no summary and is not counted.
    """
    before = {e.revision: e for e in fold(e for e in entries if e.revision <= revision).edits}
    now = {e.revision: e for e in fold(entries).edits}
    done = Counter(kind for r, e in now.items() if r not in before for o in e.operations if (kind := _kind(o)))
    undone = sum(1 for r, e in before.items() if r not in now and any(map(_kind, e.operations)))
    told = [f"{n} {kind if n == 1 else _PLURALS.get(kind, f'{kind}s')}" for kind, n in done.most_common()]
    return ", ".join([*told, *([f"{undone} undone"] if undone else [])])


_FIELDS = {
    "activity": "label", "title": "title", "description": "description", "apps": "program list", "topics": "topic list",
    "personal": "personal mark",
}  # fmt: skip
_PLURALS = {"boundary": "boundaries", "correction of speech": "corrections of speech"}


def _kind(operation: Operation) -> str:
    match operation:
        case Assign():
            return _FIELDS.get(operation.field, "")
        case Split():
            return "split"
        case Merge():
            return "merge"
        case MoveBoundary():
            return "boundary"
        case AssignSubject() | RenameSubject():
            return "subject"
        case Hold():
            return ""
        case Say():
            return "correction of speech"
