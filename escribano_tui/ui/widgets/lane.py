"""One lane of a run: a line for each phase, with a bar where it works."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from rich.cells import cell_len
from textual.strip import Strip
from textual.widget import Widget

from escribano_tui.domain.events import PhaseState, RunState
from escribano_tui.domain.times import clock
from escribano_tui.ui.lines import Line, cut, in_parts
from escribano_tui.ui.palette import Palette

MARKS = {
    "waiting": ("○", "muted"),
    "running": ("▶", "accent"),
    "finished": ("✓", "success"),
    "skipped": ("–", "muted"),
    "failed": ("✗", "error"),
    "cancelled": ("■", "warning"),
}
NAMES = 12
SERVED = frozenset({"read", "describe", "listen", "transcribe", "refine"})  # by a backend, which has a line of its own
NOTHING: Mapping[str, float] = MappingProxyType({})


class Lane(Widget, can_focus=False):
    """`details` gives a second line to each phase that a backend serves, for that backend and its rate."""

    def __init__(self, palette: Callable[[], Palette], phases: tuple[str, ...], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._palette, self._phases = palette, phases
        self._state = RunState()
        self._paused = False
        self._lefts: Mapping[str, float] = NOTHING
        self.details = False

    def show(self, state: RunState, paused: bool, details: bool, lefts: Mapping[str, float] = NOTHING) -> None:
        """`lefts` are the seconds left of phases."""
        self._state, self._paused, self._lefts = state, paused, lefts
        if details != self.details:
            self.details = details
            self.refresh(layout=True)
        else:
            self.refresh()

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return len(self._lines())

    def _lines(self) -> list[tuple[str, bool]]:
        """(phase, whether it is its second line) of each line."""
        return [(name, second) for name in self._phases for second in (False, True)[: 1 + (self.details and name in SERVED)]]

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        lines = self._lines()
        if y >= len(lines):
            return Strip.blank(width, self._palette().style())
        name, second = lines[y]
        phase = self._state.phases[name]
        return self._second(phase, width) if second else self._first(phase, width)

    def _first(self, phase: PhaseState, width: int) -> Strip:
        style = self._palette().style
        mark, ink = MARKS.get(phase.state, MARKS["waiting"])
        if self._paused and phase.state == "running":
            mark, ink = "‖", "warning"
        line = Line().add(f" {mark} ", style(ink, bold=True))
        line.fit(phase.phase, NAMES, style("muted" if phase.state in ("waiting", "skipped") else "foreground"))
        right = self._right(phase)
        room = width - line.width - len(right) - 2
        if phase.state == "running":
            self._bar(line, phase, room)
        elif phase.state == "waiting":
            line.add(cut("waiting", max(0, room)), style("muted"))
        else:
            said = phase.told
            if phase.state == "cancelled":
                said = f"cancelled at {phase.done:,}" + (f" of {phase.total:,}" if phase.total else "")
            ink = "error" if phase.state == "failed" else "muted" if phase.state == "skipped" else "foreground"
            line.add(in_parts(said, max(0, room)), style(ink))
        self._aside(line, phase, width - len(right) - 2)
        line.to(width - len(right) - 1, style()).add(right, style("muted"))
        return line.strip(width, style())

    def _bar(self, line: Line, phase: PhaseState, room: int) -> None:
        style = self._palette().style
        counts = f" {phase.done:,}/{phase.total:,}" if phase.total else f" {phase.done:,}" if phase.done else ""
        cells = max(0, min(28, room - len(counts) - 1))
        share = phase.share
        if share is None:
            line.add("░" * cells, style("border"))
        else:
            full = round(share * cells)
            line.add("█" * full, style("accent")).add("░" * (cells - full), style("border"))
        line.add(cut(counts, max(0, room - cells)), style())

    def _aside(self, line: Line, phase: PhaseState, end: int) -> None:
        """Of a phase without a second line: how fast it is, and what it put aside, up to a column."""
        if not self.details or phase.phase in SERVED:
            return
        style = self._palette().style
        rate = f" · {phase.rate:.1f} a second" if phase.state == "running" and phase.rate >= 0.1 else ""
        failed = f" · {phase.failed:,} put aside" if phase.failed else ""
        for text, ink in ((rate, "muted"), (failed, "warning")):
            if text and line.width + cell_len(text) <= end:
                line.add(text, style(ink))

    def _right(self, phase: PhaseState) -> str:
        match phase.state:
            case "running":
                left = self._lefts.get(phase.phase)
                return "paused" if self._paused else f"{clock(left)} left" if left is not None else ""
            case "finished":
                return "reused" if phase.reused else f"{phase.wall_s:.1f} s" if phase.wall_s < 100 else clock(phase.wall_s)
        return ""

    def _second(self, phase: PhaseState, width: int) -> Strip:
        style = self._palette().style
        facts = [phase.served_by]
        if phase.state == "running":
            facts += [phase.note, f"{phase.rate:.1f} a second" if phase.rate >= 0.1 else ""]
        failed = f"{phase.failed:,} put aside" if phase.failed else ""
        line = Line().add(" " * (NAMES + 3), style())
        said = " · ".join(filter(None, facts))
        line.add(cut(said, max(0, width - line.width - len(failed) - 3)), style("muted"))
        if failed:
            line.add(" · " if said else "", style("muted")).add(failed, style("warning"))
        return line.strip(width, style())
