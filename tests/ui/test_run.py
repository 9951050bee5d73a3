"""Choosing and running: both lanes, cancel, pause, leave and come back, a queue."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from escribano_tui.domain import events as ev
from escribano_tui.domain.events import RunState
from escribano_tui.domain.machine import Resident, Residents
from escribano_tui.domain.progress import share_of
from escribano_tui.domain.session import PlannedPhase, RunPlan
from escribano_tui.domain.time_left import ENDING_S, left_of
from escribano_tui.ports import RunOptions
from escribano_tui.ui.app import EscribanoApp
from escribano_tui.ui.notice import notice
from escribano_tui.ui.run_words import memory
from escribano_tui.ui.running import REFRESH_S
from escribano_tui.ui.runs import RunKeeper
from escribano_tui.ui.screens.chooser import ChooserScreen
from escribano_tui.ui.screens.library import LibraryScreen
from escribano_tui.ui.screens.pick import PickScreen
from escribano_tui.ui.screens.review import ReviewScreen
from escribano_tui.ui.screens.run import RunScreen
from escribano_tui.ui.words import budget_of, not_a_budget
from tests.ui import fake_session
from tests.ui.conftest import opened, said, screen_text, settle, until
from tests.ui.fake_house import FakeHouse, Item


def fresh(tmp_path: Path, *names: str) -> FakeHouse:
    world = FakeHouse(tmp_path / "w", drafted=False)
    for k, name in enumerate(names or ("talk.mov",), 1):
        world.put(Item(fake_session.recording(f"rec-{k}", name)))
    return world


async def choose(pilot: Pilot[None]) -> None:
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, ChooserScreen), "the chooser")
    await settle(pilot)


def kept_state(pilot: Pilot[None], id: str = "rec-1") -> RunState:
    app = pilot.app
    assert isinstance(app, EscribanoApp)
    kept = app.keeper.of(id)
    assert kept is not None
    return kept.state


async def test_the_chooser_says_what_each_profile_will_do(tmp_path: Path) -> None:
    async with opened(fresh(tmp_path)) as pilot:
        await choose(pilot)
        text = screen_text(pilot)
        for part in ("quick", "about 25 s", "thorough", "about 70 s", "RapidOCR", "not qwen3-vl on Ollama: no answer",
                     "not in this profile", "a guess, before the first run here", "Nothing leaves this machine"):  # fmt: skip
            assert part in text, part
        await pilot.press("2")
        await pilot.pause()
        assert "! thorough sends data to studio.example." in screen_text(pilot)


async def test_of_the_better_backends_one_line_is_shown_and_d_shows_all(tmp_path: Path) -> None:
    async with opened(fresh(tmp_path)) as pilot:
        await choose(pilot)
        assert "not mlx-whisper: not installed, 1 more (d" in screen_text(pilot)
        assert "no server" not in screen_text(pilot)
        await pilot.press("d")
        await pilot.pause()
        assert "not a server: the profile names no server" in screen_text(pilot)
        assert "1 more (d" not in screen_text(pilot)
        await pilot.press("d")
        await pilot.pause()
        assert "1 more (d" in screen_text(pilot)


async def test_a_time_is_asked_for_and_a_third_card_is_fitted_to_it(tmp_path: Path) -> None:
    world = fresh(tmp_path)
    async with opened(world) as pilot:
        await choose(pilot)
        await pilot.press("3")
        await settle(pilot)
        assert "How much time is there? quick is fitted to it" in screen_text(pilot)
        await pilot.press(*"soon", "enter")
        await pilot.pause()
        assert "A time is written as 5 min, 5:00, 90 s" in screen_text(pilot)
        await pilot.press(*["backspace"] * 4, *"20 s", "enter")
        await settle(pilot)
        text = screen_text(pilot)
        for part in ("▸ 3 quick in 0:20   about 20 s", "leaves out about 12 of 46 frames", "reading between"):
            assert part in text, part
        await pilot.press("1")
        await pilot.pause()
        assert "▸ 1 quick   about 25 s" in screen_text(pilot)
        await pilot.press("3", "3")
        await settle(pilot)
        await pilot.press(*["backspace"] * 4, "5", "enter")
        await settle(pilot)
        text = screen_text(pilot)
        assert "▸ 3 quick in 5:00" in text
        assert "leaves nothing out" in text
        assert "quick in 0:20" not in text
        await pilot.press("enter")
        await until(pilot, lambda: kept_state(pilot).done, "the run")
        await settle(pilot)
        assert "quick in 5:00" in screen_text(pilot)
        assert world.calls == ["start rec-1 quick in 300 s"]


async def test_a_time_is_fitted_to_the_chosen_profile(tmp_path: Path) -> None:
    async with opened(fresh(tmp_path)) as pilot:
        await choose(pilot)
        await pilot.press("2", "3")
        await settle(pilot)
        await pilot.press(*"0:45", "enter")
        await settle(pilot)
        assert "▸ 3 thorough in 0:45" in screen_text(pilot)
        await pilot.press("f")
        await settle(pilot)
        assert "▸ 3 thorough in 0:45" in screen_text(pilot), "the other options leave the time as it is"


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [("5", 300), ("5 min", 300), ("5min", 300), ("5:00", 300), ("20 s", 20), ("90s", 90), ("1 h 30", 5400), ("1,5 h", 5400),
     ("2.5 minutes", 150), ("1 min 30", 90), ("5 s 5", None), ("1:00:00", 3600), ("", None), ("soon", None),
     ("5 x", None), ("-5", None), ("5 s min", None)],
)  # fmt: skip
def test_a_time_that_somebody_has_is_read_as_it_is_written(typed: str, seconds: float | None) -> None:
    assert budget_of(typed) == seconds
    assert bool(not_a_budget(typed)) is (seconds is None)


async def test_from_the_chooser_to_a_finished_run_and_its_review(tmp_path: Path) -> None:
    world = fresh(tmp_path)
    async with opened(world) as pilot:
        await choose(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "100% of the time covered" in screen_text(pilot), "the end of the run")
        text = screen_text(pilot)
        for part in (
            "46 changes",
            "0:24 of speech in 8 spans",
            "29 frames looked at",
            "1 put aside",
            "✓ finished in 0:31",
            "11.5 times real time",
            "drafted: 10 segments",
            "first look after",
        ):
            assert part in text, part
        await pilot.press("f")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        await settle(pilot)
        assert "no answer in 60 s" in screen_text(pilot)
        await pilot.press("escape", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen) and pilot.app.screen.review is not None)
        await settle(pilot)
        await pilot.press("escape", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, LibraryScreen), "the library below")


async def test_bars_move_and_the_draft_grows_while_it_runs(tmp_path: Path) -> None:
    world = fresh(tmp_path)
    world.steps = threading.Semaphore(30)
    async with opened(world) as pilot:
        await choose(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "12/30" in screen_text(pilot) or "9/30" in screen_text(pilot), "progress")
        text = screen_text(pilot)
        assert "▶ read" in text
        assert "○ segment" in text
        assert "drafted so far" in text
        world.steps.release(1000)
        await until(pilot, lambda: kept_state(pilot).done)


async def test_leaving_stops_nothing_and_the_library_tells_how_it_goes(tmp_path: Path) -> None:
    world = fresh(tmp_path)
    world.steps = threading.Semaphore(30)
    async with opened(world) as pilot:
        await choose(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunScreen))
        await until(pilot, lambda: bool(kept_state(pilot).draft))
        await pilot.press("escape")
        await until(pilot, lambda: "running" in screen_text(pilot), "the state in the library")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunScreen), "the run again")
        await pilot.press("escape")
        world.steps.release(1000)
        await until(pilot, lambda: "talk.mov: finished" in said(pilot), "the end is told")
        await until(pilot, lambda: "10 to review" in screen_text(pilot), "the library follows")


async def test_pause_and_cancel(tmp_path: Path) -> None:
    world = fresh(tmp_path)
    world.steps = threading.Semaphore(20)
    async with opened(world) as pilot:
        await choose(pilot)
        await pilot.press("2")
        await pilot.press("enter")
        await until(pilot, lambda: "▶ read" in screen_text(pilot))
        await pilot.press("p")
        await until(pilot, lambda: "‖ paused" in screen_text(pilot), "the pause")
        await pilot.press("p")
        await until(pilot, lambda: "‖ paused" not in screen_text(pilot))
        await pilot.press("c")
        await until(pilot, lambda: "■ cancelled; what was finished stays" in screen_text(pilot), "the cancel")
        assert kept_state(pilot).state == "cancelled"
        await pilot.press("r")
        await until(pilot, lambda: chosen_profile(pilot) == "thorough", "the chooser, to go on with the same profile")


def chosen_profile(pilot: Pilot[None]) -> str:
    screen = pilot.app.screen
    return screen.cards[screen.chosen].profile if isinstance(screen, ChooserScreen) and screen.cards else ""


async def test_recordings_wait_in_a_queue(tmp_path: Path) -> None:
    world = fresh(tmp_path, "one.mov", "two.mov")
    world.steps = threading.Semaphore(5)
    async with opened(world) as pilot:
        await choose(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunScreen))
        await pilot.press("escape", "j")
        await choose(pilot)
        await pilot.press("2", "enter")
        await until(pilot, lambda: "waits for 1 other run" in screen_text(pilot), "the queue")
        assert world.calls == ["start rec-1 quick"]
        world.steps.release(1000)
        await until(pilot, lambda: kept_state(pilot, "rec-2").done, "both runs")
        assert world.calls == ["start rec-1 quick", "start rec-2 thorough"]


async def test_a_recording_that_another_program_works_on_says_so(tmp_path: Path) -> None:
    world = fresh(tmp_path)
    world.busy = True
    async with opened(world) as pilot:
        await choose(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Another run works on this recording." in screen_text(pilot), "the reason")


async def test_quitting_while_a_run_is_under_way_asks_first(tmp_path: Path) -> None:
    world = fresh(tmp_path)
    world.steps = threading.Semaphore(10)
    async with opened(world) as pilot:
        await choose(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunScreen))
        await until(pilot, lambda: kept_state(pilot).phases["scan"].state != "waiting")
        await pilot.press("ctrl+q")
        await until(pilot, lambda: "Cancel the run of “talk.mov” and quit?" in screen_text(pilot), "the question")
        await pilot.press("y")
        await until(pilot, lambda: kept_state(pilot).state == "cancelled" or not pilot.app.is_running, "the end")


def test_time_left_counts_the_slowest_phase_and_what_has_not_begun() -> None:
    state = RunState().apply(ev.PhaseStarted("read", 0.0, 100)).apply(ev.PhaseProgressed("read", 10.0, 10, 100))
    phases = (
        PlannedPhase("read", ""),
        PlannedPhase("transcribe", "", estimate_s=200.0),
        PlannedPhase("summarize", "", estimate_s=5.0),
    )
    plan = RunPlan(fake_session.recording(), "quick", "", phases, 0.0, "")
    assert left_of(state) == pytest.approx(90.0)
    assert left_of(state, plan) == pytest.approx(205.0 + ENDING_S), "what has not begun counts as it is planned"
    later = state.apply(ev.PhaseProgressed("listen", 13.0, 1, 9))
    assert left_of(later) == pytest.approx(90.0 - 3), "time goes by between items"
    weighed = state.apply(ev.PhaseProgressed("read", 10.0, 10, 100, worked=0.5))
    assert left_of(weighed) == pytest.approx(10.0), "dear items came first"
    assert left_of(RunState()) is None
    assert 0.0 <= share_of(state) < 0.5


def test_events_are_kept_in_order_and_none_is_lost() -> None:
    poked = []
    keeper = RunKeeper(lambda: poked.append(1))
    kept = keeper.ask(fake_session.recording(), "quick", RunOptions())
    assert keeper.ask(fake_session.recording(), "quick", RunOptions()) is kept, "one recording waits once"
    assert keeper.next() is kept
    sink = keeper.sink(kept)
    threads = [threading.Thread(target=lambda: [sink(ev.ItemFailed("read", "0", "x")) for _ in range(500)]) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    sink(ev.RunEnded("finished", 1.0))
    keeper.drain()
    assert len(kept.state.failures) == 2000
    assert kept.over


async def test_sound_files_of_their_own_go_into_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "voice.wav").write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    world = fresh(tmp_path)
    async with opened(world) as pilot:
        await choose(pilot)
        await pilot.press("m")
        await until(pilot, lambda: "The microphone's own file" in screen_text(pilot), "the browser")
        box = pilot.app.screen.query_one(Input)
        box.value = str(tmp_path / "voice.wav")
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChooserScreen) and "own microphone" in screen_text(pilot))
        await settle(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, ChooserScreen)
        assert screen.options.mic == tmp_path / "voice.wav"
        await pilot.press("f", "t", "m")
        await settle(pilot)
        assert screen.options == RunOptions(retry_failed=True)


async def test_the_queue_is_shown_put_in_another_order_and_shortened(tmp_path: Path) -> None:
    world = fresh(tmp_path, "a.mov", "b.mov", "c.mov", "d.mov")
    world.steps = threading.Semaphore(10)
    async with opened(world) as pilot:
        app = pilot.app
        assert isinstance(app, EscribanoApp)
        for k in range(1, 5):
            app.runs.start(world.items[f"rec-{k}"].recording, "quick", RunOptions())
        await until(pilot, lambda: "3 waiting" in screen_text(pilot), "the run screen")
        assert "waits for 1 other run" in screen_text(pilot)
        await pilot.press("q")
        await until(pilot, lambda: "Queue: 3 waiting" in screen_text(pilot), "the queue")
        assert names(app) == ["b.mov", "c.mov", "d.mov"]
        await pilot.press("x")
        assert "This one has begun" in said(pilot)
        await pilot.press("j", "j", "j", "K", "K")
        await settle(pilot)
        assert names(app) == ["d.mov", "b.mov", "c.mov"]
        await pilot.press("j", "x")
        await settle(pilot)
        assert names(app) == ["d.mov", "c.mov"]
        assert "Queue: 2 waiting" in screen_text(pilot)
        await pilot.press("escape")
        world.steps.release(1000)
        await until(pilot, lambda: kept_state(pilot, "rec-3").done, "the last of the queue")
    assert [c.split()[1] for c in world.calls] == ["rec-1", "rec-4", "rec-3"]


async def test_thousands_of_items_make_few_updates_and_no_widgets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = fresh(tmp_path)
    world.steps = threading.Semaphore(13)
    async with opened(world) as pilot:
        app = pilot.app
        assert isinstance(app, EscribanoApp)
        app.runs.start(world.items["rec-1"].recording, "quick", RunOptions())
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
        await settle(pilot)
        screen, kept = app.screen, app.keeper.of("rec-1")
        assert isinstance(screen, RunScreen)
        assert kept is not None
        widgets, shown = len(screen.query("*")), []
        monkeypatch.setattr(screen, "show", lambda: shown.append(1))
        sink, began = app.keeper.sink(kept), time.monotonic()
        for k in range(7000):
            sink(ev.PhaseProgressed("describe" if k % 7 < 5 else "transcribe", 1.0, k, 7000))
            if k % 500 == 0:
                await pilot.pause()
        await until(pilot, lambda: not kept.inbox, "all of it taken in")
        assert len(shown) <= (time.monotonic() - began) / REFRESH_S + 2
        assert len(screen.query("*")) == widgets
        world.steps.release(1000)


def names(app: EscribanoApp) -> list[str]:
    return [Path(kept.recording.path).name for kept in app.keeper.waiting]


@pytest.mark.parametrize(
    ("environ", "written"),
    [
        ({"TERM": "xterm-256color"}, "\a"),
        ({"TERM": "xterm-kitty"}, "\x1b]9;escribano: a.mov: finished\a"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "\x1b]9;escribano: a.mov: finished\a"),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "iTerm.app"}, "\a"),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/x"}, "\a"),
    ],
)
def test_a_terminal_is_told_of_the_end_in_the_way_that_it_knows(environ: dict[str, str], written: str) -> None:
    assert notice("a.mov: finished", environ) == written
    assert "\x1b" not in notice("a\x1b]0;x\x07.mov", environ)[4:]


async def test_the_bell_rings_only_where_nobody_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for focused in (True, False):
        world = fresh(tmp_path)
        written: list[str] = []
        async with opened(world) as pilot:
            app = pilot.app
            assert isinstance(app, EscribanoApp)
            monkeypatch.setattr(app, "write_to_terminal", written.append)
            app.app_focus = focused
            app.runs.start(world.items["rec-1"].recording, "quick", RunOptions())
            await until(pilot, lambda: kept_state(pilot).done, "the end")
            await settle(pilot)
        assert bool(written) is not focused


def test_what_the_models_take_is_told() -> None:
    assert memory(Residents()) == ""
    loaded = Resident("RapidOCR", size_mb=351.4, loaded=True, busy=True)
    told = memory(Residents((loaded, Resident("Moonshine", size_mb=190)), 10_000, 4000))
    assert told == "models 351 MB of 10.0 GB: RapidOCR 351 MB ▸"
    assert "none in memory" in memory(Residents((Resident("Moonshine", size_mb=190),), 10_000))


async def test_files_that_wait_for_batch_are_in_the_queue_too_and_can_be_taken_out(tmp_path: Path) -> None:
    world = FakeHouse(tmp_path / "w", drafted=False)
    world.queue.put(Path("/films/-one\x1b[31m.mp4"), "quick")
    bad = world.queue.put(Path("/films/two.mp4"), "thorough")
    world.queue.end(bad, "failed")
    async with opened(world, (80, 24)) as pilot:
        await pilot.press("f6")
        await until(pilot, lambda: "Queue: 1 waiting" in screen_text(pilot), "the queue")
        shown = screen_text(pilot)
        assert "waits for `batch`" in shown
        assert "two.mp4" in shown
        assert "failed" in shown
        await pilot.press("x")
        await until(pilot, lambda: "Queue: nothing waits" in screen_text(pilot), "one less")
        assert [w.path for w in world.queue.rows()] == ["/films/two.mp4"]
        await pilot.press("escape")
