"""A program of its own that takes steps of a review, to be killed while it does: `python -m tests.usecases.step_by_step
LIBRARY STEPS`. Each step is one row of the journal, so that the last revision says how many were taken."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from escribano_tui.domain.journal import load_operations
from escribano_tui.store.library import LibraryStore
from escribano_tui.usecases.sessions import SessionDesk
from tests.pipeline.scripted import NoFiles
from tests.usecases.drafted import RECORDING


def take(desk: SessionDesk, kind: str, operations: str, base: int) -> None:
    match kind:
        case "edit":
            desk.edit(RECORDING.id, load_operations(operations), base)
        case "undo":
            desk.undo(RECORDING.id, base)
        case _:
            desk.redo(RECORDING.id, base)


def main() -> None:
    store = LibraryStore(Path(sys.argv[1]))
    steps = json.loads(Path(sys.argv[2]).read_text("utf-8"))
    desk = SessionDesk(store, NoFiles(Path("/nowhere")))  # type: ignore[arg-type]
    for base in range(desk.revision(RECORDING.id)[1], len(steps)):
        take(desk, *steps[base], base)
        print(base + 1, flush=True)
    store.close()


if __name__ == "__main__":
    main()
