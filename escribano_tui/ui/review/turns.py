"""One edit after the other: what is pressed while one is being written waits its turn, so that it meets what it was meant
for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from escribano_tui.domain.journal import StaleRevision
from escribano_tui.domain.session import Session
from escribano_tui.domain.timeline import DoesNotFit

if TYPE_CHECKING:
    from escribano_tui.ui.screens.review import ReviewScreen

MEANWHILE = "Changed in another window meanwhile: look again, then press the key once more."


class Turns:
    """The commands of a screen, by name, and the edit that is under way, if any (`busy`)."""

    def __init__(self, screen: ReviewScreen, commands: Mapping[str, Callable[[ReviewScreen], None]]) -> None:
        self._screen, self._commands = screen, commands
        self._waiting: deque[str] = deque()
        self.busy = False

    def take(self, name: str, free: bool = False) -> None:
        """Run a command now, or after the edit that is being written; a free one edits nothing and need not wait."""
        if self.busy and not free:
            self._waiting.append(name)
        else:
            self._commands[name](self._screen)

    def begin(self) -> None:
        """An edit is on its way."""
        self.busy = True

    async def write(self, call: Callable[[], Session], then: Callable[[], None] | None) -> None:
        """Run a change of the journal in a thread, show what came of it, then whatever waited. A refusal is told, and what
        waited is dropped: it was meant for something else."""
        screen = self._screen
        try:
            screen.take(await asyncio.to_thread(call))
            if then is not None:
                then()
            screen.hide_guide()
        except StaleRevision:
            self._waiting.clear()
            screen.take(await asyncio.to_thread(screen.house_app.house.sessions.open, screen.recording_id, live=True))
            screen.tell(MEANWHILE, "warning", 8.0)
        except (DoesNotFit, ValueError) as error:
            self._waiting.clear()
            screen.tell(str(error), "warning")
        finally:
            self.busy = False
        while self._waiting and not self.busy:
            self._commands[self._waiting.popleft()](screen)
