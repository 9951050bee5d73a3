"""The pictures of frames: as they were kept, else decoded again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from escribano_tui.domain.evidence import Frame
from escribano_tui.ports import PhaseContext, Picture

if TYPE_CHECKING:
    from escribano_tui.ports import Image


class StoredPictures:
    """Full pictures of frames, asked for in time order.

    A picture that is no longer kept is decoded again, together with those after it, and goes through the same
    compression as the kept ones: a line read from either is the same.
    """

    def __init__(self, context: PhaseContext) -> None:
        self._context = context
        self._decoded: Iterator[Picture] = iter(())
        self._ahead: Picture | None = None

    def get(self, frame: Frame, following: Sequence[Frame] = ()) -> Image | None:
        """The picture of a frame, or None where it cannot be decoded. `following` are wanted later, as far as known."""
        kept = self._context.files.work(self._context.recording.id, frame.item)
        return kept if kept is not None else self._again(frame, following)

    def drop(self, frame: Frame) -> None:
        """A picture that was only needed once more."""
        self._context.files.drop_work(self._context.recording.id, frame.item)

    def _again(self, frame: Frame, following: Sequence[Frame]) -> Image | None:
        picture = self._decode(frame, following)
        if picture is None:
            return None
        identity = self._context.recording.id
        self._context.files.save_work(identity, frame.item, picture.image)
        return self._context.files.work(identity, frame.item)

    def _decode(self, frame: Frame, following: Sequence[Frame]) -> Picture | None:
        while self._ahead is not None and self._ahead.t_s < frame.t_s - 1e-6:
            self._ahead = next(self._decoded, None)
        if not _shows(self._ahead, frame):
            times = sorted({frame.t_s, *(other.t_s for other in following if other.t_s > frame.t_s)})
            context = self._context
            self._decoded = iter(context.media.pictures(context.recording, times, context.stop))
            self._ahead = next(self._decoded, None)
        if not _shows(self._ahead, frame):
            return None
        picture, self._ahead = self._ahead, None
        return picture


def _shows(picture: Picture | None, frame: Frame) -> bool:
    return picture is not None and abs(picture.t_s - frame.t_s) < 1e-6
