"""What differs between two versions of a summary, and what was corrected in between."""

from __future__ import annotations

from escribano_tui.domain.journal import Entry
from escribano_tui.domain.summary_diff import changed_since, diff
from escribano_tui.domain.timeline import Assign, Merge, MoveBoundary, RenameSubject, Split

HEAD = "# Card\n\n## A, 1:00\n"
BEFORE = HEAD + "coding 1:00\n\n- Edited `a` [0:01]. Said: “It works.” [0:05] Ran `b` [0:09].\n- Left [0:50].\n\n## B, 2:00\n"
AFTER = HEAD + "review 1:00\n\n- Reviewed `a` [0:01]. Said: “It works.” [0:05] Ran `b` [0:09].\n- Left [0:50].\n\n## B, 2:00\n"


def test_lines_and_sentences_that_differ() -> None:
    lines = diff(BEFORE, AFTER)

    assert [line.text for line in lines if line.kind == "gone"] == ["coding 1:00", BEFORE.splitlines()[5]]
    come = [line for line in lines if line.kind == "come"]
    assert come[0].parts == (("review 1:00", False),)
    assert come[1].parts == (("Reviewed `a` [0:01].", False), ("Said: “It works.” [0:05]", True), ("Ran `b` [0:09].", True))
    assert [line.text for line in lines if line.kind != "gone"] == AFTER.splitlines()
    assert [line.text for line in lines if line.kind != "come"] == BEFORE.splitlines()


def test_a_text_does_not_differ_from_itself() -> None:
    assert {line.kind for line in diff(BEFORE, BEFORE)} == {"same"}


def label(revision: int) -> Entry:
    return Entry(revision, "edit", (Assign(0, 1000, "activity", "coding"), Assign(0, 1000, "reviewed", True)))


def test_corrections_are_counted_by_kind() -> None:
    entries = [
        label(1), label(2), label(3), Entry(4, "edit", (Split(500),)),
        Entry(5, "edit", (MoveBoundary(1, 2), MoveBoundary(3, 4))),
        Entry(6, "edit", (RenameSubject(0, 1, "x"), Merge(3))), Entry(7, "edit", (Assign(0, 1, "title", "t"),)),
    ]  # fmt: skip

    assert changed_since(entries, 0) == "3 labels, 2 boundaries, 1 split, 1 subject, 1 merge, 1 title"
    assert changed_since(entries, 3) == "2 boundaries, 1 split, 1 subject, 1 merge, 1 title"
    assert changed_since(entries, 7) == ""


def test_what_was_undone_again_counts_for_nothing() -> None:
    entries = [label(1), Entry(2, "edit", (Split(500),)), Entry(3, "undo", target=2)]

    assert changed_since(entries, 1) == ""
    assert changed_since([*entries, Entry(4, "undo", target=1)], 1) == "1 undone"
    assert changed_since([*entries, Entry(4, "redo", target=2)], 1) == "1 split"


def test_reviewing_changes_nothing() -> None:
    assert changed_since([Entry(1, "edit", (Assign(0, 1, "reviewed", True),))], 0) == ""
