"""What is written for the owner is there as a whole, or what stood there before is."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from escribano_tui.whole_file import whole_file, write_whole


def test_what_breaks_off_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "x.json"
    target.write_text("before")

    def break_off() -> None:
        with whole_file(target) as file:
            file.write(b"half of")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("x.json", "before")]


def test_it_is_its_owners_alone_and_a_link_goes_on_pointing_to_it(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    real, link = tmp_path / "there" / "x.md", tmp_path / "link.md"
    link.symlink_to(real)
    for text in ("first\r\n", "then ü\n"):
        write_whole(link, text)
        assert link.is_symlink()
        assert real.read_bytes() == text.encode()
        assert stat.S_IMODE(real.stat().st_mode) == 0o600
    assert sorted(p.name for p in (tmp_path / "there").iterdir()) == ["x.md"]


def test_it_is_on_the_disk_before_it_takes_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    sync, replace = os.fsync, os.replace
    monkeypatch.setattr("os.fsync", lambda file: (steps.append("sync"), sync(file)))
    monkeypatch.setattr("os.replace", lambda a, b: (steps.append("replace"), replace(a, b)))
    write_whole(tmp_path / "x.md", "text")
    assert steps == ["sync", "replace"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name here")
def test_a_pipe_is_written_to_as_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    write_whole(pipe, "through it")
    reader.join(10)
    assert got == ["through it"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_folder_that_is_not_there_is_told_by_the_name_that_was_given(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none/x\.md"):
        write_whole(tmp_path / "none" / "x.md", "text")
