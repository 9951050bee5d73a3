"""How the main screens look, at three sizes and in three themes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.pilot import Pilot

from escribano_tui.config.paths import Paths
from escribano_tui.domain.machine import Fetchable
from escribano_tui.ports import RunOptions
from escribano_tui.ui.app import EscribanoApp
from escribano_tui.ui.screens.fetch import FetchScreen
from escribano_tui.ui.screens.review import ReviewScreen
from escribano_tui.ui.screens.run import RunScreen
from escribano_tui.ui.screens.settings import SettingsScreen
from escribano_tui.ui.screens.summary import SummaryScreen
from tests.ui import fake_session
from tests.ui.conftest import screen_text, settle, until
from tests.ui.fake_house import FakeHouse, Item
from tests.ui.fake_runs import FakeRun

pytestmark = pytest.mark.skipif(
    not version("textual").startswith("8.2."), reason="the pictures were taken with Textual 8.2; another draws in other ways"
)
Compare = Callable[..., bool]
SCRIPT_SHOWN = 33  # events of the run that have come when the picture is taken


@pytest.fixture
def app(world: FakeHouse, monkeypatch: pytest.MonkeyPatch) -> EscribanoApp:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("escribano_tui.domain.countdown.time", SimpleNamespace(monotonic=lambda: 0.0))
    # How a time left is smoothed hangs on how often the screen was drawn before.
    monkeypatch.setattr("escribano_tui.domain.countdown.Calm.say", lambda calm, left_s, at_s: left_s)
    world.put(Item(fake_session.recording("rec-2", "Screen Recording 2026-11-19 at 14.02.mov", 7_325_000)))
    made = EscribanoApp(world.house())
    made.places.set_flag("review-guide", True)
    return made


def house_app(pilot: Pilot[None]) -> EscribanoApp:
    assert isinstance(pilot.app, EscribanoApp)
    return pilot.app


LOOKS = (((80, 24), "contrast"), ((120, 40), "ink"), ((200, 60), "paper"))
looks = pytest.mark.parametrize(("size", "theme"), LOOKS, ids=["80x24", "120x40", "200x60"])
Size = tuple[int, int]


@looks
def test_library(app: EscribanoApp, snap_compare: Compare, size: Size, theme: str) -> None:
    async def look(pilot: Pilot[None]) -> None:
        house_app(pilot).show_theme(theme)
        await until(pilot, lambda: "dev-session.mp4" in screen_text(pilot))
        await settle(pilot)

    assert snap_compare(app, terminal_size=size, run_before=look)


@looks
def test_review(app: EscribanoApp, snap_compare: Compare, size: Size, theme: str) -> None:
    async def look(pilot: Pilot[None]) -> None:
        house_app(pilot).show_theme(theme)
        house_app(pilot).go_review("rec-1")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen) and pilot.app.screen.review is not None)
        await settle(pilot)
        await pilot.press("space", "space")
        await settle(pilot)
        await until(pilot, lambda: "test_time_is_utc" in screen_text(pilot), "the evidence")
        await settle(pilot)

    assert snap_compare(app, terminal_size=size, run_before=look)


@looks
def test_run(app: EscribanoApp, world: FakeHouse, snap_compare: Compare, size: Size, theme: str) -> None:
    world.steps = threading.Semaphore(SCRIPT_SHOWN)

    async def look(pilot: Pilot[None]) -> None:
        house_app(pilot).show_theme(theme)
        await settle(pilot)
        await pilot.press("j", "enter")
        await until(pilot, lambda: "Nothing leaves" in screen_text(pilot))
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunScreen))
        kept = house_app(pilot).keeper.of("rec-2")
        await until(pilot, lambda: kept and isinstance(kept.run, FakeRun) and kept.run.told == SCRIPT_SHOWN and not kept.inbox)
        await until(pilot, lambda: "drafted so far: 4 segments" in screen_text(pilot), "the draft")
        await settle(pilot)

    try:
        assert snap_compare(app, terminal_size=size, run_before=look)
    finally:
        world.steps.release(1000)


@looks
def test_chooser(app: EscribanoApp, snap_compare: Compare, size: Size, theme: str) -> None:
    async def look(pilot: Pilot[None]) -> None:
        house_app(pilot).show_theme(theme)
        await settle(pilot)
        await pilot.press("j", "enter")
        await until(pilot, lambda: "Nothing leaves" in screen_text(pilot))
        await settle(pilot)

    assert snap_compare(app, terminal_size=size, run_before=look)


@looks
def test_summary(app: EscribanoApp, snap_compare: Compare, size: Size, theme: str) -> None:
    async def look(pilot: Pilot[None]) -> None:
        house_app(pilot).show_theme(theme)
        house_app(pilot).go_summary("rec-1")
        await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen) and pilot.app.screen.summary)
        await settle(pilot)

    assert snap_compare(app, terminal_size=size, run_before=look)


SMALL = (80, 24)


def test_settings(app: EscribanoApp, snap_compare: Compare) -> None:
    async def look(pilot: Pilot[None]) -> None:
        house_app(pilot).show_theme("ink")
        await settle(pilot)
        house_app(pilot).push_screen(SettingsScreen(Paths(Path("/data/escribano"), Path("/settings/escribano"))))
        await until(pilot, lambda: "as shipped" in screen_text(pilot), "the settings")
        await settle(pilot)

    assert snap_compare(app, terminal_size=SMALL, run_before=look)


def test_queue(app: EscribanoApp, world: FakeHouse, snap_compare: Compare) -> None:
    """One run is under way, one waits for it, and of two files that wait for `batch` one has failed."""
    world.steps = threading.Semaphore(SCRIPT_SHOWN)
    world.queue.put(Path("/films/Screen Recording 2026-11-18 at 09.14 with a name that is far too long.mov"), "thorough")
    world.queue.end(world.queue.put(Path("/films/broken.mp4"), "quick"), "failed")

    async def look(pilot: Pilot[None]) -> None:
        house_app(pilot).show_theme("ink")
        await settle(pilot)
        for id in ("rec-2", "rec-1"):
            house_app(pilot).runs.start(world.items[id].recording, "quick", RunOptions())
        kept = house_app(pilot).keeper.of("rec-2")
        await until(pilot, lambda: kept and isinstance(kept.run, FakeRun) and kept.run.told == SCRIPT_SHOWN and not kept.inbox)
        await pilot.press("f6")
        await until(pilot, lambda: "Queue: 2 waiting" in screen_text(pilot), "the queue")
        await settle(pilot)

    try:
        assert snap_compare(app, terminal_size=SMALL, run_before=look)
    finally:
        world.steps.release(1000)


def test_fetch(app: EscribanoApp, snap_compare: Compare) -> None:
    async def look(pilot: Pilot[None]) -> None:
        house_app(pilot).show_theme("ink")
        await settle(pilot)
        screen = FetchScreen(Fetchable("mlx-vlm/Qwen2.5-VL-7B-Instruct-4bit", 5_636, "Apache-2.0"))
        house_app(pilot).push_screen(screen)
        await until(pilot, lambda: "From the Hugging Face hub" in screen_text(pilot), "the question")
        screen.running = True
        screen.progress(1_409_000_000, 5_636_000_000, "model.safetensors")
        screen.show_keys()
        await until(pilot, lambda: "1.4 GB of 5.6 GB" in screen_text(pilot), "the bar")
        await settle(pilot)

    assert snap_compare(app, terminal_size=SMALL, run_before=look)


def test_the_pictures_do_not_name_this_machine() -> None:
    for picture in (Path(__file__).parent / "__snapshots__").rglob("*.svg"):
        assert str(Path.home()) not in picture.read_text("utf-8")
