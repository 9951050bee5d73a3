"""Random drafts and random edits, shared by the property tests of the timeline, the journal and the store."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from escribano_tui.domain.activity import ACTIVITIES
from escribano_tui.domain.segment import Segment, Subject
from escribano_tui.domain.timeline import (
    Assign,
    AssignSubject,
    Hold,
    Merge,
    MoveBoundary,
    Operation,
    RenameSubject,
    Say,
    Split,
    Timeline,
)

LABELS = ("release note", "labels", "[/b] [red]x[/]", "Idle")


@st.composite
def drafts(draw: st.DrawFn, most: int = 12) -> Timeline:
    """A draft of 1 to `most` segments in up to three subjects."""
    lengths = draw(st.lists(st.integers(1, 400_000), min_size=1, max_size=most))
    subjects = tuple(Subject(f"s{k}", f"subject {k}") for k in range(3))
    segments, at = [], 0
    for k, length in enumerate(lengths):
        activity = draw(st.sampled_from(ACTIVITIES))
        subject = subjects[draw(st.integers(0, 2))]
        segments.append(Segment(f"seg{k}", at, at + length, activity, title=f"title {k}", subject_id=subject.id))
        at += length
    used = {s.subject_id for s in segments}
    return Timeline(at, tuple(segments), tuple(s for s in subjects if s.id in used))


@st.composite
def operations(draw: st.DrawFn, timeline: Timeline) -> Operation:
    """An operation that a hand might make on this timeline; it need not fit."""
    segment = timeline.segments[draw(st.integers(0, len(timeline.segments) - 1))]
    span = (segment.start_ms, segment.end_ms)
    anywhere = st.integers(0, timeline.duration_ms)
    return draw(
        st.one_of(
            st.sampled_from(ACTIVITIES).map(lambda a: Assign(*span, "activity", a)),
            st.text(max_size=20).map(lambda t: Assign(*span, "title", t)),
            st.booleans().map(lambda b: Assign(*span, "personal", b)),
            st.booleans().map(lambda b: Assign(*span, "reviewed", b)),
            st.lists(st.text(max_size=8), max_size=3).map(lambda apps: Assign(*span, "apps", tuple(apps))),
            st.sampled_from(LABELS).map(lambda label: AssignSubject(*span, label)),
            st.sampled_from(LABELS).map(lambda label: RenameSubject(*span, label)),
            st.text(max_size=20).map(lambda t: Say(*span, "mic", t)),
            anywhere.map(Split),
            st.sampled_from(["left", "right"]).map(lambda keep: Merge(segment.start_ms, keep)),
            anywhere.map(lambda to: MoveBoundary(segment.start_ms, to)),
            st.tuples(anywhere, anywhere).filter(lambda t: t[0] < t[1]).map(lambda t: Hold(*t, "coding", reviewed=True)),
        )
    )


def random_operation(chance: random.Random, timeline: Timeline) -> Operation:
    """The same without hypothesis, for sequences that are longer than it draws; it need not fit."""
    segment = chance.choice(timeline.segments)
    span = (segment.start_ms, segment.end_ms)
    anywhere = chance.randrange(timeline.duration_ms + 1)
    near = segment.start_ms + chance.randint(-3000, 3000)
    words = "".join(chance.choice("aé[/b] “”\u4e2d") for _ in range(chance.randrange(12)))
    makers: list[Operation] = [
        Assign(*span, "activity", chance.choice(ACTIVITIES)),
        Assign(*span, "title", words),
        Assign(*span, "personal", chance.random() < 0.5),
        Assign(*span, "reviewed", chance.random() < 0.5),
        Assign(*span, "topics", tuple(words.split())),
        AssignSubject(*span, chance.choice(LABELS)),
        RenameSubject(*span, chance.choice(LABELS)),
        Say(21_000, 23_000, "embedded:0", words),
        Split(anywhere),
        Merge(segment.start_ms, chance.choice(["left", "right"])),
        MoveBoundary(segment.start_ms, near),
    ]
    return chance.choice(makers)
