"""Keeping: weights, rules, the check, and a backup while the library is in use."""

from __future__ import annotations

import json
import sqlite3
import stat
import threading
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from escribano_tui.bootstrap import build_house
from escribano_tui.config.keeping_file import KeepingFile
from escribano_tui.config.paths import Paths
from escribano_tui.domain.keeping import KeepingRules
from escribano_tui.domain.timeline import Assign
from escribano_tui.ports import House
from escribano_tui.store.library import LibraryStore
from escribano_tui.usecases.keeping import KeepingDesk
from tests.usecases.drafted import RECORDING, drafted

EDIT = Assign(0, 20_000, "title", "mine")


@pytest.fixture
def place(tmp_path: Path) -> Paths:
    (tmp_path / "config").mkdir()
    return Paths(tmp_path / "home", tmp_path / "config")


@pytest.fixture
def house(place: Paths) -> Iterator[House]:
    drafted(place.home.parent).close()
    folder = place.media / RECORDING.id
    folder.mkdir(parents=True)
    (folder / "0000002000.jpg").write_bytes(b"x" * 5000)
    house = build_house(place)
    yield house
    house.close()


def test_every_part_is_weighed(house: House, place: Paths) -> None:
    weights = house.keeping.weigh()
    library = sum(w.bytes for w in weights if w.area == "library")
    files = sum(p.stat().st_size for p in place.home.glob("library.db*") if not p.name.endswith(".lock"))
    assert files * 0.8 <= library <= files * 1.2
    assert next(w.bytes for w in weights if w.area == "pictures") == 5000
    assert {"library", "pictures", "models", "logs"} == {w.area for w in weights}


def test_full_pictures_are_weighed_saved_and_cleared_up(house: House, place: Paths, tmp_path: Path) -> None:
    folder = place.media / RECORDING.id
    for inside, name, size in (("whole", "0000002000", 90_000), ("work", "0000009000", 70_000)):
        (folder / inside).mkdir()
        (folder / inside / f"{name}.jpg").write_bytes(b"x" * size)
    told = {w.name: w.bytes for w in house.keeping.weigh() if w.area == "pictures"}
    assert told == {"thumbnails": 75_000, "full pictures": 90_000}
    assert house.sessions.picture(RECORDING.id, "0000002000.jpg") == folder / "whole" / "0000002000.jpg"
    assert house.sessions.picture(RECORDING.id, "0000009000.jpg") == folder / "0000009000.jpg"
    house.keeping.backup(tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as zipped:
        names = {n.removeprefix(f"media/{RECORDING.id}/") for n in zipped.namelist()}
    assert names == {"library.db", "0000002000.jpg", "whole/0000002000.jpg"}, "nothing that was only at work"
    house.keeping.tidy()
    assert not (folder / "work" / "0000009000.jpg").exists(), "a killed run had left it"
    house.keeping.set_rules(KeepingRules(gone="pictures"))
    assert [d.bytes for d in house.keeping.tidy()] == [95_000]
    assert not folder.exists()


def test_the_settings_say_what_the_reader_may_remember(place: Paths) -> None:
    place.own_settings.write_text("[models]\nlines_mb = 0.001\n")
    drafted(place.home.parent).close()
    house = build_house(place)
    assert isinstance(house.keeping, KeepingDesk)
    memory = house.keeping.store.memory
    memory.put_many("lines/x", {b"a": bytes(600)})
    memory.put_many("lines/x", {b"b": bytes(600)})
    assert list(memory.get_many("lines/x", [b"a", b"b"])) == [b"b"]
    told = {w.name: w.bytes for w in house.keeping.weigh()}
    assert told["lines that the reader knows again"] > 0
    house.close()


def test_rules_are_kept_and_other_settings_with_them(place: Paths) -> None:
    place.own_settings.write_text("[models]\nidle_s = 60\n")
    file = KeepingFile(place.own_settings)
    assert file.load() == KeepingRules()
    file.save(KeepingRules(90, "forget"))
    assert file.load() == KeepingRules(90, "forget")
    assert "idle_s = 60" in place.own_settings.read_text()
    for bad in ("[keeping]\npictures_days = 'x'", "[keeping]\ngone = 'burn'", "[keeping]\nx = 1", "[keeping", "keeping = 3"):
        place.own_settings.write_text(bad)
        with pytest.raises(ValueError):
            file.load()


def test_old_pictures_go_and_what_was_read_stays(house: House, place: Paths) -> None:
    assert house.keeping.due() == []
    house.keeping.set_rules(KeepingRules(30, "keep"))
    old = (datetime.now(UTC) - timedelta(days=31)).isoformat()
    house.library.set_started_at(RECORDING.id, old)
    assert [(d.recording_id, d.bytes, d.forget) for d in house.keeping.due()] == [(RECORDING.id, 5000, False)]
    assert len(house.keeping.tidy()) == 1
    assert not (place.media / RECORDING.id).exists()
    assert house.keeping.due() == []
    assert house.sessions.open(RECORDING.id).timeline.segments


def test_what_is_gone_is_forgotten_only_where_it_was_not_corrected(house: House) -> None:
    house.keeping.set_rules(KeepingRules(0, "forget"))  # the file of this recording never was there
    assert [d.forget for d in house.keeping.due()] == [True]
    house.sessions.edit(RECORDING.id, [EDIT], 0)
    assert [d.forget for d in house.keeping.due()] == [False], "then only its pictures go"
    house.keeping.tidy()
    assert house.keeping.due() == []
    assert [r.id for r in house.library.rows()] == [RECORDING.id]
    house.sessions.undo(RECORDING.id, 1)
    assert house.keeping.due() == [], "a correction that was taken back can still be brought back"


def test_a_sound_library_is_called_so_and_an_unsound_one_is_not(house: House, place: Paths) -> None:
    assert [r.id for r in house.library.rows()] == [RECORDING.id]  # takes it in: what was said is in the index
    assert house.keeping.check() == []
    (place.media / "stray").mkdir()
    with sqlite3.connect(place.library) as db:
        told = zlib.compress(json.dumps({"text": ["other words"], "doubtful": [0]}).encode())
        db.execute("UPDATE utterances_pages SET told = ?, lines = 1", [told])
    found = house.keeping.check()
    assert any("utterances_fts" in p and "--repair" in p for p in found)
    assert any("stray" in p for p in found)
    house.keeping.repair()
    assert not any("utterances_fts" in p for p in house.keeping.check())
    with sqlite3.connect(place.library) as db:
        db.execute("INSERT INTO journal VALUES (?, 9, 'undo', '[]', 3, '', '')", [RECORDING.id])
    assert any(RECORDING.id in p for p in house.keeping.check())


def test_a_backup_is_whole_while_others_write(house: House, place: Paths, tmp_path: Path) -> None:
    stop, wrote = threading.Event(), []

    def write() -> None:
        other = LibraryStore(place.library)
        while not stop.is_set():
            revision = other.journal.revision(RECORDING.id)
            wrote.append(other.journal.append(RECORDING.id, "edit", (EDIT,), 0, "", revision).revision)
        other.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        target = tmp_path / "copy.zip"
        for _ in range(5):
            assert house.keeping.backup(target) == target.stat().st_size
    finally:
        stop.set()
        writer.join()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    restored = Paths(tmp_path / "restored", tmp_path / "config")
    with zipfile.ZipFile(target) as zipped:
        zipped.extractall(restored.home)
    assert (restored.media / RECORDING.id / "0000002000.jpg").stat().st_size == 5000
    other = build_house(restored)
    assert other.keeping.check() == []
    assert 0 < other.sessions.open(RECORDING.id).revision <= wrote[-1]
    other.close()
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == [], "nothing half is left"


def test_a_backup_that_cannot_be_written_leaves_what_was_there(house: House, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    with pytest.raises(OSError):
        house.keeping.backup(tmp_path / "nowhere" / "copy.zip")
    assert list((tmp_path / "sub").iterdir()) == []


def test_a_packed_session_is_listed_and_searched_where_it_is_taken_in(house: House, tmp_path: Path) -> None:
    house.sessions.edit(RECORDING.id, [EDIT], 0)
    packed = tmp_path / "one.escribano"
    house.packing.pack(RECORDING.id, packed)
    other = build_house(Paths(tmp_path / "other", tmp_path / "config"))
    other.packing.unpack(packed)
    assert [r.segments for r in other.library.rows()] == [3]
    assert [h.title for h in other.library.search("title:mine")] == ["mine"]
    assert other.keeping.check() == []
    other.close()
