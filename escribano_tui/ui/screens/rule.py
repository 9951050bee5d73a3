"""The rules behind a label, each with what else it would change; the one that is accepted is kept in the owner's cues."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Static

from escribano_tui.domain.learning import Affected, Candidate, RulePreview
from escribano_tui.domain.ruling import labels_of
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.times import cite
from escribano_tui.ui.jobs import job
from escribano_tui.ui.lines import Line
from escribano_tui.ui.widgets.boxkeys import BoxKeys
from escribano_tui.ui.widgets.rows import Rows
from escribano_tui.ui.words import many

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp

MARK = "▸ "
MOST_SHOWN = 6  # segments named below the list


class RuleScreen(ModalScreen[str | None]):
    """Gives back the sentence of the rule that was accepted, or None."""

    CSS_PATH = "rule.tcss"
    BINDINGS: ClassVar = [
        Binding("escape", "close", show=False),
        Binding("enter", "accept", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
    ]

    def __init__(self, recording_id: str, segment: Segment) -> None:
        super().__init__()
        self._recording_id, self._segment = recording_id, segment
        self._offered: Sequence[Candidate] = ()
        self._previews: dict[int, RulePreview] = {}
        self._accepting = False

    @property
    def house_app(self) -> EscribanoApp:
        return cast("EscribanoApp", self.app)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="box"):
            segment = self._segment
            which = f"{cite(segment.start_s, segment.end_s)} {segment.title}".rstrip()
            labels = f"{segment.activity} and personal" if segment.personal else segment.activity
            yield Static(Content(f"Make a rule of this label: {labels}, of {which}"), id="heading")
            yield Rows(self.paint, id="rows")
            yield Static(id="told")
            yield BoxKeys("enter keep the rule   ↓ ↑ choose   esc close")

    def on_mount(self) -> None:
        self.query_one(Rows).styles.height = 1
        self.query_one("#told", Static).update(Content("Looking …"))
        self.load()

    @job("rules")
    async def load(self) -> None:
        rules = self.house_app.house.rules
        self._offered = await asyncio.to_thread(rules.candidates, self._recording_id, self._segment.id)
        if not self._offered:
            self.house_app.tell("Nothing was told of what stands in front here: there is nothing to make a rule of.", "warning")
            self.dismiss(None)
            return
        rows = self.query_one(Rows)
        rows.styles.height = len(self._offered)
        rows.set_count(len(self._offered), 0)
        self.show()
        offered = [candidate.rule for candidate in self._offered]
        self._previews = dict(enumerate(await asyncio.to_thread(rules.previews, offered, self._recording_id)))
        self.show()

    @job("accept")
    async def action_accept(self) -> None:
        if self._accepting or not self._offered:
            return
        self._accepting = True  # a second enter while it is written
        chosen = self._offered[self.query_one(Rows).cursor]
        try:
            await asyncio.to_thread(self.house_app.house.rules.accept, chosen.rule)
        finally:
            self._accepting = False
        self.dismiss(chosen.sentence)

    def report(self, error: Exception) -> None:
        self.house_app.report(error)
        if not self._offered:
            self.dismiss(None)

    # ------------------------------------------------------------ what is shown

    def show(self) -> None:
        rows = self.query_one(Rows)
        rows.refresh()
        if not self._offered:
            return
        preview, sentence = self._previews.get(rows.cursor), self._offered[rows.cursor].sentence
        whole = [sentence] if cell_len(sentence) > self._room(rows.cursor, rows.size.width) else []
        told = lines_of(preview) if preview else ["Looking …"]
        self.query_one("#told", Static).update(Content("\n".join([*whole, *told])))

    def _note(self, index: int) -> str:
        preview = self._previews.get(index)
        return f"{len(preview.here)} here · {len(preview.elsewhere)} in the library" if preview else "…"

    def _room(self, index: int, width: int) -> int:
        """Cells for the sentence, in a row of so many."""
        return max(10, width - len(MARK) - len(self._note(index)) - 2)

    def paint(self, index: int, line: int, width: int, here: bool) -> Strip:
        style = self.house_app.palette.style
        ground = "selection" if here else "surface"
        if index >= len(self._offered):
            return Line().strip(width, style("foreground", ground))
        note = self._note(index)
        out = Line().add(MARK if here else " " * len(MARK), style("accent", ground, bold=True))
        out.fit(self._offered[index].sentence, self._room(index, width), style("foreground", ground, bold=here))
        return (
            out.add(" ", style("muted", ground))
            .fit(note, len(note), style("muted", ground))
            .strip(width, style("foreground", ground))
        )

    # ------------------------------------------------------------ keys

    @on(Rows.Moved)
    def moved(self) -> None:
        self.show()

    @on(Rows.Chosen)
    def chosen(self) -> None:
        self.action_accept()

    def action_move(self, by: int) -> None:
        self.query_one(Rows).cursor += by

    def action_close(self) -> None:
        self.dismiss(None)


def lines_of(preview: RulePreview) -> list[str]:
    """What a rule would change, in words: how much, then the first of them by name."""
    affected = [*preview.here, *preview.elsewhere]
    if not affected:
        return ["Would change nothing that is drafted now; it holds for what comes."]
    counted = f"Would change {many(len(preview.here), 'segment')} here, {len(preview.elsewhere)} in the library:"
    if not preview.here:
        counted = f"Would change {many(len(preview.elsewhere), 'segment')} in the library:"
    more = [f"… and {len(affected) - MOST_SHOWN} more"] if len(affected) > MOST_SHOWN else []
    return [counted, *(_line(a, a in preview.here, labels_of(preview.rule)) for a in affected[:MOST_SHOWN]), *more]


def _line(affected: Affected, here: bool, labels: str) -> str:
    segment = affected.segment
    place = "here" if here else affected.recording_name
    return f"{place} {cite(segment.start_s, segment.end_s)}  {segment.activity} → {labels}  {segment.title}"
