"""A draft is reviewed while it grows, and a run of another program is looked on at: on the real house and store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from escribano_tui.bootstrap import build_house
from escribano_tui.config.paths import Paths
from escribano_tui.domain import events as ev
from escribano_tui.domain.events import RunState
from escribano_tui.domain.progress import dump_state
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.timeline import Assign
from escribano_tui.ports import House
from escribano_tui.store.library import LibraryStore
from escribano_tui.ui.app import EscribanoApp, Start
from escribano_tui.ui.screens.library import LibraryScreen
from escribano_tui.ui.screens.review import ReviewScreen
from escribano_tui.ui.screens.run import RunScreen
from tests.ui.conftest import said, screen_text, settle, until
from tests.usecases.drafted import RECORDING, draft

ID = RECORDING.id


def seg(start_s: int, end_s: int, activity: str, title: str) -> Segment:
    return Segment(f"seg{start_s}", start_s * 1000, end_s * 1000, activity, title, subject_id="b1")


class OtherProgram:
    """Another program that runs a recording of the same library: what it writes and locks."""

    def __init__(self, home: Path) -> None:
        self.store = LibraryStore(home / "library.db")
        self.store.recordings.save(RECORDING)
        self.run = self.store.runs.begin(ID, "thorough")
        self.store.live.begin(ID, self.run.id)
        (home / "locks").mkdir(exist_ok=True)
        self.lock = FileLock(home / "locks" / f"{ID}.lock", thread_local=False)
        self.lock.acquire()
        self.state = RunState()

    def drafts(self, *segments: Segment) -> None:
        self.store.live.draft(ID, segments)
        rows = tuple(ev.DraftRow(s.start_ms, s.end_ms, s.activity, s.title, "") for s in segments)
        self.tells(ev.Drafted(rows))

    def tells(self, *events: ev.Event) -> None:
        for event in events:
            self.state = self.state.apply(event)
        self.store.live.tell(ID, dump_state(self.state))

    def ends(self, *segments: Segment) -> None:
        self.store.runs.end(self.run.id, "finished", 20.0)
        self.store.live.end(ID)
        draft(self.store, segments, "thorough")
        self.lock.release()

    def close(self) -> None:
        self.lock.release()
        self.store.close()


EARLY = (seg(0, 12, "planning", "the board"), seg(12, 22, "coding", "parser.py"), seg(22, 25, "research", "docs"))


@pytest.fixture
def other(tmp_path: Path) -> Iterator[OtherProgram]:
    made = OtherProgram(tmp_path / "home")
    made.drafts(*EARLY)
    yield made
    made.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = build_house(Paths(tmp_path / "home", tmp_path / "config"))
    yield made
    made.close()


def app_of(house: House, start: Start | None = None) -> EscribanoApp:
    app = EscribanoApp(house, start)
    app.places.set_flag("review-guide", True)
    return app


async def test_what_is_reviewed_early_stays_while_the_draft_grows_and_when_it_is_whole(
    other: OtherProgram, house: House
) -> None:
    app = app_of(house, Start(recording_id=ID))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.review is not None, "the review")
        screen = app.screen
        assert isinstance(screen, ReviewScreen)
        assert screen.review is not None
        await until(pilot, lambda: "live: drafted up to 0:25 of 1:00" in screen_text(pilot), "how far it is")
        await pilot.press("j", "2")
        await settle(pilot)
        await pilot.press("k", "e", *"?!", "enter")
        await settle(pilot)
        assert "parser.py?!" in screen_text(pilot)
        cursor = screen.review.cursor_ms
        other.drafts(seg(0, 9, "meeting", "a call"), seg(9, 40, "terminal", "make"), seg(40, 45, "idle", ""))
        await until(pilot, lambda: "drafted up to 0:45" in screen_text(pilot), "the longer draft")
        assert screen.review.cursor_ms == cursor
        spans = [(s.start_s, s.end_s, s.activity, s.title) for s in screen.review.segments]
        assert (12.0, 22.0, "debugging", "parser.py?!") in spans
        await pilot.press("end", "space")
        await settle(pilot)
        assert "still growing" in said(pilot)
        await pilot.press("w")
        await settle(pilot)
        assert "at the end of the run" in said(pilot)
        await pilot.press("home", "j")
        at = screen.review.cursor_ms
        other.ends(seg(0, 30, "meeting", "a call"), seg(30, 60, "idle", ""))
        await until(pilot, lambda: "The draft is whole now" in said(pilot), "the whole draft")
        assert screen.review.cursor_ms == at
        spans = [(s.start_s, s.end_s, s.activity, s.title) for s in screen.review.segments]
        assert spans[1] == (12.0, 22.0, "debugging", "parser.py?!")
        assert screen.review.segments[1].reviewed
        assert not screen.review.session.misfits
        assert "live" not in screen_text(pilot)


async def test_the_run_screen_shows_the_draft_as_corrected(other: OtherProgram, house: House) -> None:
    app = app_of(house, Start())
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LibraryScreen), "the library")
        app.runs.look_on(RECORDING)
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and "parser.py" in screen_text(pilot), "the draft")
        first = house.sessions.open(ID, live=True).timeline.segments[0]
        house.sessions.edit(ID, [Assign(first.start_ms, first.end_ms, "title", "mine alone")], 0)
        other.drafts(seg(0, 12, "meeting", "a call"), seg(12, 22, "coding", "parser.py"), seg(22, 45, "idle", ""))
        await until(pilot, lambda: "mine alone" in screen_text(pilot), "the correction")


async def test_a_run_of_another_program_is_watched_left_and_watched_again(other: OtherProgram, house: House) -> None:
    app = app_of(house)
    other.tells(ev.PhaseStarted("read", 1.0, 30, "rapidocr", label="RapidOCR"), ev.PhaseProgressed("read", 3.0, 12, 30))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "running in another program" in screen_text(pilot), "the library")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and "12/30" in screen_text(pilot), "the bars")
        assert "(another program)" in screen_text(pilot)
        assert "RapidOCR" in screen_text(pilot)
        assert "drafted so far: 3 segments" in screen_text(pilot)
        await pilot.press("c")
        await settle(pilot)
        assert "cancel or pause it there" in said(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LibraryScreen))
        other.tells(ev.PhaseProgressed("read", 5.0, 20, 30))
        await pilot.press("enter")
        await until(pilot, lambda: "20/30" in screen_text(pilot), "the bars again")
        await pilot.press("k", "enter")
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.review is not None, "the review")
        await settle(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, RunScreen), "the run below it")
        other.ends(*(EARLY[0], EARLY[1], seg(22, 60, "research", "docs")))
        await until(pilot, lambda: "✓ finished in 0:20" in screen_text(pilot), "the end")
        assert "RapidOCR" in screen_text(pilot)


async def test_a_run_that_another_program_has_begun_meanwhile_is_watched(other: OtherProgram, house: House) -> None:
    app = app_of(house)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "running in another program" in screen_text(pilot), "the library")
        app.go_chooser(ID)
        await until(pilot, lambda: "Nothing leaves this machine" in screen_text(pilot), "the plans")
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "(another program)" in screen_text(pilot), "the run of the other")
        assert "drafted so far: 3 segments" in screen_text(pilot)
