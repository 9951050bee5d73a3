"""Pictures at wanted times, decoded and converted by workers side by side."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from escribano_tui.media.alike import Alike
from escribano_tui.media.decoder import Wanted, decoded_groups, groups, plan, shown_at
from escribano_tui.media.memory import give_back
from escribano_tui.media.packets import Packets
from escribano_tui.ports import Cancelled, Picture, Stop

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

    from escribano_tui.ports import Image

WORKERS = max(1, min(4, os.cpu_count() or 1, max(2, (os.cpu_count() or 1) // 2)))  # the lanes share the machine
_AHEAD_BYTES = 64 << 20  # of pictures ahead of who draws them: ten at 1920x1080, but always one a worker
_LOOK_S = 0.1
_FEW = 8  # pictures, as for a preview: little memory, and somebody waits for them
_TURNS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, -90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, -180: cv2.ROTATE_180}

# What is handed on: a picture with its packet number, or None for the end of its group.
_Handed = tuple[int, "Image"] | None


def pictures(
    path: Path, packets: Packets, size: tuple[int, int], times_s: Sequence[float], origin_s: float, stop: Stop
) -> Iterator[Picture]:
    """One picture for each time, in time order; what cannot be decoded is left out.

    Where the packets say that nothing changed, the cheapest packet that shows the same picture is decoded. All have the
    same `size` (width, height), also where the recorder changed its own on the way. Raises OSError, av.FFmpegError, Cancelled.
    """
    if not len(packets):
        return
    alike = Alike(packets, size[0] * size[1])
    asked: dict[int, list[tuple[float, float]]] = {}
    for t_s, index in zip(times_s, shown_at(packets, np.asarray(times_s, dtype=np.float64) + origin_s), strict=True):
        cheapest, since_s = alike.cheapest(index)
        asked.setdefault(cheapest, []).append((t_s, since_s - origin_s))
    for number, image in images(path, packets, plan(packets, asked), stop):
        for t_s, since_s in sorted(asked[number]):
            yield Picture(t_s, min(since_s, t_s), fitted(image, *size))


def images(path: Path, packets: Packets, planned: Sequence[Wanted], stop: Stop) -> Iterator[tuple[int, Image]]:
    """(packet number, picture as it is shown) of what is planned, in that order. Raises as `pictures`."""
    crew = _Crew(path, packets, groups(planned), stop)
    try:
        for group in range(len(crew.wanted)):
            yield from crew.drawn(group)
    finally:
        crew.end()
        if len(planned) > _FEW:
            give_back()


class _Crew:
    """Workers that take the next group when they are through with one, some pictures ahead of who draws from them.

    What is being drawn next never has to wait, so that no worker can block another.
    """

    def __init__(self, path: Path, packets: Packets, wanted: Sequence[list[Wanted]], stop: Stop) -> None:
        self.wanted = wanted
        self._path, self._packets, self._stop = path, packets, stop
        self._changed = threading.Condition()
        self._handed: dict[int, deque[_Handed]] = {}
        self._next, self._drawn = 0, 0
        self._ahead = 0  # bytes
        self._failure: Exception | None = None
        self._is_left = False
        count = min(WORKERS, len(wanted))
        self._threads = [threading.Thread(target=self._work, name="decode", daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def is_set(self) -> bool:
        """Whether there is a reason to stop (the port Stop)."""
        return self._is_left or self._stop.is_set()

    def drawn(self, group: int) -> Iterator[tuple[int, Image]]:
        """The pictures of a group, in the order of the groups. Raises what a worker met."""
        with self._changed:
            self._drawn = group
            self._changed.notify_all()
        while (handed := self._draw(group)) is not None:
            yield handed

    def _draw(self, group: int) -> _Handed:
        with self._changed:
            while not (waiting := self._handed.get(group)):
                if self._failure is not None:
                    raise self._failure
                if self._stop.is_set():
                    raise Cancelled
                self._changed.wait(_LOOK_S)
            handed = waiting.popleft()
            if handed is None:
                del self._handed[group]
            else:
                self._ahead -= handed[1].nbytes
            self._changed.notify_all()
            return handed

    def end(self) -> None:
        """Let the workers go, and wait until they have: their files are closed then."""
        self._is_left = True
        with self._changed:
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        taken = deque[int]()
        try:
            for frames in decoded_groups(self._path, self._packets, self._taking(taken), self):
                for number, frame in frames:
                    self._hand(taken[-1], (number, image_of(frame)))
                self._hand(taken[-1], None)
        except Cancelled:
            return  # who draws looks at the same event
        except Exception as error:  # noqa: BLE001 (raised again where the pictures are drawn)
            with self._changed:
                self._failure = error
                self._changed.notify_all()

    def _taking(self, taken: deque[int]) -> Iterator[list[Wanted]]:
        """The next group that nobody has taken, until there is none."""
        while True:
            with self._changed:
                if self._next >= len(self.wanted):
                    return
                taken.append(self._next)
                self._next += 1
            yield self.wanted[taken[-1]]

    def _is_awaited(self, group: int) -> bool:
        return not self._ahead or (group == self._drawn and not self._handed.get(group))

    def _hand(self, group: int, what: _Handed) -> None:
        size = what[1].nbytes if what is not None else 0
        with self._changed:
            while size and self._ahead + size > _AHEAD_BYTES and not self._is_awaited(group):
                if self.is_set():
                    raise Cancelled
                self._changed.wait(_LOOK_S)
            self._ahead += size
            self._handed.setdefault(group, deque()).append(what)
            self._changed.notify_all()


def image_of(frame: VideoFrame, width: int | None = None, height: int | None = None) -> Image:
    """A decoded frame as BGR, turned the way it is shown; `width` and `height` are those before turning."""
    image = np.asarray(frame.to_ndarray(format="bgr24", width=width, height=height), dtype=np.uint8)
    turn = _TURNS.get(frame.rotation)
    return image if turn is None else np.asarray(cv2.rotate(image, turn), dtype=np.uint8)


def fitted(image: Image, width: int, height: int) -> Image:
    """The picture in a frame of this size: as large as it fits, at the top left, black where it does not reach."""
    rows, columns = image.shape[:2]
    if (columns, rows) == (width, height):
        return image
    scale = min(width / columns, height / rows)
    inner = (max(1, min(width, round(columns * scale))), max(1, min(height, round(rows * scale))))
    frame = np.zeros((height, width, 3), dtype=np.uint8)
    frame[: inner[1], : inner[0]] = cv2.resize(image, inner, interpolation=cv2.INTER_AREA)
    return frame
