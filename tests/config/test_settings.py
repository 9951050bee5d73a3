"""settings.toml: the limit of memory for models; a bad file is named and left aside."""

from __future__ import annotations

from pathlib import Path

import pytest

from escribano_tui.config.settings import ModelSettings, load_settings


def test_without_a_file_the_defaults_serve(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.toml") == (ModelSettings(), [])


def test_what_it_names_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("[models]\nmemory_mb = 3000\nidle_s = 60.5\n")
    assert load_settings(path) == (ModelSettings(memory_mb=3000.0, idle_s=60.5), [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[models]\nmemory_share = 1.5", "models.memory_share: this should be a number between 0.05 and 0.95"),
        ("[models]\nmemory_share = nan", "between 0.05 and 0.95"),
        ("[models]\nidle_s = true", "should be a number"),
        ("[models]\nmemory = 5", "there is no such setting; there are: memory_share"),
        ("[model]\nx = 1", "there is no section [model]"),
        ("models = 3", "should be a section"),
        ("[models", "settings.toml"),
        ("\xff", ""),
    ],
)
def test_a_bad_file_is_named_and_left_aside(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(text.encode("latin-1"))
    settings, problems = load_settings(path)
    assert settings == ModelSettings()
    assert told in problems[0]
    assert str(path) in problems[0]
