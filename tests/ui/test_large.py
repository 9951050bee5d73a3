"""Thousands of segments: no widget for a row, and the same answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from escribano_tui.ui.app import EscribanoApp
from escribano_tui.ui.screens.review import ReviewScreen
from escribano_tui.ui.widgets.rows import Rows
from tests.ui import fake_session
from tests.ui.conftest import opened, screen_text, settle, until
from tests.ui.fake_house import FakeHouse, Item
from tests.ui.fake_runs import finished_run


@pytest.fixture
def many(tmp_path: Path) -> FakeHouse:
    world = FakeHouse(tmp_path / "w", drafted=False)
    draft, evidence = fake_session.large(5000, 100_000)
    recording = fake_session.recording("rec-1", "long.mp4", draft.duration_ms)
    world.put(Item(recording, draft, evidence, run=finished_run("rec-1")))
    return world


async def test_five_thousand_segments_open_move_edit_and_are_searched(many: FakeHouse) -> None:
    async with opened(many, (120, 40)) as pilot:
        app = pilot.app
        assert isinstance(app, EscribanoApp)
        app.places.set_flag("review-guide", True)
        app.go_review("rec-1")
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.review is not None)
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, ReviewScreen)
        assert screen.review is not None
        assert len(list(screen.query("*"))) < 40, "no widget for each row"
        await pilot.press("end")
        assert "13:53:10" in screen_text(pilot)
        await pilot.press("pageup", "2")
        await settle(pilot)
        page = screen.query_one("#rows", Rows).page
        assert screen.review.segments[4999 - page].activity == "debugging"
        await pilot.press("plus", "plus", "home", "slash", *"line 77777 ")
        await until(pilot, lambda: "line 77777 of text" in screen_text(pilot), "the line among 100,000")
