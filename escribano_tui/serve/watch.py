"""Watches folders for recordings and takes each when it has stopped growing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from typing import Final

from escribano_tui.domain.queue import Settling, Sight, is_recording
from escribano_tui.domain.text import clean_line
from escribano_tui.serve.batch import recordings_in

STILL_S: Final = 10.0
"""A recorder that writes nothing for so long has stopped: OBS and QuickTime write at least every few seconds."""


def watch(
    folders: Sequence[Path], take: Callable[[Path], None], stop: Event, still_s: float = STILL_S, existing: bool = False,
    ready: Callable[[], None] = lambda: None,
) -> None:  # fmt: skip
    """Call `take` for each recording that comes into the folders, or grows there, once it has been still for `still_s`.

    `existing` takes what is there already, too. `ready` is called once the folders are watched. Returns when `stop` is
    set. Raises LookupError where a folder is not there, or goes.
    """
    import watchfiles

    settling = Settling(still_s)
    there = {str(path): sight for folder in folders for path in recordings_in(folder) if (sight := _sight(path))}
    if not existing:
        settling.know(there.items())
    candidates = set(there)
    step_ms = round(max(50.0, min(1000.0, still_s * 250)))
    changes = watchfiles.watch(
        *folders, watch_filter=None, recursive=False, stop_event=stop, rust_timeout=step_ms, yield_on_timeout=True,
        debounce=step_ms, raise_interrupt=False,
    )  # fmt: skip
    watching = False
    for changed in changes:
        candidates.update(path for _, path in changed if is_recording(path))
        if not watching:  # what came between the first look and now has told nobody
            candidates.update(str(path) for folder in folders for path in recordings_in(folder))
            watching = True
            ready()
        for folder in folders:
            if not folder.is_dir():  # one made again under this name would not be the one that is watched
                raise LookupError(f"The folder “{clean_line(str(folder), 200)}” has gone, so it is watched no longer.")
        if not candidates:
            continue
        seen = {path: sight for path in candidates if (sight := _sight(Path(path)))}
        candidates &= set(seen)
        for path in settling.look(seen.items(), time.monotonic()):
            take(Path(path))


def _sight(path: Path) -> Sight | None:
    try:
        facts = path.stat()
    except OSError:
        return None  # it has gone, or may not be looked at
    return Sight(facts.st_size, facts.st_mtime) if path.is_file() else None
