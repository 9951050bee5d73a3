"""A timeline tiles a recording with segments, each in one subject; the operations of a correction keep it so.

Operations name what they act on by time, not by id, so that they can be applied again to another draft of the same
recording (a re-run with other settings): the target is the segment with just that span, else the one that shares
most of it; a boundary is the one at just that time, else the nearest one within BOUNDARY_REACH_MS.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from escribano_tui.domain.activity import is_activity
from escribano_tui.domain.holding import BOUNDARY_REACH_MS, MIN_SEGMENT_MS, DoesNotFit, Hold, held, hold_of, untaken
from escribano_tui.domain.operations import (
    FIELDS,
    Assign,
    AssignSubject,
    Merge,
    MoveBoundary,
    Operation,
    RenameSubject,
    Say,
    Split,
)
from escribano_tui.domain.segment import Segment, Subject

LEAST_SHARED = 0.5  # intersection over union below which a correction no longer fits a segment of a new draft


@dataclass(frozen=True, slots=True)
class Timeline:
    """Segments in order, without gap or overlap, from 0 to `duration_ms`, and the subjects that they belong to.

    Raises ValueError where that does not hold.
    """

    duration_ms: int
    segments: tuple[Segment, ...]
    subjects: tuple[Subject, ...]

    def __post_init__(self) -> None:
        at = 0
        known = {s.id for s in self.subjects}
        if len(known) != len(self.subjects):
            raise ValueError("two subjects share an id")
        for segment in self.segments:
            if segment.start_ms != at or segment.end_ms <= at:
                raise ValueError(f"segments do not tile: {segment.start_ms}..{segment.end_ms} where {at} was due")
            if segment.subject_id not in known:
                raise ValueError(f"segment {segment.id} is in no known subject")
            at = segment.end_ms
        if at != self.duration_ms:
            raise ValueError(f"segments end at {at} of {self.duration_ms}")
        if len({s.id for s in self.segments}) != len(self.segments):
            raise ValueError("two segments share an id")

    def index_at(self, t_ms: float) -> int:
        """Index of the segment that holds a time; the nearest one outside of the recording."""
        k = bisect_right(self.segments, t_ms, key=lambda s: s.start_ms) - 1
        return max(0, min(k, len(self.segments) - 1))

    def at(self, t_ms: float) -> Segment:
        return self.segments[self.index_at(t_ms)]

    def by_id(self, segment_id: str) -> Segment | None:
        return next((s for s in self.segments if s.id == segment_id), None)

    def subject(self, subject_id: str) -> Subject:
        return next(s for s in self.subjects if s.id == subject_id)

    def of_subject(self, subject_id: str) -> tuple[Segment, ...]:
        return tuple(s for s in self.segments if s.subject_id == subject_id)

    @property
    def boundaries_ms(self) -> tuple[int, ...]:
        """The inner boundaries."""
        return tuple(s.start_ms for s in self.segments[1:])


# ---------------------------------------------------------------- applying operations


def apply(timeline: Timeline, operation: Operation) -> Timeline:
    """The timeline after one operation. Raises DoesNotFit."""
    match operation:
        case Assign():
            return _assign(timeline, operation)
        case AssignSubject():
            return _assign_subject(timeline, operation)
        case RenameSubject():
            return _rename_subject(timeline, operation)
        case Split():
            return _split(timeline, operation.at_ms)
        case Merge():
            return _merge(timeline, operation)
        case MoveBoundary():
            return _move_boundary(timeline, operation)
        case Hold():
            return _without_empty_subjects(timeline.duration_ms, held(timeline.segments, operation), timeline.subjects)
        case Say():
            return timeline  # what was said is a layer of its own: see `said`


def apply_all(timeline: Timeline, operations: Iterable[Operation]) -> Timeline:
    """The timeline after several operations: all of them, or DoesNotFit."""
    for operation in operations:
        timeline = apply(timeline, operation)
    return timeline


def holds_for(timeline: Timeline, operations: Iterable[Operation]) -> list[Hold]:
    """What holds all segments that some operations, applied in order, act on, as they are before. Raises DoesNotFit."""
    spans: list[tuple[int, int]] = []
    after = timeline
    for operation in operations:
        spans.append(_acts_on(after, operation))
        after = apply(after, operation)
    touched = (s for s in timeline.segments if any(s.start_ms < end and s.end_ms > start for start, end in spans))
    return [hold_of(s) for s in touched]


def _acts_on(timeline: Timeline, operation: Operation) -> tuple[int, int]:
    """The span of the segments that an operation looks at or changes."""
    match operation:
        case Split(at_ms):
            first = last = timeline.index_at(at_ms)
        case Merge(at_ms) | MoveBoundary(at_ms):
            last = _boundary(timeline, at_ms)
            first = last - 1
        case Hold(start_ms, end_ms):
            return start_ms, end_ms
        case Say():
            return 0, 0  # no segment: what was said is a layer of its own
        case Assign(start_ms, end_ms) | AssignSubject(start_ms, end_ms) | RenameSubject(start_ms, end_ms):
            first = last = _target(timeline, start_ms, end_ms)
    return timeline.segments[first].start_ms, timeline.segments[last].end_ms


def _target(timeline: Timeline, start_ms: int, end_ms: int) -> int:
    """Index of the segment that an operation means. Raises DoesNotFit."""
    best, most = -1, 0.0
    for k in range(timeline.index_at(start_ms), len(timeline.segments)):
        s = timeline.segments[k]
        if s.start_ms >= end_ms:
            break
        shared = min(s.end_ms, end_ms) - max(s.start_ms, start_ms)
        union = max(s.end_ms, end_ms) - min(s.start_ms, start_ms)
        if shared / union > most:
            best, most = k, shared / union
    if best < 0 or most < LEAST_SHARED:
        raise DoesNotFit("no segment of this draft matches the one that was corrected")
    return best


def _boundary(timeline: Timeline, at_ms: int) -> int:
    """Index of the segment that starts at, or nearest to, `at_ms`. Raises DoesNotFit."""
    inner = range(1, len(timeline.segments))
    k = min(inner, key=lambda i: abs(timeline.segments[i].start_ms - at_ms), default=-1)
    if k < 0 or abs(timeline.segments[k].start_ms - at_ms) > BOUNDARY_REACH_MS:
        raise DoesNotFit("no boundary of this draft lies near the one that was corrected")
    return k


def _with(timeline: Timeline, k: int, change: Callable[[Segment], Segment]) -> Timeline:
    segments = list(timeline.segments)
    segments[k] = change(segments[k])
    return Timeline(timeline.duration_ms, tuple(segments), timeline.subjects)


def _assign(timeline: Timeline, operation: Assign) -> Timeline:
    expected = FIELDS.get(operation.field)
    if expected is None or not isinstance(operation.value, expected):
        raise DoesNotFit(f"{operation.field} cannot be given this value")
    if operation.field == "activity" and not is_activity(str(operation.value)):
        raise DoesNotFit(f"{operation.value} is not an activity")
    k = _target(timeline, operation.start_ms, operation.end_ms)

    def change(segment: Segment) -> Segment:
        changed = replace(segment, **{operation.field: operation.value})
        if operation.field == "activity":
            changed = replace(changed, confidence=1.0, why=("you said so",))
        return changed if operation.field == "reviewed" else replace(changed, edited=True)

    return _with(timeline, k, change)


def _new_subject_id(label: str, taken: set[str]) -> str:
    """Deterministic. The id may be taken: a subject that had this label has been renamed since."""
    return untaken("sub-", label.casefold(), taken)


def _assign_subject(timeline: Timeline, operation: AssignSubject) -> Timeline:
    if not operation.label:
        raise DoesNotFit("a subject needs a name")
    k = _target(timeline, operation.start_ms, operation.end_ms)
    same = next((s for s in timeline.subjects if s.label.casefold() == operation.label.casefold()), None)
    subject = same or Subject(_new_subject_id(operation.label, {s.id for s in timeline.subjects}), operation.label)
    segments = list(timeline.segments)
    segments[k] = replace(segments[k], subject_id=subject.id, edited=True)
    subjects = timeline.subjects if subject in timeline.subjects else (*timeline.subjects, subject)
    return _without_empty_subjects(timeline.duration_ms, segments, subjects)


def _rename_subject(timeline: Timeline, operation: RenameSubject) -> Timeline:
    if not operation.label:
        raise DoesNotFit("a subject needs a name")
    old = timeline.segments[_target(timeline, operation.start_ms, operation.end_ms)].subject_id
    same = next((s for s in timeline.subjects if s.label.casefold() == operation.label.casefold() and s.id != old), None)
    if same is None:
        subjects = tuple(replace(s, label=operation.label) if s.id == old else s for s in timeline.subjects)
        return Timeline(timeline.duration_ms, timeline.segments, subjects)
    segments = [replace(s, subject_id=same.id) if s.subject_id == old else s for s in timeline.segments]
    return _without_empty_subjects(timeline.duration_ms, segments, timeline.subjects)


def _without_empty_subjects(duration_ms: int, segments: Iterable[Segment], subjects: Iterable[Subject]) -> Timeline:
    segments = tuple(segments)
    used = {s.subject_id for s in segments}
    return Timeline(duration_ms, segments, tuple(s for s in subjects if s.id in used))


def _split(timeline: Timeline, at_ms: int) -> Timeline:
    k = timeline.index_at(at_ms)
    segment = timeline.segments[k]
    if at_ms == segment.start_ms and k > 0:
        return timeline  # another draft has this boundary already
    if at_ms - segment.start_ms < MIN_SEGMENT_MS or segment.end_ms - at_ms < MIN_SEGMENT_MS:
        raise DoesNotFit("a segment cannot be split this close to its edge")
    taken = {s.id for s in timeline.segments}
    new_id = untaken("seg-", f"{segment.id}@{at_ms}", taken)  # deterministic, so that a replay gives the same ids
    left = replace(segment, end_ms=at_ms, edited=True, reviewed=False)
    right = replace(segment, id=new_id, start_ms=at_ms, edited=True, reviewed=False, returns_to_ms=-1)
    segments = (*timeline.segments[:k], left, right, *timeline.segments[k + 1 :])
    return Timeline(timeline.duration_ms, segments, timeline.subjects)


def _merge(timeline: Timeline, operation: Merge) -> Timeline:
    if operation.keep not in ("left", "right"):
        raise DoesNotFit("a merge keeps the left or the right label")
    k = _boundary(timeline, operation.at_ms)
    left, right = timeline.segments[k - 1], timeline.segments[k]
    kept, other = (left, right) if operation.keep == "left" else (right, left)
    merged = replace(
        kept,
        start_ms=left.start_ms,
        end_ms=right.end_ms,
        apps=_union(kept.apps, other.apps),
        topics=_union(kept.topics, other.topics),
        personal=left.personal or right.personal,
        reviewed=False,
        edited=True,
        returns_to_ms=left.returns_to_ms,
    )
    segments = (*timeline.segments[: k - 1], merged, *timeline.segments[k + 1 :])
    return _without_empty_subjects(timeline.duration_ms, segments, timeline.subjects)


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _move_boundary(timeline: Timeline, operation: MoveBoundary) -> Timeline:
    k = _boundary(timeline, operation.from_ms)
    left, right = timeline.segments[k - 1], timeline.segments[k]
    low, high = left.start_ms + MIN_SEGMENT_MS, right.end_ms - MIN_SEGMENT_MS
    if low > high:
        raise DoesNotFit("there is no room to move this boundary")
    to_ms = min(max(operation.to_ms, low), high)
    segments = list(timeline.segments)
    segments[k - 1] = replace(left, end_ms=to_ms, edited=True)
    segments[k] = replace(right, start_ms=to_ms, edited=True)
    return Timeline(timeline.duration_ms, tuple(segments), timeline.subjects)


__all__ = [
    "BOUNDARY_REACH_MS", "MIN_SEGMENT_MS", "Assign", "AssignSubject", "DoesNotFit", "Hold", "Merge", "MoveBoundary",
    "Operation", "RenameSubject", "Say", "Split", "Timeline", "apply", "apply_all", "holds_for",
]  # fmt: skip
