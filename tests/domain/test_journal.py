"""The journal: what stands after any sequence of edits, undo and redo."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escribano_tui.domain.journal import Entry, Replays, dump_operations, fold, load_operations, replay, say
from escribano_tui.domain.timeline import Assign, DoesNotFit, Merge, MoveBoundary, Operation, Split, Timeline, apply
from tests.domain.edits import drafts, operations
from tests.domain.test_timeline import line, tiles


class Desk:
    """A journal in memory, used as the use cases use a stored one; remembers every state it was in."""

    def __init__(self, draft: Timeline) -> None:
        self.draft = draft
        self.entries: list[Entry] = []

    @property
    def timeline(self) -> Timeline:
        return replay(self.draft, fold(self.entries).edits)[0]

    def add(self, kind: str, operations: tuple[Operation, ...] = (), target: int = 0) -> None:
        self.entries.append(Entry(len(self.entries) + 1, kind, operations, target))

    def undo(self) -> None:
        self.add("undo", target=fold(self.entries).edits[-1].revision)

    def redo(self) -> None:
        self.add("redo", target=fold(self.entries).redoable[-1].revision)


@given(st.data())
@settings(max_examples=150)
def test_undo_and_redo_walk_through_exactly_the_earlier_states(data: st.DataObject) -> None:
    desk = Desk(data.draw(drafts(6)))
    past, future = [desk.timeline], []
    for _ in range(data.draw(st.integers(1, 20))):
        step = data.draw(st.sampled_from(["edit", "edit", "edit", "undo", "redo"]))
        if step == "undo" and len(past) > 1:
            desk.undo()
            future.append(past.pop())
        elif step == "redo" and future:
            desk.redo()
            past.append(future.pop())
        elif step == "edit":
            operation = data.draw(operations(past[-1]))
            try:
                after = apply(past[-1], operation)
            except DoesNotFit:
                continue
            desk.add("edit", (operation,))
            past.append(after)
            future.clear()
        assert desk.timeline == past[-1]
        assert tiles(desk.timeline)
        standing = fold(desk.entries)
        assert standing.can_undo == (len(past) > 1)
        assert standing.can_redo == bool(future)
        assert standing.revision == len(desk.entries)


@given(st.data())
@settings(max_examples=200)
def test_operations_survive_the_store(data: st.DataObject) -> None:
    timeline = data.draw(drafts(4))
    some = tuple(data.draw(operations(timeline)) for _ in range(data.draw(st.integers(0, 4))))
    assert load_operations(dump_operations(some)) == some


@given(st.data())
@settings(max_examples=200)
def test_edits_on_another_draft_fit_or_are_named(data: st.DataObject) -> None:
    draft = data.draw(drafts(6))
    other = data.draw(drafts(6))
    entries = [Entry(k + 1, "edit", (data.draw(operations(draft)),), said=f"step {k}") for k in range(5)]
    timeline, misfits = replay(other, entries)
    assert tiles(timeline)
    assert {m.revision for m in misfits} <= {e.revision for e in entries}
    assert all(m.why for m in misfits)


@given(st.data())
@settings(max_examples=100)
def test_a_replay_that_goes_on_is_the_same_as_one_from_the_draft(data: st.DataObject) -> None:
    draft = data.draw(drafts(5))
    entries = [Entry(k + 1, "edit", (data.draw(operations(draft)),), said=f"step {k}") for k in range(8)]
    replays = Replays()
    for _ in range(8):
        some = [e for e in entries if data.draw(st.booleans())]
        assert replays.replay("draft", draft, some) == replay(draft, some)


def test_an_edit_of_several_operations_fits_whole_or_not_at_all() -> None:
    entry = Entry(1, "edit", (Assign(0, 60_000, "title", "kept?"), Merge(30_000)))
    timeline, misfits = replay(line(), [entry])
    assert timeline == line()
    assert [m.revision for m in misfits] == [1]


def test_a_new_edit_ends_what_could_be_redone() -> None:
    desk = Desk(line())
    desk.add("edit", (Split(10_000),))
    desk.undo()
    desk.add("edit", (Split(20_000),))
    assert not fold(desk.entries).can_redo
    assert [s.start_ms for s in desk.timeline.segments] == [0, 20_000]


def test_a_dismissed_edit_no_longer_stands() -> None:
    entries = [Entry(1, "edit", (Split(10_000),)), Entry(2, "edit", (Split(20_000),)), Entry(3, "dismiss", target=1)]
    assert [e.revision for e in fold(entries).edits] == [2]


@pytest.mark.parametrize(
    "rows",
    [
        [Entry(1, "undo", target=1)],
        [Entry(1, "edit"), Entry(1, "edit")],
        [Entry(1, "edit"), Entry(2, "redo", target=1)],
        [Entry(1, "frobnicate")],
    ],
)
def test_rows_that_cannot_be_are_refused(rows: list[Entry]) -> None:
    with pytest.raises(ValueError):
        fold(rows)


@pytest.mark.parametrize("text", ['[{"op": "explode"}]', '[{"op": "split"}]', "3", '[{"op": "split", "at_ms": 1, "x": 2}]'])
def test_text_that_is_no_edit_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        load_operations(text)


def test_steps_are_told_in_words() -> None:
    timeline = line(30_000)
    assert say(timeline, [Assign(0, 30_000, "activity", "review")]) == "Relabelled 0:00–0:30 from coding to review"
    assert say(timeline, [MoveBoundary(30_000, 28_500)]) == "Moved the boundary at 0:30 by -1.50 s"
    both = [Assign(0, 30_000, "activity", "review"), Assign(0, 30_000, "reviewed", True)]
    assert say(timeline, both) == "Relabelled 0:00–0:30 from coding to review, reviewed"
    assert say(timeline, [Split(1_000)]) == "Split at 0:01"
