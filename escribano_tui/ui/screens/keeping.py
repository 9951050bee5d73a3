"""Keeping: what the library weighs and where, its rules, its check, its backup, and sessions from other libraries."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.strip import Strip

from escribano_tui.domain.keeping import GONE, Due, KeepingRules, Weight, size
from escribano_tui.ui.jobs import job
from escribano_tui.ui.keys import bindings_of
from escribano_tui.ui.lines import Line, plain
from escribano_tui.ui.rollup_rows import blocks
from escribano_tui.ui.screens.base import CommandScreen
from escribano_tui.ui.widgets.rows import Rows
from escribano_tui.ui.widgets.titlebar import TitleBar
from escribano_tui.ui.words import many

AREAS = {"library": "Library", "pictures": "Pictures", "models": "Models", "logs": "Logs"}
GONE_SAID = {
    "keep": "are kept",
    "pictures": "lose their pictures",
    "forget": "are forgotten, unless you corrected them",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line: head, weight, rule, said or blank; `ink` is that of a line that is said."""

    kind: str
    text: str = ""
    bytes: int = 0
    most: int = 1
    note: str = ""
    ink: str = "foreground"


class KeepingScreen(CommandScreen):
    """Shows `house.keeping`."""

    CSS_PATH = "keeping.tcss"
    where: ClassVar[str] = "keeping"
    BINDINGS: ClassVar = bindings_of("keeping")

    def __init__(self) -> None:
        super().__init__()
        self.weights: list[Weight] = []
        self.rules: KeepingRules | None = None
        self.due: list[Due] = []
        self.checked: list[str] | None = None
        self.busy = ""
        self.rows: list[Row] = []

    def compose(self) -> ComposeResult:
        yield TitleBar(lambda: self.palette, id="title")
        yield Rows(self.paint, id="rows")
        yield from self.keybar()

    def on_mount(self) -> None:
        self.load()

    @job("load")
    async def load(self) -> None:
        keeping = self.house_app.house.keeping
        self.busy = "weighing …"
        self.show()
        try:
            self.weights = await asyncio.to_thread(keeping.weigh)
            self.rules = await asyncio.to_thread(keeping.rules)
            self.due = await asyncio.to_thread(keeping.due)
        finally:
            self.busy = ""
            self.show()

    # ------------------------------------------------------------ what is shown

    def show(self) -> None:
        self.rows = [*self._check(), *self._weights(), *self._rules()]
        self.query_one(Rows).set_count(len(self.rows))
        total = size(sum(w.bytes for w in self.weights))
        self.query_one(TitleBar).show("Keeping", *([self.busy] if self.busy else []), f"{total} in all", ink="accent")
        self.refresh_keys()

    def _weights(self) -> list[Row]:
        rows: list[Row] = []
        most = max((w.bytes for w in self.weights), default=1)
        for area, title in AREAS.items():
            parts = [w for w in self.weights if w.area == area]
            if not parts:
                continue
            rows.append(Row("head", title, sum(w.bytes for w in parts), note=parts[0].path))
            rows += [Row("weight", w.name, w.bytes, most) for w in parts if len(parts) > 1 or w.bytes]
        return [*rows, Row("blank")] if rows else rows

    def _rules(self) -> list[Row]:
        if self.rules is None:
            return []
        days, keys = self.rules.pictures_days, self.house_app.keymap
        kept = f"are kept for {many(days, 'day')}" if days else "are kept for good"
        rows = [
            Row("head", "Rules"),
            Row("rule", f"Pictures {kept}.", note=keys.shown("keeping.days")),
            Row("rule", f"Recordings whose file is gone {GONE_SAID[self.rules.gone]}.", note=keys.shown("keeping.gone")),
        ]
        weight = size(sum(d.bytes for d in self.due))
        if self.due:
            said = f"{many(len(self.due), 'recording')}, {weight}, would go now: {keys.shown('keeping.tidy')} lets it go."
            rows.append(Row("said", said, ink="warning"))
        return [*rows, Row("blank")]

    def _check(self) -> list[Row]:
        if self.checked is None:
            return []
        if not self.checked:
            return [Row("head", "Check"), Row("said", "✓ The library is sound.", ink="success"), Row("blank")]
        return [Row("head", "Check"), *(Row("said", f"✗ {plain(p)}", ink="error") for p in self.checked), Row("blank")]

    def paint(self, index: int, line: int, width: int, here: bool) -> Strip:
        row, style = self.rows[index], self.palette.style
        out = Line().add(" ", style())
        if row.kind == "head":
            out.add(row.text, style("primary", bold=True)).add(f" {size(row.bytes)} " if row.bytes else " ", style("muted"))
            room = width - out.width - 2
            note = row.note if cell_len(row.note) < room - 4 else ""
            out.add("─" * max(0, room - cell_len(note) - 1), style("border")).add(f" {note}" if note else "", style("muted"))
        elif row.kind == "weight":
            name = max(14, min(34, width // 2 - 8))
            out.add("  ", style()).fit(row.text, name, style()).fit(size(row.bytes), 10, style(bold=True), right=True)
            room = max(4, min(60, width - out.width - 4))
            out.add("  ", style()).add(blocks(row.bytes / max(1, row.most) * room), style("secondary"))
        elif row.kind == "rule":
            out.add(f" {row.note} ", style("accent", bold=True)).add(f" {row.text}", style())
        elif row.kind == "said":
            out.add("  ", style()).add(row.text, style(row.ink))
        return out.strip(width, style())

    # ------------------------------------------------------------ commands

    def unavailable(self, name: str) -> str:
        if self.busy and name not in ("down", "up", "page-down", "page-up"):
            return "One moment: it is at work."
        if name == "tidy" and not self.due:
            return "The rules let nothing go now."
        if name in ("days", "gone") and self.rules is None:
            return "The rules cannot be read: see the doctor."
        return ""

    @job("work", exclusive=False)
    async def do_check(self) -> None:
        self.busy = "checking …"
        self.show()
        try:
            self.checked = await asyncio.to_thread(self.house_app.house.keeping.check)
        finally:
            self.busy = ""
            self.show()

    @job("work", exclusive=False)
    async def do_repair(self) -> None:
        self.busy = "making indexes anew …"
        self.show()
        try:
            await asyncio.to_thread(self.house_app.house.keeping.repair)
            self.checked = await asyncio.to_thread(self.house_app.house.keeping.check)
        finally:
            self.busy = ""
        self.load()

    def do_backup(self) -> None:
        from escribano_tui.ui.screens.ask import AskScreen

        proposed = str(Path.home() / f"escribano-{date.today().isoformat()}.zip")
        self.app.push_screen(
            AskScreen("Write a copy of the library and its pictures to", proposed, check=_free),
            lambda path: self.back_up(path) if path else None,
        )

    @job("work", exclusive=False)
    async def back_up(self, path: str) -> None:
        self.busy = "copying …"
        self.show()
        try:
            written = await asyncio.to_thread(self.house_app.house.keeping.backup, Path(path).expanduser())
            self.tell(f"Wrote {path}, {size(written)}.", timeout=8.0)
        finally:
            self.busy = ""
            self.show()

    def do_take_in(self) -> None:
        from escribano_tui.ui.screens.ask import AskScreen

        self.app.push_screen(
            AskScreen("Take in which packed session?", str(Path.home()) + "/", check=_there),
            lambda path: self.take_in(path) if path else None,
        )

    @job("work", exclusive=False)
    async def take_in(self, path: str) -> None:
        carried = await asyncio.to_thread(self.house_app.house.packing.unpack, Path(path).expanduser())
        self.tell(f"Took in {carried.recording_id}. {' '.join(carried.notes)}".strip(), timeout=8.0)
        self.load()

    def do_days(self) -> None:
        from escribano_tui.ui.screens.ask import AskScreen

        now = str(self.rules.pictures_days) if self.rules else "0"
        title = "For how many days are pictures kept? 0 is for good"
        self.app.push_screen(AskScreen(title, now, check=_not_days), lambda text: self._set_days(text) if text else None)

    def _set_days(self, text: str) -> None:
        if self.rules is not None:
            self.set_rules(replace(self.rules, pictures_days=int(text)))

    def do_gone(self) -> None:
        if self.rules is not None:
            self.set_rules(replace(self.rules, gone=GONE[(GONE.index(self.rules.gone) + 1) % len(GONE)]))

    @job("work", exclusive=False)
    async def set_rules(self, rules: KeepingRules) -> None:
        await asyncio.to_thread(self.house_app.house.keeping.set_rules, rules)
        self.load()

    def do_tidy(self) -> None:
        from escribano_tui.ui.screens.confirm import ConfirmScreen

        detail = _listed(self.due)
        question = f"Let go of {size(sum(d.bytes for d in self.due))} of {many(len(self.due), 'recording')}?"
        self.app.push_screen(ConfirmScreen(question, detail, "let it go"), lambda yes: self.tidy() if yes else None)

    @job("work", exclusive=False)
    async def tidy(self) -> None:
        done = await asyncio.to_thread(self.house_app.house.keeping.tidy)
        self.tell(f"Let go of {size(sum(d.bytes for d in done))} of {many(len(done), 'recording')}.")
        self.load()

    def do_down(self) -> None:
        self.query_one(Rows).scroll_relative(y=1, animate=False)

    def do_up(self) -> None:
        self.query_one(Rows).scroll_relative(y=-1, animate=False)

    def do_page_down(self) -> None:
        self.query_one(Rows).scroll_page_down(animate=False)

    def do_page_up(self) -> None:
        self.query_one(Rows).scroll_page_up(animate=False)


def _listed(due: Sequence[Due]) -> str:
    forgotten = [d.name for d in due if d.forget]
    pictures = len(due) - len(forgotten)
    said = [f"The pictures of {many(pictures, 'recording')} go; what was read and heard stays." if pictures else ""]
    said.append(f"Forgotten when the app closes: {', '.join(forgotten[:5])}." if forgotten else "")
    return " ".join(s for s in said if s)


def _free(text: str) -> str:
    """What is wrong with a path to write to, or the empty string."""
    path = Path(text).expanduser()
    if not text or path.is_dir():
        return "A file name is needed."
    if path.exists():
        return "There is a file of this name already."
    return "" if path.parent.is_dir() else f"There is no folder {plain(str(path.parent))}."


def _there(text: str) -> str:
    return "" if Path(text).expanduser().is_file() else "There is no such file."


def _not_days(text: str) -> str:
    return "" if text.isascii() and text.isdigit() and int(text) <= 36_500 else "Give a number of days, 0 to 36500."
