"""A make-believe desktop for tests of reading: drawn windows, a reader without a model, files and media in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from escribano_tui.domain.evidence import Box, Frame
from escribano_tui.domain.layout import reading_order
from escribano_tui.domain.recording import Recording
from escribano_tui.ports import Availability, BackendError, BackendInfo, Choice, Picture
from tests.pictures import screen

WIDTH, HEIGHT, ROW = 640, 480, 26
RECORDING = Recording("desk", "desk.mp4", "f", 1, 100.0, WIDTH, HEIGHT)
CHOICE = Choice("screen_text", BackendInfo("screen_text", "drawn", "m", "Drawn", Availability(True)), (), "m")


@dataclass
class Desk:
    """One window at a time above a panel that never changes but for its clock."""

    windows: dict[str, list[str]]
    front: str = ""
    first_row: dict[str, int] = field(default_factory=dict)
    clock: str = "10:12"

    def picture(self) -> Any:
        lines = self.windows.get(self.front, [])
        first = self.first_row.get(self.front, 0)
        shown = lines[first : first + (HEIGHT - 80) // ROW]
        texts = [(20, 10, f"Title of {self.front}"), *((30, 40 + ROW * k, text) for k, text in enumerate(shown) if text)]
        panel = [(10, HEIGHT - 24, "Menu"), (WIDTH - 70, HEIGHT - 24, self.clock)]
        colour = f"hsl({37 * len(self.front)}, 60%, {50 + 7 * (len(self.front) % 4)}%)"
        boxes = [(0, HEIGHT - 30, WIDTH, HEIGHT, "#d0d0d8"), (380, 0, WIDTH, HEIGHT - 30, colour)]
        return screen([*texts, *panel], width=WIDTH, height=HEIGHT, size=15, boxes=boxes)


class DrawnReader:
    """A TextReader that finds dark runs and calls each line by a digest of its pixels: alike only where it is the same."""

    def __init__(self) -> None:
        self.detected = 0  # pixels
        self.recognised: list[str] = []
        self.fails_at: set[int] = set()
        self.calls = 0
        self.closed = False

    def detect(self, image: Any) -> Sequence[Box]:
        self.calls += 1
        if self.calls in self.fails_at:
            raise BackendError("the model's process ended (SIGSEGV)")
        self.detected += image.shape[0] * image.shape[1]
        ink = (cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) < 110).astype(np.uint8)
        joined = cv2.dilate(ink, np.ones((3, 17), np.uint8))
        outlines = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
        height, width = ink.shape
        boxes = []
        for x, y, w, h in (cv2.boundingRect(outline) for outline in outlines):
            left, top, right, bottom = max(0, x - 1), max(0, y - 4), min(width, x + w + 1), min(height, y + h + 4)
            boxes.append(Box(left, top, right - left, bottom - top))
        return reading_order(boxes, lambda box: box)

    def recognise(self, lines: Sequence[Any]) -> Sequence[tuple[str, float]]:
        said = [name_of(line) for line in lines]
        self.recognised += said
        return [(name, 0.9) for name in said]

    def close(self) -> None:
        self.closed = True


def name_of(line: Any) -> str:
    """A name that hangs on the shape of the ink alone."""
    gray = cv2.cvtColor(line, cv2.COLOR_BGR2GRAY).astype(int)
    ground = int(np.median(gray))
    ink = ground - gray > (ground - int(gray.min())) / 2
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return ""
    tight = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return "line" + hashlib.blake2b(tight.tobytes() + repr(tight.shape).encode(), digest_size=6).hexdigest()


def whole(image: Any) -> list[str]:
    """What a reader that knows nothing sees on a picture."""
    reader = DrawnReader()
    return [name_of(image[b.y : b.bottom, b.x : b.right]) for b in reader.detect(image)]


class Files:
    """Work pictures in memory, without loss."""

    def __init__(self, pictures: dict[str, Any] | None = None) -> None:
        self.pictures = dict(pictures or {})

    def save_work(self, recording_id: str, name: str, image: Any) -> None:
        self.pictures[name] = image.copy()

    def work(self, recording_id: str, name: str) -> Any:
        return self.pictures.get(name)

    def drop_work(self, recording_id: str, name: str) -> None:
        self.pictures.pop(name, None)

    def show(self, recording_id: str, name: str, whole: bool = False) -> bool:
        return True

    def drop_pictures(self, recording_id: str, name: str) -> None:
        self.pictures.pop(name, None)


class Film:
    """A Media that decodes pictures by their time; `lost` ones cannot be decoded."""

    def __init__(self, pictures: dict[float, Any], lost: Sequence[float] = ()) -> None:
        self._pictures = pictures
        self._lost = set(lost)
        self.asked: list[list[float]] = []

    def pictures(self, recording: Recording, times_s: Sequence[float], stop: Any) -> Iterator[Picture]:
        self.asked.append(list(times_s))
        for t_s in times_s:
            if t_s not in self._lost:
                yield Picture(t_s, t_s, self._pictures[t_s])


def framed(pictures: Sequence[Any], step_s: float = 2.0) -> tuple[list[Frame], dict[float, Any]]:
    """A frame for each picture, in the middle of the time for which it stands."""
    frames = [Frame(k * step_s + step_s / 2, "change", k * step_s, (k + 1) * step_s) for k in range(len(pictures))]
    return frames, {frame.t_s: picture for frame, picture in zip(frames, pictures, strict=True)}
