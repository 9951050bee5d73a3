"""The summary: formats, writing again, citations, versions, files."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from escribano_tui.ui.screens.pick import PickScreen
from escribano_tui.ui.screens.review import ReviewScreen
from escribano_tui.ui.screens.summary import SummaryScreen
from tests.ui.conftest import opened, reviewing, said, screen_text, settle, until
from tests.ui.fake_house import FakeHouse


async def shown(pilot: Pilot[None]) -> SummaryScreen:
    await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen) and pilot.app.screen.summary, "the summary")
    await settle(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, SummaryScreen)
    return screen


async def test_it_is_written_when_it_is_first_looked_at(world: FakeHouse) -> None:
    async with opened(world) as pilot:
        await pilot.press("w")
        await shown(pilot)
        text = screen_text(pilot)
        for part in ("Session card, 20 November 2026", "Station labels and times", "quotes the evidence", "revision 0"):
            assert part in text


async def test_it_says_when_it_is_stale_and_is_written_again(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, _):
        await pilot.press("w")
        await shown(pilot)
        await pilot.press("escape", "8")
        await settle(pilot)
        await pilot.press("w")
        await until(pilot, lambda: "Written before your last corrections" in screen_text(pilot), "the line")
        assert "Meeting: Sprint 12 board" not in screen_text(pilot)
        await pilot.press("r")
        await until(pilot, lambda: "Meeting: Sprint 12 board" in screen_text(pilot), "the new label")
        await settle(pilot)
        assert "Written before" not in screen_text(pilot)
        await pilot.press("d")
        await until(pilot, lambda: "From revision 0 to 1" in screen_text(pilot), "what changed")
        await settle(pilot)
        assert "+ - Meeting: Sprint 12 board" in screen_text(pilot)
        assert "- - Planning: Sprint 12 board" in screen_text(pilot)


async def test_formats_go_round_and_the_last_is_remembered(world: FakeHouse) -> None:
    async with opened(world) as pilot:
        await pilot.press("w")
        screen = await shown(pilot)
        await pilot.press("f")
        await until(pilot, lambda: "Session standup" in screen_text(pilot), "the next format")
        await settle(pilot)
        assert screen.house_app.places.flag("summary-format") == "standup"


async def test_a_citation_leads_to_its_moment(world: FakeHouse) -> None:
    async with opened(world) as pilot:
        await pilot.press("w")
        await shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        await settle(pilot)
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen) and pilot.app.screen.review is not None)
        screen = pilot.app.screen
        assert isinstance(screen, ReviewScreen)
        assert screen.review is not None
        assert screen.review.cursor_ms == 67_000


async def test_a_click_on_a_citation_leads_there_too(world: FakeHouse) -> None:
    from textual.widgets import Markdown

    async with opened(world) as pilot:
        await pilot.press("w")
        screen = await shown(pilot)
        screen.post_message(Markdown.LinkClicked(screen.query_one(Markdown), "#t=67.0"))
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen))


async def test_versions_are_kept_and_shown(world: FakeHouse) -> None:
    async with opened(world) as pilot:
        await pilot.press("w")
        await shown(pilot)
        await pilot.press("r")
        await settle(pilot)
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        await settle(pilot)
        await pilot.press("down", "enter")
        await until(pilot, lambda: "An earlier version" in screen_text(pilot), "the earlier version")


async def test_copy_goes_to_the_clipboard(world: FakeHouse) -> None:
    async with opened(world) as pilot:
        await pilot.press("w")
        screen = await shown(pilot)
        await pilot.press("y")
        await pilot.pause()
        assert screen.summary is not None
        assert pilot.app.clipboard == screen.text
        assert "OSC 52" in said(pilot)


async def test_export_writes_a_file_and_asks_before_writing_over(
    world: FakeHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(world) as pilot:
        await pilot.press("w")
        await shown(pilot)
        for expected in ("Write json to", "Write over dev-session.json?"):
            await pilot.press("x")
            await until(pilot, lambda: "Export the session as" in screen_text(pilot))
            await settle(pilot)
            await pilot.press("enter")
            await until(pilot, lambda: "Write json to" in screen_text(pilot), "the path")
            await settle(pilot)
            await pilot.press("enter")
            if "over" in expected:
                await until(pilot, lambda: "Write over" in screen_text(pilot), "the question")
                await pilot.press("y")
            await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen))
            await settle(pilot)
    assert (tmp_path / "dev-session.json").read_text() == "json of rec-1\n"
