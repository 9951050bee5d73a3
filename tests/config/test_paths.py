"""What this program makes is its owner's alone."""

from __future__ import annotations

import stat
from pathlib import Path

from escribano_tui.config.paths import make_private, private


def test_whatever_a_library_makes_is_private_too(tmp_path: Path) -> None:
    private()
    (tmp_path / "made").write_text("by somebody who gives no mode")
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o600


def test_a_folder_that_others_could_look_into_is_closed(tmp_path: Path) -> None:
    open_to_all = tmp_path / "state"
    open_to_all.mkdir()
    for folder in (open_to_all, tmp_path / "new" / "inside"):
        assert stat.S_IMODE(make_private(folder).stat().st_mode) == 0o700
