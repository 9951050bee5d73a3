"""Activities as a bar of letters: the letter says what the colour repeats."""

from __future__ import annotations

from collections.abc import Sequence

from escribano_tui.domain.activity import LETTERS
from escribano_tui.ui.lines import Line
from escribano_tui.ui.palette import Palette


def shares(parts: Sequence[int], cells: int) -> list[int]:
    """Whole cells for each part that add up to `cells` (largest remainder)."""
    total = sum(parts)
    if total <= 0 or cells <= 0:
        return [0] * len(parts)
    exact = [p * cells / total for p in parts]
    whole = [int(x) for x in exact]
    for k in sorted(range(len(parts)), key=lambda k: whole[k] - exact[k])[: cells - sum(whole)]:
        whole[k] += 1
    return whole


def add_activity_bar(line: Line, palette: Palette, activities: Sequence[tuple[str, int]], cells: int) -> None:
    """Bands in proportion, each with its letter; bands of under half a cell are left out."""
    for (name, _), width in zip(activities, shares([ms for _, ms in activities], cells), strict=True):
        if width:
            style = palette.style("background", name)
            line.add(LETTERS.get(name, "?").ljust(width), style)
