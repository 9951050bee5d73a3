"""Weights are fetched from the chooser: with a bar, stopped, gone on with; from a hub of this machine."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from escribano_tui.bootstrap import build_house
from escribano_tui.config.paths import Paths
from escribano_tui.store.library import LibraryStore
from escribano_tui.ui.app import EscribanoApp
from escribano_tui.ui.screens.chooser import ChooserScreen
from escribano_tui.ui.screens.fetch import FetchScreen
from tests.backends.hub_server import Hub, hub_server
from tests.ui import fake_session
from tests.ui.conftest import said, screen_text, settle, until

MODEL = os.urandom(3_000_000)
FILES = {"config.json": b"{}", "model.bin": MODEL, "tokenizer.json": b"{}", "vocabulary.json": b"[]"}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "no cache"))
    with hub_server("Systran/faster-whisper-small", FILES) as made:
        monkeypatch.setenv("HF_ENDPOINT", made.url)
        yield made


@asynccontextmanager
async def asked_for(tmp_path: Path) -> AsyncIterator[tuple[Pilot[None], EscribanoApp, Paths]]:
    """The chooser of a recording, with `g` pressed: the question is on the screen."""
    pytest.importorskip("faster_whisper")
    store = LibraryStore(tmp_path / "home" / "library.db")
    store.recordings.save(fake_session.recording())
    store.close()
    paths = Paths(tmp_path / "home", tmp_path / "config")
    house = build_house(paths)
    app = EscribanoApp(house)
    try:
        async with app.run_test(size=(120, 40), notifications=True) as pilot:
            await settle(pilot)
            app.go_chooser("rec-1")
            await until(pilot, lambda: isinstance(app.screen, ChooserScreen) and "(g fetches)" in screen_text(pilot), "plans")
            assert "faster-whisper/small for transcribe, about 486 MB, MIT" in screen_text(pilot)
            await settle(pilot)
            await pilot.press("g")
            await until(pilot, lambda: isinstance(app.screen, FetchScreen), "the question")
            yield pilot, app, paths
    finally:
        house.close()


async def test_better_weights_are_named_fetched_broken_off_gone_on_with_and_serve(hub: Hub, tmp_path: Path) -> None:
    async with asked_for(tmp_path) as (pilot, app, paths):
        assert hub.sent == [], "nothing is fetched before it is asked for"
        hub.break_after = 1_000_000
        await pilot.press("enter")
        await until(pilot, lambda: "It was not fetched" in screen_text(pilot), "the connection breaks off")
        assert "goes on from there" in screen_text(pilot)
        hub.break_after = None
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ChooserScreen), "the weights")
        assert "faster-whisper/small is here" in said(pilot)
        folder = paths.models / "faster-whisper" / "small"
        assert (folder / "model.bin").read_bytes() == MODEL
        assert any(first > 0 for name, first, _ in hub.sent if name == "model.bin"), "it went on where it stopped"
        await until(pilot, lambda: "Whisper on CTranslate2 small" in screen_text(pilot), "the plan with it")
        await settle(pilot)
        assert "(g fetches)" not in screen_text(pilot)


async def test_a_fetch_is_stopped_midway_and_the_next_one_goes_on_there(hub: Hub, tmp_path: Path) -> None:
    hub.slow_after = 2_000_000
    async with asked_for(tmp_path) as (pilot, app, paths):
        await pilot.press("enter")
        await until(pilot, lambda: " of 3 MB" in screen_text(pilot) and "█" in screen_text(pilot), "the bar")
        await until(pilot, lambda: sum(n == "model.bin" for n, _, _ in hub.sent) == 1, "the model")
        await pilot.press("escape")
        await until(pilot, lambda: "Stopped." in screen_text(pilot), "the end of it")
        assert isinstance(app.screen, FetchScreen)
        assert not (paths.models / "faster-whisper" / "small").exists(), "half of a model is no model"
        hub.hurry.set()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ChooserScreen), "the weights")
        assert (paths.models / "faster-whisper" / "small" / "model.bin").read_bytes() == MODEL
        assert [first > 0 for name, first, _ in hub.sent if name == "model.bin"] == [False, True]
        await settle(pilot)
