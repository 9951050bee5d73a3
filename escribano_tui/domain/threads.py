"""Subjects of different recordings that are one thread of work: joined by their labels, corrected by the owner.

The owner's corrections are a journal like that of a session: rows that are only ever added, with undo and redo. They name
a subject by recording, id and label, so that they outlive a re-run that gives it another id.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from escribano_tui.domain.wording import words_of

_ALIKE: Final = 0.6  # share of their telling words that two labels must have in common (Jaccard)
_LEAST_WORD: Final = 3
_STOP: Final = frozenset({"the", "and", "for", "with", "from", "into", "new", "unnamed", "untitled"})
_MOST_SHARED: Final = 60  # a word in more labels than these says nothing


@dataclass(frozen=True, slots=True)
class SubjectRef:
    """A subject of a recording."""

    recording_id: str
    subject_id: str
    label: str


@dataclass(frozen=True, slots=True)
class Join:
    """The threads of two subjects are one."""

    first: SubjectRef
    second: SubjectRef


@dataclass(frozen=True, slots=True)
class Part:
    """A subject is a thread of its own."""

    subject: SubjectRef


@dataclass(frozen=True, slots=True)
class Name:
    """What the thread of a subject is called."""

    subject: SubjectRef
    label: str


ThreadOperation = Join | Part | Name


@dataclass(frozen=True, slots=True)
class Thread:
    """Subjects that are one thread of work. `key` is known as long as its longest subject stays the same."""

    key: str
    label: str
    subjects: tuple[SubjectRef, ...]

    @property
    def recordings(self) -> int:
        return len({s.recording_id for s in self.subjects})


def threads(subjects: Sequence[tuple[SubjectRef, int]], operations: Iterable[ThreadOperation] = ()) -> list[Thread]:
    """Threads of subjects with their ms, the longest subject first in each. Every subject is in exactly one."""
    cluster = _by_labels([ref for ref, _ in subjects])
    names: dict[int, str] = {}
    find = _Finding([ref for ref, _ in subjects])
    for operation in operations:
        _correct(cluster, names, find, operation)
    groups: dict[int, list[tuple[SubjectRef, int]]] = defaultdict(list)
    for k, one in enumerate(subjects):
        groups[cluster[k]].append(one)
    made = [_thread(group, names.get(number, "")) for number, group in groups.items()]
    return sorted(made, key=lambda t: (t.label.casefold(), t.key))


def _thread(group: list[tuple[SubjectRef, int]], name: str) -> Thread:
    ordered = sorted(group, key=lambda one: (-one[1], one[0].recording_id, one[0].subject_id))
    times: Counter[str] = Counter()
    for ref, ms in ordered:
        times[ref.label] += ms
    first = ordered[0][0]
    key = hashlib.blake2b(f"{first.recording_id}/{first.subject_id}".encode(), digest_size=4).hexdigest()
    return Thread(key, name or times.most_common(1)[0][0], tuple(ref for ref, _ in ordered))


class _Finding:
    """Subjects by id, else by label, of a recording."""

    def __init__(self, refs: Sequence[SubjectRef]) -> None:
        self._ids = {(r.recording_id, r.subject_id): k for k, r in enumerate(refs)}
        self._labels = {(r.recording_id, r.label.casefold()): k for k, r in enumerate(refs)}

    def __call__(self, ref: SubjectRef) -> int | None:
        found = self._ids.get((ref.recording_id, ref.subject_id))
        return found if found is not None else self._labels.get((ref.recording_id, ref.label.casefold()))


def _correct(cluster: list[int], names: dict[int, str], find: _Finding, operation: ThreadOperation) -> None:
    """Apply one correction; one whose subject is gone says nothing."""
    match operation:
        case Join(first, second):
            a, b = find(first), find(second)
            if a is not None and b is not None and cluster[a] != cluster[b]:
                gone, stays = cluster[b], cluster[a]
                cluster[:] = [stays if c == gone else c for c in cluster]
                names.setdefault(stays, names.pop(gone, "") or names.get(stays, ""))
        case Part(subject):
            k = find(subject)
            if k is not None:
                cluster[k] = max(cluster) + 1
        case Name(subject, label):
            k = find(subject)
            if k is not None:
                names[cluster[k]] = label


# ---------------------------------------------------------------- by labels


def _by_labels(refs: Sequence[SubjectRef]) -> list[int]:
    """A number for each subject; those whose labels tell the same have the same number."""
    told = [_telling(ref.label) for ref in refs]
    kinds: dict[frozenset[str] | str, int] = {}
    numbers = [kinds.setdefault(words or ref.label.casefold(), len(kinds)) for words, ref in zip(told, refs, strict=True)]
    parent = list(range(len(kinds)))
    sets = [words for words in kinds if isinstance(words, frozenset)]
    for a, b in _alike(sets):
        parent[_root(parent, kinds[a])] = _root(parent, kinds[b])
    return [_root(parent, n) for n in numbers]


def _root(parent: list[int], k: int) -> int:
    while parent[k] != k:
        parent[k] = parent[parent[k]]
        k = parent[k]
    return k


def _telling(label: str) -> frozenset[str]:
    return frozenset(w for w in words_of(label) if len(w) >= _LEAST_WORD and w not in _STOP and not w.isdigit())


def _alike(sets: Sequence[frozenset[str]]) -> Iterable[tuple[frozenset[str], frozenset[str]]]:
    """Pairs that share most of their words, and at least two."""
    holders: dict[str, list[int]] = defaultdict(list)
    for k, words in enumerate(sets):
        for word in words:
            holders[word].append(k)
    for k, words in enumerate(sets):
        shared: Counter[int] = Counter()
        for word in words:
            if len(holders[word]) <= _MOST_SHARED:
                shared.update(j for j in holders[word] if j < k)
        for j, count in shared.items():
            both = len(words & sets[j])
            if count >= 2 and both / len(words | sets[j]) >= _ALIKE:
                yield words, sets[j]


# ---------------------------------------------------------------- words and data


def say(operation: ThreadOperation) -> str:
    """What a correction did, in words."""
    match operation:
        case Join(first, second):
            return f"Joined “{second.label}” with “{first.label}”"
        case Part(subject):
            return f"Parted “{subject.label}” from its thread"
        case Name(subject, label):
            return f"Named the thread of “{subject.label}” “{label}”"


_KINDS: dict[str, type[ThreadOperation]] = {"join": Join, "part": Part, "name": Name}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def dump(operation: ThreadOperation) -> str:
    return json.dumps({"op": _NAMES[type(operation)], **asdict(operation)}, ensure_ascii=False)


def load(text: str) -> ThreadOperation:
    """Raises ValueError where it is not such text."""
    try:
        row: dict[str, Any] = json.loads(text)
        kind = _KINDS[row.pop("op")]
        values: dict[str, Any] = {k: SubjectRef(**v) if isinstance(v, dict) else v for k, v in row.items()}
        return kind(**values)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a correction of a thread: {error}") from error
