"""The last line of a box: what its keys do, told as the footer tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from textual.strip import Strip
from textual.widget import Widget

from escribano_tui.ui.lines import Line
from escribano_tui.ui.widgets.keybar import Hint, fitting

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp

GAP: Final = 3
NAMED: Final = frozenset({"enter", "esc", "tab", "space", "delete"})


class BoxKeys(Widget, can_focus=False):
    """`told` are hints with three blanks between them: `enter choose   esc close`. Where room is short the first ones
    stay, and how to close it."""

    DEFAULT_CSS = """
    BoxKeys { height: 1; padding: 0 1; background: $surface; }
    """

    def __init__(self, told: str, *, id: str = "hint", ground: str = "surface") -> None:
        super().__init__(id=id)
        self._told, self._ground = told, ground

    def show(self, told: str) -> None:
        if told != self._told:
            self._told = told
            self.refresh()

    def render_line(self, y: int) -> Strip:
        style = cast("EscribanoApp", self.app).palette.style
        width, ground = self.size.width, style("foreground", self._ground)
        line = Line()
        for k, hint in enumerate(fitting(hints_in(self._told), width, GAP)):
            line.add(" " * GAP if k else "", ground)
            line.add(hint.keys + " " if hint.keys else "", style("accent", self._ground, bold=True))
            line.add(hint.label, style("foreground" if hint.keys else "muted", self._ground))
        return line.strip(width, ground)


def hints_in(told: str) -> list[Hint]:
    """The hints of a line; one that names no key is a remark.

    >>> [(h.keys, h.label) for h in hints_in("↓ ↑ scroll   esc close   ctrl+u folder above   a remark")]
    [('↓ ↑', 'scroll'), ('esc', 'close'), ('ctrl+u', 'folder above'), ('', 'a remark')]
    """
    found = []
    for k, part in enumerate(filter(None, told.split(" " * GAP))):
        words = part.split(" ")
        keys = next((n for n, word in enumerate(words) if not _is_key(word)), len(words))
        keys = 0 if keys == 1 and words[0] == "a" else keys  # the article
        rank = 99 if words[0] == "esc" else 90 - k
        found.append(Hint(" ".join(words[:keys]), " ".join(words[keys:]), "", rank))
    return found


def _is_key(word: str) -> bool:
    return len(word) == 1 or word in NAMED or word.startswith("ctrl+")
