"""Corrections last: across restarts, re-runs, two windows, undo and redo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escribano_tui import exports
from escribano_tui.domain.evidence import Utterance
from escribano_tui.domain.journal import StaleRevision
from escribano_tui.domain.operations import cleaned
from escribano_tui.domain.session import Hit
from escribano_tui.domain.timeline import Assign, AssignSubject, DoesNotFit, Merge, MoveBoundary, Say, Split, apply
from escribano_tui.store.library import LibraryStore
from escribano_tui.usecases.dossiers import machines_own, make_dossier
from escribano_tui.usecases.following import Follower
from escribano_tui.usecases.search import SearchDesk
from escribano_tui.usecases.sessions import SessionDesk
from tests.domain.edits import operations
from tests.pipeline.scripted import NoFiles
from tests.usecases.drafted import RECORDING, SEGMENTS, draft, drafted

ID = RECORDING.id


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LibraryStore]:
    made = drafted(tmp_path)
    yield made
    made.close()


def desk_of(store: LibraryStore) -> SessionDesk:
    return SessionDesk(store, NoFiles(Path("/nowhere")))  # type: ignore[arg-type]


def test_an_edit_is_there_after_a_restart(store: LibraryStore, tmp_path: Path) -> None:
    desk = desk_of(store)
    desk.edit(ID, [Assign(20_000, 40_000, "activity", "planning")], 0)
    desk.edit(ID, [Split(50_000)], 1)
    other = LibraryStore(tmp_path / "home" / "library.db")
    session = desk_of(other).open(ID)
    assert [s.activity for s in session.timeline.segments] == ["coding", "planning", "coding", "coding"]
    assert session.draft.segments == SEGMENTS
    assert session.revision == 2
    undone = desk_of(other).undo(ID, 2)
    assert len(undone.timeline.segments) == 3
    assert undone.timeline.segments[1].activity == "planning"
    assert len(desk_of(other).redo(ID, 3).timeline.segments) == 4
    other.close()


def test_the_later_of_two_windows_is_asked_to_look_again(store: LibraryStore) -> None:
    one, two = desk_of(store), desk_of(store)
    one.edit(ID, [Split(10_000)], 0)
    with pytest.raises(StaleRevision):
        two.edit(ID, [Split(30_000)], 0)
    assert two.revision(ID)[1] == 1
    two.edit(ID, [Split(30_000)], 1)
    assert len(one.open(ID).timeline.segments) == 5


def test_what_does_not_fit_is_not_written(store: LibraryStore) -> None:
    desk = desk_of(store)
    with pytest.raises(DoesNotFit):
        desk.edit(ID, [Split(10_000), Split(10_010)], 0)
    assert desk.revision(ID)[1] == 0


def test_nothing_to_undo_is_said(store: LibraryStore) -> None:
    with pytest.raises(LookupError):
        desk_of(store).undo(ID, 0)
    with pytest.raises(LookupError):
        desk_of(store).redo(ID, 0)


def test_a_later_run_keeps_the_edits_and_names_those_that_no_longer_fit(store: LibraryStore) -> None:
    desk = desk_of(store)
    desk.edit(ID, [Assign(20_000, 40_000, "title", "mine")], 0)
    desk.edit(ID, [MoveBoundary(40_000, 42_000)], 1)
    moved = (replace(SEGMENTS[0], end_ms=59_000), replace(SEGMENTS[1], start_ms=59_000, end_ms=60_000))
    draft(store, moved, "thorough")
    session = desk.open(ID)
    assert [s.start_ms for s in session.timeline.segments] == [0, 59_000]
    assert [m.revision for m in session.misfits] == [1, 2]
    given_up = desk.dismiss(ID, 1, 2)
    assert [m.revision for m in given_up.misfits] == [2]
    near = (replace(SEGMENTS[0], end_ms=21_000), replace(SEGMENTS[1], start_ms=21_000), SEGMENTS[2])
    draft(store, near, "again")
    assert desk.open(ID).timeline.segments[1].end_ms == 42_000


def test_history_says_what_stands(store: LibraryStore) -> None:
    desk = desk_of(store)
    desk.edit(ID, [Split(10_000)], 0)
    desk.edit(ID, [Merge(10_000)], 1)
    desk.undo(ID, 2)
    told = [(entry.said, how) for entry, how in desk.history(ID)]
    assert told[0] == ("Split at 0:10", "standing")
    assert told[1][1] == "undone"
    assert told[2] == ("Undid: Merged at 0:10, kept the earlier label", "")


def test_segments_of_the_same_window_are_alike(store: LibraryStore) -> None:
    assert desk_of(store).alike(ID, "s1") == ["s3"]
    assert desk_of(store).alike(ID, "s2") == []


def test_evidence_of_a_span(store: LibraryStore) -> None:
    desk = desk_of(store)
    assert [u.id for u in desk.evidence(ID, 20.0, 40.0).utterances] == ["u1"]
    assert desk.evidence(ID, 40.0, 60.0).utterances == ()
    assert len(desk.outline(ID).frames) == 3


def test_a_recording_without_a_draft_says_so(store: LibraryStore) -> None:
    store.recordings.save(replace(RECORDING, id="b" * 12))
    with pytest.raises(LookupError):
        desk_of(store).open("b" * 12)


@given(data=st.data())
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undo_and_redo_through_the_real_store(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    store = drafted(tmp_path_factory.mktemp("lib"))
    desk = desk_of(store)
    past, future = [desk.open(ID).timeline], []
    for _ in range(25):
        step = data.draw(st.sampled_from(["edit", "edit", "undo", "redo", "reopen"]))
        base = desk.revision(ID)[1]
        if step == "edit":
            operation = data.draw(operations(past[-1]))
            try:
                expected = apply(past[-1], cleaned(operation))
            except DoesNotFit:
                continue
            try:
                session = desk.edit(ID, [operation], base)
            except DoesNotFit:
                assert isinstance(operation, Say), "a part of what was said cannot be cut out of words without times"
                continue
            past.append(expected)
            future.clear()
        elif step == "undo" and len(past) > 1:
            future.append(past.pop())
            session = desk.undo(ID, base)
        elif step == "redo" and future:
            past.append(future.pop())
            session = desk.redo(ID, base)
        else:
            desk = desk_of(store)
            session = desk.open(ID)
        assert session.timeline == past[-1]
    store.close()


def found(store: LibraryStore, text: str) -> list[Hit]:
    return list(SearchDesk(store, Follower(store, list), lambda: UTC).find(text, patience_s=60).hits)


def test_a_correction_of_speech_reaches_everything_and_survives_another_run(store: LibraryStore) -> None:
    desk = desk_of(store)
    desk.edit(ID, [Say(21_000, 23_000, "embedded:0", "Let me look that up.")], 0)

    def told() -> list[tuple[str, bool]]:
        return [(u.text, u.edited) for u in desk.outline(ID).utterances]

    assert told() == [("Let me look that up.", True)]
    assert desk.evidence(ID, 22.0, 22.5).utterances[0].edited, "also where only a part of it is asked for"
    assert desk.evidence(ID, 24.0, 30.0).utterances == ()
    assert [(h.kind, h.text) for h in found(store, "look")] == [("said", "Let me look that up.")]
    session = desk.open(ID)
    dossier = make_dossier(store, session.recording, session.run)
    assert "Let me look that up." in exports.renderers(lambda a, b: Path(b))["srt"](dossier)
    assert json.loads(exports.renderers(lambda a, b: Path(b))["json"](dossier))["utterances"][0]["edited"] is True
    assert [u.text for u in machines_own(store, dossier).evidence.utterances] == ["let me look it up"]
    draft(store, SEGMENTS, "thorough")
    assert told() == [("Let me look that up.", True)], "over what the later run heard"
    assert desk.history(ID)[0][0].said == "Corrected what was said at 0:21: “Let me look that up.”"
    desk.undo(ID, 1)
    assert told() == [("let me look it up", False)]
    assert [h.text for h in found(store, "look")] == ["let me look it up"]
    desk.redo(ID, 2)
    assert told() == [("Let me look that up.", True)]


def test_a_correction_that_would_take_other_words_with_it_is_named(store: LibraryStore) -> None:
    desk = desk_of(store)
    with pytest.raises(DoesNotFit):
        desk.edit(ID, [Say(22_000, 22_500, "embedded:0", "no")], 0)  # u1 has no times of words
    desk.edit(ID, [Say(50_000, 52_000, "embedded:0", "heard by nobody")], 0)
    draft(store, SEGMENTS, "again", Utterance("u9", 46.0, 58.0, "one long piece of speech", "embedded:0"))
    session = desk.open(ID)
    assert [m.revision for m in session.misfits] == [1]
    assert desk.dismiss(ID, 1, 1).misfits == ()


def test_what_was_corrected_is_found_and_what_it_stood_for_is_not(store: LibraryStore) -> None:
    desk = desk_of(store)
    desk.edit(ID, [Assign(20_000, 40_000, "title", "manual of the parser")], 0)
    assert [h.text for h in found(store, "manual")] == ["manual of the parser · the parser"]
    assert found(store, "docs") == []
    desk.undo(ID, 1)
    assert [h.text for h in found(store, "docs")] == ["docs · the parser"]
    assert found(store, "manual") == []


def test_the_library_knows_what_was_drafted_and_what_was_written(store: LibraryStore) -> None:
    desk = desk_of(store)
    desk.edit(ID, [Assign(0, 20_000, "apps", ("Kate", "Terminal"))], 0)
    desk.edit(ID, [AssignSubject(0, 20_000, "the lexer")], 1)
    found(store, "x")
    assert store.overviews.known("title") == ["parser.py", "docs"]
    assert store.overviews.known("apps") == ["Kate", "Terminal", "Firefox", "Geany"]
    assert store.overviews.known("subject") == ["the lexer", "the parser"]
    with pytest.raises(ValueError):
        store.overviews.known("secrets")
