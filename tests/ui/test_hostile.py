"""Text from outside shows as it is and harms nothing, on every screen, at every size."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from escribano_tui.domain import events as ev
from escribano_tui.domain.session import PlannedPhase, RunPlan
from escribano_tui.domain.summary import Summary
from escribano_tui.domain.timeline import Timeline
from escribano_tui.ports import RunOptions
from escribano_tui.ui.app import EscribanoApp
from tests.ui.conftest import lines_of, opened, screen_text, settle, until
from tests.ui.fake_house import FakeHouse
from tests.ui.fake_reviews import FakeSummaries
from tests.ui.fake_runs import FakeRuns
from tests.ui.fake_session import HOSTILE

LEGIBLE = "[/b] [red]x[/]"
SIZES = ((1, 1), (30, 9), (120, 40))
MORE = ((2, 2), (5, 3), (12, 5), (20, 8), (44, 15), (60, 18), (300, 4), (10, 60), (200, 60), (80, 24))
MAIN = ("library", "chooser", "run", "review", "evidence", "labels", "title", "alike", "summary")


def spoil(world: FakeHouse) -> None:
    """Hostile text in every field that a screen shows. The store would have cleaned it; the screens must not rely on it."""
    item = world.items["rec-1"]
    assert item.draft is not None
    item.recording = replace(
        item.recording, path=f"/nowhere/{HOSTILE}.mp4", started_at=HOSTILE, notes=(HOSTILE,), video_codec=HOSTILE
    )
    subjects = tuple(replace(s, label=f"{HOSTILE} {k}") for k, s in enumerate(item.draft.subjects))
    segments = tuple(
        replace(s, title=HOSTILE, description=HOSTILE, apps=(HOSTILE,), topics=(HOSTILE,), why=(HOSTILE,))
        for s in item.draft.segments
    )
    item.draft = Timeline(item.draft.duration_ms, segments, subjects)
    e = item.evidence
    item.evidence = replace(
        e,
        lines=tuple(replace(x, text=HOSTILE) for x in e.lines),
        utterances=tuple(replace(u, text=HOSTILE, doubtful=True, why_doubtful=HOSTILE) for u in e.utterances),
        descriptions=tuple(replace(d, sentence=HOSTILE, title=HOSTILE, apps=(HOSTILE,), why=(HOSTILE,), backend=HOSTILE)
                           for d in e.descriptions),
    )  # fmt: skip
    item.summaries.append(Summary("card", 0, f"# {HOSTILE}\n\n- {HOSTILE} [0:26] <b>{HOSTILE}</b> `{HOSTILE}`\n", HOSTILE,
                                  created_at=HOSTILE, id=1))  # fmt: skip
    item.summaries.append(Summary("card", 0, f"# {HOSTILE}\n\n| {HOSTILE} |\n| --- |\n| {HOSTILE} |\n", HOSTILE, id=2))


class SpoiltRuns(FakeRuns):
    def plan(self, recording_id: str, profile: str, options: RunOptions = RunOptions()) -> RunPlan:  # noqa: B008
        plan = super().plan(recording_id, profile, options)
        phase = PlannedPhase("read", HOSTILE, HOSTILE, HOSTILE, ((HOSTILE, HOSTILE),), 3.0, leaves_machine=HOSTILE)
        return replace(plan, description=HOSTILE, phases=(phase,), estimated_from=HOSTILE)


def spoilt(tmp_path: Path) -> FakeHouse:
    world = FakeHouse(tmp_path / "w")
    spoil(world)
    return world


Walk = Callable[[Pilot[None]], Awaitable[None]]


def keys(*pressed: str) -> Walk:
    async def walk(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, EscribanoApp)
        app.places.set_flag("review-guide", True)
        for key in pressed:
            await pilot.press(key)
            await settle(pilot)

    return walk


WALKS: dict[str, Walk] = {
    "library": keys("home"),
    "delete": keys("delete"),
    "filter": keys("slash", "x"),
    "add": keys("a"),
    "find": keys("f", "left_square_bracket", "r"),
    "chooser": keys("r"),
    "run": keys("r", "enter"),
    "failures": keys("r", "enter", "f"),
    "review": keys("enter", "j"),
    "evidence": keys("enter", "j", "enter"),
    "labels": keys("enter", "l"),
    "title": keys("enter", "e"),
    "apps": keys("enter", "a"),
    "subject": keys("enter", "b"),
    "history": keys("enter", "1", "e", "end", "z", "enter", "h"),
    "search": keys("enter", "slash", "r", "e", "d"),
    "alike": keys("enter", "A"),
    "summary": keys("w"),
    "citations": keys("w", "v", "down", "enter", "enter"),
    "changed": keys("w", "d"),
    "help": keys("enter", "question_mark"),
    "palette": keys("enter", "ctrl+p", "s"),
    "themes": keys("f2", "down"),
    "doctor": keys("f3"),
}
SHOWS = ("library", "delete", "find", "chooser", "review", "evidence", "title", "apps", "subject", "history", "search",
         "alike", "summary", "citations", "changed")  # fmt: skip


def assert_harmless(pilot: Pilot[None]) -> None:
    text = screen_text(pilot)
    assert not [c for c in text if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160)], "a control would reach the terminal"
    width = pilot.app.size.width
    from rich.cells import cell_len

    assert all(cell_len(line) == width for line in lines_of(pilot))


@pytest.mark.parametrize("name", [n if n in SHOWS else pytest.param(n, marks=pytest.mark.slow) for n in WALKS])
async def test_hostile_text_shows_as_it_is(tmp_path: Path, name: str) -> None:
    world = spoilt(tmp_path)
    app_house = world.house()
    object.__setattr__(app_house, "runs", SpoiltRuns(world))
    world.house = lambda: app_house  # type: ignore[method-assign]
    async with opened(world, (160, 50)) as pilot:
        await WALKS[name](pilot)
        assert_harmless(pilot)
        if name in SHOWS:
            assert LEGIBLE in screen_text(pilot)


async def test_hostile_events_of_a_run_show_as_they_are(world: FakeHouse) -> None:
    async with opened(world, (120, 40)) as pilot:
        await keys("r", "enter")(pilot)
        app = pilot.app
        assert isinstance(app, EscribanoApp)
        kept = app.keeper.of("rec-1")
        assert kept is not None
        tell = app.keeper.sink(kept)
        tell(ev.Looked(3.0, "/nowhere/[/b].jpg", HOSTILE))
        tell(ev.Drafted((ev.DraftRow(0, 5000, HOSTILE, HOSTILE, HOSTILE),)))
        tell(ev.PhaseFailed("read", 13.0, HOSTILE))
        tell(ev.ItemFailed("read", HOSTILE, HOSTILE))
        tell(ev.RunEnded("failed", 14.0, HOSTILE))
        await until(pilot, lambda: screen_text(pilot).count(LEGIBLE) >= 4, "title, line, row and failure")
        assert_harmless(pilot)
        await keys("f")(pilot)
        assert LEGIBLE in screen_text(pilot)
        assert_harmless(pilot)


async def through_sizes(world: FakeHouse, name: str, sizes: tuple[tuple[int, int], ...]) -> None:
    FakeSummaries(world).regenerate("rec-1", "card")
    FakeSummaries(world).regenerate("rec-1", "card")
    async with opened(world, (80, 24)) as pilot:
        await WALKS[name](pilot)
        for width, height in sizes:
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            assert_harmless(pilot)


@pytest.mark.parametrize("name", MAIN)
async def test_main_screens_live_through_a_resize(world: FakeHouse, name: str) -> None:
    await through_sizes(world, name, SIZES)


@pytest.mark.slow
@pytest.mark.parametrize("name", WALKS)
async def test_every_screen_lives_through_every_size(world: FakeHouse, name: str) -> None:
    await through_sizes(world, name, (*SIZES, *MORE))


@pytest.mark.parametrize("size", [(1, 1), (8, 4), (24, 9)])
async def test_the_app_starts_and_works_in_a_tiny_terminal(world: FakeHouse, size: tuple[int, int]) -> None:
    async with opened(world, size) as pilot:
        await keys("enter", "j", "3", "s", "u", "l", "escape", "enter", "escape", "w", "escape")(pilot)
        assert_harmless(pilot)
    assert len(world.items["rec-1"].journal) >= 1
