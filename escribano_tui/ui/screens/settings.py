"""Settings of the program, made from what they say of themselves; and the doors to themes, keys and profiles."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Static

from escribano_tui.config.paths import Paths
from escribano_tui.config.settings import SECTIONS, Settings, check_setting, load_settings, save_settings
from escribano_tui.ui.form import FORM_KEYS, Setting, parsed, settings_of, shown, value_of, with_value
from escribano_tui.ui.jobs import job
from escribano_tui.ui.lines import Line, plain
from escribano_tui.ui.widgets.boxkeys import BoxKeys
from escribano_tui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp


@dataclass(frozen=True, slots=True)
class Door:
    """A line that leads elsewhere, or only says where something is."""

    section: str
    name: str
    value: Callable[[], str]
    help: str
    open: Callable[[], None] | None = None


class SettingsScreen(ModalScreen[None]):
    """Every change is checked and kept at once."""

    CSS_PATH = "settings.tcss"
    BINDINGS: ClassVar = [*FORM_KEYS]

    def __init__(self, paths: Paths) -> None:
        super().__init__()
        self._paths = paths
        self.settings, self.problems = load_settings(paths.own_settings)
        self.profiles: list[str] = []
        self._rows: list[Setting | Door] = [*settings_of(self.settings, SECTIONS), *self._doors()]

    @property
    def house_app(self) -> EscribanoApp:
        return cast("EscribanoApp", self.app)

    def _doors(self) -> list[Door]:
        paths = self._paths
        looks = "with a preview; your own stand in the folder " + str(paths.own_themes)
        keys = f"every command by its id in {paths.own_keys}; the help lists ids and keys"
        profile = "every setting of a run: sampling, backends, what is never looked at (exclude), summaries"
        return [
            Door("looks", "theme", lambda: self.house_app.palette.theme.title, looks, self.open_themes),
            Door("looks", "keys", self.keys_told, keys, lambda: self.house_app.action_do("help")),
            Door("runs", "profiles", lambda: ", ".join(self.profiles), profile, self.open_profile),
            Door("folders", "state", lambda: str(paths.home), "the library, pictures and logs; ESCRIBANO_HOME names another"),
            Door("folders", "models", lambda: str(paths.models), "weights that were fetched"),
            Door("folders", "settings", lambda: str(paths.config), "your files; ESCRIBANO_CONFIG_DIR names another"),
        ]

    def keys_told(self) -> str:
        problems = self.house_app.keymap.problems
        if problems:
            return f"{len(problems)} to mend: {problems[0]}"
        return "yours" if self._paths.own_keys.exists() else "as shipped"

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="box"):
            yield Static(Content("Settings"), id="heading", markup=False)
            yield Rows(self.paint, id="rows")
            yield Static(id="about", markup=False)
            yield BoxKeys("enter change   ← → turn   r as shipped   esc close")

    def on_mount(self) -> None:
        for problem in self.problems:
            self.house_app.tell(problem, "warning", 12.0)
        self.query_one(Rows).set_count(len(self._rows), 0)
        self.show()
        self.load()

    def report(self, error: Exception) -> None:
        self.house_app.report(error)

    @job("load")
    async def load(self) -> None:
        self.profiles = [p.name for p in await asyncio.to_thread(self.house_app.house.runs.profiles)]
        self.show()

    # ------------------------------------------------------------ what is shown

    @property
    def row(self) -> Setting | Door:
        return self._rows[self.query_one(Rows).cursor]

    def show(self) -> None:
        row = self.row
        facts = [row.help]
        if isinstance(row, Setting):
            facts = [f"{row.section}.{row.name}: {row.help}"]
            facts += [f"{row.bounds} {row.unit}".strip()] if row.bounds else []
        self.query_one("#about", Static).update(Content(plain("; ".join(facts))))
        self.query_one(Rows).refresh()

    def changed(self, row: Setting | Door) -> bool:
        return isinstance(row, Setting) and bool(value_of(self.settings, row) != value_of(Settings(), row))

    def paint(self, index: int, line: int, width: int, here: bool) -> Strip:
        style = self.house_app.palette.style
        row = self._rows[index]
        ground = "selection" if here else "surface"
        first = index == 0 or self._rows[index - 1].section != row.section
        out = Line().add("▸ " if here else "  ", style("accent", ground))
        out.fit(row.section if first else "", 10, style("primary", ground, bold=True))
        out.fit(row.label if isinstance(row, Setting) else row.name, 14, style("foreground", ground))
        out.add("* " if self.changed(row) else "  ", style("warning", ground, bold=True))
        if isinstance(row, Setting):
            value = f"{shown(value_of(self.settings, row))} {row.unit}".strip()
            ink = "accent" if self.changed(row) else "foreground"
        else:
            value, ink = plain(row.value()) + (" …" if row.open else ""), "foreground" if row.open else "muted"
        return out.fit(value, max(0, width - out.width), style(ink, ground)).strip(width, style("foreground", ground))

    # ------------------------------------------------------------ keys

    def take(self, setting: Setting, value: object) -> None:
        wrong = check_setting(setting.section, setting.name, value)
        if wrong:
            self.house_app.tell(f"{setting.name}: {wrong}", "warning")
            return
        self.settings = with_value(self.settings, setting, value)
        self.show()
        self.save(self.settings)

    @job("save")
    async def save(self, settings: Settings) -> None:
        await asyncio.to_thread(save_settings, self._paths.own_settings, settings)
        self.house_app.settings = settings.app
        self.query_one("#heading", Static).update(Content("Settings: kept; what models may take holds from the next start"))

    def action_edit(self) -> None:
        row = self.row
        if isinstance(row, Door):
            if row.open is not None:
                row.open()
            return
        before = value_of(self.settings, row)
        if isinstance(before, bool):
            self.take(row, not before)
        else:
            self.ask(row, before)

    def ask(self, setting: Setting, before: object) -> None:
        from escribano_tui.ui.screens.ask import AskScreen

        def check(text: str) -> str:
            try:
                wrong = check_setting(setting.section, setting.name, parsed(text, before))
            except ValueError:
                wrong = "this should be a number."
            return wrong[:1].upper() + wrong[1:]

        def answered(text: str | None) -> None:
            if text is not None:
                self.take(setting, parsed(text, before))

        known = self.profiles if (setting.section, setting.name) == ("app", "profile") else []
        self.app.push_screen(AskScreen(f"{setting.name}: {setting.help}", shown(before), known=known, check=check), answered)

    def action_turn(self, by: int) -> None:
        row = self.row
        if isinstance(row, Setting) and (row.section, row.name) == ("app", "profile") and self.profiles:
            now = value_of(self.settings, row)
            at = self.profiles.index(now) if now in self.profiles else -1
            self.take(row, self.profiles[(at + by) % len(self.profiles)])
        else:
            self.action_edit()

    def action_reset(self) -> None:
        if isinstance(self.row, Setting):
            self.take(self.row, value_of(Settings(), self.row))

    def open_themes(self) -> None:
        from escribano_tui.ui.screens.themes import ThemesScreen

        self.app.push_screen(ThemesScreen(self.house_app), lambda _: self.show())

    @job("profile")
    async def open_profile(self) -> None:
        from escribano_tui.ui.screens.profile import ProfileScreen

        profiles = await asyncio.to_thread(self.house_app.house.runs.profiles)
        profile = next((p for p in profiles if p.name == self.settings.app.profile), profiles[0])
        self.app.push_screen(ProfileScreen(profile, self._paths.own_profiles), lambda _: self.load())

    def action_move(self, by: int) -> None:
        self.query_one(Rows).cursor += by

    @on(Rows.Moved)
    def moved(self) -> None:
        self.show()

    @on(Rows.Chosen)
    def clicked(self) -> None:
        self.action_edit()

    def action_close(self) -> None:
        self.dismiss(None)
