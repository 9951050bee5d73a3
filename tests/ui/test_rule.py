"""Making a rule of a label, in the review."""

from __future__ import annotations

from dataclasses import replace

from escribano_tui.domain.cues import Rule
from escribano_tui.ui.screens.rule import RuleScreen
from tests.ui import fake_session
from tests.ui.conftest import reviewing, said, screen_text, settle, until
from tests.ui.fake_house import FakeHouse, Item


def second(world: FakeHouse) -> None:
    """Another recording with the same story."""
    world.put(Item(fake_session.recording("rec-2", "another [day].mp4")), draft=True)


async def test_a_rule_is_offered_with_what_it_would_change_and_kept_on_enter(world: FakeHouse) -> None:
    second(world)
    async with reviewing(world) as (pilot, screen):
        await pilot.press("l", "p")
        await settle(pilot)
        assert screen.review is not None
        assert screen.review.segments[0].activity == "planning"
        await pilot.press("home", "3", "home", "L")
        await until(pilot, lambda: isinstance(pilot.app.screen, RuleScreen))
        await settle(pilot)
        text = screen_text(pilot)
        app = world.items["rec-1"].draft.segments[0].apps[0]  # type: ignore[union-attr]
        assert f"Windows of {app} are terminal." in text
        assert "Would change" in text
        assert "in the library" in text
        assert "another [day].mp4" in text
        await pilot.press("end", "down", "down", "down", "enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert world.rules == [Rule("terminal", program=app)]
        assert "holds from the next run on" in said(pilot)


async def test_escape_keeps_nothing_and_a_second_time_is_refused(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("L")
        await until(pilot, lambda: isinstance(pilot.app.screen, RuleScreen))
        await settle(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert world.rules == []
        for _ in range(2):
            await pilot.press("L")
            await until(pilot, lambda: isinstance(pilot.app.screen, RuleScreen))
            await settle(pilot)
            await pilot.press("enter")
            await settle(pilot)
        assert len(world.rules) == 1
        assert "This rule holds already." in said(pilot)


async def test_where_nothing_was_told_there_is_nothing_to_make_a_rule_of(world: FakeHouse) -> None:
    item = world.items["rec-1"]
    item.evidence = replace(item.evidence, descriptions=())
    async with reviewing(world) as (pilot, screen):
        await pilot.press("L")
        await until(pilot, lambda: "nothing to make a rule of" in said(pilot))
        await until(pilot, lambda: pilot.app.screen is screen)
