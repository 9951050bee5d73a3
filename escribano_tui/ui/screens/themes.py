"""Choosing a theme: each is shown as one moves through the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from escribano_tui.ui.screens.pick import Item, PickScreen

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp


class ThemesScreen(PickScreen[str]):
    """Enter keeps what is shown, escape goes back to what was."""

    def __init__(self, app: EscribanoApp) -> None:
        themes = sorted(app.shelf.themes.values(), key=lambda t: (not t.dark, t.title))
        items = [Item(t.name, t.title, "dark" if t.dark else "light") for t in themes]
        self._before = app.palette.theme.name
        cursor = next(k for k, t in enumerate(themes) if t.name == self._before)
        super().__init__("Theme", items, cursor=cursor, moved=app.show_theme, hint="enter keep   esc as it was")

    def action_choose(self) -> None:
        app = cast("EscribanoApp", self.app)
        app.places.set_flag("theme", app.palette.theme.name)
        super().action_choose()

    def action_close(self) -> None:
        cast("EscribanoApp", self.app).show_theme(self._before)
        super().action_close()
