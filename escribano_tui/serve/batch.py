"""Works off the queue of a library: one recording after another, what fails never stopping the rest."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from escribano_tui.domain.queue import Waiting, is_recording
from escribano_tui.domain.recording import UnusableInput
from escribano_tui.domain.text import clean_line
from escribano_tui.ports import House, RunBusy

Cancelled = 130  # the exit status of a run that was cancelled
Run = Callable[[str, str], tuple[int, str]]
"""Runs a recording (id, profile) to its end; returns its exit status and, where it failed, why."""


def recordings_in(folder: Path, deep: bool = False) -> Iterator[Path]:
    """Files of a folder that are recordings by their name, in order; hidden folders are left alone, and so is what only
    goes by such a name: a pipe, a device, a link to nothing."""
    if not folder.is_dir():
        raise LookupError(f"There is no folder “{clean_line(str(folder), 200)}”.")
    for where, inner, names in os.walk(folder):
        inner[:] = sorted(name for name in inner if deep and not name.startswith("."))
        yield from (Path(where, name) for name in sorted(names) if is_recording(name) and os.path.isfile(Path(where, name)))


def newest_in(folder: Path) -> Path:
    """The recording of a folder that was written last. Raises LookupError with a sentence."""
    found: list[tuple[float, Path]] = []
    for path in recordings_in(folder):
        with contextlib.suppress(FileNotFoundError):  # it has gone since it was found
            found.append((path.stat().st_mtime, path))
    if not found:
        raise LookupError(f"There is no recording in “{clean_line(str(folder), 200)}”.")
    return max(found)[1]


def work_off(house: House, run: Run, tell: Callable[[Waiting], None]) -> bool:
    """Run what waits until nothing does, or until a run is cancelled; returns whether all was worked off.

    `tell` hears of each before it is run and when it has ended. What was cancelled waits again.
    """
    while (waiting := house.queue.take()) is not None:
        tell(waiting)
        state, recording_id, message = _run_one(house, waiting, run)
        house.queue.end(waiting, state, recording_id, message)
        tell(replace(waiting, state=state, recording_id=recording_id, message=message))
        if state == "waiting":
            return False
    return True


def _run_one(house: House, waiting: Waiting, run: Run) -> tuple[str, str, str]:
    """(state, id of the recording, what is to be said)."""
    known = [p.name for p in house.runs.profiles()]
    if waiting.profile not in known:
        return "failed", "", f"There is no profile “{waiting.profile}” any more."
    try:
        recording = house.library.add(Path(waiting.path))
    except UnusableInput as why:
        return "failed", "", str(why)
    except OSError as why:
        return "failed", "", f"The system refused: {why.strerror or why}."
    try:
        status, message = run(recording.id, waiting.profile)
    except RunBusy as why:
        return "failed", recording.id, str(why)
    if status == Cancelled:
        return "waiting", recording.id, ""
    return ("finished", recording.id, "") if status == 0 else ("failed", recording.id, message or "The run failed.")
