"""A window of a frame, and how several lie beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from escribano_tui.backends.vision.reader.layout import Page
from escribano_tui.backends.vision.reader.menus import MenuRow
from escribano_tui.backends.vision.reader.titles import Title
from escribano_tui.domain.cues import Program


@dataclass(frozen=True, slots=True)
class Window:
    """A window: its box as far as it can be told, its title, and the program of title or menu row.

    `ground` in 0..1 is how sure it is that there is a window here; `anchor` a point of its title bar.
    """

    title: Title
    left: float
    top: float
    right: float
    bottom: float
    body: float  # y below which its content stands
    row: float  # height of its title bar
    anchor: tuple[float, float]
    ground: float
    menu: MenuRow | None = None
    menu_programs: tuple[Program, ...] = ()
    hidden: int = 0  # signs that another window hides a part of it
    address: str = ""
    is_browser: bool = False
    title_left: float = -1.0  # where its title begins; -1 where it has none of its own
    title_at: tuple[float, float] = (-1.0, -1.0)  # a point of its title
    tiled: bool = False  # it lies beside others and hides none

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.top <= y <= self.bottom


def side_by_side(windows: Sequence[Window], page: Page) -> list[Window]:
    """Windows of a tiling desktop, whose titles stand in one row, each at the left edge of its window: they end where the
    next one begins."""
    result = list(windows)
    tiled = [k for k, w in enumerate(windows) if not w.is_browser and w.title_left >= 0 and _begins_with_title(w, page)]
    for k in tiled:
        row = sorted(
            (j for j in tiled if abs(windows[j].top - windows[k].top) < 0.5 * page.unit), key=lambda j: windows[j].title_left
        )
        if row[0] != k or len(row) < 2 or windows[k].title_left > 3 * page.unit:
            continue
        for here, following in pairwise(row):
            edge = windows[following].title_left - 0.5 * page.unit
            result[here] = replace(result[here], right=edge, tiled=True)
            result[following] = replace(result[following], left=edge, right=float(page.width), tiled=True)
    return result


def _begins_with_title(window: Window, page: Page) -> bool:
    """Whether its title may stand at its left edge, as on tiling desktops: one with menus begins where they do."""
    return window.menu is None or abs(window.title_left - window.left) < 2 * page.unit


def same_place(one: Window, other: Window) -> bool:
    """Whether two finds are the same window: their title bars stand at the same place."""
    return abs(one.top - other.top) < 2 * one.row and abs(one.left - other.left) < 4 * one.row
