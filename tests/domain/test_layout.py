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
