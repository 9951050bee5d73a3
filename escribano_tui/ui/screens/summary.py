"""The summary: what was written from the facts, in one of its formats, and written again from what was corrected."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

from markdown_it import MarkdownIt
from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Markdown, Static

from escribano_tui.domain.recording import Recording
from escribano_tui.domain.summary import Summary
from escribano_tui.ui.citations import citations, linked, moment_of
from escribano_tui.ui.jobs import job
from escribano_tui.ui.keys import bindings_of
from escribano_tui.ui.lines import plain
from escribano_tui.ui.screens.base import CommandScreen
from escribano_tui.ui.screens.pick import Item, PickScreen
from escribano_tui.ui.widgets.titlebar import TitleBar
from escribano_tui.ui.words import when

ENDINGS = {"truth": "truth.json"}
NEEDS_TEXT = {"citations", "copy", "changed", "versions"}


class SummaryScreen(CommandScreen):
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
        self.summary: Summary | None = None
        self.older: Summary | None = None  # an earlier version that was asked for
        self.writing = False
        self._chunks: list[str] = []
        self._came = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield TitleBar(lambda: self.palette, id="title")
        yield Static(id="stale", markup=False)
        with VerticalScroll(id="page", can_focus=False):
            yield Markdown(open_links=False, parser_factory=parser, id="text")
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
            await self.show(self.older)
            self.note("An earlier version; nothing changes it. The next format, or writing again, leaves it.")
            return
        view = await asyncio.to_thread(house.summaries.view, self.recording_id, self.format)
        if view.summary is None:
            self.regenerate()
            return
        self.say_stale(view.changed if view.stale else "", view.stale)
        await self.show(view.summary)

    # ------------------------------------------------------------ what is shown

    async def show(self, summary: Summary) -> None:
        same = self.summary is not None and self.summary.markdown == summary.markdown
        self.summary = summary
        if not same:
            await self.query_one(Markdown).update(linked(summary.markdown))
        self.show_title()
        self.refresh_keys()

    def show_title(self, *first: str) -> None:
        summary, recording = self.summary, self.recording
        name = Path(recording.path).name if recording else ""
        facts = [*first, self.format]
        if summary is not None and not first:
            writer = " ".join(filter(None, (summary.writer, summary.model)))
            facts += [f"revision {summary.revision}", f"by {writer}", when(summary.created_at)]
        self.query_one(TitleBar).show(name, *facts, ink="accent")

    def say_stale(self, changed: str, stale: bool) -> None:
        key = self.house_app.keymap.shown("summary.regenerate")
        said = f"! Written before your last corrections{f' ({plain(changed)})' if changed else ''}: {key} writes it again."
        self.note(said if stale else "")

    def note(self, said: str) -> None:
        line = self.query_one("#stale", Static)
        line.update(Content(said))
        line.set_class(bool(said), "-shown")

    # ------------------------------------------------------------ writing

    def unavailable(self, name: str) -> str:
        if self.writing and name in ("regenerate", "format", "versions"):
            return "It is being written: one moment."
        if name in NEEDS_TEXT and self.summary is None:
            return "Nothing is written yet."
        return ""

    def do_regenerate(self) -> None:
        self.older = None
        self.regenerate()

    @job("write")
    async def regenerate(self) -> None:
        """Write it anew, showing the text as it comes."""
        self.writing = True
        self.note("")
        self.show_title("writing …")
        text = self.query_one(Markdown)
        self._chunks.clear()
        streaming = asyncio.create_task(self._stream(text))
        try:
            made = await asyncio.to_thread(
                self.house_app.house.summaries.regenerate, self.recording_id, self.format, self._taker()
            )
        finally:
            self.writing = False
            streaming.cancel()
            await asyncio.gather(streaming, return_exceptions=True)
        self.summary = None  # what was streamed has no links: show it whole
        await self.show(made)
        if made.note:
            self.note(f"! {plain(made.note)}")

    def _taker(self) -> Callable[[str], None]:
        """What the writer's thread calls with each piece of text."""
        loop = asyncio.get_running_loop()

        def take(piece: str) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._take, piece)

        return take

    def _take(self, piece: str) -> None:
        self._chunks.append(piece)
        self._came.set()

    async def _stream(self, text: Markdown) -> None:
        await self._came.wait()
        await text.update("")
        stream = Markdown.get_stream(text)
        try:
            while True:
                self._came.clear()
                piece, self._chunks[:] = "".join(self._chunks), []
                await stream.write(piece)
                await self._came.wait()
        finally:
            await stream.stop()

    # ------------------------------------------------------------ commands

    def do_format(self) -> None:
        if self.formats:
            self.format = self.formats[(self.formats.index(self.format) + 1) % len(self.formats)]
            self.house_app.places.set_flag("summary-format", self.format)
            self.summary = self.older = None
            self.load()

    def do_copy(self) -> None:
        if self.summary is not None:
            self.app.copy_to_clipboard(self.summary.markdown)
            self.tell("Copied as Markdown, where the terminal lets the clipboard be written (OSC 52).")

    def do_citations(self) -> None:
        found = citations(self.summary.markdown) if self.summary else []
        if not found:
            self.tell("Nothing is cited here.")
            return
        items = [Item(c.t_s, c.claim, "", c.shown, ink="accent") for c in found]
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
        items = [Item(v, when(v.created_at), f"by {v.writer}", f"revision {v.revision}") for v in versions]
        self.app.push_screen(PickScreen(f"Versions of the {self.format}", items), partial(self.show_version, versions))

    def show_version(self, versions: list[Summary], version: Summary | None) -> None:
        if version is not None:
            self.older = version if version.id != versions[0].id else None
            self.load()

    @job("ask")
    async def do_changed(self) -> None:
        from escribano_tui.ui.screens.changed import ChangedScreen

        versions = await asyncio.to_thread(self.house_app.house.summaries.versions, self.recording_id, self.format)
        if len(versions) < 2:
            self.tell("This is the first version.")
            return
        self.app.push_screen(ChangedScreen(versions[1], versions[0]))

    def do_export(self) -> None:
        items = [Item(f, f) for f in self.house_app.house.exports.formats()]
        self.app.push_screen(PickScreen("Export the session as", items), self.ask_where)

    def ask_where(self, format: str | None) -> None:
        from escribano_tui.ui.screens.ask import AskScreen

        if format is None or self.recording is None:
            return
        stem = Path(self.recording.path).stem
        proposed = str(Path.cwd() / f"{stem}.{ENDINGS.get(format, format)}")
        self.app.push_screen(
            AskScreen(f"Write {format} to", proposed, check=writable), lambda path: self.export(format, path) if path else None
        )

    @job("ask")
    async def export(self, format: str, path: str, over: bool = False) -> None:
        from escribano_tui.ui.screens.confirm import ConfirmScreen

        target = Path(path).expanduser()
        if not over and await asyncio.to_thread(target.exists):
            self.app.push_screen(
                ConfirmScreen(f"Write over {target.name}?", str(target), "write over it"),
                lambda yes: self.export(format, path, True) if yes else None,
            )
            return
        text = await asyncio.to_thread(self.house_app.house.exports.export, self.recording_id, format)
        await asyncio.to_thread(target.write_text, text, "utf-8")
        self.tell(f"Wrote {target}")

    def do_review(self) -> None:
        self.house_app.go_review(self.recording_id)

    def page(self) -> VerticalScroll:
        return self.query_one("#page", VerticalScroll)

    def do_down(self) -> None:
        self.page().scroll_relative(y=2, animate=False)

    def do_up(self) -> None:
        self.page().scroll_relative(y=-2, animate=False)

    def do_page_down(self) -> None:
        self.page().scroll_page_down(animate=False)

    def do_page_up(self) -> None:
        self.page().scroll_page_up(animate=False)

    def do_first(self) -> None:
        self.page().scroll_home(animate=False)

    def do_last(self) -> None:
        self.page().scroll_end(animate=False)


def parser() -> MarkdownIt:
    """Markdown with tables; `normalize.py` is no address and `<b>` no HTML."""
    return MarkdownIt("gfm-like", {"linkify": False, "html": False}).disable("linkify")


def writable(text: str) -> str:
    """What is wrong with a path to write to, or the empty string."""
    path = Path(text).expanduser()
    if not text or path.is_dir():
        return "A file name is needed."
    return "" if path.parent.is_dir() else f"There is no folder {plain(str(path.parent))}."
