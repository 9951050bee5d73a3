"""Walks through runs on the real house: small films made here, the embedded models, no server and no network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from escribano_tui.bootstrap import build_house
from escribano_tui.config.paths import Paths
from escribano_tui.domain.events import RunState
from escribano_tui.ports import RunOptions
from escribano_tui.ui.app import EscribanoApp, Start
from escribano_tui.ui.runs import Kept
from escribano_tui.ui.screens.chooser import ChooserScreen
from escribano_tui.ui.screens.review import ReviewScreen
from escribano_tui.ui.screens.run import RunScreen
from escribano_tui.usecases.estimates import STARTING
from tests.media.films import Film, Scene, shoot
from tests.sounds import RATE, voice, write_wav
from tests.ui.conftest import screen_text, settle, until

pytestmark = pytest.mark.native
RUN_S = 90.0  # the longest that a run of a few pictures takes on a machine that does much else


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")  # the discard port: nobody answers there
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "no cache"))


def film(path: Path, pictures: int) -> Path:
    """A page of text after the other, each for 3 s."""
    scenes = [Scene(3.0 * k, k, f"line {k} of the log") for k in range(pictures)]
    return shoot(path, Film(scenes, 3.0 * pictures, width=480, height=270))


@asynccontextmanager
async def choosing(path: Path, tmp_path: Path) -> AsyncIterator[tuple[Pilot[None], EscribanoApp]]:
    paths = Paths(tmp_path / "home", tmp_path / "config")
    house = build_house(paths)
    app = EscribanoApp(house, Start(path=path), paths)
    app.places.set_flag("review-guide", True)
    try:
        async with app.run_test(size=(120, 40), notifications=True) as pilot:
            await until(pilot, lambda: isinstance(app.screen, ChooserScreen), "the chooser")
            await until(pilot, lambda: "Nothing leaves this machine" in screen_text(pilot), "the plans", RUN_S)
            await settle(pilot)
            yield pilot, app
    finally:
        house.close()


def kept(app: EscribanoApp) -> Kept:
    assert isinstance(app.screen, RunScreen | ChooserScreen)
    found = app.keeper.of(app.screen.recording_id)
    assert found is not None
    return found


def told(app: EscribanoApp) -> RunState:
    """How the run stands now, whether the screen has shown it yet or not."""
    run = kept(app).run
    return run.state if run is not None else RunState()


def read_s(app: EscribanoApp, force: bool = False) -> float:
    """How long reading the recording of this app is estimated to take, from here on or all anew."""
    plan = app.house.runs.plan(kept(app).recording.id, "quick", RunOptions(force=force))
    return next(phase.estimate_s for phase in plan.phases if phase.name == "read")


async def finished(pilot: Pilot[None], app: EscribanoApp) -> RunState:
    await until(pilot, lambda: isinstance(app.screen, RunScreen) and kept(app).over, "the end of the run", RUN_S)
    await until(pilot, lambda: "✓ finished in" in screen_text(pilot), "the words of it")
    await settle(pilot)
    return told(app)


async def test_quick_cancelled_at_half_goes_on_and_finishes(tmp_path: Path) -> None:
    async with choosing(film(tmp_path / "talk.mp4", 12), tmp_path) as (pilot, app):
        await pilot.press("1", "enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen), "the run")
        await until(pilot, lambda: (told(app).phases["read"].share or 0) >= 0.5, "half of it read", RUN_S)
        await pilot.press("c")
        await until(pilot, lambda: "■ cancelled; what was finished stays" in screen_text(pilot), "the cancel")
        read = told(app).phases["read"]
        assert read.total is not None
        assert read.total / 2 <= read.done < read.total
        await settle(pilot)
        start, whole = STARTING["read"], read_s(app, force=True)
        assert read_s(app) == pytest.approx(start + (whole - start) * (1 - read.done / read.total), rel=0.02)
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ChooserScreen), "the chooser, to go on")
        await until(pilot, lambda: "goes on where it stopped" in screen_text(pilot), "what is there already")
        await settle(pilot)
        await pilot.press("enter")
        state = await finished(pilot, app)
        assert state.state == "finished", state.message
        assert state.phases["scan"].reused
        assert state.phases["read"].first_done >= read.done, "what was read is not read again"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.review is not None, "the review")
        await settle(pilot)


async def test_thorough_needs_no_server(tmp_path: Path) -> None:
    said = write_wav(tmp_path / "voice.wav", voice("beckett")[: 8 * RATE])
    async with choosing(film(tmp_path / "talk.mp4", 3), tmp_path) as (pilot, app):
        await pilot.press("m")
        await until(pilot, lambda: "The microphone's own file" in screen_text(pilot), "the browser")
        app.screen.query_one(Input).value = str(said)
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ChooserScreen) and "own microphone" in screen_text(pilot))
        await settle(pilot)
        await pilot.press("2")
        await settle(pilot)
        assert "Ollama" in screen_text(pilot), "what does not serve is told, with why"
        await pilot.press("enter")
        state = await finished(pilot, app)
        assert (state.state, state.failures) == ("finished", ())
        used = {name: phase.backend for name, phase in state.phases.items() if phase.backend}
        assert used["transcribe"] == "moonshine"
        assert "ollama" not in used.values()
        session = app.house.sessions.open(app.screen.recording_id)  # type: ignore[attr-defined]
        assert session.timeline.segments
        heard = app.house.sessions.evidence(session.recording.id, 0.0, 9.0).utterances
        assert "fail" in " ".join(u.text for u in heard).lower()
        card = app.house.summaries.view(session.recording.id, "card").summary
        assert card is not None
        assert card.markdown.startswith("# Session card")
