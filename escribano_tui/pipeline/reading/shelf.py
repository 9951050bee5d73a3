"""What the read phase keeps beside its lines, so that it goes on after an interruption as if there had been none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from escribano_tui.domain.evidence import Frame
from escribano_tui.pipeline.reading.edges import Edges, loaded
from escribano_tui.pipeline.reading.memory import Known, LineMemory, key_of, keys_like, merged, packed, unpacked
from escribano_tui.pipeline.reading.pixels import Gray, Mask
from escribano_tui.pipeline.reading.places import Places
from escribano_tui.pipeline.reading.prints import Print
from escribano_tui.ports import PhaseContext

_LINES = b":lines"
_EDGES = b":edges"


class Shelf:
    """Line images recognised in this recording and in others, and what is known of the edges of the screen.

    Those of this recording are kept frame by frame and are loaded for the frames that are done. What other recordings
    gave is only looked at; this recording's own is added to it at the end.
    """

    def __init__(self, context: PhaseContext) -> None:
        reader = context.choice.identity if context.choice else "none"
        # Lines that were read without masking hold secrets: they are not for a run that masks.
        reader += "" if context.profile.read.mask_secrets else "/unmasked"
        self._context = context
        self._own = f"reading/{context.recording.id}/{reader}"
        self._shared = f"lines/{reader}"
        self._memory = LineMemory()
        self._places = Places()
        self._learned: list[Known] = []
        self._used: set[bytes] = set()  # keys of what others knew and was right here

    @property
    def learned(self) -> int:
        """How many line images of this recording were recognised, in earlier runs that were broken off too."""
        return len(self._learned)

    def holding(self, text: str) -> int:
        """How many of those say `text`."""
        return sum(text in known.text for known in self._learned)

    def holds(self, frame: Frame) -> bool:
        """Whether a frame was read."""
        return bool(self._kept(frame, _EDGES))

    def load(self, frame: Frame) -> None:
        """Take in what a frame gave in an earlier run; in the order of frames."""
        kept = self._kept(frame, _LINES)
        if kept:
            self.add(tuple(unpacked(kept)))

    def edges(self, frame: Frame, width: int, height: int) -> Edges:
        """What was known of the edges after a frame."""
        kept = self._kept(frame, _EDGES)
        return loaded(kept) if kept else Edges(width, height)

    def recall(self, prints: Sequence[Print]) -> list[Known | None]:
        """What each line image says, where it is known in this recording."""
        return [self._memory.find(one) for one in prints]

    def recall_elsewhere(self, prints: Sequence[Print]) -> list[Known | None]:
        """What each line image says, where another recording, or an earlier reading of this one, knew it.

        Nothing is known where the owner wants it read again: what was read wrongly once would stay so for ever.
        """
        if not prints or self._context.anew:
            return [None] * len(prints)
        elsewhere = LineMemory()
        for value in self._context.remember(self._shared, keys_like(prints)).values():
            for known in unpacked(value):
                elsewhere.add(known)
        found = [elsewhere.find(one) for one in prints]
        self._used |= {key_of(known.print.size) for known in found if known is not None}
        return found

    def standing(self, gray: Gray, tiles: Mask) -> list[Known]:
        """Lines of this recording that stand again where they once stood."""
        return self._places.standing(gray, tiles)

    def keep(self, frame: Frame, learned: Sequence[Known], edges: Edges) -> tuple[Known, ...]:
        """What a frame gave, before the frame counts as done. Gives the lines as they will be read back."""
        lines = packed(learned)
        name = frame.item.encode()
        self._context.keep(self._own, {name + _LINES: lines, name + _EDGES: edges.dumped()})
        return tuple(unpacked(lines))

    def forget(self, frame: Frame) -> None:
        """A frame that could not be read: what an earlier run kept for it is no longer so."""
        name = frame.item.encode()
        self._context.keep(self._own, {name + _LINES: b"", name + _EDGES: b""})

    def add(self, lines: Iterable[Known]) -> None:
        """Know these lines from now on."""
        for known in lines:
            self._memory.add(known)
            self._places.add(known)
            self._learned.append(known)

    def share(self) -> None:
        """Let other recordings know the lines of this one."""
        keys = [key for known in self._learned for key in keys_like([known.print])[:1]]
        before = self._context.remember(self._shared, list(dict.fromkeys(keys)))
        values = merged(self._learned, before)
        if values or self._used:
            self._context.keep(self._shared, values, sorted(self._used))

    def clear(self, frames: Iterable[Frame]) -> None:
        """All frames are read: their line images, which weigh most, serve no longer. The edges stay: by them a frame is
        known as read."""
        self._context.forget(self._own, [frame.item.encode() + _LINES for frame in frames])

    def _kept(self, frame: Frame, what: bytes) -> bytes:
        key = frame.item.encode() + what
        return self._context.remember(self._own, [key]).get(key, b"")
