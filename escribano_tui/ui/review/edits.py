"""What an edit is made of: pure functions from what is shown to the operations of one row of the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from escribano_tui.domain.evidence import Utterance
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.text import clean_line
from escribano_tui.domain.timeline import (
    MIN_SEGMENT_MS,
    Assign,
    AssignSubject,
    DoesNotFit,
    Merge,
    MoveBoundary,
    Operation,
    RenameSubject,
    Say,
    Split,
    Timeline,
    apply_all,
)
from escribano_tui.ui.review.place import Review


def relabel(segments: Sequence[Segment], activity: str) -> list[Operation]:
    """Another activity; what the owner has labelled counts as reviewed."""
    labels: list[Operation] = [Assign(s.start_ms, s.end_ms, "activity", activity) for s in segments]
    return labels + [Assign(s.start_ms, s.end_ms, "reviewed", True) for s in segments if not s.reviewed]


def mark(segments: Sequence[Segment], field: str, value: bool) -> list[Operation]:
    """The reviewed or personal mark of some segments; those that have it already are left alone."""
    return [Assign(s.start_ms, s.end_ms, field, value) for s in segments if getattr(s, field) != value]


def set_text(segments: Sequence[Segment], field: str, text: str) -> list[Operation]:
    """A title."""
    text = clean_line(text)
    return [Assign(s.start_ms, s.end_ms, field, text) for s in segments if getattr(s, field) != text]


def set_list(segments: Sequence[Segment], field: str, text: str) -> list[Operation]:
    """Apps or topics, from a line with commas."""
    values = listed(text)
    return [Assign(s.start_ms, s.end_ms, field, values) for s in segments if getattr(s, field) != values]


def listed(text: str) -> tuple[str, ...]:
    """The values of a line with commas, each once.

    >>> listed("Geany,  Terminal, ,Geany")
    ('Geany', 'Terminal')
    """
    return tuple(dict.fromkeys(v for part in text.split(",") if (v := clean_line(part, 120))))


def put_into(segments: Sequence[Segment], label: str, timeline: Timeline) -> list[Operation]:
    """A subject by its label."""
    label = clean_line(label, 120)
    return [AssignSubject(s.start_ms, s.end_ms, label) for s in segments if timeline.subject(s.subject_id).label != label]


def rename_subject(segment: Segment, label: str) -> list[Operation]:
    return [RenameSubject(segment.start_ms, segment.end_ms, clean_line(label, 120))]


def say(utterance: Utterance, text: str) -> list[Operation]:
    """Another text for an utterance, in its own span; an empty one strikes it out."""
    text = clean_line(text, 4000)
    if text == utterance.text:
        return []
    return [Say(round(utterance.start_s * 1000), round(utterance.end_s * 1000), utterance.track, text)]


def split(review: Review) -> tuple[list[Operation], int]:
    """A split at the time cursor; on an edge, at the next change. Raises DoesNotFit where there is no such place.

    Gives the operations and the time of the split.
    """
    segment, at = review.segment, review.cursor_ms
    if at - segment.start_ms < MIN_SEGMENT_MS or segment.end_ms - at < MIN_SEGMENT_MS:
        change = review.change_inside()
        if change is None:
            raise DoesNotFit("Nothing changes inside this segment: put the time cursor where it should be split.")
        at = change
    return [Split(at)], at


def merge(review: Review, direction: int) -> list[Operation]:
    """With the next (1) or the previous (-1) segment; the label under the cursor stays. Where some are selected, all of
    them, which must stand in a row. Raises DoesNotFit."""
    if len(review.selected) > 1:
        return merge_run(review)
    segment = review.segment
    if direction > 0:
        if segment.end_ms >= review.timeline.duration_ms:
            raise DoesNotFit("This is the last segment.")
        return [Merge(segment.end_ms, "left")]
    if segment.start_ms == 0:
        raise DoesNotFit("This is the first segment.")
    return [Merge(segment.start_ms, "right")]


def merge_run(review: Review) -> list[Operation]:
    """The selected segments become one, with the label under the cursor where it is one of them, else of the first."""
    run = review.chosen
    if any(left.end_ms != right.start_ms for left, right in pairwise(run)):
        raise DoesNotFit("The selected segments do not stand in a row.")
    kept = next((k for k, s in enumerate(run) if s.id == review.segment.id), 0)
    before: list[Operation] = [Merge(s.start_ms, "right") for s in reversed(run[1 : kept + 1])]
    return before + [Merge(s.start_ms, "left") for s in run[kept + 1 :]]


def move_edge(review: Review, edge: str, by_ms: int) -> list[Operation]:
    """Move the start or the end of the chosen segment. Raises DoesNotFit at the edges of the recording."""
    at = review.segment.start_ms if edge == "start" else review.segment.end_ms
    return move_boundary(review, at, at + by_ms)


def move_boundary(review: Review, at_ms: int, to_ms: int) -> list[Operation]:
    """Move a boundary somewhere, as far as both segments keep their least length. Raises DoesNotFit."""
    if at_ms <= 0 or at_ms >= review.timeline.duration_ms:
        raise DoesNotFit("The recording itself begins and ends here.")
    low, high = room(review.timeline, at_ms)
    to_ms = max(low, min(high, to_ms))
    if to_ms == at_ms:
        raise DoesNotFit("There is no room to move this edge further.")
    return [MoveBoundary(at_ms, to_ms)]


def room(timeline: Timeline, at_ms: int) -> tuple[int, int]:
    """Between which times a boundary can stand."""
    k = timeline.index_at(at_ms)
    left, right = timeline.segments[k - 1], timeline.segments[k]
    return left.start_ms + MIN_SEGMENT_MS, right.end_ms - MIN_SEGMENT_MS


def snap(review: Review) -> tuple[list[Operation], int]:
    """The edge nearer to the time cursor to the change nearest to the cursor. Raises DoesNotFit."""
    found = review.edge_to_snap()
    if found is None:
        raise DoesNotFit("This segment has no edge that can be moved.")
    edge, near = found
    low, high = room(review.timeline, edge)
    change = review.nearest_change(near, low - 1, high + 1)
    if change is None:
        raise DoesNotFit("There is no change near this edge.")
    if change == edge:
        raise DoesNotFit("This edge stands on a change already: put the time cursor near another one.")
    return [MoveBoundary(edge, change)], change


def edge_here(review: Review) -> list[Operation]:
    """The edge nearer to the time cursor to the cursor. Raises DoesNotFit."""
    edge = review.nearer_edge()
    if edge is None:
        raise DoesNotFit("This segment has no edge that can be moved.")
    if edge == review.cursor_ms:
        raise DoesNotFit("The time cursor stands on this edge: move it first.")
    return move_boundary(review, edge, review.cursor_ms)


# ---------------------------------------------------------------- corrections that no longer fit

NEAR_MS = 10_000  # a boundary further off than this is another one


def moment(operations: Sequence[Operation]) -> int:
    """The time (ms) at which to look for what a correction was about."""
    operation = operations[0]
    match operation:
        case Split(at_ms=at) | Merge(at_ms=at) | MoveBoundary(from_ms=at):
            return at
        case _:
            return (operation.start_ms + operation.end_ms) // 2


def fitted(operations: Sequence[Operation], timeline: Timeline) -> list[Operation]:
    """The same correction made of the segments and boundaries that are there now; empty where there is nothing like it."""
    made = [_fitted(o, timeline) for o in operations]
    found = [o for o in made if o is not None]
    try:
        apply_all(timeline, found)
    except DoesNotFit:
        return []
    return found if len(found) == len(made) else []


def _fitted(operation: Operation, timeline: Timeline) -> Operation | None:
    match operation:
        case Assign() | AssignSubject() | RenameSubject():
            at = min((operation.start_ms + operation.end_ms) // 2, timeline.duration_ms - 1)
            segment = timeline.segments[timeline.index_at(at)]
            return replace(operation, start_ms=segment.start_ms, end_ms=segment.end_ms)
        case Merge(at_ms=at):
            near = _boundary_near(timeline, at)
            return None if near is None else replace(operation, at_ms=near)
        case MoveBoundary(from_ms=at):
            near = _boundary_near(timeline, at)
            return None if near is None else replace(operation, from_ms=near)
        case _:
            return None


def _boundary_near(timeline: Timeline, at_ms: int) -> int | None:
    near = [b for b in timeline.boundaries_ms if abs(b - at_ms) <= NEAR_MS]
    return min(near, key=lambda b: abs(b - at_ms), default=None)
