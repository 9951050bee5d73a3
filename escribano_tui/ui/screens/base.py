"""What the screens with commands share: keys and footer from the table, failures told in words."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol, cast, runtime_checkable

from textual.app import ComposeResult
from textual.screen import Screen

from escribano_tui.config.commands import BY_ID, commands_of
from escribano_tui.domain.recording import UnusableInput
from escribano_tui.domain.text import clean_line
from escribano_tui.ui.palette import Palette
from escribano_tui.ui.widgets.keybar import Hint, KeyBar, hints_of
from escribano_tui.ui.widgets.picture import refresh_pictures

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp
    from escribano_tui.ui.runs import Kept

# Failures whose message is a sentence for the user; of any other the log has more.
SPOKEN: tuple[type[Exception], ...] = (UnusableInput, LookupError, ValueError, OSError)
logger = logging.getLogger("escribano_tui.ui")


@runtime_checkable
class Painted(Protocol):
    """A screen that is painted in the colours of a theme, and can be painted anew in those of another."""

    def restyle(self) -> None: ...


class CommandScreen(Screen[None]):
    """A screen whose commands are those of `where`; `do('split')` runs `do_split`."""

    where: ClassVar[str] = ""
    recording_id = ""
    leaves_by: ClassVar[str] = "app.back"

    @property
    def house_app(self) -> EscribanoApp:
        return cast("EscribanoApp", self.app)

    @property
    def palette(self) -> Palette:
        return self.house_app.palette

    def on_screen_resume(self) -> None:
        self.fit_size()
        refresh_pictures(self)

    def on_screen_suspend(self) -> None:
        refresh_pictures(self)

    def on_resize(self) -> None:
        self.fit_size()

    def fit_size(self) -> None:
        """Classes for the room there is. Textual's own breakpoints miss a change while another screen lies on top."""
        width, height = self.app.size
        wide = "-broad" if width >= 150 else "-wide" if width >= 100 else "-narrow"
        tall = "-tall" if height >= 30 else "-low" if height >= 16 else "-flat"
        for name in ("-broad", "-wide", "-narrow", "-tall", "-low", "-flat"):
            self.set_class(name in (wide, tall), name)

    def keybar(self) -> ComposeResult:
        yield KeyBar(self.hints, lambda: self.palette, self.all_hints, id="keybar")

    def hints(self) -> Sequence[Hint]:
        """What the footer offers now."""
        commands = [c for c in commands_of(self.where) if not self.unavailable(c.name)]
        return hints_of([*commands, BY_ID[self.leaves_by], BY_ID["app.help"]], self.house_app.keymap)

    def all_hints(self) -> dict[str, list[Hint]]:
        """What the footer offers when it is turned over: every command, by its part."""
        keymap = self.house_app.keymap
        commands = commands_of(self.where)
        parts = {
            part or "Keys": hints_of([c for c in commands if c.part == part], keymap, every=True)
            for part in dict.fromkeys(c.part for c in commands)
        }
        return {**parts, "Everywhere": hints_of(commands_of("app"), keymap, every=True)}

    def unavailable(self, name: str) -> str:
        """Why a command cannot be used now, or the empty string."""
        return ""

    def action_do(self, name: str) -> None:
        """Run a command of this screen, or one of those that work everywhere."""
        if BY_ID.get(f"{self.where}.{name}") is None:
            self.house_app.action_do(name)
            return
        why = self.unavailable(name)
        if why:
            self.tell(why, "warning")
        else:
            self.run_command(name)

    def run_command(self, name: str) -> None:
        getattr(self, "do_" + name.replace("-", "_"))()

    def do_back(self) -> None:
        """What escape does."""
        self.house_app.leave(self)

    def tell(self, sentence: str, severity: str = "information", timeout: float = 4.0) -> None:
        self.house_app.tell(sentence, severity, timeout)

    def report(self, error: Exception) -> None:
        """Say what went wrong; a failure that nobody foresaw goes to the log in full."""
        if isinstance(error, SPOKEN) or type(error).__module__.startswith("escribano_tui."):
            said = str(error.args[0]) if isinstance(error, LookupError) and error.args else str(error)
            self.tell(clean_line(said) or type(error).__name__, "error", 8.0)
        else:
            logger.error("%s failed", type(self).__name__, exc_info=error)
            self.tell(f"That did not work: {type(error).__name__}. The log says more (see the doctor).", "error", 8.0)

    def runs_changed(self, changed: Sequence[Kept]) -> None:
        """Some runs have told something."""

    def keep_place(self) -> None:
        """Remember where things stand; the app is closing."""

    def refresh_keys(self) -> None:
        self.query_one("#keybar", KeyBar).refresh()

    def restyle(self) -> None:
        """The theme has changed: paint everything anew."""
        self.refresh(layout=True)
        for widget in self.query("*"):
            widget.refresh()
