"""A profile field by field: what each setting does, its bounds, and a check before it is taken."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Static

from escribano_tui.config.profile_file import base_of, save_profile, wrong_name
from escribano_tui.config.profiles import ProfileError, check_field
from escribano_tui.domain.profile import SECTIONS, Profile
from escribano_tui.ui.form import FORM_KEYS, Setting, parsed, settings_of, shown, value_of, with_value
from escribano_tui.ui.jobs import job
from escribano_tui.ui.lines import Line, plain
from escribano_tui.ui.widgets.boxkeys import BoxKeys
from escribano_tui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp


class ProfileScreen(ModalScreen[str | None]):
    """Gives back the name under which it was saved, or None."""

    CSS_PATH = "profile.tcss"
    BINDINGS: ClassVar = [*FORM_KEYS, Binding("s", "save", show=False)]

    def __init__(self, profile: Profile, path: Path) -> None:
        super().__init__()
        self.profile, self._before, self._path = profile, profile, path
        self._settings = settings_of(profile, SECTIONS)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="box"):
            yield Static(id="heading", markup=False)
            yield Rows(self.paint, id="rows")
            yield Static(id="about", markup=False)
            yield BoxKeys("enter change   ← → turn   r as it was   s save   esc close")

    def on_mount(self) -> None:
        self.query_one(Rows).set_count(len(self._settings), 0)
        self.show()

    def report(self, error: Exception) -> None:
        cast("EscribanoApp", self.app).report(error)

    @property
    def setting(self) -> Setting:
        return self._settings[self.query_one(Rows).cursor]

    def changed(self, setting: Setting) -> bool:
        return bool(value_of(self.profile, setting) != value_of(self._before, setting))

    def show(self) -> None:
        count = sum(self.changed(s) for s in self._settings)
        said = f"Profile {self.profile.name}" + (f": {count} changed, s saves" if count else "")
        self.query_one("#heading", Static).update(Content(plain(said)))
        s = self.setting
        facts = [f"{s.section}.{s.name}: {s.help}"]
        facts += [f"{s.bounds} {s.unit}".strip()] if s.bounds else []
        facts += [f"one of {', '.join(s.choices)}"] if s.choices else []
        self.query_one("#about", Static).update(Content("; ".join(facts)))
        self.query_one(Rows).refresh()

    def paint(self, index: int, line: int, width: int, here: bool) -> Strip:
        style = cast("EscribanoApp", self.app).palette.style
        s = self._settings[index]
        ground = "selection" if here else "surface"
        first = index == 0 or self._settings[index - 1].section != s.section
        out = Line().add("▸ " if here else "  ", style("accent", ground))
        out.fit(s.section if first else "", 12, style("primary", ground, bold=True))
        out.fit(s.label, 20, style("foreground", ground))
        mark = "* " if self.changed(s) else "  "
        value = shown(value_of(self.profile, s)) or "(none)"
        out.add(mark, style("warning", ground, bold=True))
        out.fit(
            f"{value} {s.unit}".strip(), max(0, width - out.width), style("accent" if self.changed(s) else "foreground", ground)
        )
        return out.strip(width, style("foreground", ground))

    # ------------------------------------------------------------ keys

    def take(self, value: object) -> None:
        self.profile = with_value(self.profile, self.setting, value)
        self.show()

    def action_edit(self) -> None:
        from escribano_tui.ui.screens.ask import AskScreen

        setting, before = self.setting, value_of(self.profile, self.setting)

        def check(text: str) -> str:
            try:
                wrong = check_field(setting.section, setting.name, parsed(text, before))
            except ValueError:
                wrong = "this should be yes or no." if isinstance(before, bool) else "this should be a number."
            return wrong[:1].upper() + wrong[1:]

        def answered(text: str | None) -> None:
            if text is not None:
                self.take(parsed(text, before))

        title = f"{setting.section}.{setting.name}: {setting.help}"
        self.app.push_screen(AskScreen(title, shown(before), known=setting.choices, check=check), answered)

    def action_turn(self, by: int) -> None:
        value = value_of(self.profile, self.setting)
        if isinstance(value, bool):
            self.take(not value)
        elif self.setting.choices:
            at = self.setting.choices.index(value)
            self.take(self.setting.choices[(at + by) % len(self.setting.choices)])
        else:
            self.action_edit()

    def action_reset(self) -> None:
        self.take(value_of(self._before, self.setting))

    def action_save(self) -> None:
        from escribano_tui.ui.screens.ask import AskScreen

        def answered(name: str | None) -> None:
            if name:
                self.save(name)

        title = "Save as: a name of its own makes a copy, the same name changes this profile"
        self.app.push_screen(AskScreen(title, self.profile.name, check=wrong_name), answered)

    @job("save")
    async def save(self, name: str) -> None:
        profile = replace(self.profile, name=name)
        try:
            await asyncio.to_thread(save_profile, self._path, profile, base_of(name))
        except ProfileError as error:
            cast("EscribanoApp", self.app).tell(str(error), "error", 8.0)
            return
        self.dismiss(name)

    def action_move(self, by: int) -> None:
        self.query_one(Rows).cursor += by

    @on(Rows.Moved)
    def moved(self) -> None:
        self.show()

    @on(Rows.Chosen)
    def clicked(self) -> None:
        self.action_edit()

    def action_close(self) -> None:
        if not any(self.changed(s) for s in self._settings):
            self.dismiss(None)
            return
        from escribano_tui.ui.screens.confirm import ConfirmScreen

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss(None)

        self.app.push_screen(ConfirmScreen("Leave without saving?", "What was changed here is lost.", "leave"), answered)
