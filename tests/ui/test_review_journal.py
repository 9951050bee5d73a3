"""The review and its journal: order, other windows, misfits, places, the guide, the mouse."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from escribano_tui.config.paths import Paths
from escribano_tui.config.places import Places
from escribano_tui.domain.journal import Entry
from escribano_tui.domain.timeline import Assign, DoesNotFit, MoveBoundary
from escribano_tui.ui import players
from escribano_tui.ui.app import EscribanoApp
from escribano_tui.ui.screens.add import AddScreen
from escribano_tui.ui.screens.pick import PickScreen
from escribano_tui.ui.widgets.guide import Guide
from escribano_tui.ui.widgets.timeband import TimeBand
from tests.ui.conftest import opened, reviewing, said, screen_text, settle, until
from tests.ui.fake_house import FakeHouse
from tests.ui.fake_reviews import FakeSessions
from tests.ui.fake_runs import finished_run


async def test_keys_pressed_while_an_edit_is_written_meet_what_they_were_meant_for(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        world.lock.acquire()  # the edit waits in its thread
        try:
            await pilot.press("m", "j", "3", "k", "k")
            assert len(world.items["rec-1"].journal) == 0
        finally:
            world.lock.release()
        await settle(pilot)
        assert screen.review is not None
        got = [(s.start_ms, s.activity) for s in screen.review.segments[:3]]
        assert got == [(0, "planning"), (66_950, "terminal"), (103_180, "research")]


async def test_an_edit_of_another_window_is_seen_and_ours_is_not_lost(
    world: FakeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("escribano_tui.ui.screens.review.POLL_S", 3600.0)  # ours comes before the app looks around
    async with reviewing(world) as (pilot, screen):
        other = FakeSessions(world)
        other.edit("rec-1", [Assign(0, 25_600, "activity", "design")], 0)
        await pilot.press("j", "2")
        await settle(pilot)
        assert "Changed in another window meanwhile" in said(pilot)
        assert screen.review is not None
        assert screen.review.segments[0].activity == "design"
        assert screen.review.segments[1].activity == "coding", "ours was not written over a state that it was not meant for"
        await pilot.press("2")
        await settle(pilot)
        assert [s.activity for s in screen.review.segments[:2]] == ["design", "debugging"]


async def test_polling_shows_the_edits_of_others(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        FakeSessions(world).edit("rec-1", [Assign(0, 25_600, "title", "Other window")], 0)
        screen.look_around()
        await until(pilot, lambda: "Other window" in screen_text(pilot), "the edit of the other window")


async def test_a_new_run_is_followed_with_the_corrections_on_it(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("end", "5")
        await settle(pilot)
        world.items["rec-1"].run = finished_run("rec-1", "run-2")
        screen.look_around()
        await until(pilot, lambda: screen.review is not None and screen.review.session.run.id == "run-2", "the new draft")
        await settle(pilot)
        assert screen.review is not None
        assert screen.review.segments[9].activity == "research"
        assert screen.review.index == 9, "at the same place"


async def test_a_refused_edit_is_told_and_what_waited_is_dropped(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        world.fail_next = DoesNotFit("That does not fit.")
        await pilot.press("1", "1")
        await settle(pilot)
        assert "That does not fit." in said(pilot)
        await pilot.press("2")
        await settle(pilot)
        assert screen.review is not None
        assert screen.review.segments[screen.review.index - 1].activity == "debugging", "the next key works again"


async def test_an_unforeseen_failure_is_told_and_the_app_goes_on(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, _screen):
        world.fail_next = RuntimeError("[/b] disk on fire")
        await pilot.press("1")
        await settle(pilot)
        assert "RuntimeError" in said(pilot)
        await pilot.press("1")
        await settle(pilot)
        assert len(world.items["rec-1"].journal) == 1


async def test_misfits_are_told_listed_and_given_up(world: FakeHouse) -> None:
    world.items["rec-1"].journal.append(Entry(1, "edit", (MoveBoundary(900_000, 901_000),), said="Moved the boundary at 15:00"))
    async with reviewing(world) as (pilot, screen):
        assert "1 correction no longer fits" in said(pilot)
        await pilot.press("h")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen), "the history")
        await settle(pilot)
        assert "no longer fits: no boundary" in screen_text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Give it up" in screen_text(pilot), "the decision")
        await pilot.press("k")
        await settle(pilot)
        assert "1 correction no longer fits: h" in screen_text(pilot), "left, and still told"
        await pilot.press("h")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen), "the history")
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Give it up" in screen_text(pilot), "the decision")
        assert "Make it of what" not in screen_text(pilot), "no boundary is near 15:00"
        await pilot.press("d")
        await settle(pilot)
        assert screen.review is not None
        assert screen.review.session.misfits == ()
        assert "10 to review · about 1 min" in screen_text(pilot), "nothing left to decide about"


async def test_a_misfit_is_made_of_what_is_there_now(world: FakeHouse) -> None:
    journal = world.items["rec-1"].journal
    journal.append(Entry(1, "edit", (Assign(30_000, 40_000, "activity", "design"),), said="Relabelled 0:30–0:40"))
    journal.append(Entry(2, "edit", (MoveBoundary(61_000, 62_000),), said="Moved the boundary at 1:01"))
    async with reviewing(world) as (pilot, screen):
        assert "2 corrections no longer fit: h" in screen_text(pilot)
        for answer in ("a", "a"):
            await until(pilot, lambda: pilot.app.screen is screen or isinstance(pilot.app.screen, PickScreen))
            if pilot.app.screen is screen:
                await pilot.press("h")
            await until(pilot, lambda: "to decide about" in screen_text(pilot), "the history")
            await pilot.press("enter")
            await until(pilot, lambda: "Make it of what is there now: 0:2" in screen_text(pilot), "the decision")
            await pilot.press(answer)
            await settle(pilot)
        assert pilot.app.screen is screen
        assert screen.review is not None
        assert screen.review.session.misfits == ()
        segment = screen.review.segments[1]
        assert (segment.activity, segment.start_ms, segment.end_ms) == ("design", 25_600, 62_000)


async def test_the_review_opens_where_it_was_left(world: FakeHouse, paths: Paths) -> None:
    async with reviewing(world, paths=paths) as (pilot, screen):
        await pilot.press("end", "full_stop", "+", "ctrl+q")
    async with reviewing(world, paths=paths) as (_, screen):
        assert screen.review is not None
        assert screen.review.cursor_ms == 300_000
        assert screen.review.view != (0, 361_000)


async def test_the_guide_is_there_once_and_goes_with_the_first_edit(world: FakeHouse, paths: Paths) -> None:
    async with reviewing(world, guide=True, paths=paths) as (pilot, screen):
        assert "takes back, even tomorrow" in screen_text(pilot)
        await pilot.press("space")
        await settle(pilot)
        assert not screen.query_one(Guide).has_class("-shown")
        await pilot.press("ctrl+q")
    async with opened(world, paths=paths) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: "segments" in screen_text(pilot), "the review")
        assert "takes back, even tomorrow" not in screen_text(pilot)


async def test_what_was_seen_and_where_it_stood_is_written_before_the_app_is_left(world: FakeHouse, paths: Paths) -> None:
    async with reviewing(world, guide=True, paths=paths) as (pilot, _):
        await pilot.press("escape", "j", "j", "escape")
        await settle(pilot)
        await until(pilot, lambda: Places(paths.home / "places.json").of("rec-1") is not None, "the place in the file")
        kept = Places(paths.home / "places.json")
        assert kept.flag("review-guide")
        place = kept.of("rec-1")
        assert place is not None
        assert place.cursor_ms == 66_950


async def test_escape_closes_the_guide_then_the_selection_then_the_review(world: FakeHouse) -> None:
    async with reviewing(world, guide=True) as (pilot, screen):
        await pilot.press("x", "escape")
        assert screen.review is not None
        assert screen.review.selected
        await pilot.press("escape")
        assert not screen.review.selected
        await pilot.press("escape")
        assert pilot.app.screen is not screen


async def test_a_reviewed_session_says_so(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, _screen):
        await pilot.press(*["space"] * 10)
        await settle(pilot)
        assert "all reviewed · w writes the summary" in screen_text(pilot)
        await pilot.press("n")
        await settle(pilot)
        assert "Everything else is reviewed" in said(pilot)


async def test_clicking_and_dragging_on_the_time_line(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        band = screen.query_one(TimeBand)
        assert screen.review is not None
        width = band.size.width - 2
        await pilot.click(band, offset=(1 + width * 150_000 // 361_000, 1))
        assert screen.review.index == 4
        column = 1 + 66_950 * width // 361_000
        await pilot.mouse_down(band, offset=(column, 1))
        await pilot.hover(band, offset=(column + 4, 1))
        await pilot.mouse_up(band, offset=(column + 4, 1))
        await settle(pilot)
        moved = screen.review.segments[2].start_ms
        assert abs(moved - (66_950 + 4 * 361_000 / width)) < 2 * 361_000 / width


async def test_clicking_a_row_chooses_it(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        for y, expected in ((6, 3), (5, 2)):  # each segment has two lines here
            await pilot.click("#rows", offset=(20, y))
            assert screen.review is not None
            assert screen.review.index == expected


async def test_segments_have_a_second_line_where_all_of_them_have_room(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, _):
        assert "Debugging: pytest: 1 failed" in "\n".join(row[:70] for row in screen_text(pilot).splitlines())
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert not any(row.strip() == "Coding: normalize.py" for row in screen_text(pilot).splitlines())
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: any(row[:70].strip() == "Coding: normalize.py" for row in screen_text(pilot).splitlines()))


async def test_the_edge_that_is_moved_is_looked_at(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("j", "j")
        await until(pilot, lambda: "▲ 1:08 1/3" in screen_text(pilot), "the picture at the start")
        await pilot.press("}")
        await until(pilot, lambda: "▲ 1:45 4/4" in screen_text(pilot), "that at the end")
        assert screen.review is not None
        assert screen.review.looked_at_ms == 104_180
        await pilot.press("full_stop")
        assert screen.review.looked_at_ms == screen.review.cursor_ms == 67_950


async def test_the_recording_opens_in_a_player_at_the_cursor(
    world: FakeHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "-odd name.mp4"
    file.write_bytes(b"x")
    item = world.items["rec-1"]
    item.recording = replace(item.recording, path=str(file))
    started: list[players.Command] = []
    monkeypatch.setattr(players, "start", started.append)
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}" if name == "mpv" else None)
    async with reviewing(world) as (pilot, _screen):
        await pilot.press("j", "o")
        await settle(pilot)
        await pilot.press("P")
        await settle(pilot)
        assert isinstance(pilot.app, EscribanoApp)
        pilot.app.sound = None  # it has played
        await pilot.press("}", "H")
        await settle(pilot)
        pilot.app.sound = None
    assert started[2].argv[3:5] == ("--start=66.450", "--length=3.000"), "around the edge that was moved"
    assert started[0].argv == ("/bin/mpv", "--start=25.600", "--force-window=yes", "--", str(file))
    assert started[1].argv[1:5] == ("--no-video", "--really-quiet", "--start=25.600", "--length=41.350")


async def test_without_a_player_or_a_file_it_says_so(world: FakeHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    async with reviewing(world) as (pilot, _screen):
        await pilot.press("o")
        await settle(pilot)
        assert "install mpv" in said(pilot)
        monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
        await pilot.press("o")
        await settle(pilot)
        assert "not where it was" in said(pilot)
        assert "opened instead" not in said(pilot)


async def test_a_recording_that_is_gone_is_looked_at_in_the_pictures_that_were_kept(
    world: FakeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    started: list[players.Command] = []
    monkeypatch.setattr(players, "start", started.append)
    async with reviewing(world) as (pilot, screen):
        frames = screen.review.outline.frames  # type: ignore[union-attr]
        (world.folder / "whole").mkdir()
        for frame in frames:
            shutil.copy(world.folder / "thumbnails" / frame.thumbnail, world.folder / "whole" / frame.thumbnail)
        await pilot.press("o")
        await settle(pilot)
        assert "not where it was" in said(pilot)
        assert "opened instead" in said(pilot)
    (command,) = started
    assert Path(command.argv[1]).parent == world.folder / "whole"


async def test_labels_typed_by_the_owner_are_cleaned(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("e")
        await until(pilot, lambda: bool(pilot.app.screen.query(Input)))
        pilot.app.screen.query_one(Input).value = "[/b] [red]x[/] \x1b]0;t\x07"
        await pilot.press("enter")
        await settle(pilot)
        assert screen.review is not None
        assert screen.review.segments[0].title == "[/b] [red]x[/] ]0;t"
        assert "[/b] [red]x[/] ]0;t" in screen_text(pilot)


async def test_what_was_not_looked_at_is_told(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, _screen):
        await pilot.press("f")
        await until(pilot, lambda: "One frame could not be described." in screen_text(pilot), "the notes")
        assert "0:00 of 0:24 spoken could not be written down" in screen_text(pilot)


async def test_a_moved_recording_is_found_again(world: FakeHouse, tmp_path: Path) -> None:
    (tmp_path / "other.mp4").write_bytes(b"0123456789")
    (tmp_path / "moved.mp4").write_bytes(b"films")
    async with reviewing(world) as (pilot, screen):
        await pilot.press("F")
        await until(pilot, lambda: isinstance(pilot.app.screen, AddScreen), "the question")
        await settle(pilot)
        assert "not near its old place. Where is “dev-session.mp4” now?" in screen_text(pilot)
        for name, expected in (("other.mp4", "another content"), ("moved.mp4", "")):
            pilot.app.screen.query_one(Input).value = str(tmp_path / name)
            await settle(pilot)
            await pilot.press("enter")
            await until(pilot, lambda said=expected: said in screen_text(pilot) if said else pilot.app.screen is screen)
        await until(pilot, lambda: "Found again" in said(pilot))
        assert screen.review is not None
        assert screen.review.session.recording.path == str(tmp_path / "moved.mp4")
        await pilot.press("F")
        await settle(pilot)
        assert "is where it was" in said(pilot)
