"""Pictures at wanted times, decoded and converted by two workers that take groups of pictures in turn."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import Empty, Full, Queue
from typing import TYPE_CHECKING

import cv2
import numpy as np

from escribano_tui.media.alike import Alike
from escribano_tui.media.decoder import Wanted, decoded_groups, groups, plan, shown_at
from escribano_tui.media.packets import Packets
from escribano_tui.ports import Cancelled, Picture, Stop

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

    from escribano_tui.ports import Image

WORKERS = max(1, min(2, os.cpu_count() or 1))  # the lanes share a small machine
_AHEAD = 2  # pictures that a worker may be ahead: 22 MB each at 5120x1440
_LOOK_S = 0.1
_TURNS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, -90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, -180: cv2.ROTATE_180}

# What a worker hands on: a picture with its packet number, the end of a group, or what went wrong.
_Handed = tuple[int, "Image"] | None | BaseException


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
    wanted = groups(planned)
    count = min(WORKERS, len(wanted))
    workers = [_Worker(path, packets, wanted[k::count], stop) for k in range(count)]
    try:
        for turn in range(len(wanted)):
            yield from workers[turn % count].group()
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """Decodes its groups one after the other, a few pictures ahead of who draws from it."""

    def __init__(self, path: Path, packets: Packets, wanted: Sequence[list[Wanted]], stop: Stop) -> None:
        self._path, self._packets, self._wanted, self._stop = path, packets, wanted, stop
        self._handed: Queue[_Handed] = Queue(_AHEAD)
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._work, name="decode", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        try:
            for group in decoded_groups(self._path, self._packets, self._wanted, self):
                for number, frame in group:
                    self._hand((number, image_of(frame)))
                self._hand(None)
        except Cancelled:
            self._hand(Cancelled())
        except Exception as error:  # noqa: BLE001 (raised again where the pictures are drawn)
            self._hand(error)

    def is_set(self) -> bool:
        """Whether there is a reason to stop (the port Stop)."""
        return self._left.is_set() or self._stop.is_set()

    def group(self) -> Iterator[tuple[int, Image]]:
        """The pictures of the next group. Raises what the worker met."""
        while True:
            try:
                handed = self._handed.get(timeout=_LOOK_S)
            except Empty:
                if self._stop.is_set():
                    raise Cancelled from None
                continue
            if handed is None:
                return
            if isinstance(handed, BaseException):
                raise handed
            yield handed

    def end(self) -> None:
        """Let it go, and wait until it has: its file is closed then."""
        self._left.set()
        self._thread.join()

    def _hand(self, what: _Handed) -> None:
        while not self._left.is_set():
            try:
                self._handed.put(what, timeout=_LOOK_S)
                return
            except Full:
                continue


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
