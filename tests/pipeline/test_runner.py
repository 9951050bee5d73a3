"""The runner: reuse by key, resume to the item, retry, force, cancel, pause, failures that are seen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from escribano_tui.domain.events import PHASES, Event, PhaseFinished, RunEnded, RunState
from escribano_tui.domain.evidence import Frame, ScreenLine
from escribano_tui.domain.profile import Profile, ScanSettings
from escribano_tui.domain.progress import load_state
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.session import RunRecord
from escribano_tui.pipeline import file_watch
from escribano_tui.ports import PhaseContext, RunBusy, RunOptions
from escribano_tui.store.library import LibraryStore
from escribano_tui.usecases.runs import RunDesk
from tests.pipeline.scripted import FRAMES, RECORDING, OneBackend, Scripted, Work, make_runner

QUICK = Profile("quick")
NOW = RunOptions()


class Bench:
    """A runner over scripted work, with the events of its last run."""

    def __init__(self, tmp_path: Path, backends: OneBackend | None = None) -> None:
        self.work = Work()
        self.backends = backends or OneBackend()
        self.runner, self.store, self.files = make_runner(tmp_path, self.work, self.backends)
        self.events: list[Event] = []

    def run(self, options: RunOptions = NOW, profile: Profile = QUICK) -> RunState:
        self.work.computed.clear()
        self.events.clear()
        running = self.runner.start(RECORDING, profile, options, self.events.append)
        assert running.wait(60)
        return running.state

    def actions(self, options: RunOptions = NOW, profile: Profile = QUICK) -> dict[str, str]:
        return {step.name: step.action for step in self.runner.plan(RECORDING, profile, options)}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_run_computes_every_phase_once_and_tells_so(bench: Bench) -> None:
    state = bench.run()
    assert state.state == "finished"
    assert {p.state for p in state.phases.values()} == {"finished"}
    assert bench.work.computed["read"] == FRAMES
    assert isinstance(bench.events[-1], RunEnded)
    told = RunState()
    for event in bench.events:
        told = told.apply(event)
    assert told == state


def test_a_second_run_reuses_everything(bench: Bench) -> None:
    bench.run()
    state = bench.run()
    assert not bench.work.computed
    assert all(p.reused and p.state == "finished" for p in state.phases.values())
    record = bench.store.runs.latest(RECORDING.id)
    assert record is not None
    assert [p.name for p in record.phases] == list(PHASES)
    assert all(p.reused for p in record.phases)


def test_other_settings_compute_what_depends_on_them(bench: Bench) -> None:
    bench.run()
    other = replace(QUICK, scan=ScanSettings(sensitivity=0.2))
    assert {n for n, a in bench.actions(profile=other).items() if a == "reuse"} == {"probe", "listen", "transcribe", "refine"}
    bench.run(profile=other)
    assert bench.work.computed["listen"] == 0
    assert bench.work.computed["read"] == FRAMES
    assert bench.actions(profile=QUICK)["read"] == "reuse"


def test_force_and_force_phase(bench: Bench) -> None:
    bench.run()
    bench.run(RunOptions(force_phases=("describe",)))
    assert set(bench.work.computed) == {"describe", "segment", "align", "subjects", "summarize"}
    bench.run(RunOptions(force=True))
    assert set(bench.work.computed) == set(PHASES)


def test_a_cancelled_run_goes_on_to_the_item(bench: Bench) -> None:
    bench.work.stop_before = "0000003500"
    framed = threading.Event()

    def tell(event: Event) -> None:
        if isinstance(event, PhaseFinished) and event.phase == "frames":
            framed.set()

    running = bench.runner.start(RECORDING, QUICK, NOW, tell)
    assert bench.work.reached.wait(30)
    assert framed.wait(30)
    running.cancel()
    assert running.wait(30)
    assert running.state.state == "cancelled"
    assert running.state.phases["read"].state == "cancelled"
    assert running.state.phases["frames"].state == "finished"
    assert bench.files.cleared, "pictures that nobody has looked at go with the run"
    bench.work.stop_before = None
    state = bench.run()
    assert state.state == "finished"
    assert bench.work.computed["read"] == FRAMES - 3
    assert bench.work.computed["frames"] == 0
    assert state.phases["read"].done == FRAMES


def test_a_draft_stands_until_a_forced_run_has_another_one(bench: Bench) -> None:
    def kept(run: RunRecord | None) -> dict[str, dict[str, str]]:
        assert run is not None
        return {p.name: bench.store.outputs.items(p.output_id) for p in run.phases if p.output_id is not None}

    bench.run()
    first = bench.store.runs.shown(RECORDING.id)
    assert first is not None
    items = kept(first)
    assert items["read"]
    bench.work.stop_before = "0000003500"
    running = bench.runner.start(RECORDING, QUICK, RunOptions(force=True), lambda event: None)
    assert bench.work.reached.wait(30)
    running.cancel()
    assert running.wait(30)
    assert bench.store.runs.shown(RECORDING.id) == first
    assert kept(first) == items
    bench.work.stop_before = None
    bench.run()
    again = bench.store.runs.shown(RECORDING.id)
    assert again is not None
    assert again.id != first.id
    assert kept(again) == items
    assert not any(kept(first).values()), "what was set aside has gone"


def test_pausing_holds_the_lanes_and_lets_go_of_the_models(bench: Bench) -> None:
    bench.work.stop_before = "0000001500"
    running = bench.runner.start(RECORDING, QUICK, NOW, bench.events.append)
    assert bench.work.reached.wait(30)
    running.pause()
    assert running.paused
    bench.work.go_on.set()
    assert not running.wait(0.3)
    running.resume()
    assert running.wait(30)
    assert running.state.state == "finished"
    assert bench.backends.released >= 2


def test_failed_items_are_counted_shown_and_retried_alone(bench: Bench) -> None:
    bench.work.failing = {"0000002500", "0000004500"}
    state = bench.run()
    assert state.state == "finished"
    assert state.phases["read"].failed == 2
    assert [f.item for f in state.failures] == ["0000002500", "0000004500"]
    assert bench.run().phases["read"].reused, "without being asked nothing is tried again"
    bench.work.failing = set()
    state = bench.run(RunOptions(retry_failed=True))
    assert bench.work.computed["read"] == 2
    assert bench.work.computed["frames"] == 0
    assert bench.work.computed["subjects"] == 1, "what follows is computed anew"
    assert state.phases["read"].failed == 0
    assert all(p.reused for p in bench.run().phases.values())


def test_a_broken_phase_fails_aloud_and_the_rest_goes_on(bench: Bench) -> None:
    bench.work.broken = {"read"}
    state = bench.run()
    assert state.state == "failed"
    assert state.phases["read"].state == "failed"
    assert "read is broken" in state.message
    assert state.phases["subjects"].state == "finished"
    bench.work.broken = set()
    state = bench.run()
    assert state.state == "finished"
    assert bench.work.computed["subjects"] == 1, "a draft without its screen text is not reused"
    assert state.phases["listen"].reused


def test_a_missing_backend_is_a_skipped_phase_with_its_reason(tmp_path: Path) -> None:
    bench = Bench(tmp_path, OneBackend(missing=("speech",)))
    state = bench.run()
    assert state.state == "finished"
    assert state.phases["transcribe"].state == "skipped"
    assert "it is not installed" in state.phases["transcribe"].note
    bench.backends.missing = ()
    assert bench.actions()["transcribe"] == "compute"


def test_a_killed_run_leaves_items_that_are_not_done_again(bench: Bench, tmp_path: Path) -> None:
    """A kill leaves outputs marked as running, with the items that were committed: the store cannot tell it from this."""
    bench.run()
    read = bench.store.outputs.find(RECORDING.id, "read", bench.runner.plan(RECORDING, QUICK, NOW)[3].key)
    assert read is not None
    with bench.store._connections.write() as db:
        db.execute("UPDATE outputs SET state = 'running' WHERE phase IN ('read', 'describe', 'segment', 'align', 'subjects')")
        db.execute("DELETE FROM items WHERE output_id = ? AND item >= '0000003500'", [read.id])
        db.execute("DELETE FROM screen_lines WHERE output_id = ? AND id >= '0000003500'", [read.id])
    before = bench.actions()
    assert (before["read"], before["frames"], before["segment"]) == ("resume", "reuse", "compute")
    bench.run()
    assert bench.work.computed["read"] == FRAMES - 3
    assert len(bench.store.outputs.load(read.id, ScreenLine)) == FRAMES


def test_two_runs_never_work_on_one_recording(bench: Bench) -> None:
    bench.work.stop_before = "0000000500"
    running = bench.runner.start(RECORDING, QUICK, NOW, bench.events.append)
    assert bench.work.reached.wait(30)
    assert bench.runner.busy(RECORDING.id)
    with pytest.raises(RunBusy):
        bench.runner.start(RECORDING, QUICK, NOW, bench.events.append)
    running.cancel()
    assert running.wait(30)
    assert not bench.runner.busy(RECORDING.id)


def test_work_pictures_are_dropped_when_both_lanes_are_through(bench: Bench) -> None:
    bench.run()
    assert sorted(set(bench.files.dropped)) == [f"{k * 1000 + 500:010d}" for k in range(FRAMES)]


def test_waiting_for_others_is_not_busy_time(bench: Bench) -> None:
    bench.work.stop_before = "0000002500"
    finished: dict[str, PhaseFinished] = {}

    def sink(event: Event) -> None:
        if isinstance(event, PhaseFinished):
            finished[event.phase] = event

    running = bench.runner.start(RECORDING, QUICK, NOW, sink)
    assert bench.work.reached.wait(30)
    assert not running.wait(0.5)
    bench.work.go_on.set()
    assert running.wait(30)
    assert finished["describe"].wall_s > 0.4
    assert finished["describe"].busy_s < finished["describe"].wall_s / 2


def check_order(events: list[Event], test: Callable[[Event], bool]) -> int:
    return next(k for k, e in enumerate(events) if test(e))


def test_the_end_is_told_last(bench: Bench) -> None:
    bench.run()
    end = check_order(bench.events, lambda e: isinstance(e, RunEnded))
    assert end == len(bench.events) - 1


def test_a_store_that_cannot_be_written_fails_the_run_and_nobody_waits_for_ever(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(bench.store.runs, "end", full)
        broken.setattr(bench.store.outputs, "close", full)
        state = bench.run()
    assert state.state == "failed"
    assert "disk is full" in state.message
    assert state.phases["scan"].state == "failed"
    assert bench.run().state == "finished"  # and the recording was let go


def test_an_end_that_cannot_be_noted_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("database or disk is full")

    monkeypatch.setattr(bench.store.runs, "end", full)
    state = bench.run()
    assert (state.state, "disk is full" in state.message) == ("failed", True)


def test_others_can_look_on_and_the_draft_so_far_is_there_until_it_is_whole(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    segment = Segment("s", 0, 4_000, "coding", "so far")
    held = threading.Event()

    def draft(context: PhaseContext) -> None:
        context.drafted([segment])
        while not held.wait(0.02):
            context.check()
        context.put("all", ())

    phases = {**bench.runner.phases, "segment": Scripted("segment", draft)}
    runner = replace(bench.runner, phases=phases)
    other = LibraryStore(tmp_path / "library.db")
    desk = RunDesk(other, None, make_runner(tmp_path / "x", Work())[0], lambda: None)  # type: ignore[arg-type]
    desk = replace(desk, pipeline=replace(runner, store=other))
    running = runner.start(RECORDING, QUICK, NOW, bench.events.append)
    seen = wait_for(lambda: (w := desk.watch(RECORDING.id)) is not None and w.state.draft and w)
    assert (seen.run_id, seen.profile, seen.state.state) == (running.id, "quick", "running")
    assert seen.state.draft[0].title == "so far"
    record = other.runs.get(running.id)
    assert record is not None
    frames = record.phase("frames")
    assert frames is not None
    assert other.outputs.load(frames.output_id, Frame), "what was seen so far can be looked at"
    held.set()
    assert running.wait(60)
    assert other.live.mark(RECORDING.id) is None
    assert desk.watch(RECORDING.id) is None
    ended = desk.watch(RECORDING.id, running.id)
    assert ended is not None
    assert ended.state.state == "finished"
    other.close()


def test_a_cancelled_run_leaves_what_it_drafted(bench: Bench) -> None:
    def draft(context: PhaseContext) -> None:
        context.drafted([Segment("s", 0, 4_000, "coding")])
        bench.work.reached.set()
        while True:
            context.check()

    runner = replace(bench.runner, phases={**bench.runner.phases, "segment": Scripted("segment", draft)})
    running = runner.start(RECORDING, QUICK, NOW, bench.events.append)
    assert bench.work.reached.wait(60)
    running.cancel()
    assert running.wait(60)
    live = bench.store.live.get(RECORDING.id)
    assert live is not None
    assert live.segments[0].end_ms == 4_000
    told = bench.store.live.told(RECORDING.id)
    assert told is not None
    assert load_state(told[1]).draft


def wait_for(look: Callable[[], Any], within_s: float = 20.0) -> Any:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        threading.Event().wait(0.01)
    raise AssertionError("it did not come")


def test_a_file_that_is_written_to_while_it_is_read_fails_the_run_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(tmp_path)
    told = iter([False, True])
    monkeypatch.setattr(bench.runner.media, "changed", lambda recording: next(told))
    state = bench.run()
    assert state.state == "failed"
    assert "changed while it was being read" in state.message
    assert {p.state for p in state.phases.values()} == {"failed"}
    assert bench.store.runs.shown(RECORDING.id) is None
    record = bench.store.runs.latest(RECORDING.id)
    assert record is not None
    assert {p.state for p in record.phases} == {"failed"}
    monkeypatch.setattr(bench.runner.media, "changed", lambda recording: False)
    assert bench.run().state == "finished"
    assert bench.work.computed["read"] == FRAMES, "nothing of the other file is taken up again"


def test_a_file_that_is_written_to_is_noticed_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(tmp_path)
    file = tmp_path / "recording.mp4"
    file.write_bytes(b"whole")
    monkeypatch.setattr(file_watch, "LOOK_S", 0.01)
    monkeypatch.setattr(bench.runner.media, "changed", lambda recording: file.read_bytes() != b"whole")
    bench.work.stop_before = "0000002500"  # never goes on by itself
    running = bench.runner.start(replace(RECORDING, path=str(file)), QUICK, NOW, bench.events.append)
    assert bench.work.reached.wait(20)
    assert not running.wait(0.1)
    file.write_bytes(b"other")
    assert running.wait(20)
    assert running.state.message == file_watch.CHANGED
    assert [p.note for p in running.state.phases.values()].count(file_watch.CHANGED) == 1, "the cause is told once"


def test_what_fails_for_lack_of_another_phase_says_so_and_the_cause_is_told_once(bench: Bench) -> None:
    def align(context: PhaseContext) -> None:
        raise LookupError(f"{len(context.load('segment', Segment))} segments")

    bench.work.broken = {"segment"}
    bench.runner.phases["align"] = Scripted("align", align)  # type: ignore[index]
    state = bench.run()
    assert state.message == "segment failed: segment is broken"
    assert state.phases["align"].state == "failed"
    assert state.phases["align"].note == "It needs what segment gives."


def test_a_file_that_is_another_one_by_now_is_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(tmp_path)
    monkeypatch.setattr(bench.runner.media, "changed", lambda recording: True)
    state = bench.run()
    assert state.state == "failed"
    assert "add it again" in state.message
    assert not bench.work.computed
