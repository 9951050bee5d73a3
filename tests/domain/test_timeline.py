"""A timeline tiles its recording, whatever is done to it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escribano_tui.domain.segment import Segment, Subject
from escribano_tui.domain.timeline import (
    Assign,
    AssignSubject,
    DoesNotFit,
    Merge,
    MoveBoundary,
    RenameSubject,
    Split,
    Timeline,
    apply,
    apply_all,
)
from tests.domain.edits import drafts, operations

WORK = Subject("w", "work")


def line(*cuts: int, end: int = 60_000) -> Timeline:
    starts = (0, *cuts)
    ends = (*cuts, end)
    segments = [Segment(f"s{k}", a, b, "coding", subject_id="w") for k, (a, b) in enumerate(zip(starts, ends, strict=True))]
    return Timeline(end, tuple(segments), (WORK,))


def tiles(timeline: Timeline) -> bool:
    edges = [0, *(s.end_ms for s in timeline.segments)]
    starts = [s.start_ms for s in timeline.segments]
    return starts == edges[:-1] and edges[-1] == timeline.duration_ms and all(s.duration_ms > 0 for s in timeline.segments)


@given(st.data())
@settings(max_examples=400)
def test_it_tiles_after_any_edits(data: st.DataObject) -> None:
    timeline = data.draw(drafts())
    duration = timeline.duration_ms
    for _ in range(data.draw(st.integers(1, 12))):
        operation = data.draw(operations(timeline))
        try:
            timeline = apply(timeline, operation)
        except DoesNotFit:
            continue
        assert tiles(timeline)
        assert timeline.duration_ms == duration
        assert sum(s.duration_ms for s in timeline.segments) == duration
        by_subject = {s.id: timeline.of_subject(s.id) for s in timeline.subjects}
        assert all(by_subject.values()), "no subject is empty"
        assert sum(s.duration_ms for some in by_subject.values() for s in some) == duration


def test_gaps_overlaps_and_strangers_are_refused() -> None:
    good = Segment("a", 0, 10, "coding", subject_id="w")
    for wrong in (
        [Segment("a", 0, 9, "coding", subject_id="w")],
        [good, Segment("b", 11, 20, "coding", subject_id="w")],
        [good, Segment("a", 10, 20, "coding", subject_id="w")],
        [Segment("a", 0, 10, "coding", subject_id="nobody")],
    ):
        with pytest.raises(ValueError):
            Timeline(wrong[-1].end_ms if len(wrong) > 1 else 10, tuple(wrong), (WORK,))


def test_split_keeps_the_left_id_and_names_the_right_one_the_same_each_time() -> None:
    once, again = (apply(line(30_000), Split(10_000)) for _ in range(2))
    assert once == again
    assert [s.start_ms for s in once.segments] == [0, 10_000, 30_000]
    assert once.segments[0].id == "s0"
    assert once.segments[0].edited
    assert once.segments[1].edited


def test_split_then_merge_gives_the_span_back() -> None:
    merged = apply_all(line(30_000), [Split(10_000), Merge(10_000)])
    assert [(s.id, s.start_ms, s.end_ms) for s in merged.segments] == [("s0", 0, 30_000), ("s1", 30_000, 60_000)]


def test_a_split_at_the_edge_is_refused_and_on_a_boundary_is_there_already() -> None:
    with pytest.raises(DoesNotFit):
        apply(line(30_000), Split(59_950))
    assert apply(line(30_000), Split(30_000)) == line(30_000)


@pytest.mark.parametrize(("keep", "activity"), [("left", "coding"), ("right", "review")])
def test_merge_keeps_the_side_that_it_is_told(keep: str, activity: str) -> None:
    timeline = apply(line(30_000), Assign(30_000, 60_000, "activity", "review"))
    merged = apply(timeline, Merge(30_000, keep))
    assert [s.activity for s in merged.segments] == [activity]


def test_a_merge_with_something_personal_stays_personal() -> None:
    timeline = apply(line(30_000), Assign(30_000, 60_000, "personal", True))
    assert apply(timeline, Merge(30_000)).segments[0].personal


def test_a_boundary_never_passes_its_neighbours() -> None:
    timeline = line(20_000, 40_000)
    assert [s.start_ms for s in apply(timeline, MoveBoundary(20_000, 59_000)).segments] == [0, 39_900, 40_000]
    assert [s.start_ms for s in apply(timeline, MoveBoundary(20_000, -5)).segments] == [0, 100, 40_000]


def test_relabelling_is_certain_and_says_why() -> None:
    segment = apply(line(), Assign(0, 60_000, "activity", "design")).segments[0]
    assert (segment.activity, segment.confidence, segment.edited) == ("design", 1.0, True)


def test_reviewed_alone_is_not_an_edit() -> None:
    segment = apply(line(), Assign(0, 60_000, "reviewed", True)).segments[0]
    assert segment.reviewed
    assert not segment.edited


@pytest.mark.parametrize(("field", "value"), [("activity", "sleeping"), ("id", "x"), ("title", 3), ("apps", "Geany")])
def test_wrong_fields_and_values_are_refused(field: str, value: object) -> None:
    with pytest.raises(DoesNotFit):
        apply(line(), Assign(0, 60_000, field, value))


def test_a_subject_of_the_same_name_is_the_same_subject() -> None:
    timeline = apply_all(line(30_000), [AssignSubject(0, 30_000, "Mail"), AssignSubject(30_000, 60_000, "mail")])
    assert [s.label for s in timeline.subjects] == ["Mail"]
    renamed = apply(timeline, RenameSubject(0, 30_000, "Letters"))
    assert [s.label for s in renamed.subjects] == ["Letters"]


def test_operations_find_their_target_in_another_draft() -> None:
    other = line(31_000)
    assert apply(other, Assign(0, 30_000, "activity", "data")).segments[0].activity == "data"
    assert [s.start_ms for s in apply(other, MoveBoundary(30_000, 29_000)).segments] == [0, 29_000]
    with pytest.raises(DoesNotFit):
        apply(line(10_000, 20_000, 30_000, 40_000, 50_000), Assign(0, 60_000, "activity", "data"))
    with pytest.raises(DoesNotFit):
        apply(line(10_000), Merge(30_000))
