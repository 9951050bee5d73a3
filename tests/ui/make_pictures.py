"""The pictures of the README, made by the app itself: `python -m tests.ui.make_pictures [FOLDER]`.

The real app on the real house runs `quick` over the demo that ships with the package; nothing is staged but the date.
"""

from __future__ import annotations

import asyncio
import html
import os
import re
import sys
import tempfile
from pathlib import Path

from rich.cells import cell_len
from textual.pilot import Pilot

from escribano_tui.bootstrap import build_house, demo_recording
from escribano_tui.config.paths import Paths
from escribano_tui.terminal import quiet
from escribano_tui.ui.app import EscribanoApp
from escribano_tui.ui.screens.chooser import ChooserScreen
from escribano_tui.ui.screens.library import LibraryScreen
from escribano_tui.ui.screens.review import ReviewScreen
from escribano_tui.ui.screens.run import RunScreen
from escribano_tui.ui.screens.summary import SummaryScreen
from tests.ui.conftest import screen_text, settle, until

FOLDER = Path(__file__).with_name("pictures")
RECORDED = "2026-11-20T09:14:00+01:00"  # a demo's file says when it was installed
SIZE = (120, 40)
PATIENCE_S = 300.0
_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_CLIPS = re.compile(r'\s*<clipPath id="[^"]*-line-\d+">.*?</clipPath>', re.DOTALL)
_CLIPPED = re.compile(r' clip-path="url\(#[^"]*-line-\d+\)"')
_TEXT = re.compile(r'<text class="([^"]*)" x="([\d.]+)" y="([\d.]+)" textLength="([\d.]+)"[^>]*>([^<]*)</text>')
_LONG = re.compile(r"(\d+\.\d)\d{2,}")


def slim(svg: str) -> str:
    """The same picture, smaller: fonts by name only, no clip for each line, short ids, tenths of a pixel."""
    name = re.search(r"terminal-\d+", svg)
    svg = _LONG.sub(r"\1", _TEXT.sub(_trimmed, _CLIPPED.sub("", _CLIPS.sub("", _FONT_FACE.sub("", svg)))))
    svg = svg.replace(name.group(), "t") if name else svg
    svg = re.sub(r"font-family: Fira Code, monospace", "font-family: Fira Code, DejaVu Sans Mono, Menlo, monospace", svg)
    return re.sub(r"[ \t]*\n\s*", "\n", svg)


def _trimmed(found: re.Match[str]) -> str:
    """A text that begins at its first letter: some renderers drop blanks at the start and shift the rest."""
    kind, x, y, length, text = found.groups()
    letters = html.unescape(text)
    shown = letters.strip("\xa0 ")
    if not cell_len(shown):
        return ""
    cell = float(length) / cell_len(letters)
    at = float(x) + cell * (len(letters) - len(letters.lstrip("\xa0 ")))
    said = html.escape(shown, quote=False).replace("\xa0", "&#160;")
    return f'<text class="{kind}" x="{at:.1f}" y="{y}" textLength="{cell * cell_len(shown):.1f}">{said}</text>'


async def keep(pilot: Pilot[None], folder: Path, name: str) -> None:
    """Write what stands on the screen as a picture."""
    pilot.app.clear_notifications()
    await pilot.pause()
    svg = slim(pilot.app.export_screenshot(title="escribano-tui"))
    path = folder / f"{name}.svg"
    await asyncio.to_thread(path.write_text, svg, "utf-8")
    print(f"{path}: {len(svg) // 1000} kB")


async def take(app: EscribanoApp, folder: Path) -> None:
    house = app.house
    recording = await asyncio.to_thread(house.library.add, demo_recording())
    await asyncio.to_thread(house.library.set_started_at, recording.id, RECORDED)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        app.go_chooser(recording.id)
        await until(pilot, lambda: isinstance(app.screen, ChooserScreen) and "Nothing leaves" in screen_text(pilot), "plans")
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen), "the run")
        kept = app.keeper.of(recording.id)
        assert kept is not None
        await until(pilot, lambda: len(kept.state.draft) >= 4 or kept.over, "four segments", PATIENCE_S)
        await keep(pilot, folder, "run")
        await until(pilot, lambda: kept.over, "the end of the run", PATIENCE_S)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen) and app.screen.review is not None, "the review")
        await settle(pilot)
        for key in ("space", "space", "space", *["greater_than_sign"] * 3):
            await pilot.press(key)
            await settle(pilot)
        await until(pilot, lambda: "…" not in told(pilot), "the evidence")
        await settle(pilot)
        await keep(pilot, folder, "review")
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, SummaryScreen) and app.screen.summary is not None, "the summary")
        await settle(pilot)
        await pilot.press("r")
        await settle(pilot)
        await keep(pilot, folder, "summary")
        await pilot.press("escape", "escape")
        await until(pilot, lambda: isinstance(app.screen, LibraryScreen) and "to review" in screen_text(pilot), "the library")
        await settle(pilot)
        await keep(pilot, folder, "library")


def told(pilot: Pilot[None]) -> str:
    """Evidence that is still being fetched: a line `read …`."""
    return "\n".join(line for line in screen_text(pilot).splitlines() if " read " in line and line.rstrip().endswith("…"))


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")  # whatever the terminal is that this is run in
    with tempfile.TemporaryDirectory() as home:
        paths = Paths(Path(home) / "home", Path(home) / "config")
        house = build_house(paths)
        try:
            app = EscribanoApp(house, paths=paths)
            app.places.set_flag("review-guide", True)
            with quiet(paths.log):
                asyncio.run(take(app, folder))
        finally:
            house.close()


if __name__ == "__main__":
    main()
