"""A caret at the end of a command."""

from __future__ import annotations

import pytest

from escribano_tui.domain.caret import without_caret


@pytest.mark.parametrize(
    ("read", "typed"),
    [
        ("makel", "make"),
        ("git status|", "git status"),
        ("cargo testI", "cargo test"),
        ("shell", "shell"),
        ("sl", "sl"),
        ("", ""),
    ],
)
def test_it_is_dropped_behind_what_is_often_typed_alone(read: str, typed: str) -> None:
    assert without_caret(read) == typed
