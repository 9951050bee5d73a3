"""Hundreds of edits, undone and redone in a real store by programs that are killed: every state is exactly as it was."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escribano_tui.domain.evidence import Utterance
from escribano_tui.domain.journal import dump_operations, fold
from escribano_tui.domain.said import correct
from escribano_tui.domain.timeline import DoesNotFit, Operation, Timeline, apply
from escribano_tui.store.library import LibraryStore
from escribano_tui.usecases.sessions import SessionDesk
from tests.domain.edits import random_operation
from tests.pipeline.scripted import NoFiles
from tests.usecases.drafted import HEARD, RECORDING, drafted

EDITS = 500
State = tuple[Timeline, tuple[Utterance, ...]]


def script(seed: int, draft: Timeline) -> tuple[list[tuple[str, str]], list[State]]:
    """Steps with EDITS edits among them, and the state after each, by the domain alone."""
    chance = random.Random(seed)
    past: list[tuple[Timeline, tuple[Operation, ...]]] = [(draft, ())]
    future: list[tuple[Timeline, tuple[Operation, ...]]] = []
    steps: list[tuple[str, str]] = []
    states = [_state(*past[-1])]
    edits = 0
    while edits < EDITS:
        what = chance.choices(["edit", "undo", "redo"], [6, 3, 2])[0]
        timeline, done = past[-1]
        if what == "undo" and len(past) > 1:
            future.append(past.pop())
        elif what == "redo" and future:
            past.append(future.pop())
        elif what == "edit":
            operation = random_operation(chance, timeline)
            try:
                past.append((apply(timeline, operation), (*done, operation)))
            except DoesNotFit:
                continue
            future.clear()
            edits += 1
        else:
            continue
        steps.append((what, dump_operations(past[-1][1][-1:]) if what == "edit" else ""))
        states.append(_state(*past[-1]))
    return steps, states


def _state(timeline: Timeline, done: tuple[Operation, ...]) -> State:
    from escribano_tui.domain.operations import Say

    return timeline, correct([HEARD], [o for o in done if isinstance(o, Say)]).utterances


def killed_after(arguments: list[str], steps: int) -> None:
    """Start the program and kill it once it has told of so many steps, wherever it is then."""
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        for _, _line in zip(range(steps), program.stdout, strict=False):
            pass
        program.kill()
        program.stdout.read()


@given(seed=st.integers(0, 2**32), pauses=st.lists(st.integers(1, 120), min_size=5, max_size=5))
@settings(max_examples=1)
def test_five_hundred_edits_with_kills_in_between(
    tmp_path_factory: pytest.TempPathFactory, seed: int, pauses: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("lasting")
    drafted(folder).close()
    library, plan = folder / "home" / "library.db", folder / "steps.json"
    store = LibraryStore(library)
    steps, states = script(seed, SessionDesk(store, NoFiles(Path("/nowhere"))).open(RECORDING.id).draft)  # type: ignore[arg-type]
    store.close()
    plan.write_text(json.dumps(steps), "utf-8")
    arguments = [sys.executable, "-m", "tests.usecases.step_by_step", str(library), str(plan)]
    taken = 0
    for pause in [*pauses, len(steps)]:
        killed_after(arguments, pause)
        store = LibraryStore(library)
        desk = SessionDesk(store, NoFiles(Path("/nowhere")))  # type: ignore[arg-type]
        session = desk.open(RECORDING.id)
        assert min(taken + pause, len(steps)) <= session.revision, "what was told of is on the disk"
        taken = session.revision
        assert (session.timeline, desk.outline(RECORDING.id).utterances) == states[taken]
        assert session.misfits == ()
        store.close()
    assert taken == len(steps)
    store = LibraryStore(library)
    assert sum(e.kind == "edit" for e in store.journal.entries(RECORDING.id)) == EDITS
    standing = fold(store.journal.entries(RECORDING.id))
    desk = SessionDesk(store, NoFiles(Path("/nowhere")))  # type: ignore[arg-type]
    for _ in range(len(standing.edits)):
        session = desk.undo(RECORDING.id, desk.revision(RECORDING.id)[1])
    assert session.timeline == states[0][0], "all taken back, it is the draft"
    store.close()
