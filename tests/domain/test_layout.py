from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.domain.evidence import Box
from escribano_tui.domain.layout import reading_order, same_row

BOXES = st.lists(
    st.builds(Box, st.integers(0, 1900), st.integers(0, 1000), st.integers(1, 300), st.integers(6, 60)), max_size=40
)


def test_rows_go_from_the_top_and_from_the_left() -> None:
    a, b, c, d = Box(300, 12, 80, 20), Box(10, 10, 80, 20), Box(10, 40, 80, 20), Box(120, 43, 80, 18)
    assert reading_order([a, d, c, b], lambda box: box) == [b, a, c, d]


def test_a_wrapped_line_stands_behind_the_one_that_it_goes_on() -> None:
    """Two columns of cards: the second line of a card is not torn from its first by the other column."""
    left, left_more = Box(40, 100, 250, 24), Box(40, 122, 60, 24)
    right, right_more = Box(420, 101, 300, 24), Box(421, 123, 50, 24)
    assert reading_order([left, right, left_more, right_more], lambda box: box) == [left, left_more, right, right_more]


def test_the_cells_of_a_table_stay_in_their_rows() -> None:
    name, size, other_name, other_size = (
        Box(40, 100, 90, 24),
        Box(160, 100, 240, 24),
        Box(40, 122, 72, 24),
        Box(160, 122, 200, 24),
    )
    assert reading_order([name, other_name, size, other_size], lambda box: box) == [name, size, other_name, other_size]


@given(BOXES)
def test_nothing_is_lost_and_the_order_does_not_depend_on_the_input(boxes: list[Box]) -> None:
    ordered = reading_order(boxes, lambda box: box)
    assert sorted(ordered, key=repr) == sorted(boxes, key=repr)
    assert reading_order(reversed(boxes), lambda box: box) == ordered


@given(BOXES)
def test_boxes_far_apart_share_no_row(boxes: list[Box]) -> None:
    for box in boxes:
        assert same_row(box, box)
        assert not same_row(box, Box(box.x, box.bottom + 1, box.w, box.h))
