"""The film strip: which frames stand in it, how it follows the cursor, and what it is without room or without files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.config.graphics import find_graphics
from escribano_tui.ui.app import EscribanoApp
from escribano_tui.ui.widgets.filmstrip import LEAST_WIDTH, MOST, FilmStrip, picked, room_in
from tests.ui.conftest import reviewing, screen_text, settle, until
from tests.ui.fake_house import FakeHouse


@pytest.mark.parametrize("width", [12, 30, 48, 95, 190])
@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (0, 0)])
def test_a_film_strip_fits_its_room(width: int, size: tuple[int, int]) -> None:
    room = room_in(width, size)
    assert 1 <= room.count <= MOST
    assert room.count * (room.columns + 1) - 1 <= width
    assert room.count == 1 or room.columns >= LEAST_WIDTH


@given(st.integers(1, 400), st.data())
def test_frames_of_a_strip_stand_in_order_and_the_one_at_the_cursor_is_there(count: int, draw: st.DataObject) -> None:
    at, most = draw.draw(st.integers(0, count - 1)), draw.draw(st.integers(1, 8))
    places = picked(count, at, most)
    assert at in places
    assert places == sorted(set(places))
    assert len(places) == min(count, most)


async def test_the_strip_shows_the_segment_and_follows_the_cursor_and_the_mouse(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        assert screen.review is not None
        await pilot.press("j", "j")
        strip = screen.query_one(FilmStrip)

        def times() -> str:
            return strip.render_line(strip.size.height - 1).text

        await until(pilot, lambda: "▲ 1:08 1/3" in times(), "the strip")
        await settle(pilot)
        assert [t in times() for t in ("1:16", "1:27")] == [True, True]
        assert any("▀" in strip.render_line(y).text or "▌" in strip.render_line(y).text for y in range(3)), "pictures"
        await pilot.press("right_parenthesis")
        assert "▲ 1:16 2/3" in times()
        assert screen.review.cursor_ms == 74_950, "where that picture begins"
        await pilot.click(strip, offset=(strip.size.width // 2 + 12, 1))
        await settle(pilot)
        assert "▲ 1:27 3/3" in times()
        assert screen.review.index == 2
        await pilot.press("left_parenthesis")
        assert "▲ 1:16 2/3" in times()


async def test_a_strip_without_room_is_marks_and_without_files_says_so(world: FakeHouse) -> None:
    for picture in (world.folder / "thumbnails").iterdir():
        picture.unlink()
    async with reviewing(world) as (pilot, screen):
        strip = screen.query_one(FilmStrip)
        await until(pilot, lambda: "no picture" in strip.render_line(1).text, "words in place of a picture")
        assert "No picture is kept of this moment." in screen_text(pilot)
        strip.styles.height = 1
        await until(pilot, lambda: strip.size.height == 1, "one line")
        assert "▣ ▪ ▪ 1 of 3" in strip.render_line(0).text


async def test_a_small_terminal_shows_marks_and_a_large_one_pictures_again(world: FakeHouse) -> None:
    async with reviewing(world, (80, 24)) as (pilot, screen):
        await until(pilot, lambda: "▣ ▪ ▪ 1 of 3, 0:01" in screen_text(pilot), "marks")
        assert not screen.query_one("#picture").display
        for size in ((10, 3), (120, 40)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
        await until(pilot, lambda: "▲ 0:01 1/3" in screen_text(pilot), "the strip")
        assert screen.query_one("#picture").display


async def test_who_is_read_to_gets_words_instead_of_pictures(world: FakeHouse) -> None:
    app = EscribanoApp(world.house(), graphics=find_graphics({"ESCRIBANO_PICTURES": "words"}))
    app.places.set_flag("review-guide", True)
    async with app.run_test(size=(120, 40)) as pilot:
        app.go_review("rec-1")
        await until(pilot, lambda: "picture 1 of 3, taken at 0:01" in screen_text(pilot), "words")
        await settle(pilot)
        assert not set("▀▌▛▖") & set(screen_text(pilot)), "nothing that can only be looked at"
        assert "Sprint 12 board" in screen_text(pilot)
