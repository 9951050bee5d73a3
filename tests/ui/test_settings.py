"""The settings: made from what they say of themselves, checked, kept at once, and serving."""

from __future__ import annotations

from pathlib import Path

from escribano_tui.config.paths import Paths
from escribano_tui.config.settings import load_settings
from escribano_tui.ui.app import EscribanoApp
from escribano_tui.ui.screens.profile import ProfileScreen
from escribano_tui.ui.screens.settings import SettingsScreen
from escribano_tui.ui.screens.themes import ThemesScreen
from tests.ui.conftest import opened, said, screen_text, settle, until
from tests.ui.fake_house import FakeHouse


async def test_what_is_changed_is_kept_and_serves(world: FakeHouse, paths: Paths) -> None:
    async with opened(world, (80, 24), paths=paths) as pilot:
        app = pilot.app
        assert isinstance(app, EscribanoApp)
        await pilot.press("f7")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen), "the settings")
        await settle(pilot)
        text = screen_text(pilot)
        for part in ("profile that is offered first", "quick", "memory share", "theme", "Ink", "as shipped", "folders"):
            assert part in text, part
        await pilot.press("right")
        await settle(pilot)
        await pilot.press("down", "enter")
        await settle(pilot)
        await pilot.press("down", "enter")
        await settle(pilot)
        await pilot.press("ctrl+u", *"2", "enter")
        await settle(pilot)
        assert "This should be a number between 0.05 and 0.95." in screen_text(pilot)
        await pilot.press("ctrl+u", *"0.25", "enter")
        await settle(pilot)
        kept, problems = load_settings(paths.own_settings)
        assert problems == []
        assert (kept.app.profile, kept.app.notify, kept.models.memory_share) == ("thorough", False, 0.25)
        await pilot.press("r")
        await settle(pilot)
        assert load_settings(paths.own_settings)[0].models.memory_share == 0.5
        await pilot.press("escape")
        app.go_chooser("rec-1")
        await until(pilot, lambda: "▸ 2 thorough" in screen_text(pilot), "what is offered first")
        await settle(pilot)


async def test_it_leads_to_themes_and_profiles(world: FakeHouse, paths: Paths) -> None:
    async with opened(world, paths=paths) as pilot:
        app = pilot.app
        assert isinstance(app, EscribanoApp)
        await pilot.press("f7")
        await settle(pilot)
        await pilot.press(*["down"] * 6, "enter")
        await until(pilot, lambda: isinstance(app.screen, ThemesScreen), "the themes")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: isinstance(app.screen, ProfileScreen), "the profile")
        await pilot.press("escape")
        await settle(pilot)


async def test_a_bad_file_is_named_and_not_written_over(world: FakeHouse, paths: Paths) -> None:
    paths.own_settings.write_text("[app")
    async with opened(world, paths=paths) as pilot:
        await pilot.press("f7")
        await settle(pilot)
        assert "settings.toml" in said(pilot)
        await pilot.press("right")
        await settle(pilot)
        assert "Mend it first" in said(pilot)
    assert Path(paths.own_settings).read_text() == "[app"
