"""Whether the files of a recording are written to while they are read."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from escribano_tui.domain.recording import Recording
from escribano_tui.ports import Media

OTHER: Final = "The file holds something else than it did when it was added: add it again."
CHANGED: Final = "The file was changed while it was being read, so nothing of this is kept: run it again when it is whole."
NOT_KEPT: Final = "Nothing of it is kept."
LOOK_S: Final = 1.0  # how often the file is looked at while it is read
Mark = tuple[int, int, int] | None


class FileWatch:
    """Their sizes and times are looked at, which costs nothing; their content only where those have changed."""

    def __init__(self, media: Media, recording: Recording) -> None:
        self._media, self._recording = media, recording
        self._paths = sorted({recording.path, *(track.path for track in recording.tracks if track.path)})
        self._seen = self._marks()

    def _marks(self) -> list[Mark]:
        return [_mark(Path(path)) for path in self._paths]

    def changed(self) -> bool:
        """Whether one of them holds something else since it was looked at last."""
        marks = self._marks()
        if marks == self._seen:
            return False
        self._seen = marks
        return self._media.changed(self._recording)


def _mark(path: Path) -> Mark:
    try:
        found = path.stat()
    except OSError:
        return None  # it has gone, or its disk has; what reads it says so
    return found.st_ino, found.st_size, found.st_mtime_ns
