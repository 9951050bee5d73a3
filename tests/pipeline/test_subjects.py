"""Subjects: threads of work by what is shared, each segment in exactly one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from escribano_tui.domain.activity import ACTIVITIES
from escribano_tui.domain.evidence import Box, Description, ScreenLine, Utterance
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.segment import Segment, Subject
from escribano_tui.domain.timeline import Timeline
from escribano_tui.pipeline.segmenting.features import Features, features_of
from escribano_tui.pipeline.segmenting.subjects import group, label_of
from escribano_tui.pipeline.subjects import Subjects
from tests.fakes import MemoryContext


def day(*told: tuple[int, str, str, tuple[str, ...], tuple[str, ...]]) -> list[Segment]:
    """Segments of (seconds, activity, title, apps, topics)."""
    at, segments = 0, []
    for k, (seconds, activity, title, apps, topics) in enumerate(told):
        segments.append(Segment(f"s{k}", at, at + seconds * 1000, activity, title, apps=apps, topics=topics))
        at += seconds * 1000
    return segments


def text(segment: Segment, *lines: str) -> list[ScreenLine]:
    return [
        ScreenLine(f"{segment.id}{k}", line, Box(0, 22 * k, 99, 20), segment.start_s + 0.4, segment.end_s)
        for k, line in enumerate(lines)
    ]


MORNING = day(
    (40, "planning", "Wheel team board", ("Chromium",), ()),
    (60, "coding", "wheel.py", ("Geany",), ("engine", "wheel.py", "python")),
    (45, "debugging", "pytest: 1 failed", ("Xfce Terminal", "pytest"), ("engine", "python")),
    (30, "research", "math — Mathematical functions", ("Chromium",), ("python",)),
    (50, "coding", "wheel.py", ("Geany",), ("engine", "wheel.py", "python")),
    (30, "terminal", "pytest: 7 passed, commit “Turn wheels twice”", ("Xfce Terminal", "git"), ("engine", "git")),
    (40, "communication", "Invitation to the fair", ("Chromium",), ("Invitation to the fair",)),
    (60, "idle", "Desktop", (), ()),
    (90, "writing", "Spring letter", ("LibreOffice Writer",), ()),
)
LINES = [
    *text(MORNING[0], "Wheels turn only once", "Oil the axle", "Radius of a wheel is never checked"),
    *text(MORNING[1], "class Wheel:", "def turn_wheel(radius, axle):", "raise ValueError('radius')"),
    *text(MORNING[2], "tests/test_wheel.py: AssertionError", "wheel.py", "radius axle turn_wheel"),
    *text(MORNING[3], "Return the hypotenuse", "Euclidean distance of coordinates"),
    *text(MORNING[4], "class Wheel:", "def turn_wheel(radius, axle):"),
    *text(MORNING[5], "wheel.py | 4 ++--", "Turn wheels twice"),
    *text(MORNING[6], "We invite you to the spring fair", "Please bring a cake"),
    *text(MORNING[8], "Dear members, the garden opens again", "Please bring gloves and a spade"),
]  # fmt: skip
SEEN = [
    Description(
        s.start_s + 1,
        "Does.",
        s.activity,
        0.9,
        s.apps,
        s.topics,
        s.title,
        s.title if s.activity in ("coding", "writing") else "",
    )
    for s in MORNING
]


def grouped(
    segments: Sequence[Segment], lines: Sequence[ScreenLine] = (), seen: Sequence[Description] = ()
) -> dict[str, list[str]]:
    placed, subjects = group(segments, features_of(segments, seen, lines, [], {"python", "git"}, frozenset({"please", "the"})))
    return {s.label: [p.id for p in placed if p.subject_id == s.id] for s in subjects}


def test_a_morning_falls_into_its_threads() -> None:
    told = grouped(MORNING, LINES, SEEN)
    assert told == {
        "Turn wheels twice (wheel.py)": ["s0", "s1", "s2", "s3", "s4", "s5"],
        "Invitation to the fair": ["s6"],
        "Idle": ["s7"],
        "Spring letter": ["s8"],
    }


def test_idle_and_personal_time_are_subjects_of_their_own() -> None:
    segments = [MORNING[1], MORNING[6], replace(MORNING[2], personal=True), MORNING[7]]
    edges = [0]
    for s in segments:
        edges.append(edges[-1] + s.duration_ms)
    segments = [replace(s, start_ms=a, end_ms=b) for s, a, b in zip(segments, edges, edges[1:], strict=False)]
    placed, subjects = group(segments, [Features() for _ in segments])
    kinds = {s.id: (s.kind, s.label) for s in subjects}
    assert kinds[placed[2].subject_id] == ("personal", "Personal")
    assert kinds[placed[3].subject_id] == ("idle", "Idle")
    assert sum(kind == "work" for kind, _ in kinds.values()) == 2


def test_subjects_are_named_by_what_stands_on_the_screen() -> None:
    assert label_of(MORNING[1:2]) == "wheel.py in engine"
    assert label_of(MORNING[8:9]) == "Spring letter"
    assert label_of(day((9, "terminal", "", ("xterm",), ()))) == "xterm"
    assert label_of(day((9, "other", "", (), ()))) == "Other"


def test_two_threads_of_the_same_name_are_told_apart() -> None:
    twins = day((30, "writing", "Letter", ("Kate",), ()), (30, "communication", "Letter", ("Mail",), ()))
    assert sorted(grouped(twins)) == ["Letter", "Letter (2)"]
    named = day((30, "writing", "Idle", ("Kate",), ()), (40, "idle", "", (), ()))
    assert sorted(grouped(named)) == ["Idle", "Idle (2)"]


def test_the_phase_stores_a_whole_draft() -> None:
    recording = Recording("r", "r.mp4", "f", 1, MORNING[-1].end_s)
    earlier = {
        "segment": MORNING,
        "describe": SEEN,
        "read": LINES,
        "transcribe": [Utterance("u", 50, 55, "turn the wheel", "mic")],
    }
    context = MemoryContext(recording, earlier=earlier)
    Subjects().run(context)
    timeline = Timeline(recording.duration_ms, tuple(context.mine(Segment)), tuple(context.mine(Subject)))
    assert [s.id for s in timeline.segments] == [s.id for s in MORNING]
    assert context.notes[-1] == "3 subjects"


letters = st.sampled_from(["", "a.py", "b.txt", "A page", "Idle", "Personal"])
random_segments = st.lists(
    st.tuples(
        st.integers(1, 400), st.sampled_from(ACTIVITIES), letters, st.lists(letters, max_size=2).map(tuple),
        st.lists(letters, max_size=3).map(tuple), st.booleans(),
    ),
    min_size=1, max_size=25,
)  # fmt: skip


@settings(max_examples=80)
@given(random_segments)
def test_each_segment_is_in_one_subject_whatever_it_is(
    told: list[tuple[int, str, str, tuple[str, ...], tuple[str, ...], bool]],
) -> None:
    segments = [replace(s, personal=one[5]) for s, one in zip(day(*(one[:5] for one in told)), told, strict=True)]
    seen = [Description(s.start_s, "Does.", s.activity, 0.5, s.apps, s.topics, s.title, s.title) for s in segments]
    features = features_of(segments, seen, [], [])
    placed, subjects = group(segments, features)
    timeline = Timeline(segments[-1].end_ms, tuple(placed), tuple(subjects))
    sums = [sum(s.duration_ms for s in timeline.of_subject(subject.id)) for subject in subjects]
    assert all(sums)
    assert sum(sums) == timeline.duration_ms
    assert len({s.label.casefold() for s in subjects}) == len(subjects)
    assert (placed, subjects) == group(segments, features)
