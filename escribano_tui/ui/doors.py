"""The commands that work on every screen: what each opens. Screens are imported when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from escribano_tui.domain.text import clean_line
from escribano_tui.ui.screens.base import CommandScreen

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp


def back(app: EscribanoApp) -> None:
    if isinstance(app.screen, CommandScreen):
        app.screen.do_back()


def open_help(app: EscribanoApp) -> None:
    from escribano_tui.ui.screens.help import HelpScreen

    app.push_screen(HelpScreen(app.screen.where if isinstance(app.screen, CommandScreen) else "", app.keymap))


def open_themes(app: EscribanoApp) -> None:
    from escribano_tui.ui.screens.themes import ThemesScreen

    app.push_screen(ThemesScreen(app))


def open_doctor(app: EscribanoApp) -> None:
    from escribano_tui.ui.screens.doctor import DoctorScreen

    app.push_screen(DoctorScreen())


def open_rules(app: EscribanoApp) -> None:
    from escribano_tui.ui.screens.rules import RulesScreen

    app.push_screen(RulesScreen())


def open_queue(app: EscribanoApp) -> None:
    from escribano_tui.ui.screens.queue import QueueScreen

    app.push_screen(QueueScreen(), lambda recording_id: app.go_run(recording_id) if recording_id else None)


def open_settings(app: EscribanoApp) -> None:
    from escribano_tui.ui.screens.settings import SettingsScreen

    if app.paths is None:
        app.tell("There is no folder for settings here.")
    else:
        app.push_screen(SettingsScreen(app.paths))


def leave(app: EscribanoApp) -> None:
    """Quit; while a run is under way only after a question."""
    if not app.keeper.active:
        app.quit()
        return
    from escribano_tui.ui.screens.confirm import ConfirmScreen

    name = clean_line(Path(app.keeper.active[0].recording.path).name)
    detail = "What is finished stays; the next run goes on from there."

    def answered(yes: bool | None) -> None:
        if yes:
            app.quit()

    app.push_screen(ConfirmScreen(f"Cancel the run of “{name}” and quit?", detail, "quit"), answered)


DOORS: dict[str, Callable[[EscribanoApp], None]] = {
    "palette": lambda app: app.action_command_palette(),
    "back": back,
    "help": open_help,
    "themes": open_themes,
    "doctor": open_doctor,
    "rules": open_rules,
    "queue": open_queue,
    "settings": open_settings,
    "quit": leave,
}
