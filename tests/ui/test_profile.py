"""A profile field by field."""

from __future__ import annotations

from escribano_tui.config.paths import Paths
from escribano_tui.domain.profile import SECTIONS, Profile
from escribano_tui.ui.form import parsed, settings_of, shown, value_of
from escribano_tui.ui.screens.chooser import ChooserScreen
from escribano_tui.ui.screens.profile import ProfileScreen
from tests.ui.conftest import opened, screen_text, settle, until
from tests.ui.fake_house import FakeHouse


def test_every_field_is_there_with_its_help_and_reads_back() -> None:
    profile = Profile("x")
    settings = settings_of(profile, SECTIONS)
    assert len(settings) > 30
    for setting in settings:
        assert setting.help
        value = value_of(profile, setting)
        assert parsed(shown(value), value) == value


async def test_a_copy_is_changed_checked_and_saved(world: FakeHouse, paths: Paths) -> None:
    async with opened(world, (100, 40), paths=paths) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChooserScreen) and "Nothing leaves" in screen_text(pilot))
        await settle(pilot)
        await pilot.press("p")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProfileScreen), "the form")
        await settle(pilot)
        assert "scan.sensitivity: how little a picture must change" in screen_text(pilot)
        await pilot.press("enter", "ctrl+u", *"7", "enter")
        await settle(pilot)
        assert "This should lie between 0.05 and 1" in screen_text(pilot)
        await pilot.press("ctrl+u", *"0.3", "enter", "down", "down", "right")
        await settle(pilot)
        text = screen_text(pilot)
        assert "2 changed, s saves" in text
        assert "* grid" in text
        await pilot.press("escape")
        await until(pilot, lambda: "Leave without saving?" in screen_text(pilot))
        await pilot.press("n", "s", "ctrl+u", *"careful", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChooserScreen), "the chooser again")
        await settle(pilot)
    text = paths.own_profiles.read_text()
    assert "[careful.scan]\nsensitivity = 0.3" in text
    assert '[careful.frames]\npolicy = "grid"' in text
