"""What was seen early stands, in every draft that comes later."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from escribano_tui.domain.journal import Entry, dump_operations, load_operations, replay, say
from escribano_tui.domain.segment import Segment, Subject
from escribano_tui.domain.timeline import Assign, DoesNotFit, Hold, MoveBoundary, Split, Timeline, apply, apply_all, holds_for
from tests.domain.edits import drafts, operations


def line(*ends_ms: int, activity: str = "coding") -> Timeline:
    starts = (0, *ends_ms[:-1])
    pairs = enumerate(zip(starts, ends_ms, strict=True))
    segments = (Segment(f"seg{k}", a, b, activity, f"title {k}", subject_id="s") for k, (a, b) in pairs)
    return Timeline(ends_ms[-1], tuple(segments), (Subject("s", "work"),))


def spans(timeline: Timeline) -> list[tuple[int, int]]:
    return [(s.start_ms, s.end_ms) for s in timeline.segments]


SEEN = Hold(26_000, 67_000, "review", "station_code", reviewed=True)


def test_boundaries_that_lie_a_little_otherwise_are_the_same_ones() -> None:
    held = apply(line(26_400, 66_100, 90_000), SEEN)
    assert spans(held) == [(0, 26_000), (26_000, 67_000), (67_000, 90_000)]
    assert (held.segments[1].activity, held.segments[1].title, held.segments[1].reviewed) == ("review", "station_code", True)
    assert not held.segments[0].reviewed


@pytest.mark.parametrize(
    ("draft", "after"),
    [
        (line(90_000), [(0, 26_000), (26_000, 67_000), (67_000, 90_000)]),
        (line(10_000, 40_000, 50_000, 90_000), [(0, 10_000), (10_000, 26_000), (26_000, 67_000), (67_000, 90_000)]),
        (line(23_000, 29_000, 64_000, 70_000, 90_000), [(0, 26_000), (26_000, 67_000), (67_000, 90_000)]),
        (line(26_000, 67_000, 90_000), [(0, 26_000), (26_000, 67_000), (67_000, 90_000)]),
        (line(26_000, 65_000), [(0, 26_000), (26_000, 65_000)]),
    ],
    ids=["one", "many within", "slivers", "the same", "an end that came a little sooner"],
)
def test_it_stands_whatever_a_later_draft_makes_of_it(draft: Timeline, after: list[tuple[int, int]]) -> None:
    held = apply(draft, SEEN)
    assert spans(held) == after
    assert held.at(40_000).title == "station_code"


def test_a_neighbour_that_the_owner_has_seen_is_not_moved() -> None:
    seen = apply(line(26_000, 67_000, 90_000), Hold(0, 24_000, "planning", "board", reviewed=True))
    held = apply(seen, SEEN)
    assert spans(held) == [(0, 24_000), (24_000, 26_000), (26_000, 67_000), (67_000, 90_000)]
    assert held.segments[0].reviewed


def test_what_lies_beyond_a_draft_waits_for_a_longer_one() -> None:
    with pytest.raises(DoesNotFit, match="beyond"):
        apply(line(26_000, 50_000), SEEN)


def test_an_edit_of_a_growing_draft_names_all_that_it_acted_on() -> None:
    early = line(26_000, 67_000, 80_000)
    moved = [MoveBoundary(26_000, 30_000), Assign(30_000, 67_000, "activity", "review")]
    holds = holds_for(early, moved)
    assert [(h.start_ms, h.end_ms) for h in holds] == [(0, 26_000), (26_000, 67_000)]
    later, misfits = replay(line(50_000, 200_000), [Entry(1, "edit", (*holds, *moved), said="x")])
    assert misfits == ()
    assert spans(later)[:2] == [(0, 30_000), (30_000, 67_000)]
    assert later.segments[1].activity == "review"


def test_the_history_speaks_of_the_edit_not_of_what_holds_it() -> None:
    early = line(26_000, 67_000)
    split = [Split(40_000)]
    assert say(early, [*holds_for(early, split), *split]) == "Split at 0:40"


def test_it_is_kept_as_data() -> None:
    held = (Hold(1, 2, "coding", apps=("Geany",), topics=("a", "b"), why=("you said so",)),)
    assert load_operations(dump_operations(held)) == held


@given(st.data())
def test_any_edit_of_an_early_draft_fits_any_later_one_that_is_as_long(data: st.DataObject) -> None:
    early = data.draw(drafts())
    assume(all(s.duration_ms >= 300 for s in early.segments))
    # An owner's edit never is a hold: those are put before it, of whole segments.
    operation = data.draw(operations(early).filter(lambda made: not isinstance(made, Hold)))
    try:
        edit = [*holds_for(early, [operation]), operation]
        seen = apply_all(early, edit)
    except DoesNotFit:
        return
    cuts = data.draw(st.lists(st.integers(3, early.duration_ms // 100), max_size=6))
    later = line(*sorted({*(c * 100 for c in cuts), early.duration_ms}))
    held = apply_all(later, edit)  # must not raise
    touched = [
        s for s in seen.segments if any(h.start_ms < s.end_ms and s.start_ms < h.end_ms for h in edit if isinstance(h, Hold))
    ]
    for segment in touched:
        if segment.duration_ms >= 300:
            assert held.at((segment.start_ms + segment.end_ms) / 2).activity == segment.activity
