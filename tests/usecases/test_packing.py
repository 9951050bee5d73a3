"""A session goes from one library to another as one file, with its journal; what is no such file changes nothing."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from escribano_tui.domain.recording import UnusableInput
from escribano_tui.domain.summary import Summary
from escribano_tui.domain.timeline import Assign, Split
from escribano_tui.media.files import RecordingFiles
from escribano_tui.store.carrying import CARRIED, LEFT
from escribano_tui.store.library import LibraryStore
from escribano_tui.store.rows import MAPPINGS
from escribano_tui.usecases.packing import PackingDesk
from tests.store.test_store import EVIDENCE
from tests.usecases.drafted import RECORDING, SEGMENTS, draft, drafted
from tests.usecases.test_sessions import desk_of

ID = RECORDING.id
Edit = Callable[[dict[str, bytes]], None]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[LibraryStore]:
    """A library with a drafted, corrected and summarised recording."""
    store = drafted(tmp_path)
    desk = desk_of(store)
    desk.edit(ID, [Assign(20_000, 40_000, "activity", "planning")], 0)
    desk.edit(ID, [Split(50_000)], 1)
    desk.undo(ID, 2)
    store.summaries.save(ID, Summary("card", 2, "# Card\n", "deterministic", facts_key="k"))
    yield store
    store.close()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[LibraryStore]:
    store = LibraryStore(tmp_path / "there" / "library.db")
    yield store
    store.close()


def packing(store: LibraryStore, media: Path) -> PackingDesk:
    return PackingDesk(store, RecordingFiles(media), lambda recording_id: False)


def packed(store: LibraryStore, tmp_path: Path) -> Path:
    folder = RecordingFiles(tmp_path / "media").folder(ID)
    (folder / "t-1.jpg").write_bytes(b"a picture")
    (folder / "secret.txt").write_bytes(b"not a picture")
    packing(store, tmp_path / "media").pack(ID, tmp_path / "x.escribano")
    return tmp_path / "x.escribano"


def told(store: LibraryStore) -> Any:
    """All that the owner sees of the session."""
    session = desk_of(store).open(ID)
    history = [(e.revision, e.kind, e.operations, state) for e, state in desk_of(store).history(ID)]
    return session.timeline, session.run, history, store.summaries.newest(ID, "card"), desk_of(store).evidence(ID)


def test_every_table_is_carried_or_left_on_purpose(here: LibraryStore) -> None:
    db = here._connections.db
    tables = {name for name in db.table_names() if not any(s in name for s in ("_fts", "_words", "sqlite_"))}
    assert tables - {"owners_words"} <= set(CARRIED) | set(LEFT)


def test_a_session_arrives_as_it_was(here: LibraryStore, there: LibraryStore, tmp_path: Path) -> None:
    file = packed(here, tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "secret.txt" not in " ".join(zipfile.ZipFile(file).namelist())
    other = packing(there, tmp_path / "media2")
    carried = other.unpack(file)
    assert (carried.recording_id, carried.runs, carried.notes) == (ID, 1, ())
    timeline, run, history, card, evidence = told(there)
    mine = told(here)
    assert (timeline, history, evidence) == (mine[0], mine[2], mine[4])
    assert (run.id, card.markdown, card.created_at) == (mine[1].id, mine[3].markdown, mine[3].created_at)
    picture = RecordingFiles(tmp_path / "media2").folder(ID) / "t-1.jpg"
    assert picture.read_bytes() == b"a picture"
    assert stat.S_IMODE(picture.stat().st_mode) == 0o600
    again = other.unpack(file)
    assert again.runs == 0
    assert told(there) == (timeline, run, history, card, evidence)
    desk_of(there).redo(ID, 3)  # the journal goes on there
    assert len(told(there)[0].segments) == 4


def test_what_the_other_library_has_is_never_overwritten(here: LibraryStore, there: LibraryStore, tmp_path: Path) -> None:
    there.recordings.save(RECORDING)
    draft(there, SEGMENTS, "quick")
    desk_of(there).edit(ID, [Assign(0, 20_000, "title", "mine")], 0)
    carried = packing(there, tmp_path / "media2").unpack(packed(here, tmp_path))
    assert "left aside" in carried.notes[0]
    assert desk_of(there).open(ID).timeline.segments[0].title == "mine"
    assert desk_of(there).open(ID).revision == 1


def test_a_longer_journal_of_the_same_beginning_is_taken_on(here: LibraryStore, there: LibraryStore, tmp_path: Path) -> None:
    other = packing(there, tmp_path / "media2")
    other.unpack(packed(here, tmp_path))
    desk_of(here).edit(ID, [Assign(0, 20_000, "title", "later")], 3)
    packing(here, tmp_path / "media").pack(ID, tmp_path / "y.escribano")
    assert other.unpack(tmp_path / "y.escribano").notes == ()
    assert told(there)[:3] == told(here)[:3]


def rows(change: Callable[[str, dict[str, Any]], Any]) -> Edit:
    """Change each row of the pack; what gives None is left out."""

    def edit(parts: dict[str, bytes]) -> None:
        changed = [change(*json.loads(line)) for line in parts["rows.jsonl"].splitlines()]
        parts["rows.jsonl"] = b"".join(json.dumps(row).encode() + b"\n" for row in changed if row is not None)

    return edit


def put(name: str, data: bytes) -> Edit:
    return lambda parts: parts.update({name: data})


HOSTILE: dict[str, Edit] = {
    "a name that climbs out": put("media/../../x.jpg", b"x"),
    "an absolute name": put("/tmp/x.jpg", b"x"),
    "another file": put("media/x.sh", b"x"),
    "a picture of 3 MB": put("media/x.jpg", bytes(3_000_000)),
    "another format": put("pack.json", b'{"format": "escribano-tui/pack@9", "recording": "a1b2c3d4e5f6"}'),
    "facts that nest": put("pack.json", b"[" * 9_000),
    "rows that are no rows": put("rows.jsonl", b'{"a": 1}\n'),
    "no rows": lambda parts: parts.pop("rows.jsonl") and None,
    "rows cut off": lambda parts: parts.update({"rows.jsonl": parts["rows.jsonl"][:-40]}),
    "another table": rows(lambda table, row: ("memory" if table == "journal" else table, row)),
    "another column": rows(lambda table, row: (table, {**row, "x; DROP TABLE journal": 1} if table == "runs" else row)),
    "another type": rows(lambda table, row: (table, {**row, "wall_s": "soon"} if table == "runs" else row)),
    "a number without end": rows(lambda t, row: (t, {**row, "items": 1 << 80} if t == "outputs" else row)),
    "operations that are none": rows(lambda t, row: (t, {**row, "operations": "[1]"} if t == "journal" else row)),
    "a journal with a gap": rows(lambda t, row: None if t == "journal" and row["revision"] == 1 else (t, row)),
    "evidence of nothing": rows(lambda table, row: None if table == "outputs" else (table, row)),
    "another recording": rows(lambda table, row: (table, {**row, "id": "ffff"} if table == "recordings" else row)),
    "two recordings": lambda parts: parts.update({"rows.jsonl": parts["rows.jsonl"].splitlines(True)[0] + parts["rows.jsonl"]}),
    "segments with a gap": rows(lambda t, row: None if t == "segments" and row["start_ms"] == 20_000 else (t, row)),
}


@pytest.mark.parametrize("how", HOSTILE)
def test_what_is_no_session_is_one_sentence_and_changes_nothing(
    here: LibraryStore, there: LibraryStore, tmp_path: Path, how: str
) -> None:
    with zipfile.ZipFile(packed(here, tmp_path)) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    HOSTILE[how](parts)
    with zipfile.ZipFile(tmp_path / "bad.escribano", "w") as out:
        for name, data in parts.items():
            out.writestr(name, data)
    with pytest.raises(UnusableInput) as told_so:
        packing(there, tmp_path / "media2").unpack(tmp_path / "bad.escribano")
    assert str(told_so.value).startswith("“bad.escribano”")
    assert there.recordings.all() == []
    assert not (tmp_path / "media2").exists() or not any(os.scandir(tmp_path / "media2"))


def test_text_of_a_pack_is_cleaned(here: LibraryStore, there: LibraryStore, tmp_path: Path) -> None:
    with zipfile.ZipFile(packed(here, tmp_path)) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    rows(lambda t, row: (t, {**row, "title": "\x1b]0;x\x07a", "apps": '["\\u001b[31mb"]'} if t == "segments" else row))(parts)
    with zipfile.ZipFile(tmp_path / "odd.escribano", "w") as out:
        for name, data in parts.items():
            out.writestr(name, data)
    packing(there, tmp_path / "media2").unpack(tmp_path / "odd.escribano")
    segment = desk_of(there).open(ID).timeline.segments[0]
    assert (segment.title, segment.apps) == ("]0;xa", ("[31mb",))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no zip at all" * 100])
def test_a_file_that_is_no_pack_is_one_sentence(there: LibraryStore, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(UnusableInput, match="no packed session"):
        packing(there, tmp_path / "media2").unpack(tmp_path / "x")
    with pytest.raises(UnusableInput, match="no file"):
        packing(there, tmp_path / "media2").unpack(tmp_path / "gone")


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "loop", "nothing"])
def test_what_is_no_file_is_refused_at_once_and_never_waited_for(there: LibraryStore, tmp_path: Path, kind: str) -> None:
    source = tmp_path / "x.escribano"
    match kind:
        case "pipe":
            os.mkfifo(source)
        case "device":
            source.symlink_to("/dev/zero")
        case "folder":
            source.mkdir()
        case "loop":
            source.symlink_to(source)
    with pytest.raises(UnusableInput, match=r"x\.escribano"):
        packing(there, tmp_path / "media2").unpack(source)


def test_a_pack_with_any_byte_damaged_is_taken_in_or_refused_in_a_sentence(
    here: LibraryStore, there: LibraryStore, tmp_path: Path
) -> None:
    whole = packed(here, tmp_path).read_bytes()
    damaged = tmp_path / "damaged.escribano"
    for at in range(0, len(whole), 7):
        damaged.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        with contextlib.suppress(UnusableInput):
            packing(there, tmp_path / "media2").unpack(damaged)
    packing(there, tmp_path / "media2").unpack(tmp_path / "x.escribano")
    assert told(there)[2] == told(here)[2]


def test_packing_never_takes_the_place_of_a_device_or_pipe(here: LibraryStore, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(LookupError, match="no file that could be written over"):
        packing(here, tmp_path / "media").pack(ID, pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith(".")) == []


def test_every_kind_of_evidence_arrives(here: LibraryStore, there: LibraryStore, tmp_path: Path) -> None:
    assert {type(evidence) for evidence in EVIDENCE} == set(MAPPINGS) - {Summary}
    output = here.outputs.open(ID, "everything", "k", "b", "m")
    for n, evidence in enumerate(EVIDENCE):
        here.outputs.put(output.id, str(n), [evidence])
    here.outputs.close(output.id, "finished", 1.0, 1.0, "")
    packing(there, tmp_path / "media2").unpack(packed(here, tmp_path))
    arrived = there.outputs.find(ID, "everything", "k")
    assert arrived is not None
    assert [there.outputs.load(arrived.id, type(evidence)) for evidence in EVIDENCE] == [[e] for e in EVIDENCE]
