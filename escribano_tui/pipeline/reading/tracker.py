"""Follows the lines on a screen from one read frame to the next: what stood still is not read again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from escribano_tui.domain.evidence import Box, Frame, ScreenLine
from escribano_tui.domain.layout import reading_order, same_row
from escribano_tui.domain.secrets import MASK
from escribano_tui.domain.text import squash
from escribano_tui.pipeline.reading.memory import Known
from escribano_tui.pipeline.reading.pixels import Gray, Mask, crop, grayed, regions, shared_width, steady
from escribano_tui.pipeline.reading.places import clear_of
from escribano_tui.pipeline.reading.prints import Print, difference, print_of
from escribano_tui.pipeline.reading.standing import Sorted, everything, sort_lines

if TYPE_CHECKING:
    from escribano_tui.ports import Image, TextReader


class Memory(Protocol):
    """Lines that were recognised before."""

    def recall(self, prints: Sequence[Print]) -> Sequence[Known | None]:
        """What each line image says, where it is known in this recording."""
        ...

    def recall_elsewhere(self, prints: Sequence[Print]) -> Sequence[Known | None]:
        """What each line image says, where another recording knew it."""
        ...

    def standing(self, gray: Gray, tiles: Mask) -> Sequence[Known]:
        """Lines that stand again where they once stood, in the given tiles of a picture."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """A read frame: its picture in grey, and the lines that it shows in reading order."""

    frame: Frame
    gray: Gray
    lines: tuple[ScreenLine, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What reading a frame gave beside its lines.

    `ended` are lines that are gone earlier than was said, `learned` line images that were recognised for the first
    time, `share` the part of the picture that changed.
    """

    ended: tuple[ScreenLine, ...]
    learned: tuple[Known, ...]
    share: float


@dataclass(slots=True)
class _Step:
    """Work on one frame. `free` are lines that were there and have not been found again yet."""

    frame: Frame
    image: Image
    gray: Gray
    since_s: float  # when what is new began to show
    sorted: Sorted
    before: Gray | None
    free: list[ScreenLine] = field(default_factory=list)
    found: list[ScreenLine] = field(default_factory=list)
    learned: list[Known] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tracker:
    """Reads frames one after another. Lines less sure than `min_confidence` are dropped."""

    reader: TextReader
    memory: Memory
    min_confidence: float

    def read(self, before: State | None, frame: Frame, image: Image) -> tuple[State, Seen]:
        """The state after a frame, and what it gave. Raises BackendError; `before` is never changed."""
        gray = grayed(image)
        if before is not None and before.gray.shape != gray.shape:
            before = None
        parts = sort_lines(before.lines, before.gray, gray) if before else everything(gray)
        step = _Step(frame, image, gray, since(before, frame), parts, before.gray if before else None)
        step.free = list(parts.search)
        self._read_parts(step)
        lines = tuple(longer(line, frame) for line in reading_order([*parts.stay, *step.found], _box_of))
        ids = {line.id for line in lines}
        gone = [line for line in (before.lines if before else ()) if line.id not in ids]
        ended = tuple(replace(line, end_s=step.since_s) for line in gone if line.end_s > step.since_s)
        return State(frame, gray, lines), Seen(ended, tuple(step.learned), parts.share)

    def _read_parts(self, step: _Step) -> None:
        """Find the lines in the tiles to be searched: first those that stand where they once stood, then by detection
        known ones by their looks, and the rest by recognition."""
        stay = [line.box for line in step.sorted.stay]
        back = clear_of(stay, self.memory.standing(step.gray, step.sorted.tiles))
        for known in back:
            self._add(step, known.box, known)
        boxes = self._detect(step, stay, back)
        prints = [print_of(step.gray, box) for box in boxes]
        same = _found_again(step, boxes, prints)
        asked = [(k, looks) for k, looks in enumerate(prints) if looks is not None and k not in same]
        known_lines = self.memory.recall([looks for _, looks in asked])
        said = {k: known for (k, _), known in zip(asked, known_lines, strict=True) if known is not None}
        said |= self._elsewhere(step, boxes, [(k, looks) for k, looks in asked if k not in said])
        said |= self._recognise(step, boxes, [(k, looks) for k, looks in asked if k not in said])
        for k, box in enumerate(boxes):
            if k in same:
                step.found.append(replace(same[k], box=box))
            elif k in said:
                self._add(step, box, said[k])

    def _detect(self, step: _Step, stay: Sequence[Box], back: Sequence[Known]) -> list[Box]:
        """Boxes of text in the tiles to be searched, without those of lines that are known to stand there."""
        height, width = step.gray.shape
        parts = steady(regions(step.sorted.tiles, width, height), width, height)
        prints = [looks for box in stay if _meets(box, parts) and (looks := print_of(step.gray, box)) is not None]
        image = _without([*prints, *(known.print for known in back)], step.image)
        found: list[Box] = []
        for part in parts:
            inside = self.reader.detect(crop(image, part))
            found += [Box(part.x + b.x, part.y + b.y, b.w, b.h) for b in inside]
        taken = [*stay, *(known.box for known in back)]
        return [box for box in found if not any(_covers(other, box) for other in taken)]

    def _elsewhere(self, step: _Step, boxes: Sequence[Box], asked: Sequence[tuple[int, Print]]) -> dict[int, Known]:
        """What other recordings know. It is learned as if it had been recognised here: where a line stood decides what
        is searched later, and a recording is to read the same whatever was read before it."""
        told = self.memory.recall_elsewhere([looks for _, looks in asked])
        said = {
            k: replace(known, print=looks, box=boxes[k])
            for (k, looks), known in zip(asked, told, strict=True)
            if known is not None
        }
        step.learned += said.values()
        return said

    def _recognise(self, step: _Step, boxes: Sequence[Box], asked: Sequence[tuple[int, Print]]) -> dict[int, Known]:
        texts = self.reader.recognise([crop(step.image, boxes[k]) for k, _ in asked])
        said = {
            k: Known(looks, boxes[k], text, confidence) for (k, looks), (text, confidence) in zip(asked, texts, strict=True)
        }
        step.learned += said.values()
        return said

    def _add(self, step: _Step, box: Box, said: Known) -> None:
        """A line that was found: the old one where it says the same in the same place, else a new one."""
        if is_noise(said.text, said.confidence, self.min_confidence):
            return
        again = next((line for line in step.free if _says_the_same(line, box, said.text)), None)
        if again is not None:
            step.free.remove(again)
            step.found.append(replace(again, box=box))
            return
        number = sum(line.id.startswith(step.frame.item) for line in step.found)
        name = f"{step.frame.item}-{number:03d}"
        until_s = step.frame.shows_until_s
        step.found.append(ScreenLine(name, said.text, box, step.since_s, until_s, round(said.confidence, 4)))


def is_noise(text: str, confidence: float, min_confidence: float) -> bool:
    """Whether a recognised line is no text: an icon read as a sign, a border, a smudge."""
    if MASK in text:
        return False  # that a secret stands there must be known, however little of the line is left
    letters = squash(text)
    if confidence < min_confidence or not letters:
        return True
    return len(letters) == 1 and not text.isascii()


def longer(line: ScreenLine, frame: Frame) -> ScreenLine:
    """A line that a frame still shows."""
    return replace(line, end_s=frame.shows_until_s) if line.end_s < frame.shows_until_s else line


def since(before: State | None, frame: Frame) -> float:
    """When what is new on a frame began to show: not before the last read frame, which did not show it."""
    if before is None or frame.shows_from_s > before.frame.t_s:
        return frame.shows_from_s
    return round((before.frame.t_s + frame.t_s) / 2, 3)


def _found_again(step: _Step, boxes: Sequence[Box], prints: Sequence[Print | None]) -> dict[int, ScreenLine]:
    """Boxes in which a line that was looked for stands, in its place or in another; it is free no longer."""
    gray = step.before
    if gray is None:
        return {}
    left = [(line, looks) for line in step.free if (looks := print_of(gray, line.box)) is not None]
    matched: dict[int, ScreenLine] = {}
    for k, (box, looks) in enumerate(zip(boxes, prints, strict=True)):
        alike = [
            pair for pair in left
            if looks is not None and _may_be(pair[0].box, box) and difference(looks, pair[1]) < float("inf")
        ]  # fmt: skip
        if alike:
            nearest = min(alike, key=lambda pair: (_distance(pair[0].box, box), pair[0].id))
            left.remove(nearest)
            step.free.remove(nearest[0])
            matched[k] = nearest[0]
    return matched


def _without(prints: Iterable[Print], image: Image) -> Image:
    """A copy of a picture in which known lines are painted over with their ground: they need not be found again."""
    bare = image.copy()
    rows, columns = image.shape[:2]
    for one in prints:
        height, width = one.size
        across = slice(one.x, one.x + width)
        edges = image[[max(0, one.y - 1), min(rows - 1, one.y + height)], across].reshape(-1, image.shape[2])
        top, bottom = max(0, one.y - 1), min(rows, one.y + height + 1)
        left, right = max(0, one.x - 1), min(columns, one.x + width + 1)
        bare[top:bottom, left:right] = np.median(edges, axis=0).astype(np.uint8)
    return bare


def _meets(box: Box, parts: Sequence[Box]) -> bool:
    return any(box.overlap(part) for part in parts)


def _box_of(line: ScreenLine) -> Box:
    return line.box


def _may_be(one: Box, other: Box) -> bool:
    """Whether a line may have moved from the one box to the other: scrolled, or pushed along a little. The same menu
    in another window is another line."""
    return abs(one.x - other.x) <= other.h or _distance(one, other) <= 4 * other.h


def _distance(one: Box, other: Box) -> int:
    return abs(one.x - other.x) + abs(one.y - other.y)


def _covers(line: Box, box: Box) -> bool:
    """Whether a found box is (a piece of) a line that is known to stand there."""
    if same_row(line, box):
        return shared_width(line, box) >= 0.5 * box.w
    return line.overlap(box) >= 0.6 * box.area


def _says_the_same(line: ScreenLine, box: Box, text: str) -> bool:
    return same_row(line.box, box) and shared_width(line.box, box) >= 0.5 * box.w and squash(line.text) == squash(text)
