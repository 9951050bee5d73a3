"""Segments from evidence: always a tiling; boundaries on changes; glances, tasks, returns and idle time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escribano_tui.domain.activity import ACTIVITIES, IMPORTANCE
from escribano_tui.domain.evidence import (
    Box,
    Change,
    Description,
    Envelope,
    Frame,
    ScreenLine,
    SpeechSpan,
    Utterance,
)
from escribano_tui.domain.profile import Profile, SegmentSettings
from escribano_tui.domain.recording import Recording, UnusableInput
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.timeline import Timeline
from escribano_tui.pipeline.plan import make_key
from escribano_tui.pipeline.segment import ITEM, SegmentPhase
from escribano_tui.pipeline.segmenting.closer import find_doubts, look_closer
from escribano_tui.pipeline.segmenting.clues import Clues, gather
from escribano_tui.pipeline.segmenting.drafting import draft
from escribano_tui.pipeline.segmenting.features import features_of
from escribano_tui.pipeline.segmenting.grid import territories
from escribano_tui.pipeline.segmenting.path import best_partition
from escribano_tui.pipeline.segmenting.spans import Settings, partition
from escribano_tui.pipeline.segmenting.subjects import group
from escribano_tui.pipeline.segmenting.titles import with_whole_name
from escribano_tui.ports import Picture
from tests.fakes import MemoryContext

APPS = {
    "coding": "Geany",
    "writing": "Mousepad",
    "terminal": "Xfce Terminal",
    "research": "Chromium",
    "data": "LibreOffice Calc",
}
DOCUMENTS = {"coding": "wheel.py", "writing": "visit.txt", "research": "Wheels explained", "data": "budget.ods"}
STEP_S = 0.5


def described(
    t_s: float, activity: str, confidence: float = 0.9, document: str | None = None, app: str | None = None
) -> Description:
    name = DOCUMENTS.get(activity, "") if document is None else document
    program = APPS.get(activity, "") if app is None else app
    scores = {activity: confidence} | {
        a: (1 - confidence) / 4 for a in ("other", "reading", "meeting", "review") if a != activity
    }
    title = name or program
    return Description(
        t_s,
        f"Does {activity}.",
        activity,
        confidence,
        (program,) if program else (),
        (),
        title,
        name,
        scores=scores,
        why=("seen",),
    )


def motion(duration_s: float, *moving: tuple[float, float, float]) -> Envelope:
    """A still picture but for (from, until, level)."""
    values = [0.0] * max(1, round(duration_s / STEP_S))
    for start_s, end_s, level in moving:
        for k in range(int(start_s / STEP_S), min(len(values), int(end_s / STEP_S))):
            values[k] = level if k % 2 else level * 0.8
    return Envelope("motion", STEP_S, tuple(values))


def visits(*told: tuple[float, str], end_s: float, busy: bool = True, speech: Sequence[tuple[float, float]] = ()) -> Clues:
    """Clues of visits (beginning, activity), each with a large change at its beginning and a frame every 8 s."""
    edges = [*(t for t, _ in told[1:]), end_s]
    changes = [Change(t_s, 0.9, "large") for t_s, _ in told[1:]]
    frames, descriptions = [], []
    for (start_s, activity), until_s in zip(told, edges, strict=True):
        t_s = start_s + 0.4
        while t_s < until_s:
            frames.append(Frame(round(t_s, 3), "change", start_s, until_s))
            descriptions.append(described(round(t_s, 3), activity))
            t_s += 8.0
    envelope = motion(end_s, (0.0, end_s, 0.5)) if busy else motion(end_s, *((t - 0.5, t + 0.5, 0.95) for t, _ in told))
    said = [Utterance(f"u{k}", a, b, "words", "mic") for k, (a, b) in enumerate(speech)]
    return gather(round(end_s * 1000), changes, envelope, frames, descriptions, said)


def told(segments: Sequence[Segment]) -> list[tuple[float, str]]:
    return [(s.start_s, s.activity) for s in segments]


def assert_tiles(segments: Sequence[Segment], duration_ms: int) -> None:
    assert segments[0].start_ms == 0
    assert segments[-1].end_ms == duration_ms
    assert all(a.end_ms == b.start_ms for a, b in pairwise(segments))
    assert all(s.end_ms > s.start_ms for s in segments)
    assert len({s.id for s in segments}) == len(segments)


# ---------------------------------------------------------------- what the rules say


def test_boundaries_lie_on_the_changes_to_the_frame() -> None:
    clues = visits((0.0, "writing"), (20.233, "terminal"), (41.267, "research"), (55.767, "writing"), end_s=91.0)
    segments = draft(clues, Settings())
    assert told(segments) == [(0.0, "writing"), (20.233, "terminal"), (41.267, "research"), (55.767, "writing")]
    assert [s.apps[0] for s in segments] == ["Mousepad", "Xfce Terminal", "Chromium", "Mousepad"]
    assert segments[3].returns_to_ms == 0
    assert [s.returns_to_ms for s in segments[:3]] == [-1, -1, -1]
    assert segments[0].title == "visit.txt"
    assert all(s.confidence > 0.7 for s in segments)
    assert all(s.description.endswith(".") and s.why for s in segments)


@pytest.mark.parametrize("glance_s", [1.0, 3.0, 4.5])
def test_a_glance_at_another_window_does_not_split(glance_s: float) -> None:
    clues = visits((0.0, "coding"), (30.0, "research"), (30.0 + glance_s, "coding"), end_s=70.0)
    assert told(draft(clues, Settings())) == [(0.0, "coding")]


@pytest.mark.parametrize("task_s", [10.0, 15.0, 40.0])
def test_a_task_of_ten_seconds_does(task_s: float) -> None:
    clues = visits((0.0, "coding"), (30.0, "research"), (30.0 + task_s, "coding"), end_s=100.0)
    assert told(draft(clues, Settings())) == [(0.0, "coding"), (30.0, "research"), (30.0 + task_s, "coding")]


def test_unsure_descriptions_of_a_task_still_split() -> None:
    clues = visits((0.0, "coding"), (30.0, "terminal"), (42.0, "coding"), end_s=80.0)
    unsure = [d if d.activity == "coding" else described(d.t_s, "terminal", 0.3) for d in clues.descriptions]
    clues = gather(80_000, clues.changes, clues.motion, clues.frames, unsure)
    assert [a for _, a in told(draft(clues, Settings()))] == ["coding", "terminal", "coding"]


def test_one_description_that_errs_among_many_does_not_split() -> None:
    clues = visits((0.0, "coding"), end_s=80.0)
    wrong = [d if k != 4 else described(d.t_s, "data") for k, d in enumerate(clues.descriptions)]
    assert told(draft(gather(80_000, clues.changes, clues.motion, clues.frames, wrong), Settings())) == [(0.0, "coding")]


def test_another_activity_in_the_same_window_is_a_segment_of_its_own() -> None:
    """A database prompt is opened in the terminal in which commands were typed."""
    descriptions = [described(t, "terminal") for t in range(2, 40, 6)]
    descriptions += [described(t, "data", document="", app="Xfce Terminal") for t in range(42, 80, 6)]
    frames = [Frame(d.t_s, "change", d.t_s - 0.4, d.t_s + 2) for d in descriptions]
    changes = [Change(t / 10, 0.5, "small") for t in range(10, 800, 13)] + [Change(40.1, 0.7, "medium")]
    segments = draft(gather(80_000, changes, motion(80.0, (0, 80, 0.4)), frames, descriptions), Settings())
    assert told(segments) == [(0.0, "terminal"), (40.1, "data")]


def test_a_still_screen_with_nothing_said_is_idle_from_its_last_change_on() -> None:
    clues = visits((0.0, "coding"), (40.0, "writing"), (100.0, "coding"), end_s=130.0)
    busy = motion(130.0, (0, 52, 0.5), (99.5, 130, 0.5))
    still = gather(130_000, [*clues.changes, Change(51.9, 0.4, "small")], busy, clues.frames, clues.descriptions)
    assert told(draft(still, Settings())) == [(0.0, "coding"), (40.0, "writing"), (51.9, "idle"), (100.0, "coding")]
    idle = draft(still, Settings())[2]
    assert idle.importance == "minimal"
    assert idle.description.startswith("Nothing moves")


@pytest.mark.parametrize(
    ("moving", "speech", "lines"),
    [
        ([(60, 62, 0.6)], [], []),  # a page was scrolled
        ([(50, 50.5, 0.4), (55, 55.5, 0.4), (60, 60.5, 0.4), (65, 65.5, 0.4), (70, 70.5, 0.4)], [], []),  # typed now and then
        ([], [(60.0, 64.0)], []),  # somebody spoke
        ([], [], [50.0, 55.0, 60.0, 65.0]),  # new lines came up
    ],
)
def test_a_screen_on_which_something_goes_on_is_not_idle(
    moving: list[tuple[float, float, float]], speech: list[tuple[float, float]], lines: list[float]
) -> None:
    clues = visits((0.0, "coding"), (40.0, "writing"), end_s=85.0)
    envelope = motion(85.0, (0, 42, 0.5), (84, 85, 0.5), *moving)
    said = [Utterance(f"u{k}", a, b, "words", "mic") for k, (a, b) in enumerate(speech)]
    came = [ScreenLine(str(k), "a new line", Box(0, 0, 9, 9), t, 90.0) for k, t in enumerate(lines)]
    seen = gather(85_000, clues.changes, envelope, clues.frames, clues.descriptions, said, (), came)
    assert "idle" not in [a for _, a in told(draft(seen, Settings()))]


def test_clocks_keyframes_and_a_refining_codec_do_not_keep_a_screen_awake() -> None:
    clues = visits((0.0, "coding"), (40.0, "writing"), end_s=130.0)
    blips = [(t, t + 0.5, 0.4) for t in (60, 75, 120)] + [(t, t + 1.0, 0.17) for t in range(44, 128, 8)]
    envelope = motion(130.0, (0, 41, 0.5), *blips)
    steady = [0.65 if 41 <= k * STEP_S < 48 else v for k, v in enumerate(envelope.values)]
    seen = gather(130_000, clues.changes, Envelope("motion", STEP_S, tuple(steady)), clues.frames, clues.descriptions)
    assert told(draft(seen, Settings()))[-1][1] == "idle"


def test_results_name_a_terminal_segment_and_make_it_weigh_more() -> None:
    clues = visits((0.0, "terminal"), (60.0, "writing"), end_s=100.0)
    titles = ["pytest", "pytest: 1 failed", "pytest: 7 passed", "commit “Turn wheels”"]
    shown = [
        Description(d.t_s, d.sentence, d.activity, d.confidence, d.apps, title=titles[min(3, k // 2)], scores=d.scores)
        if d.activity == "terminal" else d
        for k, d in enumerate(clues.descriptions)
    ]  # fmt: skip
    segments = draft(gather(100_000, clues.changes, clues.motion, clues.frames, shown), Settings())
    assert segments[0].title == "pytest: 7 passed, commit “Turn wheels”"
    assert IMPORTANCE.index(segments[0].importance) < IMPORTANCE.index("medium")


# ---------------------------------------------------------------- thin evidence


@pytest.mark.parametrize("duration_ms", [1, 90, 300, 4_999, 5_000, 61_000])
def test_no_evidence_at_all_is_one_honest_segment(duration_ms: int) -> None:
    segments = draft(gather(duration_ms), Settings())
    assert_tiles(segments, duration_ms)
    assert segments[0].confidence <= 0.9
    assert len(segments) == 1


def test_sound_without_pictures_is_told_apart_from_silence() -> None:
    said = [Utterance(f"u{k}", 2.0 + 5 * k, 6.5 + 5 * k, "words", "mic") for k in range(8)]
    segments = draft(gather(120_000, utterances=said), Settings())
    assert_tiles(segments, 120_000)
    assert told(segments)[0][1] == "other"
    assert told(segments)[-1][1] == "idle"


def test_a_blink_of_video_with_one_frame() -> None:
    segments = draft(gather(300, [], motion(0.5), [Frame(0.1, "intro", 0.0, 0.3)], [described(0.1, "coding")]), Settings())
    assert told(segments) == [(0.0, "coding")]
    assert segments[0].end_ms == 300


def test_frames_without_descriptions_leave_a_hole_that_neighbours_fill() -> None:
    clues = visits((0.0, "coding"), (40.0, "writing"), end_s=80.0)
    kept = [d for d in clues.descriptions if not 15 < d.t_s < 60]
    segments = draft(gather(80_000, clues.changes, clues.motion, clues.frames, kept), Settings())
    assert told(segments) == [(0.0, "coding"), (40.0, "writing")]
    assert segments[1].confidence <= draft(clues, Settings())[1].confidence


# ---------------------------------------------------------------- properties

moments = st.floats(-5, 260, allow_nan=False).map(lambda t: round(t, 3))
random_changes = st.lists(
    st.builds(Change, moments, st.floats(0, 1), st.sampled_from(["small", "medium", "large"])), max_size=40
)
names = st.sampled_from(["", "Geany", "Chromium", "Terminal", "Xfce Terminal", "Mail", "G\u00e9any 2"])
random_descriptions = st.lists(
    st.builds(
        Description, moments, st.just("Does."), st.sampled_from(ACTIVITIES), st.floats(0, 1),
        st.lists(names, max_size=2).map(tuple), st.lists(names, max_size=2).map(tuple), names,
        st.sampled_from(["", "a.py", "b.txt", "a page"]), st.sampled_from(["", "x.example"]),
        scores=st.dictionaries(st.sampled_from(ACTIVITIES), st.floats(0, 1), max_size=4),
    ),
    max_size=30, unique_by=lambda d: d.t_s,
)  # fmt: skip
random_envelope = st.none() | st.lists(st.floats(0, 1), max_size=500).map(lambda v: Envelope("motion", STEP_S, tuple(v)))
random_spans = st.lists(st.tuples(moments, st.floats(0, 20)), max_size=10)


@settings(max_examples=120)
@given(
    st.integers(1, 250_000),
    random_changes,
    random_envelope,
    random_descriptions,
    random_spans,
    st.floats(0, 20),
    st.floats(5, 60),
)
def test_random_evidence_always_tiles_and_always_the_same(
    duration_ms: int, changes: list[Change], envelope: Envelope | None, descriptions: list[Description],
    spans: list[tuple[float, float]], least_s: float, idle_after_s: float,
) -> None:  # fmt: skip
    frames = [Frame(d.t_s, "change", d.t_s - 1, d.t_s + 1) for d in descriptions[::2]]
    said = [Utterance(f"u{k}", a, a + length, "w", "mic") for k, (a, length) in enumerate(spans)]
    clues = gather(duration_ms, changes, envelope, frames, descriptions, said)
    segments = draft(clues, Settings(least_s, idle_after_s))
    assert_tiles(segments, duration_ms)
    assert segments == draft(clues, Settings(least_s, idle_after_s))
    assert all(s.activity in ACTIVITIES and 0 <= s.confidence <= 1 and s.importance in IMPORTANCE for s in segments)
    assert len(segments) == 1 or all(s.duration_ms >= min(1000 * least_s - 1, duration_ms) for s in segments)
    starts = {s.start_ms for s in segments}
    assert all(s.returns_to_ms == -1 or s.returns_to_ms in starts for s in segments)
    placed, subjects = group(segments, features_of(segments, descriptions, (), said))
    timeline = Timeline(duration_ms, tuple(placed), tuple(subjects))
    sums = [sum(s.duration_ms for s in timeline.of_subject(subject.id)) for subject in subjects]
    assert all(sums)
    assert sum(sums) == duration_ms
    assert (placed, subjects) == group(segments, features_of(segments, descriptions, (), said))


@settings(max_examples=80)
@given(st.data(), st.integers(1, 9), st.integers(1, 4))
def test_the_partition_is_the_best_there_is(data: st.DataObject, cells: int, states: int) -> None:
    """Against all partitions and labellings of a few cells."""
    gains = np.array(
        data.draw(st.lists(st.lists(st.integers(0, 9), min_size=states, max_size=states), min_size=cells, max_size=cells))
    )
    costs = data.draw(st.lists(st.integers(1, 8), min_size=cells + 1, max_size=cells + 1))
    least = data.draw(st.integers(0, 4))
    found = best_partition(range(cells + 1), gains.astype(float), costs, min(least, cells))

    def worth(cuts: Sequence[int]) -> float:
        parts = list(pairwise([0, *cuts, cells]))
        return float(sum(gains[a:b].sum(axis=0).max() for a, b in parts) - sum(costs[c] for c in cuts))

    def all_cuts(start: int) -> list[list[int]]:
        whole = [[]] if cells - start >= min(least, cells) else []  # type: ignore[var-annotated]
        nexts = range(start + max(1, least), cells)
        return whole + [[c, *rest] for c in nexts for rest in all_cuts(c)]

    assert worth([s.first for s in found[1:]]) == max(worth(cuts) for cuts in all_cuts(0))
    assert found[0].first == 0
    assert all(a.last == b.first for a, b in pairwise(found))


# ---------------------------------------------------------------- a closer look


def test_pictures_settle_at_which_change_the_window_changed() -> None:
    """Pages were turned at 40 and 44 s, the window changed at 50 s; no picture between was described."""
    early = visits((0.0, "coding"), (60.0, "writing"), end_s=90.0)
    described_ones = [d for d in early.descriptions if d.t_s < 39 or d.t_s > 53]
    changes = [Change(t, 0.9, "large") for t in (40.0, 44.0, 50.0)]
    frames = [Frame(d.t_s, "change", d.t_s - 0.4, d.t_s + 0.4) for d in described_ones]
    shown = [d if d.t_s < 39 else described(d.t_s, "writing") for d in described_ones]
    clues = gather(90_000, changes, early.motion, frames, shown)
    one, other = np.zeros((54, 96), np.float32), np.full((54, 96), 200, np.float32)

    def look(times_s: Sequence[float]) -> dict[float, np.ndarray]:  # type: ignore[type-arg]
        return {t: (one + 5 * (t > 40) if t < 50 else other) for t in times_s}

    spans = partition(clues, Settings())
    assert len(find_doubts(spans, clues)) == 1
    assert [s.start_ms for s in look_closer(spans, clues, look, 5_000)] == [0, 50_000]
    assert [s.start_ms for s in look_closer(spans, clues, lambda _: {}, 5_000)] == [s.start_ms for s in spans]


def test_pictures_of_windows_side_by_side_do_not_settle_it() -> None:
    """Another window is typed in, beside the first: what was typed there differs more than which one is in front."""
    clues = visits((0.0, "coding"), (50.0, "writing"), end_s=90.0)
    kept = [d for d in clues.descriptions if d.t_s < 34 or d.t_s > 50]
    changes = [Change(40.0, 0.9, "medium"), *clues.changes]
    clues = gather(90_000, changes, clues.motion, clues.frames, kept)
    one = np.zeros((54, 96), np.float32)
    spans = partition(clues, Settings())
    assert find_doubts(spans, clues)
    closer = look_closer(spans, clues, lambda times_s: {t: one + 3 * (t > 45) for t in times_s}, 5_000)
    assert [s.start_ms for s in closer] == [s.start_ms for s in spans] == [0, 50_000]


def test_between_two_pictures_the_first_speaks_early_and_the_second_late() -> None:
    """A program is started inside of the terminal: only small changes lie between the two pictures."""
    changes = [Change(float(t), 0.4, "small") for t in range(12, 40, 2)]
    told = [described(10.0, "terminal", 0.3), described(40.0, "data", app="Xfce Terminal", document="")]
    lands = territories(gather(50_000, changes, None, (), told))
    share = {round(land.start_s): land.weight for land in lands if land.description.activity == "terminal"}
    assert share[12] > 0.85 > share[24] > 0.4
    assert max(land.weight for land in lands if land.start_s >= 36 and land.description.activity == "terminal") < 0.2


def test_a_film_of_which_one_picture_was_taken_is_a_segment() -> None:
    """Large changes all the time: they are of the film, not of windows that come to the front."""
    told = [described(4.0, "writing"), described(12.0, "writing"), described(27.0, "media", app="mpv", document="river.mp4")]
    told += [described(36.0, "communication", app="Mail"), described(44.0, "communication", app="Mail")]
    film = [Change(round(20.0 + 0.8 * k, 1), 0.5, "large") for k in range(19)]
    frames = [Frame(d.t_s, "change", d.t_s - 0.2, d.t_s + 0.2) for d in told]
    clues = gather(50_000, [*film, Change(35.0, 0.6, "large")], motion(50, (0, 50, 0.5), (20, 35, 1.0)), frames, told)
    segments = draft(clues, Settings())
    assert [s.activity for s in segments] == ["writing", "media", "communication"]
    assert 18_000 < segments[1].start_ms < 22_500
    assert 31_000 < segments[2].start_ms < 36_000  # pictures in between settle it: see below


# ---------------------------------------------------------------- the phase


class Pictures:
    """A Media whose pictures cannot be had, or are all grey but for a bar that moves."""

    def __init__(self, gone: bool = False) -> None:
        self.gone = gone
        self.asked: list[float] = []

    def pictures(self, recording: Recording, times_s: Sequence[float], stop: object) -> list[Picture]:
        if self.gone:
            raise UnusableInput("The file is not where it was.")
        self.asked += times_s
        return [Picture(t, t, self._drawn(t)) for t in times_s]

    @staticmethod
    def _drawn(t_s: float) -> np.ndarray:  # type: ignore[type-arg]
        image = np.full((90, 160, 3), 99, np.uint8)
        image[10 + int(t_s) % 60 :][:8] = 0
        return image


def context_of(clues: Clues, media: Pictures, profile: Profile | None = None) -> MemoryContext:
    assert clues.motion is not None
    recording = Recording("r", "r.mp4", "f", 1, clues.duration_s, 160, 90)
    earlier = {
        "scan": [*clues.changes, clues.motion], "frames": clues.frames, "describe": clues.descriptions,
        "listen": [SpeechSpan(1.0, 2.0, "mic")], "read": [],
    }  # fmt: skip
    return MemoryContext(recording, profile=profile, media=media, earlier=earlier)


def test_the_phase_stores_the_draft_and_shows_it() -> None:
    clues = visits((0.0, "coding"), (30.0, "research"), end_s=60.0)
    context = context_of(clues, Pictures())
    SegmentPhase().run(context)
    assert told(context.mine(Segment)) == [(0.0, "coding"), (30.0, "research")]
    assert set(context.items) == {ITEM}
    assert context.drafts
    assert context.notes[-1] == "2 segments"


def test_the_draft_is_shown_while_frames_are_still_described(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REDRAFT_S", "REDRAFT_REST"):
        monkeypatch.setattr(f"escribano_tui.pipeline.segment.{name}", 0.0)
    clues = visits((0.0, "coding"), (30.0, "research"), end_s=60.0)
    context = context_of(clues, Pictures())
    SegmentPhase().run(context)
    assert len(context.drafts) == len(clues.descriptions) + 1
    assert len(context.drafts[0]) == 1
    assert [(r.start_ms, r.end_ms) for r in context.drafts[-1]] == [(0, 30_000), (30_000, 60_000)]


def test_the_first_draft_does_not_wait_for_the_last_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    clues = visits((0.0, "coding"), (30.0, "research"), end_s=60.0)
    context = context_of(clues, Pictures())
    drafted_before: list[int] = []

    def load(phase: str, kind: type[Any]) -> list[Any]:
        if phase in ("frames", "describe"):  # waits until that phase has ended
            drafted_before.append(len(context.drafts))
        return MemoryContext.load(context, phase, kind)

    monkeypatch.setattr(context, "load", load)
    SegmentPhase().run(context)
    assert drafted_before
    assert min(drafted_before) > 0


def test_settings_of_the_profile_count() -> None:
    clues = visits((0.0, "coding"), (30.0, "research"), (42.0, "coding"), end_s=90.0)
    patient = Profile("patient", segment=SegmentSettings(min_segment_s=30.0))
    context = context_of(clues, Pictures(), patient)
    SegmentPhase().run(context)
    assert len(context.mine(Segment)) == 1


def test_a_recording_that_is_gone_is_drafted_all_the_same() -> None:
    clues = visits((0.0, "coding"), (60.0, "writing"), end_s=90.0)
    kept = [d for d in clues.descriptions if d.t_s < 39 or d.t_s > 62]
    changes = [Change(t, 0.9, "large") for t in (40.0, 44.0, 50.0)]
    context = context_of(gather(90_000, changes, clues.motion, clues.frames, kept), Pictures(gone=True))
    SegmentPhase().run(context)
    assert len(context.mine(Segment)) == 2
    assert "The file is not where it was." in context.notes[-1]


def test_where_every_picture_failed_the_draft_is_unsure_and_says_why() -> None:
    clues = visits((0.0, "coding"), (60.0, "research"), end_s=180.0, speech=[(10.0, 30.0)], busy=False)
    context = context_of(replace(clues, descriptions=()), Pictures())
    SegmentPhase().run(context)
    segments = context.mine(Segment)
    assert_tiles(segments, 180_000)
    assert all(s.confidence <= 0.5 and not s.apps and not s.title for s in segments)
    assert all("no picture was described" in s.description.lower() for s in segments)
    assert all("no frame was described here" in s.why for s in segments)
    assert "motion and sound alone" in context.notes[-1]


def test_one_picture_does_not_speak_surely_for_an_hour() -> None:
    changes = [Change(float(t), 0.5, "small") for t in range(10, 3600, 20)]
    told = described(5.0, "coding", 0.95)
    far = draft(gather(3_600_000, changes, motion(3600, (0, 3600, 0.4)), (), [told]), Settings())
    near = draft(gather(60_000, changes, motion(60, (0, 60, 0.4)), (), [told]), Settings())
    assert [s.activity for s in (*far, *near)] == ["coding", "coding"]
    assert far[0].confidence < 0.5 < near[0].confidence


def test_time_in_which_a_window_may_have_come_that_nobody_looked_at_is_less_sure() -> None:
    """The same picture before and after; between them nothing changes, the page scrolls, or windows are switched."""
    told = [described(5.0, "coding"), described(55.0, "coding")]

    def sure(*sizes: str) -> float:
        changes = [Change(20.0 + 5 * k, 0.9, size) for k, size in enumerate(sizes)]
        frames = [Frame(5.0, "change", 0.0, 15.0), Frame(55.0, "change", 45.0, 60.0)]
        segments = draft(gather(60_000, changes, motion(60, (0, 60, 0.4)), frames, told), Settings())
        assert [s.activity for s in segments] == ["coding"]
        return segments[0].confidence

    assert sure() >= sure("medium", "medium") > sure("large", "large") > sure(*["large"] * 4)


def test_an_owners_rule_holds_whoever_described() -> None:
    """A model that looks at pictures knows of no rule: its descriptions come under it before the line is drawn."""
    descriptions = [replace(described(float(t), "research"), backend="a model") for t in range(1, 30, 4)]
    recording = Recording("r" * 12, "/x.mp4", "f", 1, 30.0, 64, 64, 30.0, "h264")
    phase = SegmentPhase('[[rule]]\nactivity = "planning"\nprogram = "Chromium"\n')
    changes = [Change(float(t), 0.5, "small") for t in range(2, 30, 4)]
    context = MemoryContext(recording, earlier={"scan": changes, "describe": descriptions})
    phase.run(context)
    segments = [s for s in context.items[ITEM] if isinstance(s, Segment)]
    assert [s.activity for s in segments] == ["planning"]
    assert "your rule: Chromium" in segments[0].why
    profile = Profile("quick")
    keys = {make_key(recording, p, profile, None, {}) for p in (phase, SegmentPhase(), SegmentPhase("# nothing"))}
    assert len(keys) == 3


@pytest.mark.parametrize(
    ("sentence", "title", "told"),
    [
        ("Looks up “datetime —Basic date and t” at x.org.", "datetime — Basic date and time types",
         "Looks up “datetime — Basic date and time types” at x.org."),
        ("Reads “release notes” in “Firefox”.", "Inbox", "Reads “release notes” in “Firefox”."),
        ("Edits “a.py”.", "a.py — project", "Edits “a.py”."),
        ("Reads “””.", "", "Reads “””."),
    ],
)  # fmt: skip
def test_a_name_that_is_cut_off_is_told_whole(sentence: str, title: str, told: str) -> None:
    assert with_whole_name(sentence, title) == told
