"""A screen that is one long page, moved through by the same keys everywhere."""

from __future__ import annotations

from textual.containers import VerticalScroll

from escribano_tui.ui.screens.base import CommandScreen


class PagedScreen(CommandScreen):
    """Has a VerticalScroll `#page`, and the commands down, up, page_down, page_up, first and last."""

    def page(self) -> VerticalScroll:
        return self.query_one("#page", VerticalScroll)

    def do_down(self) -> None:
        self.page().scroll_relative(y=2, animate=False)

    def do_up(self) -> None:
        self.page().scroll_relative(y=-2, animate=False)

    def do_page_down(self) -> None:
        self.page().scroll_page_down(animate=False)

    def do_page_up(self) -> None:
        self.page().scroll_page_up(animate=False)

    def do_first(self) -> None:
        self.page().scroll_home(animate=False)

    def do_last(self) -> None:
        self.page().scroll_end(animate=False)
