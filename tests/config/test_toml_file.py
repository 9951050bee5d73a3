"""A file of the owner's that cannot be used is named in a sentence, whatever it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from escribano_tui.config.keymap import load_keymap
from escribano_tui.config.paths import shipped
from escribano_tui.config.profiles import load_profiles
from escribano_tui.config.settings import load_settings
from escribano_tui.config.toml_file import read_toml


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def bytes_of_no_text(path: Path) -> None:
    path.write_bytes(b"\xff\xfe")


def no_toml(path: Path) -> None:
    path.write_text("[[[")


@pytest.mark.parametrize("make", [folder, pipe, bytes_of_no_text, no_toml])
def test_what_it_is_does_not_stop_anything(tmp_path: Path, make: object) -> None:
    path = tmp_path / "own.toml"
    assert callable(make)
    make(path)
    with pytest.raises(ValueError, match=r"^it .*\.$"):
        read_toml(path)
    told = (*load_keymap(path).problems, *load_settings(path)[1], *load_profiles(shipped("profiles.toml"), path, {}).problems)
    assert len(told) == 3
    assert all("own.toml: it " in problem and "Errno" not in problem for problem in told)


def test_where_there_is_none_it_says_nothing(tmp_path: Path) -> None:
    assert read_toml(tmp_path / "none.toml") == {}
