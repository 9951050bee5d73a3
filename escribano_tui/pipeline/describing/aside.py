"""What the screen reader tells of frames that no vision model describes, and what it knows of those that one did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from escribano_tui.domain import exclusions
from escribano_tui.domain.evidence import Description, Envelope, Frame, ScreenLine
from escribano_tui.pipeline.describing.scenes import scene_of
from escribano_tui.ports import Describer, PhaseContext

STANDS_IN = "screen-reader"


class StandIn:
    """The screen reader beside a vision model; it tells nothing where there is none."""

    def __init__(self, context: PhaseContext, motion: Envelope | None) -> None:
        self._context = context
        self._motion = motion
        choice = context.backends.choose("vision", (STANDS_IN,))
        self._reader: Describer | None = None
        if choice.serves is not None:
            self._reader = context.backends.open(choice, {"stop": context.stop})

    def tells(self, frame: Frame, lines: Sequence[ScreenLine]) -> Description | None:
        """What it says of a frame, or that the frame was not to be read."""
        out = exclusions.left_out(lines)
        if out is not None:
            return exclusions.described(frame, out)
        if self._reader is None:
            return None
        answer = self._reader.describe([scene_of(self._context.recording, frame, self._motion, lines)])[0]
        return answer if isinstance(answer, Description) else None

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()


def by_model(description: Description) -> bool:
    """Whether a vision model gave it."""
    return description.backend not in (STANDS_IN, exclusions.BACKEND)


def with_facts(found: Description, read: Description | None) -> Description:
    """A model's description with what the screen says for certain and models do not tell: document, site, kind of page, and
    how the picture moves. The owner's rules go by these whoever describes."""
    if read is None:
        return found
    return replace(found, document=read.document, site=read.site, page=read.page, motion=read.motion)
