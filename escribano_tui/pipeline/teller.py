"""Tells other processes how far a run is: a row in the store, written at most a few times a second."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from escribano_tui.domain.events import RunState
from escribano_tui.domain.progress import dump_state
from escribano_tui.ports import LiveRuns

EVERY_S = 0.5
log = logging.getLogger(__name__)


class Teller:
    """A thread of its own, so that no phase waits for it. A store that cannot be written to ends it, not the run."""

    def __init__(self, live: LiveRuns, recording_id: str, state: Callable[[], RunState]) -> None:
        self._live, self._recording_id, self._state = live, recording_id, state
        self._told: RunState | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._tell_on, name="teller", daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Stop telling. A run that did not come to a whole draft leaves what it told last."""
        self._end.set()
        self._thread.join()

    def _tell_on(self) -> None:
        try:
            while not self._end.wait(EVERY_S):
                self._tell()
            self._tell()
        except Exception:
            log.exception("how far the run is could not be kept; it goes on")

    def _tell(self) -> None:
        state = self._state()
        if state is not self._told:
            self._told = state
            self._live.tell(self._recording_id, dump_state(state))
