"""Which window is in front."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from escribano_tui.backends.vision.reader.layout import Page, Piece
from escribano_tui.backends.vision.reader.shine import lit, marked
from escribano_tui.backends.vision.reader.window import Window

if TYPE_CHECKING:
    from escribano_tui.backends.vision.reader.shine import Look

DOUBTFUL = 1.0  # points between the first two below which a picture is worth a look
LIT = 2.0  # points that a lit title is worth
SLACK = 4  # right edges are guessed this many rows too wide rather than too narrow


@dataclass(frozen=True, slots=True)
class Front:
    """The window in front, the pieces in it, and how sure that is (0..1)."""

    window: Window | None
    pieces: tuple[Piece, ...]
    sure: float
    behind: tuple[Window, ...] = ()


def front_of(page: Page, windows: Sequence[Window], look: Look | None = None) -> Front:
    """The window in front, by where title bars stand and where something is new; in doubt the one that
    is lit, if a `look` at the picture shows it. All that is no panel, where there is no window."""
    if not windows:
        return Front(None, tuple(p for p in page.pieces if not page.in_panel(p)), 0.4)
    scored = sorted(
        ((round(_front_score(w, windows, page), 6), _told(w, page), k) for k, w in enumerate(windows)), reverse=True
    )
    best = windows[scored[0][2]]
    margin = scored[0][0] - scored[1][0] if len(scored) > 1 else 2.0
    shining = lit([w for w in windows if w.tiled], page, look) if best.tiled else None
    if shining is None and margin < DOUBTFUL:
        shining = marked(windows, page, look)
    if shining is not None:
        best, margin = shining, LIT
    sure = min(1.0, 0.55 + 0.2 * margin) * (0.6 + 0.4 * best.ground)
    inside = tuple(
        p for p in page.pieces if best.holds(p.cx, p.cy) and p.box.x >= best.left - page.unit and not page.in_panel(p)
    )
    return Front(best, inside, sure, tuple(windows[k] for _, _, k in scored if windows[k] is not best))


def _front_score(window: Window, windows: Sequence[Window], page: Page) -> float:
    """Points for being in front: its title bar stands where another window would be, and what is new is in it."""
    others = [w for w in windows if w is not window]
    over = sum(_stands_on(window, w) for w in others)
    under = sum(_stands_on(w, window) for w in others)
    score = 1.5 * over - 1.5 * under + window.ground - 1.2 * window.hidden + 0.4 * (window.title.strength > 0)
    recent = [p for p in page.pieces if p.recent and len(p.fold) >= 3 and not page.in_panel(p)]
    if recent and not page.all_recent:
        mine = [p for p in recent if _owner(p, windows) is window]
        score += 1.4 * len(mine) / len(recent)
    return score


def _told(window: Window, page: Page) -> int:
    """How much text stands in a window: where nothing else tells two apart, the one with more of it is taken."""
    return sum(window.holds(p.cx, p.cy) for p in page.pieces)


def _stands_on(upper: Window, lower: Window) -> bool:
    """Whether the title bar of one window stands inside of another, which would hide it if it were in front."""
    x, y = upper.anchor
    return (
        y > lower.top + lower.row
        and lower.holds(x + SLACK * lower.row, y)
        and not (abs(upper.top - lower.top) < 4 and abs(upper.left - lower.left) < 4)
    )


def _owner(piece: Piece, windows: Sequence[Window]) -> Window | None:
    holding = [w for w in windows if w.holds(piece.cx, piece.cy)]
    return max(holding, key=lambda w: (w.top, w.left), default=None)
