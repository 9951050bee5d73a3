"""Themes as plain data: read from `*.toml`, checked, the bad ones named and skipped.

A theme file has a `title`, `dark = true|false`, a table `[colors]` with every name of COLORS and a table `[activities]`
with every activity. Colours are `#rrggbb`. The file's stem is the theme's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from escribano_tui.config.toml_file import read_toml
from escribano_tui.domain.activity import ACTIVITIES
from escribano_tui.domain.text import clean_line

GROUNDS: Final = ("background", "surface", "panel", "selection")
INKS: Final = ("foreground", "muted", "primary", "secondary", "accent", "success", "warning", "error")
COLORS: Final = (*GROUNDS, *INKS, "border")
AA: Final = 4.5  # WCAG 2.2, success criterion 1.4.3, for text of normal size
_HEX = re.compile(r"^#[0-9a-fA-F]{6}$")
_NAME = re.compile(r"^[a-z0-9][a-z0-9-]{0,39}$")


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by name. Text is written in any of INKS on any of GROUNDS, in an activity's colour on any of GROUNDS, and
    in `background` on any ink or activity."""

    name: str
    title: str
    dark: bool
    colors: Mapping[str, str]
    activities: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The themes that can be used, by name, and a sentence for each thing that is wrong with the files."""

    themes: Mapping[str, Theme]
    problems: tuple[str, ...] = ()


def load_themes(folders: Iterable[Path]) -> Shelf:
    """All themes of some folders; a later folder wins over an earlier one where names are equal."""
    themes: dict[str, Theme] = {}
    problems: list[str] = []
    for folder in folders:
        if not folder.is_dir():
            continue
        for path in sorted(folder.glob("*.toml")):
            try:
                theme = read_theme(path)
            except ValueError as error:
                problems.append(f"{clean_line(path.name)}: {error}; the theme is left out")
                continue
            themes[theme.name] = theme
            problems += [f"{path.name}: {weak}" for weak in weak_pairs(theme)]
    return Shelf(themes, tuple(problems))


def read_theme(path: Path) -> Theme:
    """One theme file. Raises ValueError that says in words what is wrong with it."""
    name = path.stem
    if not _NAME.match(name):
        raise ValueError("a theme's file name is made of a-z, 0-9 and -")
    data = read_toml(path)
    dark = data.get("dark")
    if not isinstance(dark, bool):
        raise ValueError("`dark` must be true or false")
    title = data.get("title", name)
    if not isinstance(title, str):
        raise ValueError("`title` must be text")
    unknown = sorted(set(data) - {"title", "dark", "colors", "activities"})
    if unknown:
        raise ValueError(f"`{clean_line(unknown[0], 40)}` is not known here")
    return Theme(
        name,
        clean_line(title, 40) or name,
        dark,
        _table(data.get("colors"), "colors", COLORS),
        _table(data.get("activities"), "activities", ACTIVITIES),
    )


def _table(value: object, where: str, names: tuple[str, ...]) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError(f"the table [{where}] is missing")
    for name in value:
        if name not in names:
            raise ValueError(f"[{where}] has `{clean_line(str(name), 40)}`, which is not known")
    for name in names:
        if name not in value:
            raise ValueError(f"[{where}] lacks `{name}`")
        if not isinstance(value[name], str) or not _HEX.match(value[name]):
            raise ValueError(f"[{where}] `{name}` must be a colour such as #1a2b3c")
    return {name: value[name].lower() for name in names}


# ---------------------------------------------------------------- contrast


def luminance(color: str) -> float:
    """Relative luminance of `#rrggbb`, 0..1 (WCAG 2.2, definition of relative luminance)."""
    channels = (int(color[k : k + 2], 16) / 255 for k in (1, 3, 5))
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1..21 (WCAG 2.2, definition of contrast ratio)."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def text_pairs(theme: Theme) -> Iterator[tuple[str, str, float]]:
    """(what is written, what it is written on, contrast) of every pair that the screens use."""
    inks = {name: theme.colors[name] for name in INKS} | dict(theme.activities)
    for name, ink in inks.items():
        for ground in GROUNDS:
            yield name, ground, contrast(ink, theme.colors[ground])
        if name not in ("foreground", "muted"):
            yield "background", name, contrast(theme.colors["background"], ink)


def weak_pairs(theme: Theme, least: float = AA) -> list[str]:
    """A sentence for each pair of text colours that is hard to read."""
    return [
        f"{ink} on {ground} has a contrast of {ratio:.1f}, readable is {least} or more"
        for ink, ground, ratio in text_pairs(theme)
        if ratio < least
    ]
