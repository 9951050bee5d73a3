"""The keeping screen: weights, rules, check, backup, by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input

from escribano_tui.config.commands import commands_of
from escribano_tui.domain.keeping import size
from escribano_tui.ui.screens.ask import AskScreen
from escribano_tui.ui.screens.confirm import ConfirmScreen
from escribano_tui.ui.screens.keeping import KeepingScreen
from tests.ui.conftest import lines_of, opened, said, screen_text, settle, until
from tests.ui.fake_house import FakeHouse


async def shown(pilot: Pilot[None]) -> KeepingScreen:
    await pilot.press("b")
    await until(pilot, lambda: isinstance(pilot.app.screen, KeepingScreen) and pilot.app.screen.rules, "keeping")
    await settle(pilot)
    return cast(KeepingScreen, pilot.app.screen)


async def answer(pilot: Pilot[None], text: str) -> None:
    """Paste it: each key that is typed waits for the whole screen."""
    await pilot.press("ctrl+u")
    pilot.app.screen.query_one(Input).post_message(Paste(text))
    await pilot.pause()
    await pilot.press("enter")


def test_every_command_does_something() -> None:
    for command in commands_of("keeping"):
        assert callable(getattr(KeepingScreen, "do_" + command.name.replace("-", "_"), None)), command.id


@pytest.mark.parametrize("width", [80, 120, 200, 30])
async def test_weights_and_rules_are_shown_and_fit(world: FakeHouse, width: int) -> None:
    async with opened(world, (width, 24)) as pilot:
        await shown(pilot)
        assert "41.0 MB" in screen_text(pilot)
        assert all(len(line) == width for line in lines_of(pilot))
        if width >= 80:
            assert "Pictures are kept for good." in screen_text(pilot)
            assert "373.0 MB in all" in screen_text(pilot)


async def test_rules_are_changed_and_applied_after_a_question(world: FakeHouse) -> None:
    async with opened(world) as pilot:
        await shown(pilot)
        await pilot.press("t")
        assert "let nothing go" in said(pilot)
        await pilot.press("d")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.press("ctrl+u", *"soon", "enter")
        assert "Give a number of days" in screen_text(pilot)
        await pilot.press("ctrl+u", *"90", "enter")
        await settle(pilot)
        assert "kept for 90 days" in screen_text(pilot)
        assert "1 recording, 5.0 MB, would go now" in screen_text(pilot)
        await pilot.press("g")
        await settle(pilot)
        assert "lose their pictures" in screen_text(pilot)
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await settle(pilot)
        await pilot.press("y")
        await until(pilot, lambda: "Let go of 5.0 MB" in said(pilot), "done")


async def test_check_repair_and_backup(world: FakeHouse, tmp_path: Path) -> None:
    async with opened(world) as pilot:
        await shown(pilot)
        await pilot.press("c")
        await settle(pilot)
        assert "The library is sound" in screen_text(pilot)
        world.closed = True
        await pilot.press("R")
        await settle(pilot)
        assert world.calls[-1] == "repair"
        assert "row 7 [/b] is missing" in screen_text(pilot)
        await pilot.press("b")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await answer(pilot, str(tmp_path / "copy.zip"))
        await until(pilot, lambda: "Wrote" in said(pilot), "the copy")
        assert (tmp_path / "copy.zip").read_bytes() == b"zip"


async def test_a_file_that_is_no_session_is_told(world: FakeHouse, tmp_path: Path) -> None:
    (tmp_path / "x.escribano").write_text("?")
    async with opened(world) as pilot:
        await shown(pilot)
        await pilot.press("i")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await answer(pilot, str(tmp_path / "y"))
        assert "There is no such file." in screen_text(pilot)
        await answer(pilot, str(tmp_path / "x.escribano"))
        await until(pilot, lambda: "is no packed session" in said(pilot), "the reason")


def test_sizes_in_words() -> None:
    assert [size(n) for n in (0, 999, 1000, 3_400_000, 2 * 10**12, 10**16)] == [
        "0 B", "999 B", "1.0 kB", "3.4 MB", "2.0 TB", "10000.0 TB",
    ]  # fmt: skip
