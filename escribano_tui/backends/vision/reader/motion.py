"""What moves: the motion envelope around a frame as one word."""

from __future__ import annotations

from collections.abc import Sequence

# Of the `motion` envelope: log scale, 0..1. A typed character is about 0.2, a scrolled page 0.6, a switched window 0.85.
NOTHING = 0.12
A_PAGE = 0.55
A_WINDOW = 0.85


def motion_word(values: Sequence[float]) -> str:
    """typing, scrolling, watching, still, switching, or empty where there are no values."""
    if not values:
        return ""
    moving = [v for v in values if v > NOTHING]
    share = len(moving) / len(values)
    if not moving or (share <= 0.15 and max(values) < A_PAGE):
        return "still"
    large = [v for v in values if v > A_WINDOW]
    if len(large) >= 2 and share < 0.9:
        return "switching"
    pages = [v for v in values if v > A_PAGE]
    if share >= 0.9 and len(pages) >= 0.6 * len(values):
        return "watching"
    if len(pages) >= max(2, 0.2 * len(values)):
        return "scrolling"
    return "typing" if share >= 0.3 and not large else "still" if share < 0.3 else ""
