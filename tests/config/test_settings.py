"""settings.toml: the limit of memory for models; a bad file is named and left aside."""

from __future__ import annotations

from pathlib import Path

import pytest

from escribano_tui.config.settings import AppSettings, ModelSettings, Settings, load_settings, save_settings


def test_without_a_file_the_defaults_serve(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.toml") == (Settings(), [])


def test_what_it_names_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("[models]\nmemory_mb = 3000\nidle_s = 60.5\n")
    assert load_settings(path) == (Settings(models=ModelSettings(memory_mb=3000.0, idle_s=60.5)), [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[models]\nmemory_share = 1.5", "models.memory_share: this should be a number between 0.05 and 0.95"),
        ("[models]\nmemory_share = nan", "between 0.05 and 0.95"),
        ("[models]\nidle_s = true", "should be a number"),
        ("[models]\nmemory = 5", "there is no such setting; there are: idle_s"),
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
    assert settings == Settings()
    assert told in problems[0]
    assert str(path) in problems[0]


def test_what_is_saved_comes_back_and_other_lines_stay(tmp_path: Path) -> None:
    path = tmp_path / "config" / "settings.toml"
    changed = Settings(AppSettings(profile="mine", notify=False), ModelSettings(idle_s=60.0))
    save_settings(path, changed)
    assert load_settings(path) == (changed, [])
    path.write_text("# mine\n" + path.read_text())
    again = Settings(models=ModelSettings(memory_mb=3000.0))
    save_settings(path, again)
    assert load_settings(path) == (again, [])
    assert path.read_text().startswith("# mine\n")
    assert "profile" not in path.read_text(), "what is the default is not written"


def test_a_file_that_is_no_toml_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("[app")
    with pytest.raises(ValueError, match="Mend it first"):
        save_settings(path, Settings())
    assert path.read_text() == "[app"
