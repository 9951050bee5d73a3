"""From a draft of the shipped demo to its truth by keys, in a real store: the draft is recorded, no model runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from escribano_tui.bootstrap import build_house
from escribano_tui.config.paths import Paths, data
from escribano_tui.domain.evidence import Change, Frame
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.segment import Segment, Subject
from escribano_tui.domain.session import PhaseRecord
from escribano_tui.ports import House
from escribano_tui.store.library import LibraryStore
from escribano_tui.ui.app import EscribanoApp, Start
from escribano_tui.ui.screens.pick import PickScreen
from escribano_tui.ui.screens.review import ReviewScreen
from tests.ui.conftest import said, settle, until

TRUTH: dict[str, Any] = json.loads(data("demo.json").read_text("utf-8"))
DURATION_MS = round(TRUTH["duration_s"] * 1000)
RECORDING = Recording("demo00000001", "/films/demo.mp4", "demo00000001aa", 5, TRUTH["duration_s"], 1280, 720, 10.0, "h264")
OFF_MS = 3000


def truth() -> list[tuple[int, int, str]]:
    """(start, end, activity) of each true segment, the last one to the end of the recording."""
    spans = [(round(s["start_s"] * 1000), round(s["end_s"] * 1000), s["activity"]) for s in TRUTH["segments"]]
    return [*spans[:-1], (spans[-1][0], DURATION_MS, spans[-1][2])]


def wrong_draft() -> list[Segment]:
    """Two labels wrong, the first boundary 3 s early, and the last two segments not told apart."""
    planning, coding, debugging, _ = truth()
    early = planning[1] - OFF_MS
    rows = ((0, early, "communication", 0.5), (early, coding[1], "coding", 0.9), (debugging[0], DURATION_MS, "terminal", 0.4))
    return [
        Segment(f"s{k}", start, end, activity, f"window {k}", subject_id="b1", confidence=sure)
        for k, (start, end, activity, sure) in enumerate(rows)
    ]


def changes() -> list[Change]:
    """Where the windows really change, and typing in between."""
    edges = [start for start, _, _ in truth()[1:]]
    typing = [(a + b) // 2 for a, b in pairwise([0, *edges, DURATION_MS])]
    found = [Change(t / 1000, 0.9, "large") for t in edges] + [Change(t / 1000, 0.3, "small") for t in typing]
    return sorted(found, key=lambda c: c.t_s)


def record(path: Path) -> None:
    """Put the draft into a store, as a run would have."""
    store = LibraryStore(path)
    store.recordings.save(RECORDING)
    run = store.runs.begin(RECORDING.id, "quick")
    frames = [Frame(c.t_s + 1, "change", c.t_s, c.t_s + 10) for c in changes()]
    for name, evidence in (
        ("scan", changes()),
        ("frames", frames),
        ("subjects", [*wrong_draft(), Subject("b1", "the demo")]),
    ):
        output = store.outputs.open(RECORDING.id, name, "recorded", "", "")
        store.outputs.put(output.id, "all", evidence)
        store.runs.phase(run.id, PhaseRecord(name, "finished", output_id=output.id))
    store.runs.end(run.id, "finished", 1.0)
    store.close()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[tuple[House, Paths]]:
    paths = Paths(tmp_path / "home", tmp_path / "config")
    record(paths.library)
    house = build_house(paths)
    yield house, paths
    house.close()


def spans(screen: ReviewScreen) -> list[tuple[int, int, str]]:
    assert screen.review is not None
    return [(s.start_ms, s.end_ms, s.activity) for s in screen.review.segments]


async def test_from_the_draft_to_the_truth_in_few_keys(home: tuple[House, Paths]) -> None:
    house, paths = home
    app = EscribanoApp(house, Start(recording_id=RECORDING.id), paths)
    app.places.set_flag("review-guide", True)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.review is not None, "the review")
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, ReviewScreen)
        draft = spans(screen)
        assert draft != truth()
        pressed = 0
        for key in ("l", "p", "S", "space", "s", "5", "k", "2"):
            await pilot.press(key)
            await settle(pilot)
            if key == "l":
                await until(pilot, lambda: isinstance(app.screen, PickScreen), "the labels")
                await settle(pilot)
            pressed += 1
        assert spans(screen) == truth()
        assert screen.review is not None
        assert screen.review.session.unreviewed == 0
        assert pressed <= 8
        assert said(pilot).startswith("L makes a rule of this label"), "offered once, with the first label"
        assert len(said(pilot).splitlines()) == 1, "nothing had to be explained"
        edits = screen.review.session.revision
        await pilot.press(*"u" * edits)
        await settle(pilot)
        assert spans(screen) == draft
        await pilot.press(*"U" * edits)
        await settle(pilot)
        assert spans(screen) == truth()
    kept = house.sessions.open(RECORDING.id).timeline.segments
    assert [(s.start_ms, s.end_ms, s.activity) for s in kept] == truth(), "and it lasts"
