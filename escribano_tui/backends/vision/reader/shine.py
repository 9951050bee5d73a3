"""Which of several windows is lit: a desktop greys the titles of those that have not the focus, and its task bar marks the
entry of the one that has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from escribano_tui.backends.vision.reader.layout import Page, Piece
from escribano_tui.backends.vision.reader.match import starts_like
from escribano_tui.backends.vision.reader.titlebars import same_title
from escribano_tui.backends.vision.reader.window import Window

if TYPE_CHECKING:
    from escribano_tui.ports import Image

    Look = Callable[[], Image | None]

CLEARER = 1.2  # times the contrast of any other title
LEAST_ENTRIES = 3  # of a task bar, to say which one is the odd one
APART = 14.0  # levels of a colour between two grounds
LEAST = 40.0  # grey levels between letters and ground; less is no title


def lit(windows: Sequence[Window], page: Page, look: Look | None) -> Window | None:
    """The window whose title stands out most from its bar, or None where none does clearly, or no picture can be had."""
    titles = [(w, piece) for w in windows for piece in [_title_of(w, page)] if piece is not None]
    image = look() if look is not None and len(titles) > 1 else None
    if image is None:
        return None
    told = sorted(((_contrast(piece, page, image), k) for k, (_, piece) in enumerate(titles)), reverse=True)
    (best, k), (second, _) = told[:2]
    return titles[k][0] if best >= LEAST and best >= CLEARER * second else None


def marked(windows: Sequence[Window], page: Page, look: Look | None) -> Window | None:
    """The window whose entry in the task bar stands on another ground than all others, or None where there is no such."""
    entries = [p for p in page.pieces if page.in_panel(p) and len(p.fold) >= 4]
    entries = [p for p in entries if any(entry in p.text for entry in page.entries)]  # without the clock
    of = {id(p): [w for w in windows if _is_entry_of(w, p.text)] for p in entries}
    if len(entries) < LEAST_ENTRIES or not any(of.values()) or look is None or (image := look()) is None:
        return None
    grounds = [(_ground(p, page, image), p) for p in entries]
    apart = [(sum(_differ(ground, other) for other, _ in grounds), p) for ground, p in grounds]
    odd = [p for count, p in apart if count == len(entries) - 1]
    alike = sum(count <= 1 for count, _ in apart)
    mine = of[id(odd[0])] if len(odd) == 1 and alike == len(entries) - 1 else []
    return mine[0] if len(mine) == 1 else None


def _is_entry_of(window: Window, entry: str) -> bool:
    return same_title(window.title.text, entry) or (window.is_browser and starts_like(window.title.text, entry, 6))


def _ground(piece: Piece, page: Page, image: Image) -> tuple[float, ...]:
    import numpy as np

    cut = _cut(piece, page, image)
    return tuple(float(v) for v in np.median(cut.reshape(-1, 3), axis=0)) if cut.size else ()


def _differ(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return max((abs(a - b) for a, b in zip(one, other, strict=False)), default=0.0) >= APART


def _title_of(window: Window, page: Page) -> Piece | None:
    x, y = window.title_at
    return next((p for p in page.pieces if p.box.x <= x <= p.box.right and p.box.y <= y <= p.box.bottom), None)


def _contrast(piece: Piece, page: Page, image: Image) -> float:
    """Grey levels between a title's letters and the bar that they stand on."""
    import numpy as np

    cut = _cut(piece, page, image)
    if cut.size == 0:
        return 0.0
    grey = cut.astype(np.float32).mean(axis=2)
    dark, ground, light = (float(v) for v in np.percentile(grey, (2, 50, 98)))
    return max(light - ground, ground - dark)


def _cut(piece: Piece, page: Page, image: Image) -> Image:
    scale, box = image.shape[1] / page.width, piece.box
    return image[round(box.y * scale) : round(box.bottom * scale) + 1, round(box.x * scale) : round(box.right * scale) + 1]
