"""Text that stays readable on a terminal of 16 colours, where two colours of a theme may become one."""

from __future__ import annotations

from functools import cache

from rich.color import Color, ColorSystem
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.color import Color as TextualColor
from textual.filter import LineFilter

from escribano_tui.config.themes import contrast

LEAST = 3.0  # WCAG's least for large text: the palettes of terminals differ, so more cannot be promised
# The sixteen as xterm shows them.
XTERM = TerminalTheme(
    (0, 0, 0), (229, 229, 229),
    [(0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229)],
    [(127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255)],
)  # fmt: skip
BLACK, WHITE = Color.from_ansi(0), Color.from_ansi(15)


class Readable(LineFilter):
    """Words whose two colours would be too much alike are written in black or white; what they say is never told by colour
    alone. Bars and frames keep their colours."""

    def apply(self, segments: list[Segment], background: TextualColor) -> list[Segment]:
        return [
            Segment(text, readable(style), control) if style is not None and any(map(str.isalnum, text)) else segment
            for segment in segments
            for text, style, control in [segment]
        ]


@cache
def readable(style: Style) -> Style:
    """The style, with another colour for the text where the terminal would show too little contrast."""
    ink, ground = style.color, style.bgcolor
    if ink is None or ground is None or ink.is_default or ground.is_default:
        return style
    shown = _shown(ground)
    if contrast(_shown(ink), shown) >= LEAST:
        return style
    best = max((BLACK, WHITE), key=lambda color: contrast(_shown(color), shown))
    return style + Style(color=best)


def _shown(color: Color) -> str:
    return color.downgrade(ColorSystem.STANDARD).get_truecolor(XTERM).hex
