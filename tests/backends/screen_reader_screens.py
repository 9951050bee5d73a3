"""Makes scenes of the screens that are written down in screen_reader_screens.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from escribano_tui.domain.evidence import Box, Frame, ScreenLine
from escribano_tui.ports import Scene

WIDTH, HEIGHT = 1600, 900
PER_LETTER = 9
CLOCK = "Tue 14 Apr 09:41"
SOURCE = """
import math
class Wheel:
    def __init__(self, radius):
        self.radius = radius
    def area(self):
        return math.pi * self.radius ** 2
def spin(wheel, turns):
    for k in range(turns):
        wheel.turn(k)"""
LETTER = """
Dear Mr Holm,
thank you for sending the plans of the new bridge to us so soon.
We have looked at them and would like to meet you in the second week of May.
Could you tell us which of the days would suit you and your colleagues best?"""


def put(x: int, y: int, text: str, pitch: int = 22, start_s: float = 0.0) -> list[ScreenLine]:
    """Lines below each other, the first at (x, y)."""
    told = text.replace("$SOURCE", SOURCE).replace("$LETTER", LETTER).strip("\n").split("\n")
    return [
        ScreenLine(f"{x}-{y}-{k}", line, Box(x, y + k * pitch, max(8, len(line) * PER_LETTER), 20), start_s, 1e9)
        for k, line in enumerate(told)
    ]


def panel(*entries: str) -> list[ScreenLine]:
    """A task bar at the bottom that lists windows, with a clock."""
    lines = [line for k, entry in enumerate(entries) for line in put(40 + 240 * k, HEIGHT - 26, entry)]
    return [*lines, *put(WIDTH - 160, HEIGHT - 26, CLOCK)]


def window(x: int, y: int, width: int, title: str, menu: str = "") -> list[ScreenLine]:
    """A title bar with the title in the middle, and a menu row."""
    middle = x + width // 2 - len(title) * PER_LETTER // 2
    return put(middle, y + 3, title) + (put(x + 4, y + 28, menu) if menu else [])


def browser(title: str, address: str, body: str) -> list[ScreenLine]:
    """A browser with one tab that fills the screen."""
    return [
        *put(70, 10, title),
        *put(620, 10, "+"),
        *put(15, 54, "←"),
        *put(85, 54, "C"),
        *put(128, 54, address),
        *put(40, 110, body),
    ]


def scene(
    lines: Sequence[ScreenLine], width: int = WIDTH, height: int = HEIGHT, t_s: float = 100.0, motion: Sequence[float] = ()
) -> Scene:
    return Scene(Frame(t_s, "change", t_s - 1.0, t_s + 5.0), width, height, list(lines), motion=tuple(motion))


def made(told: dict[str, Any]) -> Scene:
    """The scene of one entry of the file."""
    lines = [line for args in told.get("window", ()) for line in window(*args)]
    if "browser" in told:
        lines += browser(*told["browser"])
    lines += [line for args in told.get("text", ()) for line in put(*args)]
    if "panel" in told:
        lines += panel(*told["panel"])
    return scene(lines)


def screens() -> dict[str, tuple[str, str, Scene]]:
    """(activity, program in front, scene) of each screen."""
    data = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {one["name"]: (one["tells"][0], one["tells"][1], made(one)) for one in data["screen"]}
