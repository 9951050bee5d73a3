"""Where one is and what an edit is made of, without a screen."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from escribano_tui.config.themes import read_theme
from escribano_tui.domain.activity import ACTIVITIES
from escribano_tui.domain.evidence import Change, Description
from escribano_tui.domain.journal import fold
from escribano_tui.domain.session import Evidence, Session
from escribano_tui.domain.timeline import DoesNotFit, MoveBoundary, Operation, Split, apply_all
from escribano_tui.ui.citations import citations, linked, moment_of, told_once
from escribano_tui.ui.palette import Palette
from escribano_tui.ui.review import edits
from escribano_tui.ui.review.cells import cells_of, column_of, ticks, time_at
from escribano_tui.ui.review.moving import find, haystack
from escribano_tui.ui.review.place import Review
from escribano_tui.ui.review.row import paint_row
from escribano_tui.ui.review.telling import heading
from tests.ui import fake_session
from tests.ui.fake_runs import finished_run


def review(outline: Evidence | None = None) -> Review:
    timeline, evidence = fake_session.story()
    session = Session(fake_session.recording(), finished_run("rec-1"), timeline, timeline, fold([]))
    return Review(session, evidence if outline is None else outline)


MOVES = ("next", "previous", "change", "change back", "unreviewed", "least", "subject", "in", "out", "all", "go")


@example([("in", 0), ("in", 0), ("go", 360_999), ("in", 0)])
@given(st.lists(st.tuples(st.sampled_from(MOVES), st.integers(-10_000, 400_000)), max_size=40))
def test_the_cursor_always_lies_in_the_chosen_segment_and_in_view(moves: list[tuple[str, int]]) -> None:
    r = review()
    for move, t in moves:
        match move:
            case "next":
                r.choose(r.index + 1)
            case "previous":
                r.choose(r.index - 1)
            case "change" | "change back":
                r.to_change(1 if move == "change" else -1)
            case "unreviewed" | "least" | "subject":
                k = {"unreviewed": r.next_unreviewed, "least": r.least_sure, "subject": r.next_of_subject}[move]()
                if k is not None:
                    r.choose(k)
            case "in" | "out":
                r.zoom(move == "in")
            case "all":
                r.zoom_all()
            case "go":
                r.go_to(t)
        assert r.segment.start_ms <= r.cursor_ms < r.segment.end_ms
        assert 0 <= r.view[0] <= r.cursor_ms < r.view[1] <= 361_000


@given(
    st.integers(0, 360_999),
    st.sampled_from(("split", "next", "previous", "start", "end", "snap", "here")),
    st.integers(-9000, 9000),
)
def test_every_edit_fits_or_says_why_not(t: int, what: str, by: int) -> None:
    r = review()
    r.go_to(t)
    operations: list[Operation]
    try:
        match what:
            case "split":
                operations, _ = edits.split(r)
            case "next" | "previous":
                operations = edits.merge(r, 1 if what == "next" else -1)
            case "start" | "end":
                operations = edits.move_edge(r, what, by)
            case "snap":
                operations, _ = edits.snap(r)
            case _:
                operations = edits.edge_here(r)
    except DoesNotFit:
        return
    assert apply_all(r.timeline, operations) != r.timeline


@given(st.sampled_from(ACTIVITIES), st.sets(st.integers(0, 9), min_size=1))
def test_a_label_for_several_is_a_label_for_each(activity: str, chosen: set[int]) -> None:
    r = review()
    segments = [r.segments[k] for k in sorted(chosen)]
    after = apply_all(r.timeline, edits.relabel(segments, activity))
    assert all(after.segments[k].activity == activity and after.segments[k].reviewed for k in chosen)
    assert all(after.segments[k] == r.segments[k] for k in range(10) if k not in chosen)


def test_what_would_change_nothing_is_no_edit() -> None:
    r = review()
    assert edits.set_text([r.segment], "title", " Sprint  12 board ") == []
    assert edits.mark([r.segment], "reviewed", False) == []
    assert edits.set_list([r.segment], "apps", "Chromium,") == []
    assert edits.put_into([r.segment], "Station labels and times", r.timeline) == []


def test_least_sure_goes_up_in_order_and_around() -> None:
    r = review()
    seen = []
    for _ in range(10):
        k = r.least_sure()
        assert k is not None
        r.choose(k)
        seen.append(r.segment.confidence)
    assert seen == sorted(s.confidence for s in r.segments)


def test_split_without_a_change_inside_says_what_to_do() -> None:
    r = review(Evidence(changes=(Change(0.2, 0.9),)))
    with pytest.raises(DoesNotFit, match="put the time cursor"):
        edits.split(r)


@given(st.integers(4, 300), st.integers(0, 300_000), st.integers(4_000, 61_000))
def test_columns_tile_the_view(width: int, low: int, span: int) -> None:
    view = (low, low + span)
    edges = [time_at(view, width, k) for k in range(width + 1)]
    assert edges[0] == low
    assert edges[-1] == low + span
    assert all(a <= b for a, b in pairwise(edges))
    assert all(column_of(view, width, t) in (k - 1, k) for k, t in enumerate(edges[:-1]) if t < low + span)


@given(st.integers(10, 300))
def test_cells_show_every_segment_that_is_wider_than_a_column(width: int) -> None:
    r = review()
    cells = cells_of(r, width)
    assert len(cells.owner) == len(cells.level) == len(cells.change) == width
    assert list(cells.owner) == sorted(cells.owner)
    column = 361_000 / width
    assert {k for k, s in enumerate(r.segments) if s.duration_ms > 2 * column} <= set(cells.owner)
    assert any(cells.spoken)
    assert all(1 <= level <= 8 for level, said in zip(cells.level, cells.spoken, strict=True) if said)
    assert max(cells.level) >= 3 or width < 60


@given(st.integers(12, 300), st.integers(1, 36_000_000))
def test_ticks_do_not_overlap(width: int, span: int) -> None:
    marks = ticks((0, span), width)
    assert all(a + len(label) < b for (a, label), (b, _) in pairwise(marks))


def test_search_needs_every_word_and_tells_a_text_once_a_minute() -> None:
    r = review()
    rows = haystack(r, r.outline)
    assert [i.value for i in find(rows, "label TEST")] == [69_950]
    assert find(rows, "label nonsense") == []


def test_a_citation_is_told_in_words_without_the_marks_of_markdown() -> None:
    text = "- **Labels**, 1:43: read *Aware and Naive* [0:08].\n1. `test_a_b` failed, 2 * 3 \\*s [1:10]."
    assert [c.claim for c in citations(text)] == ["Labels, 1:43: read Aware and Naive.", "test_a_b failed, 2 * 3 *s."]


def test_starts_are_printed_as_a_summary_cites_them_and_lengths_add_up() -> None:
    r, palette = review(), Palette(read_theme(Path(__file__).parents[2] / "themes" / "ink.toml"))
    row = paint_row(r, palette, 1, 100, False).text
    assert row.split()[:2] == ["0:26", "0:41"]
    assert heading(r.segment, r.timeline.duration_ms).startswith("0:00–0:26 ")
    assert heading(r.segments[-1], r.timeline.duration_ms).startswith("4:59–6:01 ")
    back = paint_row(r, palette, 4, 100, False).text
    assert "↩ 0:26" in back
    assert sum(int(m) * 60 + int(s) for m, s in (t.split(":") for t in r.times.lengths)) == 361


def test_citations_are_found_linked_and_read_back() -> None:
    text = "- Did it [0:26, 2:18.5] and [x](http://a.example) [1:02:03].\n- Not [12] nor [0:26](y)."
    assert [(c.t_s, c.claim) for c in citations(text)][:2] == [
        (26.0, "Did it"), (138.5, "Did it")
    ]  # fmt: skip
    assert told_once(c.claim for c in citations(text)) == ["Did it", "″  the same, at another moment", "and x"]
    assert "\\[[0:26](#t=26.0), [2:18.5](#t=138.5)\\]" in linked(text)
    assert linked("[0:26](y)") == "[0:26](y)"
    assert moment_of("#t=138.5") == 138.5
    assert moment_of("javascript:alert(1)") is None
    assert moment_of("#t=x") is None


def test_a_split_goes_where_another_window_begins_not_to_the_first_large_change() -> None:
    _, story = fake_session.story()
    film = [Change(t, 0.5, "large") for t in (27.0, 29.0, 31.0, 45.3, 46.0, 50.0)]
    said = [Description(t, "", activity, 0.9, (app,)) for t, activity, app in (
        (28.0, "media", "mpv"), (40.0, "media", "mpv"), (45.8, "writing", "Geany"), (60.0, "writing", "Geany"),
    )]  # fmt: skip
    r = review(replace(story, changes=tuple(film), descriptions=tuple(said)))
    r.choose(1)
    assert edits.split(r) == ([Split(45_300)], 45_300)
    without = review(replace(story, changes=tuple(film), descriptions=()))
    without.choose(1)
    assert edits.split(without)[1] == 27_000


def test_snap_brings_the_edge_to_the_change_at_the_cursor() -> None:
    r = review()  # segment 1 is 25.6 to 66.95 with changes at 33.1 and 46.275
    r.choose(1)
    r.go_to(33_500)
    assert edits.snap(r) == ([MoveBoundary(25_600, 33_100)], 33_100)
    r.edge_ms = 66_950  # it was moved last: it is the one that is meant
    with pytest.raises(DoesNotFit, match="stands on a change"):
        edits.snap(r)


@pytest.mark.parametrize(("cursor", "label"), [(1, "coding"), (2, "debugging"), (3, "research"), (7, "coding")])
def test_all_selected_in_a_row_become_one_with_the_label_under_the_cursor(cursor: int, label: str) -> None:
    r = review()
    r.choose(cursor)
    r.selected = {s.id for s in r.segments[1:4]}
    for direction in (1, -1):
        merged = apply_all(r.timeline, edits.merge(r, direction))
        assert len(merged.segments) == len(r.segments) - 2
        assert (merged.segments[1].start_ms, merged.segments[1].end_ms) == (25_600, r.segments[3].end_ms)
        assert merged.segments[1].activity == label
    r.selected |= {r.segments[6].id}
    with pytest.raises(DoesNotFit, match="in a row"):
        edits.merge(r, 1)
