"""A moved recording is found again by its content, never by its name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from escribano_tui.domain.recording import Recording, Track, UnusableInput
from escribano_tui.usecases import relink


class ByContent:
    """A media engine that knows a file by its bytes."""

    def probe(self, path: Path) -> Recording:
        text = path.read_text("utf-8")
        if text == "BAD!!":
            raise UnusableInput("This is no video.")
        return Recording(f"id-{text}", str(path), text, len(text), 60.0)


def recording(folder: Path) -> Recording:
    old = str(folder / "old" / "a.mp4")
    return Recording("id-films", old, "films", 5, 60.0, tracks=(Track("embedded:0", old), Track("mic", "/mic.wav")))


def test_it_is_found_below_its_old_place_among_files_of_the_same_size(tmp_path: Path) -> None:
    (tmp_path / "old" / "sorted" / "2026").mkdir(parents=True)
    (tmp_path / "old" / "a.mp4").write_text("other")
    (tmp_path / "old" / "b.mp4").write_text("BAD!!")
    (tmp_path / "old" / "sorted" / "2026" / "renamed.mov").write_text("films")
    found = relink.find_again(ByContent(), recording(tmp_path), [tmp_path / "old", tmp_path / "nowhere"])  # type: ignore[arg-type]
    assert found is not None
    assert found.path == str(tmp_path / "old" / "sorted" / "2026" / "renamed.mov")
    assert [t.path for t in found.tracks] == [found.path, "/mic.wav"]
    assert replace(found, path="", tracks=()) == replace(recording(tmp_path), path="", tracks=())


def test_where_it_is_not_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_text("other")
    assert relink.find_again(ByContent(), recording(tmp_path), [tmp_path]) is None  # type: ignore[arg-type]


def test_a_file_with_another_content_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_text("other")
    with pytest.raises(UnusableInput, match="another content"):
        relink.at_path(ByContent(), recording(tmp_path), tmp_path / "x.mp4")  # type: ignore[arg-type]
