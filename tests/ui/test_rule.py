"""Making a rule of a label, in the review."""

from __future__ import annotations

from dataclasses import replace

from escribano_tui.domain.cues import Rule
from escribano_tui.ui.screens.ask import AskScreen
from escribano_tui.ui.screens.confirm import ConfirmScreen
from escribano_tui.ui.screens.pick import PickScreen
from escribano_tui.ui.screens.rule import RuleScreen
from escribano_tui.ui.screens.rules import RuleForm, RulesScreen
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


async def test_the_rule_of_a_label_is_offered_where_it_was_just_given(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("home", "3")
        await settle(pilot)
        assert screen.review is not None
        assert screen.review.index == 1, "it goes on to the next"
        assert "L makes a rule of this label" in said(pilot)
        await pilot.press("L")
        await until(pilot, lambda: isinstance(pilot.app.screen, RuleScreen))
        await settle(pilot)
        assert "Make a rule of this label: terminal, of 0:00" in screen_text(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        await pilot.press("j", "k", "L")
        await until(pilot, lambda: isinstance(pilot.app.screen, RuleScreen))
        await settle(pilot)
        assert f"label: {screen.review.segment.activity}, of " in screen_text(pilot), "of the one that we went to"
        assert screen.review.segment.activity != "terminal"


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


async def test_a_window_of_which_nothing_was_told_is_known_by_its_look(world: FakeHouse) -> None:
    item = world.items["rec-1"]
    pictured = tuple(replace(f, phash=0x0F0F_3C3C_55AA_9966 ^ (0xFFFF_FFFF << (f.t_s > 30))) for f in item.evidence.frames)
    untold = tuple(replace(d, apps=(), site="", document="", page="") for d in item.evidence.descriptions)
    item.evidence = replace(item.evidence, frames=pictured, descriptions=untold)
    async with reviewing(world) as (pilot, screen):
        await pilot.press("home", "3", "home", "L")
        await until(pilot, lambda: isinstance(pilot.app.screen, RuleScreen))
        await settle(pilot)
        assert "Windows that look like" in screen_text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        [rule] = world.rules
        assert rule.likeness
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(pilot.app.screen, RulesScreen))
        await settle(pilot)
        assert f"Windows that look like {rule.seen[:20]}" in screen_text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RuleForm))
        await settle(pilot)
        await pilot.press("j", "j", "j", "j", "enter", "s")
        await settle(pilot)
        assert "must name a program, a site or a title, or go by a picture" in said(pilot)
        await pilot.press("enter", "s")
        await until(pilot, lambda: isinstance(pilot.app.screen, RulesScreen))
        assert world.rules == [rule], "taken out and put back"


async def test_where_nothing_was_told_there_is_nothing_to_make_a_rule_of(world: FakeHouse) -> None:
    item = world.items["rec-1"]
    item.evidence = replace(item.evidence, descriptions=())
    async with reviewing(world) as (pilot, screen):
        await pilot.press("L")
        await until(pilot, lambda: "nothing to make a rule of" in said(pilot))
        await until(pilot, lambda: pilot.app.screen is screen)


async def test_rules_are_listed_changed_and_taken_out(world: FakeHouse) -> None:
    world.rules += [Rule("planning", program="Geany"), Rule("data", site="docs.example")]
    async with reviewing(world) as (pilot, screen):
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(pilot.app.screen, RulesScreen))
        await settle(pilot)
        assert "Windows of Geany are planning." in screen_text(pilot)
        await pilot.press("j", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RuleForm))
        await settle(pilot)
        assert "Would change" in screen_text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        await pilot.press(*["up"] * 20, "down", "enter", "j", "j", "j", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.press(*"Date [", "enter")
        await settle(pilot)
        assert "titled “Date [”" in screen_text(pilot)
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, RulesScreen))
        await settle(pilot)
        assert world.rules == [Rule("planning", program="Geany"), Rule("coding", site="docs.example", title="Date [")]
        assert "Changed: " in said(pilot)
        await pilot.press("k", "delete")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: len(world.rules) == 1)
        await settle(pilot)
        assert world.rules[0].site == "docs.example"
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)


async def test_a_rule_that_says_nothing_is_not_kept_and_one_changed_elsewhere_is_told_of(world: FakeHouse) -> None:
    world.rules.append(Rule("planning", program="Geany"))
    async with reviewing(world) as (pilot, _):
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(pilot.app.screen, RulesScreen))
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RuleForm))
        await pilot.press("j", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.press(*["backspace"] * 5, "enter", "s")
        await settle(pilot)
        assert isinstance(pilot.app.screen, RuleForm)
        assert "must name a program, a site or a title" in said(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, RulesScreen))
        world.rules[0] = Rule("idle", program="Geany")
        await pilot.press("delete", "y")
        await until(pilot, lambda: "another one by now" in said(pilot))
        assert world.rules == [Rule("idle", program="Geany")]


async def test_no_rules_are_no_trouble(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, _):
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(pilot.app.screen, RulesScreen))
        await settle(pilot)
        assert "No rules yet" in screen_text(pilot)
        await pilot.press("enter", "delete", "escape")
        assert world.rules == []
