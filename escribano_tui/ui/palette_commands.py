"""The command palette: every command of the screen below it, then those that work everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.markup import escape

from escribano_tui.config.commands import commands_of
from escribano_tui.ui.screens.base import CommandScreen

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp

Entry = tuple[str, str, Callable[[], None]]  # title, help, what it does


class HouseCommands(Provider):
    """Feeds the palette from the table of commands; nothing is read as markup."""

    def _entries(self) -> Iterator[Entry]:
        app, screen = cast("EscribanoApp", self.app), self.screen
        if isinstance(screen, CommandScreen):
            for command in commands_of(screen.where):
                told = screen.unavailable(command.name) or f"{screen.where}: {command.label}"
                yield self._title(app, command.help, command.id), told, partial(screen.action_do, command.name)
        for command in commands_of("app"):
            if command.name not in ("palette", "back"):
                yield (
                    self._title(app, command.help, command.id),
                    f"everywhere: {command.label}",
                    partial(app.action_do, command.name),
                )

    def _title(self, app: EscribanoApp, help: str, command_id: str) -> str:
        return f"{help}  ({app.keymap.shown(command_id)})"

    async def discover(self) -> Hits:
        for title, told, run in self._entries():
            yield DiscoveryHit(Content(title), run, text=title, help=escape(told))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for title, told, run in self._entries():
            score = max(matcher.match(title), matcher.match(told))
            if score > 0:
                yield Hit(score, matcher.highlight(title), run, text=title, help=escape(told))
