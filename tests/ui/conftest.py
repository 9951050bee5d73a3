"""A full house in memory, the app on it, and waiting for what is expected instead of for a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot, WaitForScreenTimeout

from escribano_tui.config.paths import Paths
from escribano_tui.ui.app import EscribanoApp, Start
from escribano_tui.ui.screens.review import ReviewScreen
from tests.ui.fake_house import FakeHouse


@pytest.fixture
def world(tmp_path: Path) -> FakeHouse:
    return FakeHouse(tmp_path / "world")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    (tmp_path / "config").mkdir()
    (tmp_path / "home").mkdir()
    return Paths(tmp_path / "home", tmp_path / "config")


@pytest.fixture(autouse=True)
def patient_pilot(monkeypatch: pytest.MonkeyPatch) -> None:
    """A press waits for every widget of the screen, and for half a minute in vain where one of them is just being
    removed (Markdown that is written again). It goes on after two seconds: tests wait for what they expect anyway."""
    wait = Pilot._wait_for_screen

    async def briefly(pilot: Pilot[None], timeout: float = 30.0) -> bool:
        try:
            return await wait(pilot, min(timeout, 2.0))
        except WaitForScreenTimeout:
            return True

    monkeypatch.setattr(Pilot, "_wait_for_screen", briefly)


async def until(
    pilot: Pilot[None], condition: Callable[[], object], said: str = "what was expected", within_s: float = 60.0
) -> None:
    """Wait until something holds; the test fails where it does not within some seconds."""
    try:
        async with asyncio.timeout(within_s):
            while not condition():
                await pilot.pause()
                await asyncio.sleep(0.002)
    except TimeoutError:
        raise AssertionError(f"{said} did not come: {screen_text(pilot)}") from None


async def settle(pilot: Pilot[None]) -> None:
    """Wait until no worker is under way and every message is handled."""
    await until(pilot, lambda: not any(w.is_running for w in pilot.app.workers), "quiet")
    await pilot.pause()


def screen_text(pilot: Pilot[None]) -> str:
    """What stands on the screen, line by line."""
    return "\n".join(strip_text for strip_text in lines_of(pilot))


def lines_of(pilot: Pilot[None]) -> list[str]:
    return ["".join(segment.text for segment in strip) for strip in pilot.app.screen._compositor.render_strips()]


def said(pilot: Pilot[None]) -> str:
    """All that the app has told in its corner."""
    return "\n".join(n.message for n in pilot.app._notifications)


@asynccontextmanager
async def opened(
    world: FakeHouse, size: tuple[int, int] = (120, 40), start: Start | None = None, paths: Paths | None = None
) -> AsyncIterator[Pilot[None]]:
    """The app, with its first screen loaded."""
    app = EscribanoApp(world.house(), start, paths)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        yield pilot


@asynccontextmanager
async def reviewing(
    world: FakeHouse, size: tuple[int, int] = (120, 40), paths: Paths | None = None, guide: bool = False
) -> AsyncIterator[tuple[Pilot[None], ReviewScreen]]:
    """The review of the first recording, opened and shown."""
    async with opened(world, size, paths=paths) as pilot:
        app = pilot.app
        assert isinstance(app, EscribanoApp)
        app.places.set_flag("review-guide", not guide)
        app.go_review("rec-1")
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.review is not None, "the review")
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, ReviewScreen)
        yield pilot, screen
