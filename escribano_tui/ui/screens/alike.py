"""A preview before one label goes to all segments that look alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Static

from escribano_tui.domain.activity import LETTERS
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.times import cite, duration
from escribano_tui.ui.lines import Line
from escribano_tui.ui.widgets.boxkeys import BoxKeys
from escribano_tui.ui.widgets.rows import Rows
from escribano_tui.ui.words import many

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp


class AlikeScreen(ModalScreen[list[str] | None]):
    """Gives back the ids of the segments that the label goes to, or None."""

    CSS_PATH = "alike.tcss"
    BINDINGS = [  # noqa: RUF012
        Binding("escape", "close", show=False),
        Binding("enter", "take", show=False),
        Binding("space,x", "flip", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
    ]

    def __init__(self, pattern: Segment, others: Sequence[Segment]) -> None:
        super().__init__()
        self._pattern, self._others = pattern, list(others)
        self._chosen = {s.id for s in others}

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="box"):
            yield Static(id="heading", markup=False)
            yield Rows(self.paint, id="rows")
            yield BoxKeys("enter apply   space leave one out   esc close")

    def on_mount(self) -> None:
        rows = self.query_one(Rows)
        rows.styles.height = max(1, min(len(self._others), self.size.height - 8))
        rows.set_count(len(self._others), 0)
        self.show()

    def show(self) -> None:
        count = many(len(self._chosen), "other segment")
        said = f"Label {count} and this one as {self._pattern.activity}, reviewed"
        self.query_one("#heading", Static).update(Content(said))
        self.query_one(Rows).refresh()

    def paint(self, index: int, line: int, width: int, here: bool) -> Strip:
        style = cast("EscribanoApp", self.app).palette.style
        segment = self._others[index]
        ground = "selection" if here else "surface"
        on = segment.id in self._chosen
        out = Line().add("▸ " if here else "  ", style("accent", ground))
        out.add("x " if on else "· ", style("accent" if on else "muted", ground, bold=True))
        out.fit(cite(segment.start_s, segment.end_s), 8, style("foreground", ground), right=True)
        out.fit(duration(segment.duration_ms), 8, style("muted", ground), right=True).add(" ", style("muted", ground))
        out.add(f" {LETTERS[segment.activity]} ", style("background", segment.activity))
        change = (
            segment.activity if segment.activity == self._pattern.activity else f"{segment.activity} → {self._pattern.activity}"
        )
        out.add(" ", style("foreground", ground)).fit(change, 28, style(segment.activity, ground))
        return out.fit(segment.title, max(0, width - out.width), style("foreground", ground)).strip(
            width, style("foreground", ground)
        )

    def action_move(self, by: int) -> None:
        self.query_one(Rows).cursor += by

    @on(Rows.Chosen)
    def action_flip(self) -> None:
        self._chosen ^= {self._others[self.query_one(Rows).cursor].id}
        self.show()

    def action_take(self) -> None:
        self.dismiss([s.id for s in self._others if s.id in self._chosen])

    def action_close(self) -> None:
        self.dismiss(None)
