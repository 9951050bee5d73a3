"""Writing a session to a file: which format, where to, and a question before something is written over."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from escribano_tui.ui.jobs import job
from escribano_tui.ui.lines import plain
from escribano_tui.ui.screens.ask import AskScreen
from escribano_tui.ui.screens.confirm import ConfirmScreen
from escribano_tui.ui.screens.pick import Item, PickScreen

if TYPE_CHECKING:
    from escribano_tui.domain.recording import Recording
    from escribano_tui.ui.screens.base import CommandScreen as _Base
else:
    _Base = object

ENDINGS = {"truth": "truth.json"}
MEANT = {
    "json": "everything, for programs",
    "md": "Markdown: the summary, the segments, what was said",
    "srt": "subtitles of what was said",
    "vtt": "subtitles for web pages, with voices",
    "csv": "a row for each segment, for spreadsheets",
    "html": "one page with pictures, to read or print",
    "truth": "what you corrected, to measure other runs against",
}


class Exporting(_Base):
    """The command `export` of a screen that shows a recording."""

    recording: Recording | None

    def do_export(self) -> None:
        items = [Item(f, f, MEANT.get(f, "")) for f in self.house_app.house.exports.formats()]
        self.app.push_screen(PickScreen("Export the session as", items), self.ask_where)

    def ask_where(self, format: str | None) -> None:
        if format is None or self.recording is None:
            return
        stem = Path(self.recording.path).stem
        proposed = str(Path.cwd() / f"{stem}.{ENDINGS.get(format, format)}")
        self.app.push_screen(
            AskScreen(f"Write {format} to", proposed, check=writable), lambda path: self.export(format, path) if path else None
        )

    @job("ask")
    async def export(self, format: str, path: str, over: bool = False) -> None:
        target = Path(path).expanduser()
        if not over and await asyncio.to_thread(target.exists):
            self.app.push_screen(
                ConfirmScreen(f"Write over {target.name}?", str(target), "write over it"),
                lambda yes: self.export(format, path, True) if yes else None,
            )
            return
        await asyncio.to_thread(self.house_app.house.exports.write, self.recording_id, format, target)
        self.tell(f"Wrote {target}")


def writable(text: str) -> str:
    """What is wrong with a path to write to, or the empty string."""
    path = Path(text).expanduser()
    if not text or path.is_dir():
        return "A file name is needed."
    return "" if path.parent.is_dir() else f"There is no folder {plain(str(path.parent))}."
