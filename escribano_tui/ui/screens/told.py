"""The recordings of some days told together, in one of the formats of summaries."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Markdown

from escribano_tui.domain.summary import Summary
from escribano_tui.ui.citations import named_citations, named_links, named_moment, told_once
from escribano_tui.ui.jobs import job
from escribano_tui.ui.keys import bindings_of
from escribano_tui.ui.lines import plain
from escribano_tui.ui.rollup_spans import in_words
from escribano_tui.ui.screens.paged import PagedScreen
from escribano_tui.ui.screens.pick import Item, PickScreen
from escribano_tui.ui.widgets.live_markdown import parser
from escribano_tui.ui.widgets.titlebar import TitleBar
from escribano_tui.ui.words import writer_of

NEEDS_TEXT = {"copy", "citations"}


class ToldScreen(PagedScreen):
    """Shows `house.rollups.write()`; nothing of it is kept."""

    CSS_PATH = "told.tcss"
    where: ClassVar[str] = "told"
    BINDINGS: ClassVar = bindings_of("told")

    def __init__(self, first: date, end: date) -> None:
        super().__init__()
        self.first, self.end = first, end
        self.formats: list[str] = []
        self.format = ""
        self.summary: Summary | None = None
        self.names: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        yield TitleBar(lambda: self.palette, id="title")
        with VerticalScroll(id="page", can_focus=False):
            yield Markdown(open_links=False, parser_factory=parser, id="text")
        yield from self.keybar()

    def on_mount(self) -> None:
        rollups = self.house_app.house.rollups
        self.formats = rollups.formats()
        remembered = str(self.house_app.places.flag("told-format"))
        fallback = "standup" if "standup" in self.formats else self.formats[0]
        self.format = remembered if remembered in self.formats else fallback
        self.write()

    @job("write")
    async def write(self) -> None:
        self.summary = None
        title = self.query_one(TitleBar)
        title.show(in_words(self.first, self.end), "writing …", self.format, ink="accent")
        rollups = self.house_app.house.rollups
        made = await asyncio.to_thread(rollups.write, self.first, self.end, self.format)
        self.names = await asyncio.to_thread(rollups.cited, self.first, self.end)
        self.summary = made
        await self.query_one(Markdown).update(named_links(made.markdown, self.names))
        title.show(in_words(self.first, self.end), self.format, writer_of(made), ink="accent")
        if made.note:
            self.tell(plain(made.note), "warning", 8.0)
        self.refresh_keys()

    def unavailable(self, name: str) -> str:
        return "It is being written: one moment." if name in NEEDS_TEXT and self.summary is None else ""

    def do_format(self) -> None:
        self.format = self.formats[(self.formats.index(self.format) + 1) % len(self.formats)]
        self.house_app.places.set_flag("told-format", self.format)
        self.write()

    def do_copy(self) -> None:
        if self.summary is not None:
            self.app.copy_to_clipboard(self.summary.markdown)
            self.tell("Copied as Markdown, where the terminal lets the clipboard be written (OSC 52).")

    def do_citations(self) -> None:
        found = named_citations(self.summary.markdown, self.names) if self.summary else []
        if not found:
            self.tell("Nothing is cited here.")
            return
        said = told_once(c.claim for c in found)
        items = [
            Item((c.recording_id, c.t_s), claim, c.name, c.shown, ink="accent") for c, claim in zip(found, said, strict=True)
        ]
        self.app.push_screen(PickScreen("Cited moments", items, hint="enter look at it   esc close"), self.look_at)

    def look_at(self, at: tuple[str, float] | None) -> None:
        if at is not None:
            self.house_app.go_review(*at)

    @on(Markdown.LinkClicked)
    def link_clicked(self, event: Markdown.LinkClicked) -> None:
        event.stop()
        self.look_at(named_moment(event.href))
