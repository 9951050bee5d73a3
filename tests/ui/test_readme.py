"""What the README says of keys and themes is so, and its pictures are there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from escribano_tui.config.commands import WHERE
from escribano_tui.config.keymap import check_keymap
from tests.ui.make_pictures import slim

README = Path(__file__).parents[2] / "README.md"
TEXT = README.read_text("utf-8")


def test_the_example_of_own_keys_serves() -> None:
    example = re.search(r"## Your own keys.*?```toml\n(.*?)```", TEXT, re.DOTALL)
    assert example is not None
    keymap = check_keymap(tomllib.loads(example.group(1)))
    assert keymap.problems == ()
    assert keymap.of("review.split") == ("v",)
    assert keymap.of("review.accept") == ("space", "ctrl+y")
    for place in WHERE:
        assert f"`{'everywhere' if place == 'app' else place}`" in TEXT


def test_every_link_within_the_project_leads_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", TEXT) if "://" not in link]
    assert {"tests/ui/pictures/review.svg", "tests/ui/pictures/run.svg", "tests/ui/pictures/summary.svg"} <= set(links)
    for link in links:
        assert (README.parent / link).exists(), link


def test_the_pictures_fetch_nothing_and_name_no_machine() -> None:
    for picture in (Path(__file__).parent / "pictures").glob("*.svg"):
        text = picture.read_text("utf-8")
        assert "url(" not in text.replace("url(#", ""), "no font from elsewhere"
        assert str(Path.home()) not in text
        assert len(text) < 150_000


def test_a_slimmed_picture_keeps_what_stands_in_it() -> None:
    cell = '<text class="terminal-12-r1" x="12.2" y="20" textLength="61" clip-path="url(#terminal-12-line-0)">{}</text>'
    svg = f"<style>@font-face {{\n src: url('https://fonts.example/x')\n}}</style>{cell.format('&#160;a&lt;b&#160;')}{cell.format('&#160;')}"
    assert slim(svg) == '<style></style><text class="t-r1" x="24.4" y="20" textLength="36.6">a&lt;b</text>'
