"""Markdown that is shown while it is written in another thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from markdown_it import MarkdownIt
from textual.widgets import Markdown

# Nothing in a text from outside becomes a link, a picture or HTML; citations are made links of by us, after it was escaped.
_OFF = ("linkify", "autolink", "image", "html_block", "html_inline", "reference")


def parser() -> MarkdownIt:
    """Markdown with tables; `normalize.py` is no address and `<b>` no HTML."""
    return MarkdownIt("gfm-like", {"linkify": False, "html": False}).disable(list(_OFF))


class LiveMarkdown(Markdown):
    """`writing()` gives a function for the writer's thread; what it is called with is shown as it comes."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(open_links=False, parser_factory=parser, id=id)
        self._chunks: list[str] = []
        self._came = asyncio.Event()
        self._ended = False

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Callable[[str], None]]:
        loop = asyncio.get_running_loop()
        self._chunks.clear()
        self._came.clear()
        self._ended = False
        streaming = asyncio.create_task(self._follow())

        def take(piece: str) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._take, piece)

        try:
            yield take
        finally:
            self._ended = True  # not cancelled: Markdown that is cut off while it mounts stays half empty
            self._came.set()
            await streaming

    def _take(self, piece: str) -> None:
        self._chunks.append(piece)
        self._came.set()

    async def _follow(self) -> None:
        await self._came.wait()
        if not self._chunks:
            return
        await self.update("")
        stream = Markdown.get_stream(self)
        try:
            while self._chunks or not self._ended:
                self._came.clear()
                piece, self._chunks[:] = "".join(self._chunks), []
                await stream.write(piece)
                if not self._ended:
                    await self._came.wait()
        finally:
            await stream.stop()
