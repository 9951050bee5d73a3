"""The app on the real house: what is corrected lasts, two windows lose nothing, the summary follows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot

from escribano_tui.bootstrap import build_house
from escribano_tui.config.paths import Paths
from escribano_tui.domain.timeline import Assign
from escribano_tui.ports import House
from escribano_tui.ui.app import EscribanoApp, Start
from escribano_tui.ui.screens.review import POLL_S, ReviewScreen
from escribano_tui.ui.screens.summary import SummaryScreen
from tests.ui.conftest import said, screen_text, settle, until
from tests.usecases.drafted import RECORDING, drafted


@dataclass
class Home:
    paths: Paths
    houses: list[House] = field(default_factory=list)

    def house(self) -> House:
        self.houses.append(build_house(self.paths))
        return self.houses[-1]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    drafted(tmp_path).close()
    made = Home(Paths(tmp_path / "home", tmp_path / "config"))
    yield made
    for house in made.houses:
        house.close()


@asynccontextmanager
async def review(home: Home) -> AsyncIterator[tuple[Pilot[None], ReviewScreen]]:
    app = EscribanoApp(home.house(), Start(recording_id=RECORDING.id), home.paths)
    app.places.set_flag("review-guide", True)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.review is not None, "the review")
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, ReviewScreen)
        yield pilot, screen


async def test_corrections_are_there_after_a_restart_and_can_still_be_undone(home: Home) -> None:
    async with review(home) as (pilot, screen):
        await pilot.press("2", ">", "s", "m", "end", "e", *"!", "enter")
        await settle(pilot)
        assert screen.review is not None
        left = screen.review.timeline
        revision = screen.review.session.revision
        assert revision >= 3
        await pilot.press("ctrl+q")
    async with review(home) as (pilot, screen):
        assert screen.review is not None
        assert screen.review.timeline == left
        await pilot.press(*"u" * revision)
        await settle(pilot)
        assert screen.review.timeline == screen.review.session.draft


async def test_edits_of_two_windows_survive_and_neither_stays_stale(home: Home) -> None:
    other = home.house().sessions
    async with review(home) as (pilot, _screen):
        await pilot.press("1")
        await settle(pilot)
        session = other.open(RECORDING.id)
        assert session.timeline.segments[0].reviewed, "the other window sees ours"
        other.edit(RECORDING.id, [Assign(40_000, 60_000, "title", "From the other window")], session.revision)
        await until(pilot, lambda: "From the other window" in screen_text(pilot), "the edit of the other window")
        await pilot.press("3")
        await settle(pilot)
    final = other.open(RECORDING.id).timeline.segments
    assert [s.activity for s in final] == ["coding", "terminal", "coding"]
    assert final[2].title == "From the other window"


def shows(pilot: Pilot[None], text: str) -> bool:
    return text in screen_text(pilot)


async def test_two_apps_on_one_library_lose_nothing_and_show_each_others_edits(home: Home) -> None:
    async with review(home) as (one, first), review(home) as (two, second):
        assert one.app is not two.app
        assert POLL_S <= 1.0, "neither shows a stale list for more than 2 s"

        def revisions() -> set[int]:
            return {s.review.session.revision for s in (first, second) if s.review is not None}

        async def both_show(title: str) -> None:
            for pilot in (one, two):
                await until(pilot, partial(shows, pilot, title), title)

        await one.press("e", "ctrl+u", *"From the first", "enter")
        await settle(one)
        await both_show("From the first")
        await two.press("j", "j", "e", "ctrl+u", *"From the second", "enter")
        await settle(two)
        await both_show("From the second")
        for key in ("1", "4"):  # one after the other, each where the other has just been
            await one.press("home", key)
            await settle(one)
            await until(two, lambda: len(revisions()) == 1, "the same revision")
            await two.press("end", key)
            await settle(two)
            await until(one, lambda: len(revisions()) == 1, "the same revision")
        assert first.review is not None
        assert second.review is not None
        assert first.review.timeline == second.review.timeline
        assert said(one).count("Changed in another window;") >= 1
        revision = first.review.session.revision
    assert revision == 6
    final = home.house().sessions.open(RECORDING.id).timeline.segments
    assert [(s.activity, s.title) for s in (final[0], final[-1])] == [
        ("review", "From the first"), ("review", "From the second")
    ]  # fmt: skip


async def test_a_summary_written_again_shows_the_new_label_and_its_moments_open(home: Home) -> None:
    async with review(home) as (pilot, _):
        await pilot.press("w")
        await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen) and pilot.app.screen.summary, "the summary")
        await settle(pilot)
        await pilot.press("escape", "j", "7")
        await settle(pilot)
        await pilot.press("w")
        await until(pilot, lambda: "Written before your last corrections" in screen_text(pilot), "stale")
        await settle(pilot)
        await pilot.press("r")
        await until(
            pilot, lambda: "writing" in screen_text(pilot) and "Written before" not in screen_text(pilot), "the new label"
        )
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen), "the moment")


async def test_the_library_doctor_and_chooser_speak_of_this_machine(home: Home) -> None:
    app = EscribanoApp(home.house(), paths=home.paths)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "x.mp4" in screen_text(pilot), "the recording")
        assert "file is not where it was" in screen_text(pilot)
        await pilot.press("r")
        await until(pilot, lambda: "Nothing leaves this machine" in screen_text(pilot), "the plans")
        assert "thorough" in screen_text(pilot)
        await settle(pilot)
        await pilot.press("escape", "d")
        await until(pilot, lambda: "Doctor: " in screen_text(pilot), "the doctor")
        assert said(pilot) == ""
