"""The roll-up: days, weeks and months by keyboard, threads corrected, several recordings told together."""

from __future__ import annotations

from datetime import date
from typing import cast

import pytest
from textual.pilot import Pilot

from escribano_tui.config.commands import commands_of
from escribano_tui.domain.threads import Join, Name
from escribano_tui.ui.citations import named_citations, named_links, named_moment
from escribano_tui.ui.rollup_spans import in_words, range_of
from escribano_tui.ui.screens.ask import AskScreen
from escribano_tui.ui.screens.pick import PickScreen
from escribano_tui.ui.screens.review import ReviewScreen
from escribano_tui.ui.screens.rollup import RollUpScreen
from escribano_tui.ui.screens.search import SearchScreen
from escribano_tui.ui.screens.told import ToldScreen
from escribano_tui.ui.widgets.rows import Rows
from tests.ui.conftest import lines_of, opened, said, screen_text, settle, until
from tests.ui.fake_house import FakeHouse


def screen_of(pilot: Pilot[None]) -> RollUpScreen:
    return cast(RollUpScreen, pilot.app.screen)


async def shown(pilot: Pilot[None]) -> RollUpScreen:
    await pilot.press("c")
    await until(pilot, lambda: isinstance(pilot.app.screen, RollUpScreen) and screen_of(pilot).rolled, "the roll-up")
    await settle(pilot)
    return screen_of(pilot)


@pytest.mark.parametrize("screen", [RollUpScreen, ToldScreen])
def test_every_command_does_something(screen: type[RollUpScreen] | type[ToldScreen]) -> None:
    for command in commands_of(screen.where):
        assert callable(getattr(screen, "do_" + command.name.replace("-", "_"), None)), command.id


async def test_a_week_a_day_a_month_and_back(world: FakeHouse) -> None:
    async with opened(world) as pilot:
        screen = await shown(pilot)
        text = screen_text(pilot)
        assert "16 – 22 Nov 2026" in text
        assert "5:15 at work" in text
        assert "0:46 idle" in text
        assert "Fri 20 Nov" in text
        assert "coding" in text
        await pilot.press("left")
        await settle(pilot)
        assert "nothing recorded" in screen_text(pilot)
        assert "The first after these days" in screen_text(pilot)
        assert "Fri 20 Nov 2026" in screen_text(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert "5:15 at work" in screen_text(pilot), "where something was recorded"
        await pilot.press("t", "d")
        await settle(pilot)
        assert "Fri 20 November 2026" in screen_text(pilot)
        await pilot.press("m")
        await settle(pilot)
        assert "November 2026" in screen_text(pilot)
        assert screen.rolled is not None
        assert len(screen.rolled.days) == 30
        assert "20█" in screen_text(pilot)
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.press("ctrl+u", *"soon", "enter")
        assert "A range is written as" in screen_text(pilot)
        await pilot.press("ctrl+u", *"2026-11-19 2026-11-21", "enter")
        await settle(pilot)
        assert "19 – 21 Nov 2026" in screen_text(pilot)
        await pilot.press("right")
        await settle(pilot)
        assert (screen.first, screen.end) == (date(2026, 11, 22), date(2026, 11, 25))


async def test_enter_searches_or_opens(world: FakeHouse) -> None:
    async with opened(world) as pilot:
        screen = await shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, SearchScreen), "the search")
        assert "activity:coding after:2026-11-16 before:2026-11-23" in screen_text(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        await pilot.press("tab", "tab", "tab", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen), "the recording")


async def test_threads_are_named_joined_and_taken_back(world: FakeHouse) -> None:
    house = world.house()
    world.house = lambda: house  # type: ignore[method-assign]
    done = cast("list[object]", house.rollups.done)  # type: ignore[attr-defined]
    async with opened(world) as pilot:
        screen = await shown(pilot)
        await pilot.press("b")
        assert "Stand on a subject first" in said(pilot)
        await pilot.press("tab")
        assert screen.row is not None
        assert screen.row.kind == "thread"
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen), "the name")
        await pilot.press("ctrl+u", *"Zebra", "enter")
        await until(pilot, lambda: done, "the correction")
        await settle(pilot)
        assert isinstance(done[0], Name)
        assert "Zebra" in screen_text(pilot)
        await pilot.press("b")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen), "the others")
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: len(done) == 2, "the join")
        assert isinstance(done[1], Join)
        await settle(pilot)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen), "which one")
        await pilot.press("escape", "u", "u", "u")
        await until(pilot, lambda: not done and "There is no correction" in said(pilot), "nothing more to undo")
        await pilot.press("U")
        await until(pilot, lambda: len(done) == 1)


async def test_these_days_are_told_and_a_moment_is_looked_at(world: FakeHouse) -> None:
    async with opened(world) as pilot:
        await shown(pilot)
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, ToldScreen) and "standup" in screen_text(pilot), "the text")
        await settle(pilot)
        await pilot.press("f")
        await settle(pilot)
        assert "card" in screen_text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen), "the moments")
        await settle(pilot)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen), "the review")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (30, 10)])
async def test_every_line_fits(world: FakeHouse, size: tuple[int, int]) -> None:
    async with opened(world, size) as pilot:
        screen = await shown(pilot)
        for period in "dwm":
            await pilot.press(period)
            await settle(pilot)
            rows, before = screen.query_one("#rows", Rows), -1
            while rows.cursor != before:
                before = rows.cursor
                assert all(len(line) == size[0] for line in lines_of(pilot))
                await pilot.press("pagedown")


def test_ranges_in_words() -> None:
    today = date(2026, 11, 20)
    assert range_of("2026-11-01 to 2026-11-03", today) == (date(2026, 11, 1), date(2026, 11, 4))
    assert range_of("2026-10", today) == (date(2026, 10, 1), date(2026, 11, 1))
    for bad in ("", "soon", "2026-11-03 2026-11-01", "a b c"):
        assert range_of(bad, today) is None
    assert in_words(date(2026, 10, 1), date(2026, 11, 1)) == "October 2026"
    assert in_words(date(2025, 12, 29), date(2026, 1, 5)) == "29 Dec 2025 – 4 Jan 2026"


def test_citations_that_name_their_recording() -> None:
    text = "- Did it [stand-up (2) 0:26, 1:02:18; demo 0:05.5]; more [demo 0:10]. Not [this] nor [0:26]."
    names = {"stand-up (2)": "r1", "demo": "r2"}
    assert [(c.recording_id, c.t_s) for c in named_citations(text, names)] == [
        ("r1", 26),
        ("r1", 3738),
        ("r2", 5.5),
        ("r2", 10),
    ]
    linked = named_links(text, names)
    assert "stand-up (2) [0:26](#t=26.0@r1), [1:02:18](#t=3738.0@r1); demo [0:05.5](#t=5.5@r2)" in linked
    assert named_moment("#t=5.5@r2") == ("r2", 5.5)
    assert named_moment("#t=5.5") is None
