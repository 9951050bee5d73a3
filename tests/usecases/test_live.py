"""A draft that still grows can be reviewed, and what was reviewed early is not redone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from escribano_tui.domain.segment import Segment
from escribano_tui.domain.session import Session
from escribano_tui.domain.timeline import Assign, DoesNotFit, Merge, MoveBoundary, RenameSubject, Split
from escribano_tui.store.library import LibraryStore
from escribano_tui.usecases.sessions import SessionDesk
from tests.usecases.drafted import RECORDING, draft
from tests.usecases.test_sessions import desk_of

ID = RECORDING.id


def seg(start_s: float, end_s: float, activity: str, title: str = "") -> Segment:
    return Segment(f"seg{start_s}", round(start_s * 1000), round(end_s * 1000), activity, title)


EARLY = [seg(0, 12, "planning", "the board"), seg(12, 22, "coding", "parser.py"), seg(22, 25, "research", "docs")]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LibraryStore]:
    made = LibraryStore(tmp_path / "library.db")
    made.recordings.save(RECORDING)
    run = made.runs.begin(ID, "quick")
    made.live.begin(ID, run.id)
    made.live.draft(ID, EARLY)
    yield made
    made.close()


@pytest.fixture
def desk(store: LibraryStore) -> SessionDesk:
    return desk_of(store)


def told(session: Session) -> list[tuple[float, float, str, bool]]:
    return [(s.start_s, s.end_s, s.activity, s.reviewed) for s in session.timeline.segments]


def whole(store: LibraryStore, *segments: Segment) -> None:
    """The run ends with this draft."""
    draft(store, tuple(replace(s, subject_id="b1") for s in segments), "quick")
    store.live.end(ID)


def test_a_draft_that_is_not_whole_is_opened_for_review_only(desk: SessionDesk) -> None:
    with pytest.raises(LookupError):
        desk.open(ID)
    session = desk.open(ID, live=True)
    assert session.live
    assert session.timeline.duration_ms == 25_000
    assert desk.revision(ID) == (session.draft_id, 0)


def test_it_follows_as_the_draft_grows_and_keeps_what_was_reviewed(desk: SessionDesk, store: LibraryStore) -> None:
    before = desk.open(ID, live=True)
    desk.edit(ID, [Assign(0, 12_000, "reviewed", True)], 0)
    store.live.draft(ID, [seg(0, 12.8, "writing", "a note"), seg(12.8, 40, "coding"), seg(40, 50, "idle")])
    assert desk.revision(ID)[0] != before.draft_id
    session = desk.open(ID, live=True)
    assert told(session) == [
        (0.0, 12.0, "planning", True),
        (12.0, 40.0, "coding", False),
        (40.0, 50.0, "idle", False),
    ]


def test_what_was_reviewed_early_stands_in_the_whole_draft(desk: SessionDesk, store: LibraryStore) -> None:
    desk.open(ID, live=True)
    desk.edit(ID, [Assign(0, 12_000, "reviewed", True)], 0)
    desk.edit(ID, [Assign(12_000, 22_000, "activity", "debugging"), Assign(12_000, 22_000, "reviewed", True)], 1)
    whole(store, seg(0, 7, "other"), seg(7, 18, "terminal"), seg(18, 60, "research"))
    session = desk.open(ID)
    assert session.live == 0
    assert told(session) == [
        (0.0, 12.0, "planning", True),
        (12.0, 22.0, "debugging", True),
        (22.0, 60.0, "research", False),
    ]
    assert session.misfits == ()
    assert session.timeline.segments[0].title == "the board"
    assert told(desk.undo(ID, 2))[1] == (12.0, 18.0, "terminal", False)


@pytest.mark.parametrize(
    ("operation", "held"),
    [
        (Split(6_000), [(0, 6), (6, 12)]),
        (Merge(12_000), [(0, 22)]),
        (MoveBoundary(12_000, 14_000), [(0, 14), (14, 22)]),
    ],
)
def test_boundaries_made_early_stand(
    desk: SessionDesk, store: LibraryStore, operation: Split | Merge | MoveBoundary, held: list[tuple[int, int]]
) -> None:
    desk.open(ID, live=True)
    desk.edit(ID, [operation], 0)
    whole(store, seg(0, 33, "other"), seg(33, 60, "research"))
    assert [span[:2] for span in told(desk.open(ID))][: len(held)] == held


def test_an_edit_means_the_draft_that_was_looked_at(desk: SessionDesk, store: LibraryStore) -> None:
    """The draft is redone, even whole, between the look and the key."""
    desk.open(ID, live=True)
    store.live.draft(ID, [seg(0, 40, "idle"), seg(40, 50, "idle")])
    desk.edit(ID, [Assign(12_000, 22_000, "activity", "review")], 0)
    assert told(desk.open(ID, live=True))[1][:3] == (12.0, 22.0, "review")
    whole(store, seg(0, 60, "idle"))
    session = desk.edit(ID, [Assign(22_000, 40_000, "activity", "writing")], 1)
    assert [t[:3] for t in told(session)][1:3] == [(12.0, 22.0, "review"), (22.0, 40.0, "writing")]


def test_the_last_one_still_grows_and_subjects_come_later(desk: SessionDesk) -> None:
    desk.open(ID, live=True)
    with pytest.raises(DoesNotFit, match="still growing"):
        desk.edit(ID, [Assign(22_000, 25_000, "reviewed", True)], 0)
    with pytest.raises(DoesNotFit, match="end of the run"):
        desk.edit(ID, [RenameSubject(0, 12_000, "the board")], 0)
    assert desk.history(ID) == []


def test_a_run_that_was_cancelled_leaves_its_draft_and_the_next_one_what_was_reviewed(
    desk: SessionDesk, store: LibraryStore
) -> None:
    desk.open(ID, live=True)
    desk.edit(ID, [Assign(12_000, 22_000, "reviewed", True)], 0)
    assert told(desk.open(ID, live=True))[1] == (12.0, 22.0, "coding", True)
    again = store.runs.begin(ID, "quick")
    store.live.begin(ID, again.id)
    with pytest.raises(LookupError):
        desk.open(ID, live=True)
    store.live.draft(ID, [seg(0, 9, "idle"), seg(9, 10, "coding")])
    session = desk.open(ID, live=True)
    assert session.misfits == (), "it waits until the draft has come as far"
    store.live.draft(ID, [seg(0, 30, "idle")])
    assert told(desk.open(ID, live=True))[1] == (12.0, 22.0, "coding", True)


def test_a_deleted_recording_takes_it_along(store: LibraryStore) -> None:
    store.recordings.set_deleted(ID, True)
    store.recordings.purge()
    assert store.live.mark(ID) is None
