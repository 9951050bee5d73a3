"""The pieces of the screen text backend that need no model: what is blank, batches, decoding."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escribano_tui.backends.screen_text.blank import inked_parts, lightness
from escribano_tui.backends.screen_text.detector import boxes_of
from escribano_tui.backends.screen_text.recogniser import Recogniser, batches, plain_where_unsure
from escribano_tui.backends.screen_text.seams import cut_at_seams
from escribano_tui.backends.screen_text.words import whole_lines
from escribano_tui.domain.evidence import Box
from tests.pictures import screen

PLACES = st.lists(st.tuples(st.integers(0, 700), st.integers(0, 500)), max_size=8)


@settings(max_examples=60)
@given(PLACES, st.sampled_from([("white", "#505050"), ("#202428", "#d0d0d0"), ("#fdf6e3", "#93a1a1")]))
def test_no_ink_of_text_is_left_out(places: list[tuple[int, int]], colours: tuple[str, str]) -> None:
    ground, ink = colours
    image = screen([(x, y, "Quick brown fox, 12:34") for x, y in places], ground=ground, ink=ink)
    covered = np.zeros(image.shape[:2], bool)
    for part in inked_parts(image):
        covered[part.y : part.bottom, part.x : part.right] = True
    drawn = (np.abs(image.astype(int) - image[-1, -1].astype(int)) > 40).any(axis=2)
    assert covered[drawn].all()


def test_ground_and_borders_cost_nothing() -> None:
    window = screen(boxes=[(40, 40, 900, 500, "#808080"), (42, 42, 898, 498, "white")])
    assert sum(part.area for part in inked_parts(window)) < 0.1 * window.shape[0] * window.shape[1]
    assert inked_parts(screen()) == []
    words = screen([(60, 60, "one line at the top"), (600, 480, "and one at the bottom")])
    assert sum(part.area for part in inked_parts(words)) < 0.15 * words.shape[0] * words.shape[1]


@given(st.lists(st.integers(32, 6400), max_size=200))
def test_batches_take_every_line_once_and_stay_small(widths: list[int]) -> None:
    made = list(batches(widths))
    assert sorted(k for batch in made for k in batch) == list(range(len(widths)))
    for batch in made:
        widest, narrowest = max(widths[k] for k in batch), min(widths[k] for k in batch)
        assert len(batch) == 1 or len(batch) * widest <= 2000
        assert widest <= narrowest * 1.15 + 16


def test_odd_accents_stay_only_where_the_line_is_sure_of_one() -> None:
    assert "".join(plain_where_unsure("pārse", [0.99, 0.6, 0.99, 0.99, 0.99])) == "parse"
    assert "".join(plain_where_unsure("Kārlis", [0.99] * 6)) == "Kārlis"
    assert "".join(plain_where_unsure("žāvē", [0.99, 0.8, 0.99, 0.95])) == "žāvē"
    assert "".join(plain_where_unsure("naïve café", [0.4] * 10)) == "naïve café"


def test_boxes_grow_from_kernels_and_stay_inside() -> None:
    probable = np.zeros((64, 256), np.float32)
    probable[20:28, 10:200] = 0.9
    probable[50:51, 100:140] = 0.9  # too thin
    probable[40:50, 220:256] = 0.31  # not sure enough
    (box,) = boxes_of(probable, 256, 64)
    assert box.x < 10
    assert box.y < 16
    assert box.right > 200
    assert box.bottom > 32
    assert boxes_of(probable, 150, 30)[0].right == 150


class _Session:
    """Answers with one-hot steps: the columns of each line say which letters."""

    def __init__(self, steps: list[list[int]]) -> None:
        self._steps = steps
        self.shapes: list[tuple[int, ...]] = []

    def get_inputs(self) -> list[Any]:
        return [type("Input", (), {"name": "x"})()]

    def get_modelmeta(self) -> Any:
        return type("Meta", (), {"custom_metadata_map": {"character": "a\nb\nc"}})()

    def run(self, _: None, feed: dict[str, Any]) -> list[Any]:
        self.shapes.append(feed["x"].shape)
        count = feed["x"].shape[0]
        out = np.zeros((count, 8, 5), np.float32)
        for k in range(count):
            for t, letter in enumerate(self._steps.pop(0)):
                out[k, t, letter] = 0.8
        return [out]


def test_decoding_drops_repeats_and_blanks() -> None:
    session = _Session([[0] * 8, [1, 1, 0, 1, 4, 2, 2, 3]])  # the longest line is read first
    lines = [np.zeros((20, 60, 3), np.uint8), np.zeros((20, 400, 3), np.uint8)]
    read = Recogniser(session)(lines)
    assert read[0][0] == "aa bc"
    assert abs(read[0][1] - 0.8) < 1e-6
    assert read[1] == ("", 0.0)
    assert session.shapes == [(1, 3, 48, 960), (1, 3, 48, 144)]


def test_a_label_that_runs_upwards_is_turned() -> None:
    session = _Session([[1] * 8])
    Recogniser(session)([np.zeros((200, 20, 3), np.uint8)])
    assert session.shapes == [(1, 3, 48, 480)]


def boxes_around(image: Any, *spans: tuple[int, int], top: int = 30, bottom: int = 62) -> list[Box]:
    return [Box(left, top, right - left, bottom - top) for left, right in spans]


def test_words_of_one_line_are_joined_and_cells_are_not() -> None:
    line = screen([(40, 36, "$ git commit -q"), (300, 36, "cell one"), (420, 36, "cell two")], width=600, height=90)
    torn = boxes_around(line, (36, 62), (62, 152), (296, 372), (416, 492))
    joined = sorted(whole_lines(line, torn), key=lambda box: box.x)
    assert [(box.x, box.y) for box in joined] == [(36, 30), (296, 30), (416, 30)]
    assert joined[0].right >= 168, "a short word that the detector dropped is taken in"
    assert joined[0].right < 200


def test_a_border_between_keeps_tabs_apart() -> None:
    tabs = screen([(40, 36, "one"), (84, 36, "two")], width=200, height=90, boxes=[(77, 20, 79, 70, "#404040")])
    assert len(whole_lines(tabs, boxes_around(tabs, (36, 76), (81, 122)))) == 2


def test_a_figure_before_a_line_is_taken_in_and_an_icon_is_not() -> None:
    window = [(0, 0, 32, 90, "#404040")]
    line = screen([(35, 36, "1"), (50, 36, "failed")], width=300, height=90, boxes=window)
    assert whole_lines(line, boxes_around(line, (48, 100)))[0].x <= 36, "right behind the border of its window"
    icon = screen([(50, 36, "failed")], width=300, height=90, boxes=[*window, (34, 38, 46, 54, "black")])
    size = 12 / 0.6  # an icon of twelve columns beside letters of this height
    box = whole_lines(icon, boxes_around(icon, (48, 100), top=38, bottom=38 + round(size) - 2))[0]
    assert box.x == 48
    far = screen([(20, 36, "1"), (90, 36, "failed")], width=300, height=90)
    assert whole_lines(far, boxes_around(far, (88, 140)))[0].x == 88


@settings(max_examples=40)
@given(PLACES)
def test_joining_loses_no_box(places: list[tuple[int, int]]) -> None:
    image = screen([(x, y, "word") for x, y in places])
    found = [Box(x - 3, y - 3, 50, 30) for x, y in places if x >= 3 and y >= 3]
    for box in found:
        assert any(box.overlap(other) == box.area for other in whole_lines(image, found)) or box.bottom > 540


# ---------------------------------------------------------------- seams


def beside_each_other(left: str, right: str, seam: int = 300, down: tuple[int, int] = (0, 200)) -> Any:
    """Two windows, the right one from `seam` on, with a line of text in each that all but touches the seam."""
    picture = screen([(180, 88, "two memory cards")], width=640, height=200, size=16, ground=left)
    other = screen([(seam + 6, 88, "Type help for more")], width=640, height=200, size=16, ground=right, ink="#808080")
    picture[down[0] : down[1], seam:] = other[down[0] : down[1], seam:]
    return picture


@pytest.mark.parametrize(("left", "right"), [("#ffffff", "#1e1e2e"), ("#1e1e2e", "#ffffff"), ("#494949", "#222222")])
def test_a_line_is_cut_where_another_window_begins(left: str, right: str) -> None:
    gray = lightness(beside_each_other(left, right))
    pieces = cut_at_seams(gray, [Box(178, 84, 280, 28)])
    assert pieces == [Box(178, 84, 122, 28), Box(301, 84, 157, 28)]
    assert cut_at_seams(gray, [Box(310, 84, 140, 28)]) == [Box(310, 84, 140, 28)], "it lies in one of them"


def test_no_line_is_cut_at_a_margin_a_short_bar_or_an_icon() -> None:
    box = Box(178, 84, 280, 28)
    line = [(180, 88, "a line over the margin, long")]
    margin = screen(line, width=640, height=200, boxes=[(300, 0, 300, 200, "#c0c0c0")], size=16)
    assert cut_at_seams(lightness(margin), [box]) == [box]
    short = beside_each_other("#ffffff", "#1e1e2e", down=(80, 116))
    assert cut_at_seams(lightness(short), [box]) == [box], "a selected line, a button: no window"
    gray = lightness(beside_each_other("#ffffff", "#1e1e2e"))
    mark = Box(285, 84, 280, 28)
    assert cut_at_seams(gray, [mark]) == [mark], "what is left of the seam is a sign at most"
