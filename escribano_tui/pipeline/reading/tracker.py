"""Follows the lines on a screen from one read frame to the next: what stood still is not read again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from escribano_tui.domain.evidence import Box, Frame, ScreenLine
from escribano_tui.domain.layout import reading_order, same_row
from escribano_tui.domain.text import squash
from escribano_tui.pipeline.reading.memory import Known
from escribano_tui.pipeline.reading.pixels import (
    TILE,
    Gray,
    Mask,
    by_tile,
    changed,
    count,
    crop,
    grayed,
    mark,
    regions,
    shared_width,
    sums,
)
from escribano_tui.pipeline.reading.prints import Print, difference, print_of
from escribano_tui.pipeline.reading.scrolling import moved, scrolled_by

if TYPE_CHECKING:
    from escribano_tui.ports import Image, TextReader

_TOUCHED = 3  # changed pixels in or beside a line: one or two are noise
_SCROLLED_SHARE = 0.5  # of a part's changed pixels that a shift must explain
_MARGIN = 6  # pixels around a line that is looked for again

Recall = Callable[[Sequence[Print]], Sequence[Known | None]]


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """A read frame: its picture in grey, and the lines that it shows from top to bottom."""

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
    """Work on one frame: lines are sorted into those that stay and those to be looked for again."""

    frame: Frame
    image: Image
    gray: Gray
    since_s: float  # when what is new began to show
    before: State | None
    stay: list[ScreenLine] = field(default_factory=list)
    search: list[ScreenLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tracker:
    """Reads frames one after another. `recall` looks prints up among known lines; lines less sure than
    `min_confidence` are dropped."""

    reader: TextReader
    recall: Recall
    min_confidence: float

    def read(self, before: State | None, frame: Frame, image: Image) -> tuple[State, Seen]:
        """The state after a frame, and what it gave. Raises BackendError; `before` is never changed."""
        gray = grayed(image)
        if before is not None and before.gray.shape != gray.shape:
            before = None
        step = _Step(frame, image, gray, _since(before, frame), before)
        tiles, share = self._sort(before, step) if before else (_everywhere(gray), 1.0)
        found, learned = self._read_parts(step, tiles)
        lines = tuple(longer(line, frame) for line in reading_order([*step.stay, *found], _box))
        ids = {line.id for line in lines}
        gone = [line for line in (before.lines if before else ()) if line.id not in ids]
        ended = tuple(replace(line, end_s=step.since_s) for line in gone if line.end_s > step.since_s)
        return State(frame, gray, lines), Seen(ended, tuple(learned), share)

    # ------------------------------------------------------------ what stood still or moved

    def _sort(self, before: State, step: _Step) -> tuple[Mask, float]:
        """Sort the lines that were there; gives the tiles to be read and the share of the picture that changed."""
        mask = changed(before.gray, step.gray)
        tiles = by_tile(mask)
        share = float(tiles.mean())
        table = sums(mask)
        touched: list[ScreenLine] = []
        for line in before.lines:
            (touched if count(table, _beside(line.box)) >= _TOUCHED else step.stay).append(line)
        for part in regions(tiles, step.gray.shape[1], step.gray.shape[0]):
            self._scroll(before.gray, step, part, mask, touched)
        tiles = by_tile(mask)
        for line in touched:
            mark(tiles, _wider(line.box, _MARGIN))
        step.search = touched
        return tiles, share

    def _scroll(self, old: Gray, step: _Step, part: Box, mask: Mask, touched: list[ScreenLine]) -> None:
        """Where a part scrolled: its lines move with it, and what the shift explains is taken out of the mask."""
        shift = scrolled_by(old, step.gray, part)
        if not shift:
            return
        rest = np.zeros_like(mask)
        cut = step.gray[part.y : part.bottom, part.x : part.right]
        rest[part.y : part.bottom, part.x : part.right] = changed(moved(old, part, shift, step.gray), cut)
        new_rows = slice(part.y, part.y + shift) if shift > 0 else slice(part.bottom + shift, part.bottom)
        rest[new_rows, part.x : part.right] = 1
        before = int(mask[part.y : part.bottom, part.x : part.right].sum())
        left = rest.copy()
        left[new_rows, part.x : part.right] = 0
        if int(left.sum()) > (1 - _SCROLLED_SHARE) * before:
            return
        mask[part.y : part.bottom, part.x : part.right] = rest[part.y : part.bottom, part.x : part.right]
        table = sums(rest)
        for line in list(touched):
            there = replace(line.box, y=line.box.y + shift)
            if _within(there, part) and _within(line.box, part) and count(table, there) < _TOUCHED:
                touched.remove(line)
                step.stay.append(replace(line, box=there))

    # ------------------------------------------------------------ what is new

    def _read_parts(self, step: _Step, tiles: Mask) -> tuple[list[ScreenLine], list[Known]]:
        """Lines in the tiles to be read: known ones by their looks, the rest recognised."""
        boxes = self._detect(step, tiles)
        prints = [print_of(step.gray, box) for box in boxes]
        same = _matched(boxes, prints, step)
        asked = [k for k, one in enumerate(prints) if one is not None and k not in same]
        known = dict(zip(asked, self.recall([p for k in asked if (p := prints[k]) is not None]), strict=True))
        unknown = [k for k in asked if known[k] is None]
        texts = self.reader.recognise([crop(step.image, boxes[k]) for k in unknown])
        learned: list[Known] = []
        for k, (text, confidence) in zip(unknown, texts, strict=True):
            looks = prints[k]
            if looks is not None:
                known[k] = Known(looks, text, confidence)
                learned.append(Known(looks, text, confidence))
        return self._lines(step, boxes, same, known), learned

    def _detect(self, step: _Step, tiles: Mask) -> list[Box]:
        """Boxes of text in the tiles to be read, without those of lines that are known to stand there."""
        height, width = step.gray.shape
        found: list[Box] = []
        for part in regions(tiles, width, height):
            inside = self.reader.detect(crop(step.image, part))
            found += [Box(part.x + b.x, part.y + b.y, b.w, b.h) for b in inside]
        return [box for box in found if not any(_covers(line.box, box) for line in step.stay)]

    def _lines(
        self, step: _Step, boxes: Sequence[Box], same: dict[int, ScreenLine], known: dict[int, Known | None]
    ) -> list[ScreenLine]:
        """One line for each box that holds text: the old one where it says the same in the same place."""
        free = [line for line in step.search if line.id not in {one.id for one in same.values()}]
        lines: list[ScreenLine] = []
        number = 0
        for k, box in enumerate(boxes):
            if k in same:
                lines.append(replace(same[k], box=box))
                continue
            said = known.get(k)
            if said is None or is_noise(said.text, said.confidence, self.min_confidence):
                continue
            again = next((line for line in free if _says_the_same(line, box, said.text)), None)
            if again is not None:
                free.remove(again)
                lines.append(replace(again, box=box))
                continue
            name = f"{step.frame.item}-{number:03d}"
            number += 1
            until_s = step.frame.shows_until_s
            lines.append(ScreenLine(name, said.text, box, step.since_s, until_s, round(said.confidence, 4)))
        return lines


def is_noise(text: str, confidence: float, min_confidence: float) -> bool:
    """Whether a recognised line is no text: an icon read as a sign, a border, a smudge."""
    letters = squash(text)
    if confidence < min_confidence or not letters:
        return True
    return len(letters) == 1 and not text.isascii()


def _matched(boxes: Sequence[Box], prints: Sequence[Print | None], step: _Step) -> dict[int, ScreenLine]:
    """Boxes in which a line that was looked for stands again, in its place or in another."""
    if step.before is None:
        return {}
    gray = step.before.gray
    left = [(line, looks) for line in step.search if (looks := print_of(gray, line.box)) is not None]
    matched: dict[int, ScreenLine] = {}
    for k, (box, looks) in enumerate(zip(boxes, prints, strict=True)):
        alike = [pair for pair in left if looks is not None and difference(looks, pair[1]) < float("inf")]
        if alike:
            nearest = min(alike, key=lambda pair: (_distance(pair[0].box, box), pair[0].id))
            left.remove(nearest)
            matched[k] = nearest[0]
    return matched


def _box(line: ScreenLine) -> Box:
    return line.box


def _distance(one: Box, other: Box) -> int:
    return abs(one.x - other.x) + abs(one.y - other.y)


def _since(before: State | None, frame: Frame) -> float:
    """When what is new on a frame began to show: not before the last read frame, which did not show it."""
    if before is None or frame.shows_from_s > before.frame.t_s:
        return frame.shows_from_s
    return round((before.frame.t_s + frame.t_s) / 2, 3)


def longer(line: ScreenLine, frame: Frame) -> ScreenLine:
    """A line that a frame still shows."""
    return replace(line, end_s=frame.shows_until_s) if line.end_s < frame.shows_until_s else line


def _everywhere(gray: Gray) -> Mask:
    return np.ones((-(-gray.shape[0] // TILE), -(-gray.shape[1] // TILE)), np.uint8)


def _beside(box: Box) -> Box:
    """A line's box and as much ground at its ends as a word that is added to it would need to begin."""
    return Box(box.x - box.h, box.y, box.w + 2 * box.h, box.h)


def _wider(box: Box, by: int) -> Box:
    return Box(box.x - by, box.y - by, box.w + 2 * by, box.h + 2 * by)


def _within(box: Box, part: Box) -> bool:
    return part.x <= box.x and part.y <= box.y and box.right <= part.right and box.bottom <= part.bottom


def _covers(line: Box, box: Box) -> bool:
    """Whether a found box is (a piece of) a line that is known to stand there."""
    if same_row(line, box):
        return shared_width(line, box) >= 0.5 * box.w
    return line.overlap(box) >= 0.6 * box.area


def _says_the_same(line: ScreenLine, box: Box, text: str) -> bool:
    return same_row(line.box, box) and shared_width(line.box, box) >= 0.5 * box.w and squash(line.text) == squash(text)
