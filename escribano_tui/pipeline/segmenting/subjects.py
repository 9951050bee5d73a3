"""Subjects: each segment in exactly one, named by what stands on the screen."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from escribano_tui.domain.segment import Segment, Subject
from escribano_tui.domain.text import clean_line, squash
from escribano_tui.pipeline.segmenting.features import Features
from escribano_tui.pipeline.segmenting.threads import MAKING, threads

IDLE_LABEL, PERSONAL_LABEL = "Idle", "Personal"
LONGEST = 70
_COMMIT = re.compile(r"commit “([^”]{8,})")
_PLAIN = {"terminal": "Terminal", "other": "Other"}


def group(segments: Sequence[Segment], features: Sequence[Features]) -> tuple[list[Segment], list[Subject]]:
    """Segments with their subject, and the subjects in order of first appearance."""
    work = work_of(segments)
    return placed(segments, work, threads([segments[k] for k in work], [features[k] for k in work]))


def work_of(segments: Sequence[Segment]) -> list[int]:
    """Which segments are work: idle and personal ones are subjects of their own, and no model is told of them."""
    return [k for k, s in enumerate(segments) if not s.personal and s.activity != "idle"]


def placed(segments: Sequence[Segment], work: Sequence[int], found: Sequence[int]) -> tuple[list[Segment], list[Subject]]:
    """Segments with their subject and the subjects, from the thread of each segment that is work."""
    numbers = dict(zip(work, found, strict=True))
    members: dict[int, list[Segment]] = defaultdict(list)
    for k in work:
        members[numbers[k]].append(segments[k])
    named = _distinct({number: label_of(group) for number, group in members.items()})
    subjects: dict[str, Subject] = {}
    result = []
    for k, segment in enumerate(segments):
        subject = _subject(segment, named.get(numbers.get(k, -1), ""))
        subjects.setdefault(subject.id, subject)
        result.append(replace(segment, subject_id=subject.id))
    return result, list(subjects.values())


def subject_id(label: str, kind: str = "work") -> str:
    """Deterministic, so that the same evidence gives the same ids."""
    return "sub-" + hashlib.blake2b(f"draft/{kind}/{label.casefold()}".encode(), digest_size=5).hexdigest()


def _subject(segment: Segment, label: str) -> Subject:
    if segment.personal:
        return Subject(subject_id(PERSONAL_LABEL, "personal"), PERSONAL_LABEL, "personal")
    if segment.activity == "idle":
        return Subject(subject_id(IDLE_LABEL, "idle"), IDLE_LABEL, "idle")
    return Subject(subject_id(label), label, "work")


def label_of(members: Sequence[Segment]) -> str:
    """What a thread is called: what was committed and where, else its main document and project, else its main title."""
    document = _main(members, lambda s: s.title if _is_document(s) else "")
    commit = next((m.group(1).strip() for s in members for m in [_COMMIT.search(s.title)] if m), "")
    if commit:
        return clean_line(f"{commit} ({document})" if document and len(commit) + len(document) < LONGEST else commit, LONGEST)
    if document:
        folder = _main([s for s in members if s.title == document], _folder)
        return clean_line(f"{document} in {folder}" if folder and squash(folder) not in squash(document) else document, LONGEST)
    title = _main(members, lambda s: s.title)
    if title:
        return clean_line(title, LONGEST)
    app = _main(members, lambda s: s.apps[0] if s.apps else "")
    return app or _PLAIN.get(members[0].activity, members[0].activity.capitalize())


def _is_document(segment: Segment) -> bool:
    """Whether a segment's title names a file that was worked on, or a document that was written."""
    if segment.activity in MAKING or segment.activity == "planning":
        return bool(re.fullmatch(r"[\w.+ -]+\.[A-Za-z]\w{0,7}", segment.title)) and segment.activity not in ("planning",)
    return segment.activity == "writing" and bool(segment.title)


def _folder(segment: Segment) -> str:
    """The first topic that is neither the document nor one of the programs: the project, where one was seen."""
    taken = {squash(segment.title), *(squash(a) for a in segment.apps)}
    first = next(iter(segment.topics), "")
    return first if first and squash(first) not in taken and "." not in first and " " not in first else ""


def _main(members: Sequence[Segment], name) -> str:  # type: ignore[no-untyped-def]
    """The name that most time goes by."""
    worth: dict[str, int] = {}
    for segment in members:
        told = name(segment)
        if told:
            worth[told] = worth.get(told, 0) + segment.duration_ms
    return max(worth, key=lambda told: worth[told], default="")


def _distinct(labels: dict[int, str]) -> dict[int, str]:
    """The same labels, numbered where two threads would have the same (or a reserved) one."""
    taken: set[str] = {IDLE_LABEL.casefold(), PERSONAL_LABEL.casefold()}
    result = {}
    for number, label in labels.items():
        unique, k = label, 2
        while unique.casefold() in taken:
            unique, k = f"{label} ({k})", k + 1
        taken.add(unique.casefold())
        result[number] = unique
    return result
