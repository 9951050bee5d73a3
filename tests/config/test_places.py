"""What the app remembers between starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from escribano_tui.config.places import MOST_PLACES, Place, Places


def test_what_is_kept_is_there_again_and_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "places.json"
    places = Places(path)
    places.keep("rec-1", Place(5000, 0, 60_000))
    places.set_flag("theme", "moss")
    places.save()
    again = Places(path)
    assert again.of("rec-1") == Place(5000, 0, 60_000)
    assert again.flag("theme") == "moss"
    assert again.flag("never set") is False
    assert path.stat().st_mode & 0o077 == 0
    assert [p.name for p in path.parent.iterdir()] == ["places.json"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"places": 3}',
        '{"places": {"a": {"cursor_ms": "x"}}}',
        '{"places": {"a": {"cursor_ms": -1}}}',
        '{"flags": []}',
    ],
)
def test_a_broken_file_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "places.json"
    path.write_text(text)
    places = Places(path)
    assert places.of("a") is None
    places.keep("a", Place(1, 2, 3))
    places.save()
    assert Places(path).of("a") == Place(1, 2, 3)


def test_the_oldest_places_are_forgotten() -> None:
    places = Places()
    for k in range(MOST_PLACES + 10):
        places.keep(f"r{k}", Place(k))
    assert places.of("r9") is None
    assert places.of("r10") == Place(10)
    places.save()  # without a path nothing is written


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        Places(tmp_path / "file" / "places.json").save()
