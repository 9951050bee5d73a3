"""Whether a program or site is in front that is never to be read: asked before anything of a frame is kept."""

from __future__ import annotations

from collections.abc import Sequence

from escribano_tui.domain.evidence import Description, Frame, ScreenLine
from escribano_tui.domain.exclusions import Exclusions
from escribano_tui.pipeline.describing.scenes import scene_of
from escribano_tui.ports import Describer, PhaseContext

_READER = "screen-reader"


class InFront:
    """Goes by the names on the list and, where any is on the screen, by what the screen reader says is in front."""

    def __init__(self, context: PhaseContext) -> None:
        self._context = context
        self._exclusions = Exclusions(context.profile.read.exclude)
        self._reader: Describer | None = None

    def excluded(self, frame: Frame, lines: Sequence[ScreenLine]) -> tuple[str, str]:
        """The name of what is not to be read, and the program that shows it where that is another; else empty."""
        if not self._exclusions.mentioned(lines):
            return "", ""
        seen = self._seen(frame, lines)
        found = self._exclusions.in_front(seen, lines) if seen is not None else ("", "")
        return found if found[0] else (self._exclusions.titled(lines, self._context.recording.height, seen), "")

    def _seen(self, frame: Frame, lines: Sequence[ScreenLine]) -> Description | None:
        if self._reader is None:
            choice = self._context.backends.choose("vision", (_READER,))
            if choice.serves is None:
                return None
            self._reader = self._context.backends.open(choice, {"stop": self._context.stop})
        answer = self._reader.describe([scene_of(self._context.recording, frame, None, lines)])[0]
        return answer if isinstance(answer, Description) else None
