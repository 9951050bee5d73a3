"""The footer: the commands of a screen that matter most, as many as fit; the help has them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from escribano_tui.config.commands import Command
from escribano_tui.config.keymap import Keymap
from escribano_tui.ui.lines import Line
from escribano_tui.ui.palette import Palette


@dataclass(frozen=True, slots=True)
class Hint:
    """One place in the footer."""

    keys: str
    label: str
    action: str
    rank: int

    @property
    def width(self) -> int:
        return cell_len(self.keys) + 1 + cell_len(self.label)


def hints_of(commands: Sequence[Command], keymap: Keymap) -> list[Hint]:
    """Commands of one group share a place: their keys stand together before the name of the group."""
    groups: dict[str, list[Command]] = {}
    for command in commands:
        if command.footer and keymap.of(command.id):
            groups.setdefault(command.group or command.id, []).append(command)
    hints = []
    for members in groups.values():
        shown = [keymap.shown(c.id) for c in members]
        first = members[0]
        hints.append(Hint(_together(shown), first.group or first.label, f"do('{first.name}')", first.footer))
    return hints


def _together(keys: list[str]) -> str:
    """`1 2 3 … 9 l` is `1-9 l`; single characters stand side by side."""
    digits = [k for k in keys if k.isdigit()]
    if len(digits) > 2:
        rest = [k for k in keys if not k.isdigit()]
        return " ".join([f"{digits[0]}-{digits[-1]}", *rest])
    return ("" if all(len(k) == 1 for k in keys) else " ").join(keys)


def fitting(hints: Sequence[Hint], width: int, gap: int = 3) -> list[Hint]:
    """The hints of highest rank that fit side by side, in their own order."""
    chosen: list[Hint] = []
    room = width
    for hint in sorted(hints, key=lambda h: -h.rank):
        if hint.width + gap <= room + gap:
            chosen.append(hint)
            room -= hint.width + gap
        elif room < 12:
            break
    return sorted(chosen, key=hints.index)


class KeyBar(Widget, can_focus=False):
    """The last line of a screen. A click runs what it says."""

    DEFAULT_CSS = """
    KeyBar { height: 1; background: $panel; color: $foreground; }
    """

    def __init__(self, hints: Callable[[], Sequence[Hint]], palette: Callable[[], Palette], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._hints = hints
        self._palette = palette

    def render_line(self, y: int) -> Strip:
        style = self._palette().style
        ground = style("foreground", "panel")
        width = self.size.width
        line = Line().add(" ", ground)
        gap = 3 if width >= 100 else 2
        for k, hint in enumerate(fitting(self._hints(), width - 2, gap)):
            if k:
                line.add(" " * gap, ground)
            click = Style(meta={"@click": f"screen.{hint.action}"})
            line.add(hint.keys, style("accent", "panel", bold=True) + click)
            line.add(" " + hint.label, ground + click)
        return line.strip(width, ground)
