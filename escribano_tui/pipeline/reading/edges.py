"""What stands at the edge of the screen whatever is in front: menu bars, panels, clocks, task bars, docks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from escribano_tui.domain.evidence import Box, ScreenLine

SWITCH = 0.35  # of the picture: where so much changed another window came to the front
_TOP, _BOTTOM = 0.045, 0.08  # of the picture's height: a menu bar, a dock
_LEAST = 32  # pixels: panels have a size that does not shrink with the picture
_STAYED = 0.5  # of the lines of a strip must be there after a switch
_TIMES = 2  # switches that a strip must have outlived
_RATE = 0.75  # of all the switches that it met
_CLOCK = re.compile(r"(?:\D{0,12}\d{0,4}\D{0,12})?\b\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\.?)?")
_CLOCK_LETTERS = 28


@dataclass(frozen=True, slots=True)
class Strip:
    """Lines along one edge at one distance from it. `at` is their middle, in pixels from the top."""

    edge: str  # top or bottom
    at: float
    met: int = 0
    outlived: int = 0
    clock: bool = False

    @property
    def stands(self) -> bool:
        """Whether it is there whatever is in front. A clock counts as one switch outlived."""
        if not self.outlived:
            return False
        return self.outlived + self.clock >= _TIMES and (self.outlived + self.clock) / (self.met + self.clock) >= _RATE


@dataclass(frozen=True, slots=True)
class Edges:
    """What is known of the strips of one screen; every method gives a new one."""

    width: int
    height: int
    strips: tuple[Strip, ...] = ()

    def after(self, before: Sequence[ScreenLine], now: Sequence[ScreenLine], share: float) -> Edges:
        """With what one more frame showed; `share` is the part of the picture that changed."""
        strips = [*self.strips]
        stayed = {line.id: line.box for line in now}
        tallies: dict[int, list[bool]] = {}
        for line in before:
            edge = self._edge(line.box)
            if edge:
                k = _strip_of(strips, edge, line.box)
                strips[k] = replace(strips[k], clock=strips[k].clock or _is_clock(line.text))
                tallies.setdefault(k, []).append(_still(line.box, stayed.get(line.id)))
        if share >= SWITCH:
            for k, tally in tallies.items():
                outlived = sum(tally) >= _STAYED * len(tally)
                strips[k] = replace(strips[k], met=strips[k].met + 1, outlived=strips[k].outlived + outlived)
        return replace(self, strips=tuple(strips))

    def placed(self, lines: Iterable[ScreenLine]) -> tuple[ScreenLine, ...]:
        """The lines, each with its region."""
        return tuple(replace(line, region=self._region(line)) for line in lines)

    def _region(self, line: ScreenLine) -> str:
        edge = self._edge(line.box)
        if edge and any(s.stands and s.edge == edge and _belongs(s, line.box) for s in self.strips):
            return "chrome"
        return "content"

    def _edge(self, box: Box) -> str:
        """The edge at which a box lies as a whole, or empty."""
        if box.bottom <= max(_LEAST, self.height * _TOP):
            return "top"
        return "bottom" if box.y >= self.height - max(_LEAST, self.height * _BOTTOM) else ""

    # ------------------------------------------------------------ to be kept

    def dumped(self) -> bytes:
        strips = [[s.edge, s.at, s.met, s.outlived, s.clock] for s in self.strips]
        return json.dumps([self.width, self.height, strips]).encode()


def loaded(value: bytes) -> Edges:
    """Edges from `Edges.dumped`."""
    width, height, strips = json.loads(value)
    return Edges(width, height, tuple(Strip(*strip) for strip in strips))


def _middle(box: Box) -> float:
    return box.y + box.h / 2


def _belongs(strip: Strip, box: Box) -> bool:
    return abs(_middle(box) - strip.at) <= max(8, box.h / 2)


def _strip_of(strips: list[Strip], edge: str, box: Box) -> int:
    """The place of the strip of a box, made where there is none."""
    for k, strip in enumerate(strips):
        if strip.edge == edge and _belongs(strip, box):
            return k
    strips.append(Strip(edge, _middle(box)))
    return len(strips) - 1


def _still(box: Box, now: Box | None) -> bool:
    """Whether a line stands where it stood; detection may place it some pixels off."""
    return now is not None and abs(now.y - box.y) <= 6 and abs(now.x - box.x) <= 12


def _is_clock(text: str) -> bool:
    return len(text) <= _CLOCK_LETTERS and _CLOCK.fullmatch(text.strip()) is not None
