"""Search in all recordings, as one types: one box, filters that can be typed, and the moments by recording."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.strip import Strip
from textual.widgets import Input, Static

from escribano_tui.domain.query import FILTERS
from escribano_tui.domain.session import Found
from escribano_tui.domain.times import cite
from escribano_tui.ui.jobs import job
from escribano_tui.ui.keys import bindings_of
from escribano_tui.ui.lines import Line, blank, plain
from escribano_tui.ui.screens.base import CommandScreen
from escribano_tui.ui.search_rows import Row, paint_found, rows_of
from escribano_tui.ui.widgets.rows import Rows
from escribano_tui.ui.widgets.titlebar import TitleBar
from escribano_tui.ui.words import many

NEEDS_HIT = {"open", "summary", "next-recording", "previous-recording"}
LIMIT = 60
AGAIN_S = 0.15  # after which the search is made again while sessions are still being taken in


class SearchScreen(CommandScreen):
    """Shows `house.search.find()` of what stands in the box; enter opens the review at the moment."""

    CSS_PATH = "search.tcss"
    where: ClassVar[str] = "search"
    BINDINGS: ClassVar = bindings_of("search")

    def __init__(self, query: str = "") -> None:
        super().__init__()
        self._first = query
        self.found = Found()
        self.rows: list[Row] = []
        self.looked_for = ""

    def compose(self) -> ComposeResult:
        yield TitleBar(lambda: self.palette, id="title")
        yield Input(
            self._first, placeholder="what was said, shown, titled or summarised", id="query", max_length=2000,
            select_on_focus=True,
        )  # fmt: skip
        yield Static(id="problems", markup=False)
        yield Static(id="guide", markup=False)
        yield Rows(self.paint, id="rows")
        yield Rows(self.paint_about, id="about")
        yield from self.keybar()

    def on_mount(self) -> None:
        self.query_one("#about", Rows).set_count(2)
        self.query_one("#query", Input).focus()
        self.show()
        if self._first:
            self.look_for(self._first)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self.looked_for:
            self.look_for(self.looked_for)  # labels may have been corrected in between

    # ------------------------------------------------------------ searching

    @on(Input.Changed, "#query")
    def typed(self, event: Input.Changed) -> None:
        self.house_app.searched = event.value
        self.look_for(event.value)

    @job("search")
    async def look_for(self, text: str) -> None:
        self.found = await asyncio.to_thread(self.house_app.house.search.find, text, LIMIT) if text.strip() else Found()
        same, self.looked_for = text == self.looked_for, text
        self.show(keep=same)
        if self.found.unsettled:
            self.set_timer(AGAIN_S, lambda: self.look_for(text) if text == self.looked_for else None)

    def show(self, keep: bool = False) -> None:
        rows = self.query_one("#rows", Rows)
        at = self.row
        self.rows = rows_of(self.found)
        cursor = next((k for k, r in enumerate(self.rows) if r.hit), 0)
        if keep and at and at.hit:
            cursor = next((k for k, r in enumerate(self.rows) if r.hit == at.hit), cursor)
        rows.set_count(len(self.rows), cursor)
        guide = self.query_one("#guide", Static)
        guide.display, rows.display = not self.rows, bool(self.rows)
        if not self.rows:
            guide.update(self.guide())
        problems = self.query_one("#problems", Static)
        problems.update(Content("\n".join(f"! {plain(p)}" for p in self.found.problems)))
        problems.set_class(bool(self.found.problems), "-shown")
        self.show_title()
        self.query_one("#about", Rows).refresh()
        self.refresh_keys()

    def show_title(self) -> None:
        hits, left = len(self.found.hits), self.found.unsettled
        facts = [many(hits, "moment") if hits else "", many(len(self.found.groups), "recording") if hits else ""]
        facts.append(f"taking in {many(left, 'session')}" if left else "")
        self.query_one(TitleBar).show("Search all recordings", *(f for f in facts if f), ink="accent")

    def guide(self) -> Content:
        """What can be typed; and where nothing was found, what would help."""
        wide = self.size.width >= 70
        parts: list[str | tuple[str, str]] = []
        if self.looked_for.strip():
            parts.append(("Nothing found.\n\n", "bold"))
            parts.append(
                "Words are found by their beginnings, all of them in one line, title or sentence. Fewer words find more.\n\n"
            )
        else:
            parts.append(("Type what you remember of it.\n\n", "bold"))
            parts.append('"two words" stand side by side, -word must not be there. Filters narrow it down:\n\n')
        for name, told in FILTERS.items():
            parts.append((f"  {name + ':':<12}", "bold $accent"))
            parts.append(f"{told if wide else told.rpartition(': ')[2]}\n")
        return Content.assemble(*parts)

    def paint(self, index: int, line: int, width: int, here: bool) -> Strip:
        return paint_found(self.rows[index], self.palette, width, here)

    def paint_about(self, index: int, line: int, width: int, here: bool) -> Strip:
        """Two lines about the segment of the hit under the cursor."""
        style = self.palette.style
        ground = style("foreground", "surface")
        row = self.row
        if row is None or row.hit is None:
            return blank(width, ground)
        hit = row.hit
        out = Line().add(" ", ground)
        if index == 0:
            out.add(f"{hit.activity or 'not drafted'} ", style(hit.activity or "muted", "surface", bold=True))
            out.add(hit.title or "untitled", style("foreground", "surface", bold=True))
        else:
            seen = f"{many(hit.times, 'time')}, the last at {cite(hit.last_s)}" if hit.times > 1 else ""
            told = " · ".join(p for p in (hit.subject, "personal" if hit.personal else "", seen) if p)
            out.add(told, style("warning" if hit.personal else "muted", "surface"))
        return out.strip(width, ground)

    def on_resize(self) -> None:
        super().on_resize()
        if self.is_mounted and not self.rows:
            self.query_one("#guide", Static).update(self.guide())

    # ------------------------------------------------------------ commands

    @property
    def row(self) -> Row | None:
        cursor = self.query_one("#rows", Rows).cursor
        return self.rows[cursor] if cursor < len(self.rows) else None

    def unavailable(self, name: str) -> str:
        return "Nothing is found yet." if name in NEEDS_HIT and not self.rows else ""

    @on(Input.Submitted, "#query")
    def submitted(self) -> None:
        self.action_do("open")

    @on(Rows.Chosen, "#rows")
    def chosen(self) -> None:
        self.do_open()

    @on(Rows.Moved, "#rows")
    def moved(self) -> None:
        self.query_one("#about", Rows).refresh()

    def do_open(self) -> None:
        row = self.row
        if row is not None:
            hit = row.hit or row.group.hits[0]
            self.house_app.go_review(hit.recording_id, hit.t_s)

    def do_summary(self) -> None:
        if self.row is not None:
            self.house_app.go_summary(self.row.group.recording_id)

    def do_clear(self) -> None:
        self.query_one("#query", Input).value = ""

    def _move(self, by: int) -> None:
        """To the next hit in a direction; headings are passed over."""
        rows = self.query_one("#rows", Rows)
        step = 1 if by > 0 else -1
        at = max(0, min(rows.cursor + by, len(self.rows) - 1))
        while 0 <= at < len(self.rows) and self.rows[at].hit is None:
            at += step
        if 0 <= at < len(self.rows):
            rows.cursor = at
        elif step < 0:
            rows.cursor = 1

    def do_down(self) -> None:
        self._move(1)

    def do_up(self) -> None:
        self._move(-1)

    def do_page_down(self) -> None:
        self._move(self.query_one("#rows", Rows).page)

    def do_page_up(self) -> None:
        self._move(-self.query_one("#rows", Rows).page)

    def _heading(self, step: int) -> None:
        rows = self.query_one("#rows", Rows)
        heads = [k for k, r in enumerate(self.rows) if r.hit is None]
        if step > 0:
            target = next((k for k in heads if k >= rows.cursor), None)
        else:
            target = next((k for k in reversed(heads) if k < rows.cursor - 1), None)
        if target is not None:
            rows.cursor = target + 1

    def do_next_recording(self) -> None:
        self._heading(1)

    def do_previous_recording(self) -> None:
        self._heading(-1)
