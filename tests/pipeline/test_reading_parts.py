"""The parts of incremental reading: prints of lines, memory, places, scrolling, edges, regions."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escribano_tui.domain.evidence import Box, ScreenLine
from escribano_tui.pipeline.reading.edges import Edges, loaded
from escribano_tui.pipeline.reading.memory import Known, LineMemory, keys_like, merged, packed, unpacked
from escribano_tui.pipeline.reading.pixels import by_tile, changed, count, grayed, joined, regions, steady, sums
from escribano_tui.pipeline.reading.places import Places
from escribano_tui.pipeline.reading.prints import Print, difference, print_of, stands
from escribano_tui.pipeline.reading.scrolling import scrolled_by
from tests.pictures import noisy, screen

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:;(){}[]/'\""
TEXTS = st.text(LETTERS + " ", min_size=3, max_size=30).map(lambda t: "x" + t.strip() + "x")
BOX = Box(20, 12, 500, 34)


def drawn(text: str, left: int = 30, top: int = 18, size: int = 16, ground: str = "white", ink: str = "#202020") -> Any:
    return screen([(left, top, text)], width=540, height=60, size=size, ground=ground, ink=ink)


def looks(image: Any, box: Box = BOX) -> Print:
    made = print_of(grayed(image), box)
    assert made is not None
    return made


# ---------------------------------------------------------------- prints


@settings(max_examples=60)
@given(TEXTS, st.integers(0, 1000), st.sampled_from([("white", "#202020"), ("#1e1e2e", "#cdd6f4"), ("#fdf6e3", "#93a1a1")]))
def test_a_line_is_known_again_through_noise_and_where_it_moved(text: str, seed: int, colours: tuple[str, str]) -> None:
    ground, ink = colours
    first = looks(noisy(drawn(text, ground=ground, ink=ink), seed=seed))
    moved = looks(noisy(drawn(text, 33, 20, ground=ground, ink=ink), seed=seed + 1))
    assert difference(first, moved) < 1.0


@settings(max_examples=150)
@given(TEXTS, st.data())
def test_one_other_letter_makes_another_line(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(text) - 2))
    other = data.draw(st.sampled_from([c for c in LETTERS if c != text[at]]))
    changed_text = text[:at] + other + text[at + 1 :]
    one, two = drawn(text), drawn(changed_text)
    strokes = np.abs(grayed(one).astype(int) - grayed(two).astype(int)) > 60
    assert strokes.sum() < 2 or difference(looks(one), looks(two)) == float("inf")


@pytest.mark.parametrize("size", [9, 11, 13, 15])
def test_not_even_a_comma_is_taken_for_a_full_stop(size: int) -> None:
    """Letters that differ least, as small as they are read."""
    for alike in ("Il1i!|", "O0QCG", ".,:;'", "-=_~+", "ceo", "hnb", "ft", "uv", "5S6", "8B3"):
        prints = [looks(drawn(f"xa{letter}ax", size=size)) for letter in alike]
        for k, one in enumerate(prints):
            for other in prints[:k]:
                assert difference(one, other) == float("inf"), alike


def test_ground_has_no_print() -> None:
    assert print_of(grayed(screen(width=100, height=40)), Box(0, 0, 100, 40)) is None
    assert print_of(grayed(screen(width=100, height=40)), Box(200, 0, 10, 10)) is None


def test_a_line_stands_only_where_nothing_was_added_to_it() -> None:
    known = looks(drawn("git commit"))
    assert stands(known, grayed(noisy(drawn("git commit")))) < 1.0
    assert stands(known, grayed(drawn("git commit -m"))) == float("inf")
    assert stands(known, grayed(drawn("git commit", 90))) == float("inf")
    assert stands(known, grayed(drawn("git commit"))[:25]) == float("inf")


# ---------------------------------------------------------------- memory and places


def known(text: str, **more: Any) -> Known:
    return Known(looks(drawn(text, **more)), BOX, text, 0.9)


def test_memory_tells_like_lines_apart() -> None:
    memory = LineMemory()
    words = ["10:12", "10:13", "1 failed, 4 passed", "1 failed, 5 passed", "station_code", "station_node"]
    for word in words:
        memory.add(known(word))
    for word in words:
        found = memory.find(looks(noisy(drawn(word, 40, 15))))
        assert found is not None
        assert found.text == word
    assert memory.find(looks(drawn("10:14"))) is None


@settings(max_examples=25)
@given(st.lists(TEXTS, max_size=4, unique=True))
def test_what_is_packed_comes_back(texts: list[str]) -> None:
    entries = [known(text) for text in texts]
    back = list(unpacked(packed(entries)))
    assert [(k.text, k.box, k.print.size, k.print.contrast, k.print.x, k.print.y) for k in back] == [
        (k.text, k.box, k.print.size, k.print.contrast, k.print.x, k.print.y) for k in entries
    ]
    for one, other in zip(back, entries, strict=True):
        assert (one.print.levels == other.print.levels).all()
        assert abs(one.confidence - other.confidence) < 1e-4


def test_what_is_not_packed_is_refused() -> None:
    for value in (b"", b"no", packed([known("abc")])[:-9]):
        with pytest.raises(ValueError):
            list(unpacked(value))


def test_lines_are_merged_for_other_recordings_once_each() -> None:
    kept = merged([known("abc"), known("abd")], {})
    assert merged([known("abc")], kept) == {}
    more = merged([known("wider text")], kept)
    assert len(more) == 1
    assert next(iter(kept)) in keys_like([looks(drawn("abc"))])


def test_places_find_a_window_that_came_back() -> None:
    places = Places()
    image = screen([(30, 20 + 40 * k, f"line number {k} of a window") for k in range(8)], width=540, height=360)
    gray = grayed(image)
    boxes = [Box(20, 14 + 40 * k, 400, 34) for k in range(8)]
    for k, box in enumerate(boxes):
        made = print_of(gray, box)
        assert made is not None
        places.add(Known(made, box, f"line {k}", 0.9))
    tiles = np.ones((23, 34), np.uint8)
    again = grayed(noisy(image))
    again[300:] = 255
    assert sorted(found.text for found in places.standing(again, tiles)) == [f"line {k}" for k in range(7)]
    tiles[:8] = 0
    assert sorted(found.text for found in places.standing(again, tiles)) == [f"line {k}" for k in range(3, 7)]
    assert places.standing(np.full_like(gray, 255), tiles) == []


# ---------------------------------------------------------------- scrolling


@pytest.mark.parametrize("shift", [-180, -31, -7, 5, 64, 200])
def test_the_shift_of_a_scrolled_part_is_found(shift: int) -> None:
    rng = random.Random(4)
    rows = [" ".join(rng.choices(["tide", "gauge", "level", "import"], k=rng.randint(0, 5))) for _ in range(60)]
    page = screen([(30, 20 * k, row) for k, row in enumerate(rows)], width=500, height=1000)
    before, now = grayed(noisy(page[300:700].copy())), grayed(noisy(page[300 - shift : 700 - shift].copy(), seed=2))
    assert scrolled_by(before, now, Box(0, 0, 500, 400)) == shift


def test_another_page_is_no_scrolling() -> None:
    one = screen([(30, 20 * k, "abc def " * (k % 4)) for k in range(20)], width=500, height=400)
    two = screen([(60, 10 + 27 * k, "0123 " * (k % 5)) for k in range(14)], width=500, height=400)
    assert scrolled_by(grayed(one), grayed(two), Box(0, 0, 500, 400)) == 0
    assert scrolled_by(grayed(one), grayed(screen(width=500, height=400)), Box(0, 0, 500, 400)) == 0


# ---------------------------------------------------------------- regions


def test_noise_is_no_change_and_a_letter_is() -> None:
    image = drawn("station label")
    assert by_tile(changed(grayed(noisy(image, seed=1)), grayed(noisy(image, seed=2)))).sum() == 0
    pale = {"ground": "#fdf6e3", "ink": "#93a1a1"}
    assert by_tile(changed(grayed(drawn("abc", **pale)), grayed(drawn("abd", **pale)))).sum() > 0


@given(
    st.lists(st.builds(Box, st.integers(0, 400), st.integers(0, 300), st.integers(1, 200), st.integers(1, 150)), max_size=12)
)
def test_joined_boxes_hold_all_and_do_not_overlap(boxes: list[Box]) -> None:
    apart = joined(boxes)
    for k, one in enumerate(apart):
        assert not any(one.overlap(other) for other in apart[k + 1 :])
    for box in boxes:
        assert any(box.overlap(one) == box.area for one in apart)


@given(st.lists(st.tuples(st.integers(0, 29), st.integers(0, 39)), max_size=15))
def test_regions_cover_every_tile_with_a_margin(tiles: list[tuple[int, int]]) -> None:
    mask = np.zeros((30, 40), np.uint8)
    for row, column in tiles:
        mask[row, column] = 1
    found = regions(mask, 633, 471)
    for row, column in tiles:
        left, top = max(0, column * 16 - 16), max(0, row * 16 - 16)
        tile = Box(left, top, min(633, column * 16 + 32) - left, min(471, row * 16 + 32) - top)
        assert any(tile.overlap(part) == tile.area for part in found)


@given(st.builds(Box, st.integers(-50, 150), st.integers(-50, 150), st.integers(0, 200), st.integers(0, 200)))
def test_counts_are_those_of_the_box(box: Box) -> None:
    mask = (np.random.default_rng(3).random((90, 110)) > 0.8).astype(np.uint8)
    inside = mask[max(0, box.y) : max(0, box.bottom), max(0, box.x) : max(0, box.right)]
    assert count(sums(mask), box) == int(inside.sum())


# ---------------------------------------------------------------- edges


def line(name: str, y: int, text: str = "something") -> ScreenLine:
    return ScreenLine(name, text, Box(20, y, 100, 20), 0.0, 1.0)


def test_a_strip_that_outlives_switches_is_chrome_and_a_title_is_not() -> None:
    edges = Edges(1920, 1080)
    for k in range(4):
        before = [line("panel", 1050), line(f"title{k}", 4), line("content", 500)]
        now = [line("panel", 1050), line(f"title{k + 1}", 4), line("content", 500)]
        assert [p.region for p in edges.placed(before)] == ["chrome" if k >= 2 else "content", "content", "content"]
        edges = edges.after(before, now, 0.8)
        edges = edges.after(now, now, 0.01)
    assert loaded(edges.dumped()) == edges


def test_a_clock_needs_fewer_switches() -> None:
    edges = Edges(1920, 1080).after([line("c", 1050, "Tue 14 Apr 09:42"), line("m", 1050)], [line("m", 1050)], 0.9)
    assert [p.region for p in edges.placed([line("c2", 1050, "09:43")])] == ["chrome"]
    plain = Edges(1920, 1080).after([line("a", 1050), line("m", 1050)], [line("m", 1050)], 0.9)
    assert [p.region for p in plain.placed([line("b", 1050)])] == ["content"]


@given(st.lists(st.tuples(st.integers(0, 1800), st.integers(0, 1000), st.integers(1, 400), st.integers(1, 200)), max_size=8))
def test_steady_parts_hold_all_that_was_to_be_searched_once(made: list[tuple[int, int, int, int]]) -> None:
    boxes = [Box(x, y, min(w, 1920 - x), min(h, 1080 - y)) for x, y, w, h in made]
    parts = steady(boxes, 1920, 1080)
    for box in boxes:
        assert sum(box.overlap(part) for part in parts) == box.area
    for part in parts:
        assert (part.x % 80, part.y % 80) == (0, 0)
        assert part.right % 80 == 0 or part.right == 1920
        assert part.bottom % 80 == 0 or part.bottom == 1080
