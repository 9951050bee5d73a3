"""A theme as the widgets use it: styles by name, and the same as a theme of Textual's."""

from __future__ import annotations

from functools import cache

from rich.style import Style
from textual.theme import Theme as TextualTheme

from escribano_tui.config.themes import Theme


class Palette:
    """Styles of a theme. `ink` is a colour of the theme or an activity, `ground` what it is written on."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.style = cache(self._style)

    def color(self, name: str) -> str:
        """The `#rrggbb` of a colour or an activity."""
        return self.theme.colors.get(name) or self.theme.activities.get(name) or self.theme.colors["foreground"]

    def _style(
        self, ink: str = "foreground", ground: str = "background", bold: bool = False, underline: bool = False,
        italic: bool = False,
    ) -> Style:  # fmt: skip
        return Style(
            color=self.color(ink), bgcolor=self.color(ground), bold=bold or None, underline=underline or None,
            italic=italic or None,
        )  # fmt: skip


def as_textual(theme: Theme) -> TextualTheme:
    """The theme for Textual's own widgets; every text of theirs is one of the pairs that the theme was checked for."""
    c = theme.colors
    return TextualTheme(
        name=theme.name,
        primary=c["primary"],
        secondary=c["secondary"],
        accent=c["accent"],
        success=c["success"],
        warning=c["warning"],
        error=c["error"],
        foreground=c["foreground"],
        background=c["background"],
        surface=c["surface"],
        panel=c["panel"],
        dark=theme.dark,
        variables={
            **{f"activity-{name}": color for name, color in theme.activities.items()},
            "muted": c["muted"],
            "selection": c["selection"],
            "line": c["border"],
            "text": c["foreground"],
            "text-muted": c["muted"],
            "text-disabled": c["muted"],
            "text-primary": c["primary"],
            "text-secondary": c["secondary"],
            "text-accent": c["accent"],
            "text-success": c["success"],
            "text-warning": c["warning"],
            "text-error": c["error"],
            "foreground-muted": c["muted"],
            "foreground-disabled": c["muted"],
            "block-cursor-foreground": c["foreground"],
            "block-cursor-background": c["selection"],
            "block-cursor-blurred-foreground": c["foreground"],
            "block-cursor-blurred-background": c["selection"],
            "block-hover-background": c["panel"],
            "border": c["primary"],
            "border-blurred": c["border"],
            "surface-active": c["surface"],
            "scrollbar": c["border"],
            "scrollbar-hover": c["muted"],
            "scrollbar-active": c["primary"],
            "scrollbar-background": c["surface"],
            "scrollbar-background-hover": c["surface"],
            "scrollbar-background-active": c["surface"],
            "scrollbar-corner-color": c["surface"],
            "input-cursor-background": c["foreground"],
            "input-cursor-foreground": c["background"],
            "input-selection-background": c["primary"],
            "input-selection-foreground": c["background"],
            "link-color": c["primary"],
            "link-color-hover": c["background"],
            "link-background-hover": c["primary"],
            "markdown-h1-color": c["primary"],
            "markdown-h2-color": c["primary"],
            "markdown-h2-text-style": "bold",  # underlined it would look like a link
            "markdown-h3-color": c["accent"],
            "markdown-h4-color": c["foreground"],
            "markdown-h5-color": c["foreground"],
            "markdown-h6-color": c["muted"],
            "button-color-foreground": c["background"],
            "screen-selection-background": c["primary"],
            "screen-selection-foreground": c["background"],
        },
    )
