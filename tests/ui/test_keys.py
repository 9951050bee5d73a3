"""One table of commands feeds the keys, the footer, the help and the palette."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.keys import _character_to_key

from escribano_tui.config.commands import COMMANDS, commands_of
from escribano_tui.config.keymap import Keymap, name_of
from escribano_tui.config.paths import Paths
from escribano_tui.ui.screens.base import CommandScreen
from escribano_tui.ui.screens.chooser import ChooserScreen
from escribano_tui.ui.screens.help import HelpScreen
from escribano_tui.ui.screens.library import LibraryScreen
from escribano_tui.ui.screens.review import COMMANDS as REVIEW
from escribano_tui.ui.screens.run import RunScreen
from escribano_tui.ui.screens.summary import SummaryScreen
from escribano_tui.ui.widgets.keybar import KeyBar, fitting, hints_of
from tests.ui.conftest import opened, reviewing, said, screen_text, settle, until
from tests.ui.fake_house import FakeHouse


@pytest.mark.parametrize("screen", [LibraryScreen, ChooserScreen, RunScreen, SummaryScreen])
def test_every_command_of_a_screen_does_something(screen: type[CommandScreen]) -> None:
    for command in commands_of(screen.where):
        assert callable(getattr(screen, "do_" + command.name.replace("-", "_"), None)), command.id


def test_every_command_of_the_review_does_something_and_none_is_without_a_key() -> None:
    assert set(REVIEW) == {c.name for c in commands_of("review")}


def test_our_names_of_keys_are_those_of_textual() -> None:
    for code in range(33, 127):
        assert name_of(chr(code)) == _character_to_key(chr(code))


async def test_the_help_names_every_command_of_the_screen(world: FakeHouse) -> None:
    async with reviewing(world, (120, 200)) as (pilot, _):
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        await settle(pilot)
        text = screen_text(pilot)
        for command in (*commands_of("review"), *commands_of("app")):
            assert command.help in text, command.id


async def test_the_palette_finds_and_runs_commands_of_the_screen(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("ctrl+p")
        await pilot.press(*"label as design")
        await until(pilot, lambda: pilot.app.screen is not screen, "the palette")
        await pilot.press("escape", "ctrl+p", *"label as meeting")
        await until(pilot, lambda: "Label as meeting, reviewed, and on to the next  (8)" in screen_text(pilot), "the command")
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen, "the review")
        await settle(pilot)
        assert screen.review is not None
        assert screen.review.segments[0].activity == "meeting"


async def test_keys_of_the_owner_work_and_show_everywhere(world: FakeHouse, paths: Paths) -> None:
    paths.own_keys.write_text('[review]\nsplit = "|"\nmerge-next = ["s"]\n[library]\nnonsense = "x"\n')
    async with opened(world, paths=paths) as pilot:
        assert "nonsense is not a command" in said(pilot)
    async with reviewing(world, paths=paths) as (pilot, screen):
        await pilot.press(">", "|")
        await settle(pilot)
        assert screen.review is not None
        assert len(screen.review.segments) == 11
        assert "| split" in screen_text(pilot)
        await pilot.press("s")
        await settle(pilot)
        assert len(screen.review.segments) == 10, "s merges now"


async def test_a_click_on_the_footer_runs_what_it_says(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        line = screen_text(pilot).splitlines()[-1]
        await pilot.click("#keybar", offset=(line.index("reviewed"), 0))
        await settle(pilot)
        assert screen.review is not None
        assert screen.review.segments[0].reviewed


@pytest.mark.parametrize("where", ["library", "chooser", "run", "review", "summary"])
@pytest.mark.parametrize("width", [10, 40, 78, 118, 198])
def test_the_footer_fits_and_always_offers_help_where_anything_fits(where: str, width: int) -> None:
    hints = hints_of([*commands_of(where), *(c for c in COMMANDS if c.id == "app.help")], Keymap())
    shown = fitting(hints, width)
    assert sum(h.width for h in shown) + 3 * max(0, len(shown) - 1) <= width
    assert any(h.label == "help" for h in shown)


async def test_ctrl_c_says_how_to_quit(world: FakeHouse) -> None:
    async with opened(world) as pilot:
        await pilot.press("ctrl+c")
        assert "ctrl+q quits" in said(pilot)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not pilot.app.is_running, "the end")


def test_a_theme_folder_of_the_owner_is_read(paths: Paths, world: FakeHouse, tmp_path: Path) -> None:
    from escribano_tui.config.paths import shipped
    from escribano_tui.ui.app import EscribanoApp

    paths.own_themes.mkdir()
    good = (shipped("themes") / "ink.toml").read_text().replace('title = "Ink"', 'title = "Mine"')
    (paths.own_themes / "mine.toml").write_text(good)
    (paths.own_themes / "broken.toml").write_text("dark = maybe")
    app = EscribanoApp(world.house(), paths=paths)
    assert "mine" in app.shelf.themes
    assert "broken" not in app.shelf.themes
    assert any("broken.toml" in p for p in app.shelf.problems)


async def test_themes_are_previewed_kept_and_left(world: FakeHouse, paths: Paths) -> None:
    async with reviewing(world, paths=paths) as (pilot, screen):
        assert screen.palette.theme.name == "ink"
        await pilot.press("f2")
        await until(pilot, lambda: pilot.app.screen is not screen)
        await settle(pilot)
        await pilot.press("down")
        await until(pilot, lambda: screen.palette.theme.name == "midnight", "the preview")
        await pilot.press("escape")
        await until(pilot, lambda: screen.palette.theme.name == "ink", "as it was")
        await pilot.press("f2")
        await until(pilot, lambda: pilot.app.screen is not screen, "the themes again")
        await settle(pilot)
        await pilot.press("down", "down")
        await until(pilot, lambda: screen.palette.theme.name == "moss", "the second one after it")
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("ctrl+q")
    async with opened(world, paths=paths) as pilot:
        assert pilot.app.theme == "moss"


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_footer_turned_over_shows_every_key(world: FakeHouse, size: tuple[int, int]) -> None:
    async with reviewing(world, size) as (pilot, screen):
        keybar = screen.query_one(KeyBar)
        keymap, seen, turns = screen.house_app.keymap, "", 0
        await pilot.press("tab")
        while keybar.turned:
            await settle(pilot)
            assert keybar.size.height <= size[1] // 4
            seen += "\n".join(screen_text(pilot).splitlines()[-keybar.size.height :])
            turns += 1
            await pilot.press("tab")
        for command in (*commands_of("review"), *commands_of("app")):
            shown = next(h for h in hints_of([command], keymap, every=True))
            if not command.name.startswith("label-"):
                assert shown.keys in seen, command.id
                assert (command.group or command.label) in seen, command.id
        assert "1-9 l label" in seen
        assert turns == {120: 1, 80: 3}[size[0]]
        assert keybar.size.height == 1


async def test_the_footer_turned_over_is_clicked_and_closed(world: FakeHouse) -> None:
    async with reviewing(world, (80, 24)) as (pilot, screen):
        keybar = screen.query_one(KeyBar)
        await pilot.press("tab")
        await settle(pilot)
        rows = screen_text(pilot).splitlines()[-keybar.size.height :]
        y = next(k for k, row in enumerate(rows) if "personal" in row)
        await pilot.click(keybar, offset=(rows[y].index("personal"), y))
        await settle(pilot)
        assert screen.review is not None
        assert screen.review.segments[0].personal
        await pilot.resize_terminal(10, 3)
        await pilot.resize_terminal(80, 24)
        assert keybar.turned
        await pilot.press("escape")
        assert not keybar.turned
        assert pilot.app.screen is screen
