"""The footer: the commands of a screen that matter most, as many as fit; turned over, page by page, all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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


def hints_of(commands: Sequence[Command], keymap: Keymap, every: bool = False) -> list[Hint]:
    """Commands of one group share a place: their keys stand together before the name of the group. `every` takes in those
    that are too rare for one line."""
    groups: dict[str, list[Command]] = {}
    for command in commands:
        if (every or command.footer) and keymap.of(command.id):
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


TURN = "do('all-keys')"
TITLE = 12  # cells for the name of a part
Row = tuple[str, list[Hint]]


def rows_of(parts: Mapping[str, Sequence[Hint]], width: int, gap: int = 2) -> list[list[Row]]:
    """For each part its lines: the name of the part on the first one, and as many hints as fit."""
    found = []
    for title, hints in parts.items():
        rows: list[Row] = [(title, [])]
        room = width - TITLE
        for hint in hints:
            if rows[-1][1] and hint.width > room:
                rows.append(("", []))
                room = width - TITLE
            rows[-1][1].append(hint)
            room -= hint.width + gap
        found.append(rows)
    return found


def pages_of(parts: Sequence[Sequence[Row]], most: int) -> list[list[Row]]:
    """Pages of at most `most` lines; a part that fits on a page is not torn apart."""
    pages: list[list[Row]] = [[]]
    for rows in parts:
        if pages[-1] and len(pages[-1]) + len(rows) > most:
            pages.append([])
        for row in rows:
            if len(pages[-1]) == most:
                pages.append([])
            pages[-1].append(row)
    return pages


class KeyBar(Widget, can_focus=False):
    """The last line of a screen; more of them while it is turned over. A click runs what it says."""

    DEFAULT_CSS = """
    KeyBar { height: 1; background: $panel; color: $foreground; }
    """

    def __init__(
        self,
        hints: Callable[[], Sequence[Hint]],
        palette: Callable[[], Palette],
        parts: Callable[[], Mapping[str, Sequence[Hint]]],
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._hints, self._palette, self._parts = hints, palette, parts
        self._page = 0  # 0 is the one line; the others are all commands

    @property
    def turned(self) -> bool:
        return self._page > 0

    def pages(self) -> list[list[Row]]:
        """All commands, a quarter of the screen at a time."""
        return pages_of(rows_of(self._parts(), self.size.width - 2), max(1, self.app.size.height // 4))

    def turn(self) -> None:
        """To the next page, after the last one back to the one line."""
        self._show_page((self._page + 1) % (len(self.pages()) + 1))

    def close(self) -> None:
        self._show_page(0)

    def _show_page(self, page: int) -> None:
        self._page = page
        self.styles.height = len(self.pages()[page - 1]) if page else 1
        self.refresh(layout=True)

    def on_resize(self) -> None:
        if self.turned:
            self._show_page(min(self._page, len(self.pages())))

    def render_line(self, y: int) -> Strip:
        ground = self._palette().style("foreground", "panel")
        width = self.size.width
        if not self.turned:
            gap = 3 if width >= 100 else 2
            line = self._told(Line().add(" ", ground), fitting(self._hints(), width - 2, gap), gap)
            return line.strip(width, ground)
        pages = self.pages()
        page = pages[min(self._page, len(pages)) - 1]
        if y >= len(page):
            return Strip.blank(width, ground)
        title, hints = page[y]
        what = f"{self._turning()} {f'{self._page}/{len(pages)}' if self._page < len(pages) else 'closes'}"
        last = y == len(page) - 1
        style = self._palette().style
        line = Line().add(" ", ground)
        if last and not title:
            line.fit(what, TITLE - 1, style("muted", "panel"))
        else:
            line.fit(title, TITLE - 1, style("primary", "panel", bold=True))
        self._told(line, hints, 2)
        if last and title and width - line.width > len(what) + 2:
            line.to(width - len(what) - 1, ground).add(what, style("muted", "panel"))
        return line.strip(width, ground)

    def _turning(self) -> str:
        """The key that turns the page."""
        hints = (hint for part in self._parts().values() for hint in part)
        return next((hint.keys for hint in hints if hint.action == TURN), "")

    def _told(self, line: Line, hints: Sequence[Hint], gap: int) -> Line:
        style = self._palette().style
        ground = style("foreground", "panel")
        for k, hint in enumerate(hints):
            if k:
                line.add(" " * gap, ground)
            click = Style(meta={"@click": f"screen.{hint.action}"})
            line.add(hint.keys, style("accent", "panel", bold=True) + click)
            line.add(" " + hint.label, ground + click)
        return line
