"""What a profile would do with a recording: a card to choose."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from escribano_tui.domain.machine import served_by
from escribano_tui.domain.session import PlannedPhase, RunPlan
from escribano_tui.domain.times import clock
from escribano_tui.ui.lines import Line, cut
from escribano_tui.ui.palette import Palette
from escribano_tui.ui.widgets.facts import Piece, wrap
from escribano_tui.ui.words import about, many

NAMES = 11
TIMES = 7  # cells of the column of times, at the right edge


class PlanCard(ScrollView, can_focus=False):
    """One profile; the chosen one has a frame of double lines and a mark, so that colour is never alone."""

    DEFAULT_CSS = """
    PlanCard {
        overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; scrollbar-gutter: stable;
        border: round $line; background: $surface;
    }
    PlanCard.-chosen { border: double $accent; }
    """

    class Picked(Message):
        """The card was clicked."""

        def __init__(self, card: PlanCard, again: bool) -> None:
            super().__init__()
            self.card = card
            self.again = again

    class Laid(Message):
        """What is to be told has another length."""

    def __init__(
        self,
        palette: Callable[[], Palette],
        profile: str,
        key: str,
        description: str,
        *,
        budget_s: float | None = None,
        more_key: str = "",
    ) -> None:
        """`more_key` is the key that shows all of what is folded."""
        super().__init__()
        self.profile, self.budget_s = profile, budget_s
        self._more_key, self._folded = more_key, True
        self._palette, self._key, self._description = palette, key, description
        self.plan: RunPlan | None = None
        self.problem = ""
        self._lines: list[list[Piece]] = []
        self._wrapped_at = -1
        self.whole = 0  # lines that all of it takes
        self._brief = False  # what each phase does has no room until all is unfolded

    def show(self, plan: RunPlan | None = None, problem: str = "") -> None:
        self.plan, self.problem = plan, problem
        self._wrap()

    @property
    def title(self) -> str:
        """The profile, with the time that it is fitted to."""
        if self.plan is not None:
            return self.plan.profile
        return self.profile if self.budget_s is None else f"{self.profile} in {clock(self.budget_s)}"

    def fold(self, folded: bool) -> None:
        """One line for the better backends that do not serve a phase, or all of them."""
        self._folded = folded
        self._wrap()

    def choose(self, chosen: bool) -> None:
        self.set_class(chosen, "-chosen")
        self._wrap()

    def _wrap(self) -> None:
        width = self.scrollable_content_region.width
        self._wrapped_at = width
        if width < 4:
            return
        self._brief = False
        self._lay_out()
        whole = len(self._lines)
        if self._folded and whole > self.size.height:
            self._brief = True
            self._lay_out()
        if whole != self.whole:
            self.whole = whole
            self.post_message(self.Laid())
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def _lay_out(self) -> None:
        self._lines = []
        mark = "▸ " if self.has_class("-chosen") else "  "
        key = f"{self._key} " if self._key else ""
        time = about(self.plan.estimate_s) if self.plan else ""
        self._add(("accent*", mark + key), ("primary*", self.title), ("foreground", f"   {time}" if time else ""))
        self._add(("muted", self.plan.description if self.plan and self.plan.description else self._description))
        if self.plan is None:
            self._lines.append([])
            self._add(("error" if self.problem else "muted", self.problem or "Looking what it would do …"))
        else:
            self._left_out(self.plan)
            self._lines.append([])
            for phase in self.plan.phases:
                self._phase(phase)
            if self._brief and self._more_key and any(phase.passed_over for phase in self.plan.phases):
                self._lines.append([])
                self._add(("muted", f"Better ones that do not serve here: {self._more_key} shows which, and why."))
            self._lines.append([])
            self._add(("muted", f"Time: {self.plan.estimated_from}."))

    def _add(self, *pieces: tuple[str, str], indent: int = 0) -> None:
        width = max(4, self._wrapped_at - indent - 1)
        for line in wrap([(text, ink) for ink, text in pieces], width):
            self._lines.append([(" " * indent, "foreground"), *line] if indent else line)

    def _left_out(self, plan: RunPlan) -> None:
        if plan.leaves_out:
            self._lines.append([])
            for k, part in enumerate(plan.leaves_out):
                self._add(("warning", f"{'leaves out' if not k else '          '} "), ("foreground", part))
        elif self.budget_s is not None:
            self._lines.append([])
            self._add(("success", "leaves nothing out"))

    def _phase(self, phase: PlannedPhase) -> None:
        if phase.skip:
            self._named("–", phase.name, [(phase.skip, "muted")], "muted")
            return
        backend = served_by(phase.backend, phase.model)
        told: list[Piece] = [(backend, "secondary")] if backend else []
        told += (
            [(f"{'' if phase.reuses == 'all' else 'about '}{many(phase.frames, 'frame')}", "foreground")]
            if phase.frames
            else []
        )
        time = ("", "muted")
        if phase.reuses == "all":
            time = ("reused", "success")
        elif phase.estimate_s >= 1:
            time = (clock(phase.estimate_s), "foreground")
        if phase.reuses == "part":
            told.append(("goes on where it stopped", "success"))
        if phase.leaves_machine:
            told.append((f"goes to {phase.leaves_machine}", "warning"))
        does: list[Piece] = [] if self._brief else [(phase.does, "foreground")]
        mark = "✓" if phase.reuses == "all" else "●"
        whole = _joined([*does, *told])
        if does and told and cell_len("".join(text for text, _ in whole)) > self._room(time):
            self._named(mark, phase.name, does, "foreground", time)
            self._named(" ", "", _joined(told), "foreground")
        else:
            self._named(mark, phase.name, whole, "foreground", time)
        if self._folded:
            if phase.passed_over and not self._brief:
                self._others(phase.passed_over)
        else:
            if phase.why and phase.reuses != "all":
                self._named(" ", "", [(phase.why, "muted")], "muted")
            for label, why in phase.passed_over:
                self._named(" ", "", [(passed(label, why), "muted")], "muted")

    def _others(self, passed_over: tuple[tuple[str, str], ...]) -> None:
        """One line: the first choice and why it does not serve, and how many more there are."""
        label, why = passed_over[0]
        room = self._wrapped_at - NAMES - 2
        others = f", {len(passed_over) - 1} more" if len(passed_over) > 1 else ""
        shows = f" ({self._more_key} shows)" if self._more_key else ""
        key = f" ({self._more_key})" if self._more_key else ""
        whole = passed(label, why) + others
        shorter = (
            *((whole + shows, whole + key) if others else (whole,)),
            f"not {label}{others}{shows}",
            f"not {label}{others}",
        )
        said = next(
            (text for text in shorter if cell_len(text) <= room), cut(f"not {label}", max(4, room - len(others))) + others
        )
        self._lines.append([(" " * (NAMES + 2), "muted"), (said, "muted")])

    def _room(self, time: Piece = ("", "muted")) -> int:
        """Cells beside the name of a phase, and before its time."""
        return max(4, self._wrapped_at - NAMES - 2 - (TIMES if time[0] else 1))

    def _named(self, mark: str, name: str, said: list[Piece], ink: str, time: Piece = ("", "muted")) -> None:
        """What a phase does, wrapped beside its name, and its time at the right edge."""
        left = f"{mark} {name}".ljust(NAMES + 2)
        for k, line in enumerate(wrap(said, self._room(time))):
            told = [(left if k == 0 else " " * len(left), ink), *line]
            if time[0] and k == 0:
                used = sum(cell_len(text) for text, _ in told)
                told += [(" " * max(1, self._wrapped_at - used - len(time[0]) - 1), ink), time]
            self._lines.append(told)

    def on_resize(self) -> None:
        self._wrap()

    def render_line(self, y: int) -> Strip:
        style = self._palette().style
        width = self.scrollable_content_region.width
        k = y + round(self.scroll_y)
        ground: Style = style("foreground", "surface")
        if k >= len(self._lines):
            return Strip.blank(width, ground)
        line = Line()
        for text, ink in self._lines[k]:
            line.add(text, style(ink.strip("*"), "surface", bold="*" in ink))
        return line.strip(width, ground)

    def on_click(self, event: events.Click) -> None:
        self.post_message(self.Picked(self, event.chain > 1))


def _joined(told: list[Piece]) -> list[Piece]:
    return [(f" · {text}" if k else text, ink) for k, (text, ink) in enumerate(told)]


def passed(label: str, why: str) -> str:
    """Why a better backend does not serve; its name is said once."""
    return f"not {label}: {why.removeprefix(f'{label} ').removeprefix('is ')}"
