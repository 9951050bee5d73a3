"""A walk over every key of the review, against the domain's own journal."""

from __future__ import annotations

import pytest

from escribano_tui.domain.activity import ACTIVITIES
from escribano_tui.ui.screens.ask import AskScreen
from escribano_tui.ui.screens.evidence import EvidenceScreen
from escribano_tui.ui.screens.pick import PickScreen
from escribano_tui.ui.screens.review import ReviewScreen
from tests.ui.conftest import reviewing, said, screen_text, settle, until
from tests.ui.fake_house import FakeHouse


def place(screen: ReviewScreen) -> tuple[int, int]:
    assert screen.review is not None
    return screen.review.index, screen.review.cursor_ms


def segment(screen: ReviewScreen, k: int):  # type: ignore[no-untyped-def]
    assert screen.review is not None
    return screen.review.segments[k]


@pytest.mark.parametrize(("key", "activity"), [(str(k), name) for k, name in enumerate(ACTIVITIES[:9], 1)])
async def test_a_digit_labels_and_goes_on(world: FakeHouse, key: str, activity: str) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("j", key)
        await settle(pilot)
        assert segment(screen, 1).activity == activity
        assert segment(screen, 1).reviewed
        assert place(screen)[0] == 2
        assert len(world.items["rec-1"].journal) == 1, "one key is one row of the journal"


async def test_l_shows_all_activities_and_takes_a_letter(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("l")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        await pilot.pause()
        assert all(name in screen_text(pilot) for name in ACTIVITIES)
        await pilot.press("q")
        await settle(pilot)
        assert segment(screen, 0).activity == "data"


async def test_moving(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        for keys, expected in (
            (["j"], (1, 25_600)), (["down"], (2, 66_950)), (["k"], (1, 25_600)), (["up"], (0, 0)), (["up"], (0, 0)),
            (["end"], (9, 299_000)), (["home"], (0, 0)), (["period"], (0, 1000)), ([","], (0, 0)), ([","], (0, 0)),
            ([">"], (0, 5000)), (["<"], (0, 0)), (["ctrl+full_stop"], (0, 33)), ([";"], (0, 0)), (["'"], (0, 33)),
            (["ctrl+comma"], (0, 0)),
            (["right"], (0, 7500)), (["right"], (0, 12_800)), (["left"], (0, 7500)), (["n"], (1, 25_600)),
        ):  # fmt: skip
            await pilot.press(*("full_stop" if k == "period" else k for k in keys))
            assert place(screen) == expected, keys


async def test_least_sure_and_same_subject(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("c")
        assert segment(screen, place(screen)[0]).title == "pytest: 1 failed"
        await pilot.press("c")
        assert segment(screen, place(screen)[0]).confidence == 0.77
        await pilot.press("home", "N")
        assert place(screen)[0] == 1


async def test_go_to_a_time_checks_what_is_typed(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("g")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.press(*"99:99", "enter")
        assert isinstance(pilot.app.screen, AskScreen), "a time beyond the end is not taken"
        await pilot.press(*["backspace"] * 5, *"1:10", "enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert place(screen) == (2, 70_000)


async def test_accept_and_take_back(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("space", "space")
        await settle(pilot)
        assert [segment(screen, k).reviewed for k in range(3)] == [True, True, False]
        assert "8 to review" in screen_text(pilot)
        await pilot.press("k", "r")
        await settle(pilot)
        assert not segment(screen, 1).reviewed


async def test_split_at_the_cursor_and_on_an_edge_at_the_next_change(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press(">", "s")
        await settle(pilot)
        assert place(screen) == (1, 5000)
        assert segment(screen, 0).end_ms == 5000
        await pilot.press("s")
        await settle(pilot)
        assert segment(screen, 1).end_ms == 12_800, "the cursor was on an edge: the medium change, not the small one before it"


async def test_merge_both_ways_keeps_the_label_under_the_cursor(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("j", "m")
        await settle(pilot)
        assert (segment(screen, 1).activity, segment(screen, 1).end_ms) == ("coding", 103_180)
        await pilot.press("j", "M")
        await settle(pilot)
        assert (segment(screen, 1).activity, segment(screen, 1).start_ms) == ("research", 25_600)
        await pilot.press("home", "M")
        await settle(pilot)
        assert "first segment" in said(pilot)


async def test_edges_move_by_the_step(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("j", "[")
        await settle(pilot)
        assert place(screen) == (1, 24_600), "the cursor stays with the segment"
        await pilot.press("]", "]")
        await settle(pilot)
        assert segment(screen, 1).start_ms == 26_600
        await pilot.press("}", "z", "{")
        await settle(pilot)
        assert segment(screen, 1).end_ms == 66_950 + 1000 - 5000
        await pilot.press("z", "}")
        await settle(pilot)
        assert segment(screen, 1).end_ms == 62_950 + 33
        await pilot.press("home", "[")
        await settle(pilot)
        assert "begins and ends here" in said(pilot)


async def test_snap_and_edge_here(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("j", "]", "S")
        await settle(pilot)
        assert segment(screen, 1).start_ms == 25_600, "back on the change"
        await pilot.press("S")
        await settle(pilot)
        assert "stands on a change" in said(pilot)
        await pilot.press(">", "i")
        await settle(pilot)
        assert segment(screen, 1).start_ms == 30_600


async def test_title_with_completion(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.press("ctrl+u", *"norm", "tab", "enter")
        await settle(pilot)
        assert segment(screen, 0).title == "normalize.py"


async def test_apps_topics_and_subject(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.press(*", Gea", "tab", "enter")
        await settle(pilot)
        assert segment(screen, 0).apps == ("Chromium", "Geany")
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.press("ctrl+u", *"boards,  tides ,boards", "enter")
        await settle(pilot)
        assert segment(screen, 0).topics == ("boards", "tides")
        await pilot.press("b")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.press("ctrl+u", "enter")
        assert isinstance(pilot.app.screen, AskScreen), "a subject needs a name"
        await pilot.press(*"Planning", "enter")
        await settle(pilot)
        assert screen.review is not None
        assert screen.review.timeline.subject(segment(screen, 0).subject_id).label == "Planning"
        await pilot.press("j", "B")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.press("ctrl+u", *"Stations", "enter")
        await settle(pilot)
        assert screen.review.timeline.subject(segment(screen, 6).subject_id).label == "Stations"


async def test_what_was_said_is_corrected_and_taken_back(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, _):
        await pilot.press("j", "j", "E")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.press("ctrl+u", *"The time test fails.", "enter")
        await settle(pilot)
        await until(pilot, lambda: "The time test fails.” 1:10 yours" in screen_text(pilot), "the owner's words")
        await pilot.press("u")
        await settle(pilot)
        await until(pilot, lambda: "“The label tests pass now" in screen_text(pilot), "what was heard")
        await pilot.press("U", "h")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen), "the history")
        await settle(pilot)
        assert "Corrected what was said at 1:10: “The time test fails.”" in screen_text(pilot)
        await pilot.press("escape", "3", "E")
        await settle(pilot)
        assert "Nothing was said in this segment" in said(pilot)


async def test_what_was_said_is_corrected_in_the_evidence(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("j", "j", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, EvidenceScreen), "the evidence")
        await until(pilot, lambda: "“The label tests" in screen_text(pilot), "what was said")
        await pilot.press("e")
        await settle(pilot)
        assert "Only what was said" in said(pilot)
        rows = pilot.app.screen._rows  # type: ignore[attr-defined]
        await pilot.press(*["j"] * next(k for k, row in enumerate(rows) if row.utterance), "e")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
        await pilot.press("ctrl+u", *"Mine.", "enter")
        await until(pilot, lambda: "yours    “Mine.”" in screen_text(pilot), "the owner's words")
        await pilot.press("escape")
        await settle(pilot)
        assert pilot.app.screen is screen
        assert len(world.items["rec-1"].journal) == 1


async def test_completion_offers_what_the_whole_library_knows(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        for key, typed, expected in (("e", "tide t", "Tide tables"), ("a", "gear", "Geary"), ("b", "tid", "Tides")):
            await pilot.press(key)
            await until(pilot, lambda: isinstance(pilot.app.screen, AskScreen))
            await settle(pilot)
            await pilot.press("ctrl+u", *typed, "tab", "enter")
            await settle(pilot)
            assert pilot.app.screen is screen
            s = segment(screen, 0)
            assert expected in (s.title, *s.apps, screen.review.timeline.subject(s.subject_id).label)  # type: ignore[union-attr]


async def test_personal_and_several_at_once(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("p")
        await settle(pilot)
        assert segment(screen, 0).personal
        await pilot.press("x", "j", "x", "7")
        await settle(pilot)
        assert [segment(screen, k).activity for k in (0, 1, 2)] == ["writing", "coding", "writing"]
        assert screen.review is not None
        assert not screen.review.selected, "the selection ends with the edit"
        assert len(world.items["rec-1"].journal) == 2, "several segments are one edit"


async def test_all_alike_with_a_preview(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("j", "3", "k", "A")
        await until(pilot, lambda: pilot.app.screen is not screen, "the preview")
        await settle(pilot)
        assert "1 other segment and this one as terminal" in screen_text(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert segment(screen, 4).activity == "terminal"
        await pilot.press("u")
        await settle(pilot)
        assert segment(screen, 4).activity == "coding", "one edit, one undo"


async def test_undo_and_redo_to_the_very_same(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        assert screen.review is not None
        before = screen.review.timeline
        await pilot.press("1", "5", "s", "m", "space", "]")
        await settle(pilot)
        after = screen.review.timeline
        assert after != before
        edits = len(screen.review.session.standing.edits)
        await pilot.press(*"u" * edits)
        await settle(pilot)
        assert screen.review.timeline == before
        await pilot.press("u")
        await settle(pilot)
        assert "nothing to undo" in said(pilot)
        await pilot.press(*"U" * edits)
        await settle(pilot)
        assert screen.review.timeline == after


async def test_history_says_what_each_step_was(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("2", "u", "h")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen), "the history")
        await settle(pilot)
        assert "Relabelled 0:00–0:26 from planning to debugging" in screen_text(pilot)
        assert "Undid 1" in screen_text(pilot)
        await pilot.press("escape")
        assert pilot.app.screen is screen


async def test_search_finds_speech_and_screen_text_as_one_types(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("slash", *"tzinfo")
        await until(pilot, lambda: "timezone.utc" in screen_text(pilot), "the line")
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert place(screen)[0] == 4


async def test_zoom_keeps_the_cursor_in_view(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        assert screen.review is not None
        await pilot.press("end", "+", "+", "+")
        low, high = screen.review.view
        assert low <= 299_000 < high
        assert high - low == 361_000 // 8
        await pilot.press("home")
        assert screen.review.view[0] == 0
        await pilot.press("minus", "0")
        assert screen.review.view == (0, 361_000)


async def test_evidence_in_full_and_back_at_its_moment(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("j", "j", "enter")
        await until(pilot, lambda: pilot.app.screen is not screen, "the evidence")
        await settle(pilot)
        text = screen_text(pilot)
        assert "test_time_is_utc" in text
        assert "The label tests pass now" in text
        await pilot.press("end", "enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert place(screen) == (2, 86_065), "at the last description"


async def test_summary_and_run_lead_elsewhere(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, screen):
        await pilot.press("w")
        await until(pilot, lambda: "Session card" in screen_text(pilot), "the summary")
        await pilot.press("escape", "R")
        await until(pilot, lambda: "thorough" in screen_text(pilot), "the chooser")
        await pilot.press("escape")
        assert pilot.app.screen is screen
