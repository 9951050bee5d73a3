"""Themes: the shipped ones are readable, bad files are named and skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from escribano_tui.config.paths import shipped
from escribano_tui.config.themes import AA, Theme, contrast, load_themes, luminance, read_theme, text_pairs, weak_pairs
from escribano_tui.domain.activity import ACTIVITIES

SHELF = load_themes([shipped("themes")])
INK = (shipped("themes") / "ink.toml").read_text()


def test_there_are_enough_of_every_kind_and_nothing_is_wrong_with_them() -> None:
    assert SHELF.problems == ()
    assert len(SHELF.themes) >= 6
    assert sum(not t.dark for t in SHELF.themes.values()) >= 2
    assert any(min(ratio for *_, ratio in text_pairs(t)) >= 7 for t in SHELF.themes.values()), "one of high contrast"


@pytest.mark.parametrize("theme", SHELF.themes.values(), ids=lambda t: t.name)
def test_every_text_pair_meets_wcag_aa(theme: Theme) -> None:
    assert weak_pairs(theme, AA) == []
    assert len(set(theme.activities.values())) == len(ACTIVITIES), "no two activities share a colour"
    assert (luminance(theme.colors["background"]) < luminance(theme.colors["foreground"])) is theme.dark


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # the best known grey that just fails


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "`dark` must be true or false"),
        ("dark = [", "it is not TOML"),
        ("dark = true\n", "the table [colors] is missing"),
        (INK.replace('muted = "', 'muted = "x'), "`muted` must be a colour"),
        (INK.replace("border", "boarder"), "`boarder`, which is not known"),
        (INK.replace("coding =", "codding ="), "`codding`, which is not known"),
        ("\n".join(line for line in INK.splitlines() if not line.startswith("idle")), "[activities] lacks `idle`"),
        ("extra = 1\n" + INK, "`extra` is not known here"),
        (INK.replace('title = "Ink"', "title = 3"), "`title` must be text"),
    ],
)
def test_a_bad_theme_says_what_is_wrong_and_the_others_serve(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "bad.toml").write_text(text)
    (tmp_path / "good.toml").write_text(INK)
    shelf = load_themes([tmp_path])
    assert list(shelf.themes) == ["good"]
    assert len(shelf.problems) == 1
    assert said in shelf.problems[0]
    assert shelf.problems[0].startswith("bad.toml: ")


def test_bytes_that_are_no_text_and_odd_names_are_named(tmp_path: Path) -> None:
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "Odd Name.toml").write_text(INK)
    shelf = load_themes([tmp_path, tmp_path / "missing"])
    assert shelf.themes == {}
    assert len(shelf.problems) == 2


def test_a_theme_of_the_owner_wins_over_a_shipped_one_and_weak_contrast_is_told(tmp_path: Path) -> None:
    weak = INK.replace('title = "Ink"', 'title = "Mine"').replace("#e6e8eb", "#33363c")
    (tmp_path / "ink.toml").write_text(weak)
    shelf = load_themes([shipped("themes"), tmp_path])
    assert shelf.themes["ink"].title == "Mine"
    assert any("foreground on background has a contrast of" in p for p in shelf.problems)


def test_a_title_is_cleaned(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(INK.replace('"Ink"', '"[/b]\\u001b]0;x"'))
    assert read_theme(tmp_path / "a.toml").title == "[/b]]0;x"
