"""A terminal of 16 colours: every text of every theme can be told from what it is written on."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from escribano_tui.config.themes import GROUNDS, INKS, contrast, read_theme
from escribano_tui.ui.palette import Palette
from escribano_tui.ui.sixteen import LEAST, Readable, _shown, readable

THEMES = sorted((Path(__file__).parents[2] / "themes").glob("*.toml"))


def shown(style: Style) -> float:
    assert style.color is not None
    assert style.bgcolor is not None
    return contrast(_shown(style.color), _shown(style.bgcolor))


@pytest.mark.parametrize("path", THEMES, ids=lambda path: path.stem)
def test_every_text_of_a_theme_stays_readable(path: Path) -> None:
    theme = read_theme(path)
    palette = Palette(theme)
    pairs = [(ink, ground) for ink in (*INKS, *theme.activities) for ground in GROUNDS]
    pairs += [("background", name) for name in theme.activities]
    assert all(shown(readable(palette.style(*pair))) >= LEAST for pair in pairs)
    assert any(shown(palette.style(*pair)) < LEAST for pair in pairs) or theme.name == "contrast", "something to mend"


def test_bars_and_frames_keep_their_colours() -> None:
    alike = Style(color="#fe7871", bgcolor="#2b3440")
    words, bar = Readable().apply([Segment("failed", alike), Segment("█░", alike)], Color(0, 0, 0))
    assert bar.style == alike
    assert words.style != alike
