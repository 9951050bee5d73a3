"""The search screen: as one types, by keyboard alone, at every size."""

from __future__ import annotations

from typing import cast

import pytest
from textual.pilot import Pilot

from escribano_tui.config.commands import commands_of
from escribano_tui.domain.session import Found
from escribano_tui.ui.app import EscribanoApp
from escribano_tui.ui.screens.help import HelpScreen
from escribano_tui.ui.screens.library import LibraryScreen
from escribano_tui.ui.screens.review import ReviewScreen
from escribano_tui.ui.screens.search import SearchScreen
from escribano_tui.ui.screens.summary import SummaryScreen
from tests.ui import fake_session
from tests.ui.conftest import lines_of, opened, screen_text, settle, until
from tests.ui.fake_house import FakeHouse, Item
from tests.ui.fake_shelf import FakeSearch


def search(pilot: Pilot[None]) -> SearchScreen:
    return cast(SearchScreen, pilot.app.screen)


async def typed(pilot: Pilot[None], text: str) -> None:
    await pilot.press("f")
    await until(pilot, lambda: isinstance(pilot.app.screen, SearchScreen), "the search")
    search(pilot).query_one("#query").value = text  # type: ignore[attr-defined]
    await until(pilot, lambda: search(pilot).looked_for == text, "the answer")
    await settle(pilot)


def test_every_command_does_something() -> None:
    for command in commands_of("search"):
        assert callable(getattr(SearchScreen, "do_" + command.name.replace("-", "_"), None)), command.id


async def test_typing_finds_and_enter_looks_at_the_moment_and_escape_comes_back(world: FakeHouse) -> None:
    async with opened(world) as pilot:
        cast(EscribanoApp, pilot.app).places.set_flag("review-guide", True)
        await pilot.press("f")
        await until(pilot, lambda: isinstance(pilot.app.screen, SearchScreen), "the search")
        await pilot.press(*"tzinfo")
        await until(pilot, lambda: "timezone.utc" in screen_text(pilot), "the hit")
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen) and pilot.app.screen.review is not None)
        review = cast(ReviewScreen, pilot.app.screen).review
        assert review is not None
        assert review.index == 4
        await settle(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, SearchScreen), "the search again")
        assert "timezone.utc" in screen_text(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, LibraryScreen), "the library")
        await pilot.press("f")
        await until(
            pilot, lambda: isinstance(pilot.app.screen, SearchScreen) and "timezone.utc" in screen_text(pilot), "the last"
        )


async def test_letters_and_digits_are_typed_and_never_commands(world: FakeHouse) -> None:
    async with opened(world) as pilot:
        await pilot.press("f", *"quit1", "space", "question_mark")
        await settle(pilot)
        assert search(pilot).query_one("#query").value == "quit1 ?"  # type: ignore[attr-defined]
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen), "the help")


async def test_moving_passes_over_headings_and_tab_goes_by_recording(world: FakeHouse) -> None:
    other = world.put(Item(fake_session.recording("rec-2", "other.mov")), draft=True)
    other.evidence = world.items["rec-1"].evidence
    async with opened(world) as pilot:
        await typed(pilot, "test")
        screen = search(pilot)
        assert screen.row is not None
        assert screen.row.hit is not None
        seen = set()
        for _ in range(len(screen.rows) + 3):
            assert screen.row.hit is not None, "the cursor is never on a heading"
            seen.add((screen.row.group.recording_id, screen.row.hit))
            await pilot.press("down")
        assert len(seen) == len(screen.found.hits)
        await pilot.press("shift+tab", "shift+tab")
        await pilot.pause()
        assert screen.row.hit == screen.found.groups[0].hits[0]
        await pilot.press("tab")
        await pilot.pause()
        assert screen.row.hit == screen.found.groups[1].hits[0]
        await pilot.press("up", "pageup", "pagedown", "f5")
        await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen), "the summary")


async def test_what_cannot_be_searched_for_is_explained(world: FakeHouse) -> None:
    async with opened(world, (80, 24)) as pilot:
        await typed(pilot, "activity:sleep")
        assert "There is no activity “sleep”" in screen_text(pilot)
        assert "Nothing found" in screen_text(pilot)
        await pilot.press("ctrl+u")
        await settle(pilot)
        assert "Type what you remember" in screen_text(pilot)
        assert "subject:" in screen_text(pilot)
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, SearchScreen)


async def test_it_goes_on_while_sessions_are_taken_in(world: FakeHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    left = [2, 1, 0]
    find = FakeSearch.find

    def slowly(self: FakeSearch, text: str, limit: int = 60, a_recording: int = 12, patience_s: float = 0.05) -> Found:
        found = find(self, text, limit, a_recording, patience_s)
        return Found(found.groups if not left[0] else (), (), left.pop(0) if len(left) > 1 else 0)

    monkeypatch.setattr(FakeSearch, "find", slowly)
    async with opened(world) as pilot:
        await typed(pilot, "tzinfo")
        await until(pilot, lambda: left == [0] and "timezone.utc" in screen_text(pilot), "all of it")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (30, 10)])
async def test_every_line_fits_and_the_words_are_marked(world: FakeHouse, size: tuple[int, int]) -> None:
    async with opened(world, size) as pilot:
        await typed(pilot, "test")
        assert all(len(line) == size[0] for line in lines_of(pilot))
        accent = search(pilot).palette.color("accent")
        strips = pilot.app.screen._compositor.render_strips()
        marked = [s.text for strip in strips for s in strip if s.style and s.style.underline and s.style.color]
        assert "test" in {m.casefold() for m in marked}, accent
