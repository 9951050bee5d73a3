"""The library: a place to start from."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from escribano_tui.ui.app import Start
from escribano_tui.ui.paths import browse, dropped
from escribano_tui.ui.screens.add import AddScreen
from escribano_tui.ui.screens.chooser import ChooserScreen
from escribano_tui.ui.screens.library import LibraryScreen
from escribano_tui.ui.screens.review import ReviewScreen
from escribano_tui.ui.screens.run import RunScreen
from tests.ui import fake_session
from tests.ui.conftest import opened, said, screen_text, settle, until
from tests.ui.fake_house import FakeHouse, Item


def add_new(world: FakeHouse, name: str = "second.mov", id: str = "rec-2") -> None:
    world.put(Item(fake_session.recording(id, name, 7_200_000)))


async def test_a_newcomer_is_told_what_to_do_first(tmp_path: Path) -> None:
    async with opened(FakeHouse(tmp_path, drafted=False), (80, 24)) as pilot:
        text = screen_text(pilot)
        assert "add a recording" in text
        assert "recording that ships with the app" in text
        await pilot.press("enter")
        await settle(pilot)
        assert "add one first" in said(pilot)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChooserScreen), "the chooser for the demo")
        assert "demo.mp4" in screen_text(pilot)


async def test_recordings_show_date_length_activities_and_state(world: FakeHouse) -> None:
    add_new(world)
    async with opened(world, (80, 24)) as pilot:
        text = screen_text(pilot)
        for part in ("dev-session.mp4", "Fri 20 Nov 2026 09:14", "6:01", "10 to review", "2:00:00", "new: enter to choose"):
            assert part in text
        assert "C   " in text, "activities as bars of letters"


async def test_enter_opens_the_review_or_the_chooser(world: FakeHouse) -> None:
    add_new(world)
    async with opened(world) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen))
        await settle(pilot)
        await pilot.press("escape", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, LibraryScreen))
        await pilot.press("j", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChooserScreen))


async def test_filter_and_order(world: FakeHouse) -> None:
    add_new(world, "alpha.mov")
    async with opened(world) as pilot:
        await pilot.press("slash", *"review")
        await pilot.pause()
        assert "alpha.mov" not in screen_text(pilot)
        await pilot.press("enter", "o")
        assert "by name" in screen_text(pilot)
        await pilot.press("escape")
        await pilot.pause()
        text = screen_text(pilot)
        assert text.index("alpha.mov") < text.index("dev-session.mp4")
        await pilot.press("slash", *"zzz")
        await pilot.pause()
        assert "Nothing matches" in screen_text(pilot)


async def test_delete_asks_and_can_be_undone_until_the_end(world: FakeHouse) -> None:
    async with opened(world) as pilot:
        await pilot.press("delete")
        await settle(pilot)
        assert "Delete “dev-session.mp4” from the library?" in screen_text(pilot)
        await pilot.press("n")
        await settle(pilot)
        assert not world.items["rec-1"].deleted
        await pilot.press("delete", "y")
        await until(pilot, lambda: world.items["rec-1"].deleted)
        await settle(pilot)
        await pilot.press("u")
        await until(pilot, lambda: not world.items["rec-1"].deleted)
        await settle(pilot)
        assert "dev-session.mp4" in screen_text(pilot)
        await pilot.press("delete", "y")
        await until(pilot, lambda: world.items["rec-1"].deleted)
        assert world.purged == 0
        await pilot.press("ctrl+q")
        await until(pilot, lambda: world.purged == 1, "the purge at the end")


async def test_adding_by_typing_and_browsing(world: FakeHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "films"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "day one.mp4").write_bytes(b"x")
    (folder / "notes.txt").write_text("no video")
    monkeypatch.chdir(folder)
    async with opened(world) as pilot:
        await pilot.press("a")
        await until(pilot, lambda: "inner/" in screen_text(pilot), "the folder")
        assert "notes.txt" not in screen_text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "day one.mp4" in screen_text(pilot), "the file")
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChooserScreen), "the chooser")
    assert any(i.recording.path.endswith("day one.mp4") for i in world.items.values())


async def test_a_file_that_cannot_be_used_is_told(world: FakeHouse, tmp_path: Path) -> None:
    bad = tmp_path / "notes.txt"
    bad.write_text("no video")
    async with opened(world, start=Start(path=bad)) as pilot:
        await until(pilot, lambda: "is not a video" in said(pilot), "the reason")
        assert isinstance(pilot.app.screen, LibraryScreen)


async def test_a_whole_path_typed_behind_the_folder_takes_its_place(world: FakeHouse, tmp_path: Path) -> None:
    film = tmp_path / "b.mov"
    film.write_bytes(b"x")
    async with opened(world) as pilot:
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, AddScreen))
        await settle(pilot)
        await pilot.press(*str(film))
        await settle(pilot)
        assert pilot.app.screen.query_one("#path", Input).value == str(film)
        await pilot.press("enter")
        await until(pilot, lambda: any(i.recording.path == str(film) for i in world.items.values()), "the recording")
        await settle(pilot)


async def test_dropping_files_on_the_terminal_adds_them(world: FakeHouse, tmp_path: Path) -> None:
    one, two = tmp_path / "one day.mp4", tmp_path / "two.mov"
    for file in (one, two):
        file.write_bytes(b"x")
    async with opened(world) as pilot:
        pilot.app.screen.post_message(events.Paste(f"'{one}' {two!s}"))
        await until(pilot, lambda: len(world.items) == 3, "both recordings")
        await settle(pilot)
        assert "Added 2 recordings" in said(pilot)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, AddScreen))


async def test_doctor_shows_what_is_wrong_and_what_to_do(world: FakeHouse) -> None:
    async with opened(world, (80, 24)) as pilot:
        await pilot.press("d")
        await until(pilot, lambda: "free some space" in screen_text(pilot), "the checks")
        assert "1 failed" in screen_text(pilot)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, LibraryScreen)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("{d}/a b.mp4", ["{d}/a b.mp4"]),
        ("'{d}/a b.mp4' ", ["{d}/a b.mp4"]),
        ("{d}/a\\ b.mp4", ["{d}/a b.mp4"]),
        ("file://{d}/a%20b.mp4", ["{d}/a b.mp4"]),
        ("{d}/c.mov\n{d}/a b.mp4", ["{d}/c.mov", "{d}/a b.mp4"]),
        ("hello there", []),
        ("", []),
        ("/elsewhere/gone.mp4", ["/elsewhere/gone.mp4"]),
        ("un'balanced", []),
    ],
)
def test_what_terminals_type_for_dropped_files(tmp_path: Path, typed: str, expected: list[str]) -> None:
    for name in ("a b.mp4", "c.mov"):
        (tmp_path / name).write_bytes(b"x")
    assert dropped(typed.format(d=tmp_path)) == [e.format(d=tmp_path) for e in expected]


def test_browsing_shows_folders_and_media_that_go_on_from_what_is_typed(tmp_path: Path) -> None:
    (tmp_path / "Movies").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name in ("morning.mp4", "evening.mp4", "mail.txt"):
        (tmp_path / name).write_bytes(b"x")
    assert [e.name for e in browse(f"{tmp_path}/")] == ["Movies/", "evening.mp4", "morning.mp4"]
    assert [e.name for e in browse(f"{tmp_path}/m")] == ["Movies/", "morning.mp4"]
    assert [e.name for e in browse(f"{tmp_path}/.h")] == [".hidden/"]
    assert browse(f"{tmp_path}/nowhere/x") == []


async def test_when_it_was_recorded_can_be_corrected(world: FakeHouse) -> None:
    async with opened(world) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: "When was “dev-session.mp4” recorded?" in screen_text(pilot))
        await settle(pilot)
        await pilot.press("ctrl+u", *"yesterday", "enter")
        assert "is written as" in screen_text(pilot)
        await pilot.press("ctrl+u", *"2026-11-21 08:30", "enter")
        await until(pilot, lambda: "Sat 21 Nov 2026 08:30" in screen_text(pilot), "the new time")
    assert world.items["rec-1"].recording.started_at == "2026-11-21T08:30:00+01:00"


async def test_a_run_of_another_program_is_shown_and_its_draft_when_it_has_ended(tmp_path: Path) -> None:
    world = FakeHouse(tmp_path / "w", drafted=False)
    item = world.put(Item(fake_session.recording("rec-1", "talk.mov")))
    world.elsewhere.add("rec-1")
    async with opened(world) as pilot:
        assert "running in another program" in screen_text(pilot)
        for key in ("r", "delete"):
            pilot.app.clear_notifications()
            await pilot.press(key)
            await settle(pilot)
            assert "Another program works on this recording" in said(pilot), key
            assert isinstance(pilot.app.screen, LibraryScreen), key
        with world.lock:
            world.put(item, draft=True)
            world.elsewhere.clear()
        await until(pilot, lambda: "10 to review" in screen_text(pilot), "the draft, without a key")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen), "the review")
        await settle(pilot)


async def test_the_earlier_draft_can_be_reviewed_while_another_program_works(tmp_path: Path) -> None:
    world = FakeHouse(tmp_path / "w")
    world.elsewhere.add("rec-1")
    async with opened(world) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunScreen), "how it goes")
        await until(pilot, lambda: "(another program)" in screen_text(pilot), "whose it is")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen), "the review")
        await settle(pilot)
        assert "10 segments" in screen_text(pilot)
