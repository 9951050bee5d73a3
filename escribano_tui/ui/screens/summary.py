"""The summary: what was written from the facts, in one of its formats, and written again from what was corrected."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Markdown, Static

from escribano_tui.domain.recording import Recording
from escribano_tui.domain.session import SummaryVersion, SummaryView
from escribano_tui.domain.summary import Summary
from escribano_tui.ui import clipboard
from escribano_tui.ui.citations import citations, linked, moment_of, told_once
from escribano_tui.ui.exporting import Exporting
from escribano_tui.ui.jobs import job
from escribano_tui.ui.keys import bindings_of
from escribano_tui.ui.lines import plain
from escribano_tui.ui.screens.paged import PagedScreen
from escribano_tui.ui.screens.pick import Item, PickScreen
from escribano_tui.ui.widgets.live_markdown import LiveMarkdown
from escribano_tui.ui.widgets.titlebar import TitleBar
from escribano_tui.ui.words import when, writer_of

NEEDS_TEXT = {"citations", "copy", "changed", "versions", "text"}
WAITS = {"regenerate", "format", "versions", "text", "decide", "restore"}


class SummaryScreen(Exporting, PagedScreen):
    """Shows `house.summaries.view()`; one that was never written is written at once."""

    CSS_PATH = "summary.tcss"
    where: ClassVar[str] = "summary"
    BINDINGS: ClassVar = bindings_of("summary")

    def __init__(self, recording_id: str) -> None:
        super().__init__()
        self.recording_id = recording_id
        self.recording: Recording | None = None
        self.formats: list[str] = []
        self.format = ""
        self.view: SummaryView | None = None
        self.older: SummaryVersion | None = None  # an earlier version that was asked for
        self.writing = False
        self._shown = ""

    @property
    def summary(self) -> Summary | None:
        return self.view.summary if self.view else None

    @property
    def text(self) -> str:
        """What is shown, as Markdown."""
        return self.older.text if self.older else self.view.markdown if self.view else ""

    @property
    def own_words(self) -> bool:
        """Whether the owner's own changes are in what is shown."""
        return self.text != (self.older.summary.markdown if self.older else self.summary.markdown if self.summary else "")

    def compose(self) -> ComposeResult:
        yield TitleBar(lambda: self.palette, id="title")
        yield Static(id="stale", markup=False)
        with VerticalScroll(id="page", can_focus=False):
            yield LiveMarkdown(id="text")
        yield from self.keybar()

    def on_mount(self) -> None:
        self.load()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self.formats and not self.writing:
            self.load()

    @job("load")
    async def load(self) -> None:
        house = self.house_app.house
        if self.recording is None:
            self.recording = await asyncio.to_thread(house.library.find, self.recording_id)
            self.formats = await asyncio.to_thread(house.summaries.formats)
            remembered = str(self.house_app.places.flag("summary-format"))
            self.format = remembered if remembered in self.formats else self.formats[0]
        if self.older is not None:
            await self.show()
            return
        view = await asyncio.to_thread(house.summaries.view, self.recording_id, self.format)
        if view.summary is None:
            self.regenerate()
            return
        self.view = view
        await self.show()

    # ------------------------------------------------------------ what is shown

    async def show(self) -> None:
        if self.text != self._shown:
            self._shown = self.text
            await self.query_one(Markdown).update(linked(self.text))
        self.show_title()
        self.note(*self.remarks())
        self.refresh_keys()

    def show_title(self, *first: str) -> None:
        summary, recording = self.older.summary if self.older else self.summary, self.recording
        name = Path(recording.path).name if recording else ""
        facts = [*first, self.format]
        if summary is not None and not first:
            own = ", with your words" if self.own_words else ""
            facts += [f"revision {summary.revision}", f"{writer_of(summary)}{own}", when(summary.created_at)]
        self.query_one(TitleBar).show(name, *facts, ink="accent")

    def remarks(self) -> list[str]:
        """What the owner should know about the text that is shown."""
        key = self.house_app.keymap.shown
        if self.older:
            return [f"An earlier version. {key('summary.restore')} goes back to it; the next format leaves it."]
        view = self.view
        if view is None or view.summary is None:
            return []
        told = []
        if view.stale:
            since = f" ({plain(view.changed)})" if view.changed else ""
            told.append(f"! Written before your last corrections{since}: {key('summary.regenerate')} writes it again.")
        if view.waiting:
            n = len(view.waiting)
            what = "A change of yours is about something that was" if n == 1 else f"{n} changes of yours are about what was"
            told.append(f"! {what} written anew since: {key('summary.decide')} decides.")
        if view.summary.note:
            told.append(f"! {plain(view.summary.note)}")
        if view.summary.struck:
            n = view.summary.struck
            said = "sentence of the model was" if n == 1 else "sentences of the model were"
            told.append(f"{n} {said} struck: the facts do not bear them out.")
        return told

    def note(self, *said: str) -> None:
        line = self.query_one("#stale", Static)
        line.update(Content("\n".join(said)))
        line.set_class(bool(said), "-shown")

    # ------------------------------------------------------------ writing

    def unavailable(self, name: str) -> str:
        if self.writing and name in WAITS:
            return "It is being written: one moment."
        if name in NEEDS_TEXT and not self.text:
            return "Nothing is written yet."
        if name == "text" and self.older:
            return "This is an earlier version: go back to it first."
        if name == "decide" and not (self.view and self.view.waiting and not self.older):
            return "None of your changes waits for a decision."
        if name == "restore" and not self.older:
            return "This is the newest version."
        return ""

    def do_regenerate(self) -> None:
        self.older = None
        self.regenerate()

    @job("write")
    async def regenerate(self) -> None:
        """Write it anew, showing the text as it comes."""
        house = self.house_app.house.summaries
        self.writing = True
        self.note()
        self.show_title("writing …")
        try:
            async with self.query_one(LiveMarkdown).writing() as take:
                await asyncio.to_thread(house.regenerate, self.recording_id, self.format, take)
        finally:
            self.writing = False
        self._shown = ""  # what was streamed has no links: show it whole
        self.view = await asyncio.to_thread(house.view, self.recording_id, self.format)
        await self.show()

    # ------------------------------------------------------------ the owner's own text

    def do_text(self) -> None:
        from escribano_tui.ui.screens.own_text import OwnTextScreen

        if self.view is not None and self.summary is not None:
            summary_id = self.summary.id
            screen = OwnTextScreen(f"The {self.format} in your words", self.view.markdown)
            self.app.push_screen(screen, lambda text: self.rewrite(summary_id, text) if text is not None else None)

    @job("write")
    async def rewrite(self, summary_id: int, text: str) -> None:
        rewrite = self.house_app.house.summaries.rewrite
        self.view = await asyncio.to_thread(rewrite, self.recording_id, self.format, summary_id, text)
        await self.show()

    def do_decide(self) -> None:
        from escribano_tui.ui.screens.own_text import DecideScreen

        if self.view is not None and self.view.waiting:
            change = self.view.waiting[0]
            screen = DecideScreen(self.view, change, len(self.view.waiting))
            self.app.push_screen(screen, lambda keep: self.decide(keep) if keep is not None else None)

    @job("write")
    async def decide(self, keep: bool) -> None:
        if self.view is not None and self.view.waiting:
            house, change = self.house_app.house.summaries, self.view.waiting[0]
            self.view = await asyncio.to_thread(house.decide, self.recording_id, self.format, change, keep)
            await self.show()

    # ------------------------------------------------------------ commands

    def do_format(self) -> None:
        if self.formats:
            self.format = self.formats[(self.formats.index(self.format) + 1) % len(self.formats)]
            self.house_app.places.set_flag("summary-format", self.format)
            self.view = self.older = None
            self.load()

    @job("ask")
    async def do_copy(self) -> None:
        text = self.text
        self.app.copy_to_clipboard(text)
        system = await asyncio.to_thread(clipboard.put, text)
        self.tell(
            "Copied as Markdown, to the system's clipboard too."
            if system
            else "Copied as Markdown, where the terminal lets the clipboard be written (OSC 52)."
        )

    def do_citations(self) -> None:
        found = citations(self.text)
        if not found:
            self.tell("Nothing is cited here.")
            return
        said = told_once(c.claim for c in found)
        items = [Item(c.t_s, claim, "", c.shown, ink="accent") for c, claim in zip(found, said, strict=True)]
        self.app.push_screen(PickScreen("Cited moments", items, hint="enter look at it   esc close"), self.look_at)

    def look_at(self, t_s: float | None) -> None:
        if t_s is not None:
            self.house_app.go_review(self.recording_id, t_s)

    @on(Markdown.LinkClicked)
    def link_clicked(self, event: Markdown.LinkClicked) -> None:
        event.stop()
        self.look_at(moment_of(event.href))

    @job("ask")
    async def do_versions(self) -> None:
        versions = await asyncio.to_thread(self.house_app.house.summaries.versions, self.recording_id, self.format)
        items = [Item(v, when(v.made_at), _about(v), f"revision {v.summary.revision}") for v in versions]
        self.app.push_screen(PickScreen(f"Versions of the {self.format}", items), partial(self.show_version, versions))

    def show_version(self, versions: list[SummaryVersion], version: SummaryVersion | None) -> None:
        if version is not None:
            self.older = version if version is not versions[0] else None
            self.load()

    @job("write")
    async def do_restore(self) -> None:
        if self.older is not None:
            self.view = await asyncio.to_thread(self.house_app.house.summaries.restore, self.recording_id, self.older)
            self.older = None
            await self.show()
            self.tell("This version is the newest one again.")

    @job("ask")
    async def do_changed(self) -> None:
        from escribano_tui.ui.screens.changed import ChangedScreen

        versions = await asyncio.to_thread(self.house_app.house.summaries.versions, self.recording_id, self.format)
        shown = next((k for k, v in enumerate(versions) if self.older and v == self.older), 0)
        if shown + 1 >= len(versions):
            self.tell("This is the first version.")
            return
        after, before = versions[shown : shown + 2]
        one, two = before.summary.revision, after.summary.revision
        said = f"From revision {one} to {two}." if one != two else f"At revision {one}, {when(after.made_at)}."
        self.app.push_screen(ChangedScreen(said, before.text, after.text))

    def do_review(self) -> None:
        self.house_app.go_review(self.recording_id)


def _about(version: SummaryVersion) -> str:
    n = len(version.own)
    own = "" if not n else ", with a change of yours" if n == 1 else f", with {n} changes of yours"
    return f"{writer_of(version.summary)}{own}"
