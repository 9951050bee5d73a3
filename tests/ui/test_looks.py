"""What makes screens calm and plain: keys told alike everywhere, nothing cut at small sizes, the next step always said."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from escribano_tui.config.keymap import Keymap
from escribano_tui.domain.machine import served_by
from escribano_tui.ports import RunOptions
from escribano_tui.ui.app import EscribanoApp
from escribano_tui.ui.lines import in_parts
from escribano_tui.ui.screens.add import AddScreen
from escribano_tui.ui.screens.pick import PickScreen
from escribano_tui.ui.widgets.boxkeys import hints_in
from escribano_tui.ui.widgets.guide import lines
from escribano_tui.ui.widgets.plancard import PlanCard
from tests.ui import fake_session
from tests.ui.conftest import lines_of, opened, reviewing, said, screen_text, settle, until
from tests.ui.fake_house import FakeHouse, Item
from tests.ui.fake_runs import finished_run


@pytest.mark.parametrize(
    ("told", "keys"),
    [
        ("enter choose   esc close", ["enter", "esc"]),
        ("↓ ↑ choose   ctrl+u folder above", ["↓ ↑", "ctrl+u"]),
        ("a remark without a key   esc close", ["", "esc"]),
        ("J K later, earlier   x take out", ["J K", "x"]),
    ],
)
def test_the_keys_of_a_box_are_found_in_what_is_told(told: str, keys: list[str]) -> None:
    assert [hint.keys for hint in hints_in(told)] == keys
    assert "   ".join(f"{h.keys} {h.label}".strip() for h in hints_in(told)) == told


async def test_where_a_box_has_no_room_how_to_close_it_stays(world: FakeHouse) -> None:
    async with opened(world, (44, 16)) as pilot:
        await pilot.press("a")
        await settle(pilot)
        keys = next(line for line in lines_of(pilot) if "enter open or add" in line)
        assert "esc close" in keys


async def test_a_path_that_does_not_exist_is_told_where_it_was_typed(world: FakeHouse, tmp_path: Path) -> None:
    async with opened(world) as pilot:
        await pilot.press("a")
        await settle(pilot)
        pilot.app.screen.query_one("#path", Input).value = f"{tmp_path}/zzz.mp4"
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "There is no file “zzz.mp4”" in screen_text(pilot), "what is wrong")
        assert isinstance(pilot.app.screen, AddScreen)
        await pilot.press("x")
        await settle(pilot)
        assert "There is no file" not in screen_text(pilot)


async def test_an_empty_library_offers_only_what_does_something(tmp_path: Path) -> None:
    async with opened(FakeHouse(tmp_path / "w", drafted=False), (80, 24)) as pilot:
        footer = lines_of(pilot)[-1]
        assert all(key in footer for key in ("a add", "x demo", "ctrl+q quit", "? help"))
        assert not any(label in footer for label in ("filter", "search", "roll-up", "order"))


async def test_the_library_is_in_order_of_what_was_recorded_last(world: FakeHouse) -> None:
    for id, started in (("rec-2", "2026-11-21T08:00:00+01:00"), ("rec-3", "2026-11-18T23:00:00-05:00"), ("rec-4", "no date")):
        world.put(Item(replace(fake_session.recording(id, f"{id}.mp4"), started_at=started)))
    async with opened(world) as pilot:
        text = screen_text(pilot)
        assert sorted(("rec-2.mp4", "dev-session.mp4", "rec-3.mp4", "rec-4.mp4"), key=text.index) == [
            "rec-2.mp4", "dev-session.mp4", "rec-3.mp4", "rec-4.mp4",
        ]  # fmt: skip


async def test_a_run_that_did_not_end_says_how_it_goes_on(world: FakeHouse) -> None:
    for id, state in (("rec-2", "cancelled"), ("rec-3", "failed")):
        world.put(Item(fake_session.recording(id, f"{id}.mp4"))).run = replace(finished_run(id), state=state)
    async with opened(world) as pilot:
        assert "cancelled: enter to go on where it stopped" in screen_text(pilot)
        assert "failed: enter to try it again" in screen_text(pilot)


async def test_a_run_that_waits_says_so_and_offers_no_draft_yet(world: FakeHouse) -> None:
    world.steps = threading.Semaphore(0)
    for id in ("rec-2", "rec-3"):
        world.put(Item(fake_session.recording(id, f"{id}.mp4")))
    async with opened(world) as pilot:
        app = pilot.app
        assert isinstance(app, EscribanoApp)
        for id in ("rec-2", "rec-3"):
            app.runs.start(world.items[id].recording, "quick", RunOptions())
        app.go_run("rec-3")
        await until(pilot, lambda: "It begins when the one before has ended." in screen_text(pilot), "what it waits for")
        await settle(pilot)
        assert "enter review" not in lines_of(pilot)[-1]
        await pilot.press("enter")
        await settle(pilot)
        assert "Nothing is drafted yet" in said(pilot)
        world.steps.release(1000)


def test_the_first_words_of_the_review_fit_into_60_columns() -> None:
    assert max(len(line) for line in lines(Keymap()).plain.splitlines()) <= 60 - 4


async def test_the_labels_fit_a_terminal_that_has_become_small(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, _):
        await pilot.press("l")
        await settle(pilot)
        assert isinstance(pilot.app.screen, PickScreen)
        await pilot.resize_terminal(50, 13)
        await until(pilot, lambda: "esc close" in screen_text(pilot), "the keys")
        await pilot.press("2")
        await until(pilot, lambda: world.items["rec-1"].journal, "the label: its digit chooses it too")


async def test_the_cards_of_the_chooser_are_as_long_as_what_they_tell(world: FakeHouse) -> None:
    world.put(Item(fake_session.recording("rec-2", "two.mp4")))
    async with opened(world, (200, 60)) as pilot:
        pilot.app.go_chooser("rec-2")  # type: ignore[attr-defined]
        await until(pilot, lambda: "Nothing leaves" in screen_text(pilot), "the plans")
        await settle(pilot)
        cards = list(pilot.app.screen.query(PlanCard))
        assert {card.outer_size.height for card in cards} == {max(card.whole for card in cards) + 2}
        assert lines_of(pilot)[-1].lstrip().startswith("enter start"), "the footer stays at the foot"
        read = next(line for line in lines_of(pilot) if "RapidOCR" in line)
        assert read.rstrip(" │║").endswith("0:42"), "times stand at the right edge"


@pytest.mark.parametrize(("key", "text"), [("f1", "Read the summary"), ("f3", "free some space")])
async def test_a_box_is_painted_anew_with_another_theme(world: FakeHouse, key: str, text: str) -> None:
    async with opened(world) as pilot:
        app = pilot.app
        assert isinstance(app, EscribanoApp)
        await pilot.press(key)
        await until(pilot, lambda: text in screen_text(pilot), "the box")
        await settle(pilot)
        app.show_theme("paper")
        await until(pilot, lambda: text in screen_text(pilot) and app.screen.query("#scroll"), "the box again")
        await settle(pilot)
        shown = {s.style.bgcolor.name for strip in app.screen._compositor.render_strips() for s in strip
                 if text in s.text and s.style and s.style.bgcolor}  # fmt: skip
        assert shown == {app.palette.color("surface")}


def test_what_has_no_room_is_left_out_by_whole_parts() -> None:
    said = "20 pictures; left out: 1 less clear than one beside it, 5 close to another"
    assert in_parts(said, 80) == said
    assert in_parts(said, 64) == "20 pictures; left out: 1 less clear than one beside it, …"
    assert in_parts(said, 30) == "20 pictures; left out: 1 less…", "most of the room stays used"


def test_a_backend_and_its_model_are_named_once() -> None:
    assert served_by("Silero VAD", "silero-vad-v6") == "Silero VAD v6"
    assert served_by("Moonshine tiny-en", "tiny-en") == "Moonshine tiny-en"
    assert served_by("RapidOCR", "PP-OCRv6_small") == "RapidOCR PP-OCRv6_small"
