"""The app: it routes between screens and owns runs, nothing more."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, cast

from textual.app import App
from textual.binding import Binding
from textual.message import Message
from textual.screen import Screen

from escribano_tui.config.graphics import Graphics
from escribano_tui.config.keymap import Keymap, load_keymap
from escribano_tui.config.paths import Paths, data, shipped
from escribano_tui.config.places import Places
from escribano_tui.config.settings import AppSettings, load_settings
from escribano_tui.config.themes import Shelf, load_themes
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.text import clean_line
from escribano_tui.ports import House
from escribano_tui.ui.doors import DOORS
from escribano_tui.ui.jobs import job
from escribano_tui.ui.keys import as_textual_keymap, bindings_of
from escribano_tui.ui.lines import NoControls
from escribano_tui.ui.palette import Palette, as_textual
from escribano_tui.ui.pictures import Painter
from escribano_tui.ui.running import AppRuns
from escribano_tui.ui.runs import RunKeeper
from escribano_tui.ui.screens.base import CommandScreen, Painted
from escribano_tui.ui.screens.library import LibraryScreen
from escribano_tui.ui.sixteen import Readable
from escribano_tui.ui.words import many

if TYPE_CHECKING:
    from subprocess import Popen

    from textual.command import Provider
    from textual.filter import LineFilter

DEFAULT_THEME = "ink"


def house_commands() -> type[Provider]:
    """The palette's commands, imported when it is first opened."""
    from escribano_tui.ui.palette_commands import HouseCommands

    return HouseCommands


@dataclass(frozen=True, slots=True)
class Start:
    """What the app opens with: the library, a file to choose a profile for, or a recording at a moment."""

    path: Path | None = None
    recording_id: str = ""
    t_s: float | None = None


class RunsChanged(Message, bubble=False):
    """Some run has told something; many of these fold into one."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, RunsChanged)


class EscribanoApp(App[None], inherit_bindings=False):
    """`house` is all it works with; `paths` where the owner's themes and keys are and where places are kept."""

    CSS_PATH: ClassVar = ["app.tcss", "screens/library.tcss"]  # Textual loads none for the default screen
    TITLE = "escribano-tui"
    COMMANDS: ClassVar = {house_commands}
    BINDINGS: ClassVar = [*bindings_of("app"), Binding("ctrl+c", "how_to_quit", show=False, system=True)]

    def __init__(
        self, house: House, start: Start | None = None, paths: Paths | None = None, graphics: Graphics | None = None
    ) -> None:
        self.shelf: Shelf = load_themes([shipped("themes"), *([paths.own_themes] if paths else [])])
        self.keymap = load_keymap(paths.own_keys) if paths else Keymap()
        self.places = Places(paths.home / "places.json" if paths else None)
        remembered = str(self.places.flag("theme"))
        self.palette = Palette(self.shelf.themes.get(remembered) or self.shelf.themes[DEFAULT_THEME])
        super().__init__()
        self.house, self.paths = house, paths
        self.demo = data("demo.mp4")
        self.settings = load_settings(paths.own_settings)[0].app if paths else AppSettings()
        self._start = start or Start()
        self._guard = NoControls()
        self._sixteen = [Readable()] if self.console.color_system == "standard" else []
        self.sound: Popen[bytes] | None = None  # the player of a segment's sound
        self.painter = Painter(graphics or Graphics())
        self.searched = ""  # what was searched for last
        self.runs = AppRuns(self)
        for theme in self.shelf.themes.values():
            self.register_theme(as_textual(theme))
        self.theme = self.palette.theme.name
        self.set_keymap(as_textual_keymap(self.keymap))

    @property
    def keeper(self) -> RunKeeper:
        return self.runs.keeper

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self._guard, *self._sixteen]

    # ------------------------------------------------------------ start and end

    def get_default_screen(self) -> Screen[object]:
        return cast("Screen[object]", LibraryScreen())

    def spare_heap(self) -> None:
        """Take what is loaded now out of the collector's sight: a full collection would stop the screen for 0.1 s.

        It is still freed when nothing refers to it. Not in tests, where many apps come and go in one process.
        """
        if not self.is_headless:
            gc.freeze()

    def on_mount(self) -> None:
        self.call_after_refresh(self.spare_heap)
        for problem in (*self.shelf.problems, *self.keymap.problems):
            self.tell(problem, "warning", 12.0)
        if self._start.path is not None:
            self.add_files([str(self._start.path)])
        elif self._start.recording_id:
            self.go_review(self._start.recording_id, self._start.t_s)

    def stop_sound(self) -> bool:
        """End the player of a segment's sound; whether one was playing."""
        sound, self.sound = self.sound, None
        if sound is None or sound.poll() is not None:
            return False
        sound.terminate()
        return True

    @job("places")
    async def remember(self) -> None:
        """Write where things stand now: a terminal that is closed gives no time to."""
        await asyncio.to_thread(self.places.save)

    @job("quit")
    async def quit(self) -> None:
        """Cancel what runs, keep where things stood, remove what was deleted, and go."""
        self.stop_sound()
        await self.runs.cancel_all()
        for screen in self.screen_stack:
            if isinstance(screen, CommandScreen):
                screen.keep_place()
        try:
            await asyncio.to_thread(self.places.save)
            await asyncio.to_thread(self.house.library.purge)
        finally:
            self.exit()

    def action_do(self, name: str) -> None:
        """Run a command that works everywhere."""
        DOORS[name](self)

    def action_how_to_quit(self) -> None:
        self.tell(f"{self.keymap.shown('app.quit')} quits.")

    # ------------------------------------------------------------ telling

    def tell(self, sentence: str, severity: str = "information", timeout: float = 4.0) -> None:
        """A line in the corner; never markup."""
        level = cast("Literal['information', 'warning', 'error']", severity)
        self.notify(clean_line(sentence), severity=level, timeout=timeout, markup=False)

    def report(self, error: Exception) -> None:
        screen = next((s for s in reversed(self.screen_stack) if isinstance(s, CommandScreen)), None)
        if screen is not None:
            screen.report(error)

    def show_theme(self, name: str) -> None:
        self.palette = Palette(self.shelf.themes[name])
        self.theme = name
        for screen in self.screen_stack:
            if isinstance(screen, Painted):
                screen.restyle()

    # ------------------------------------------------------------ from screen to screen

    def leave(self, screen: CommandScreen) -> None:
        if len(self.screen_stack) > 1 and screen is self.screen:
            self.pop_screen()
        else:
            self.tell(f"{self.keymap.shown('app.quit')} quits.")

    def _go(self, screen: CommandScreen, recording_id: str) -> None:
        """Show a screen; a chooser makes way for what it led to, and a run that has ended for anything but its summary."""
        screen.recording_id = recording_id
        kept = self.keeper.of(recording_id)
        looking_on = screen.where == "summary" or (kept is not None and not kept.over and screen.where != "run")
        here = self.screen.where if isinstance(self.screen, CommandScreen) else ""
        if here == "chooser" or (here == "run" and not looking_on):
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def _back_to(self, where: str, recording_id: str) -> CommandScreen | None:
        """Go back to a screen that lies below, if it is there."""
        for k, screen in enumerate(self.screen_stack):
            if isinstance(screen, CommandScreen) and (screen.where, screen.recording_id) == (where, recording_id):
                for _ in self.screen_stack[k + 1 :]:
                    self.pop_screen()
                return screen
        return None

    def go_chooser(self, recording_id: str) -> None:
        from escribano_tui.ui.screens.chooser import ChooserScreen

        if not self._back_to("chooser", recording_id):
            self._go(ChooserScreen(recording_id), recording_id)

    def go_run(self, recording_id: str) -> None:
        from escribano_tui.ui.screens.run import RunScreen

        kept = self.keeper.of(recording_id)
        if kept is not None and not self._back_to("run", recording_id):
            self._go(RunScreen(kept), recording_id)

    def go_review(self, recording_id: str, t_s: float | None = None) -> None:
        from escribano_tui.ui.screens.review import ReviewScreen

        below = self._back_to("review", recording_id)
        if below is None:
            self._go(ReviewScreen(recording_id, t_s), recording_id)
        elif t_s is not None:
            cast(ReviewScreen, below).go_to_ms(round(t_s * 1000))

    def go_summary(self, recording_id: str) -> None:
        from escribano_tui.ui.screens.summary import SummaryScreen

        if not self._back_to("summary", recording_id):
            self._go(SummaryScreen(recording_id), recording_id)

    def go_search(self) -> None:
        from escribano_tui.ui.screens.search import SearchScreen

        self.push_screen(SearchScreen(self.searched))

    def go_rollup(self) -> None:
        from escribano_tui.ui.screens.rollup import RollUpScreen

        self.push_screen(RollUpScreen())

    def go_keeping(self) -> None:
        from escribano_tui.ui.screens.keeping import KeepingScreen

        self.push_screen(KeepingScreen())

    @job("add", exclusive=False)
    async def add_files(self, paths: list[str]) -> None:
        """Take files in; one alone is opened on the chooser."""
        added: list[Recording] = []
        for path in paths:
            try:
                added.append(await asyncio.to_thread(self.house.library.add, Path(path).expanduser().absolute()))
            except Exception as error:  # noqa: BLE001 - one bad file must not keep the others out
                self.report(error)
        for screen in self.screen_stack:
            if isinstance(screen, LibraryScreen) and added:
                screen.load(select=added[-1].id)
        if len(added) == 1 == len(paths):
            rows = await asyncio.to_thread(self.house.library.rows)
            drafted = any(r.id == added[0].id and r.segments for r in rows)
            (self.go_review if drafted and self._start.path is None else self.go_chooser)(added[0].id)
        elif added:
            self.tell(f"Added {many(len(added), 'recording')}.")

    # ------------------------------------------------------------ runs

    def poke(self) -> None:
        """From a worker thread: something was told. Once the app is closing nobody looks any more."""
        if self.is_running:
            self.post_message(RunsChanged())

    def on_runs_changed(self) -> None:
        self.runs.told()

    def write_to_terminal(self, control: str) -> None:
        """A bell or a notification; nothing where there is no terminal."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(control)
