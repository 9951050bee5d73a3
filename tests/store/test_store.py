"""The store: private files, exact round trips, short transactions, a journal that never loses a row."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escribano_tui.domain.evidence import (
    Box,
    Change,
    Description,
    Envelope,
    Frame,
    LeftOut,
    ScreenLine,
    SpeechSpan,
    Utterance,
    Word,
)
from escribano_tui.domain.journal import StaleRevision
from escribano_tui.domain.machine import Cost
from escribano_tui.domain.recording import Recording, Track
from escribano_tui.domain.segment import Segment, Subject
from escribano_tui.domain.session import PhaseRecord
from escribano_tui.domain.summary import Summary
from escribano_tui.domain.timeline import Assign, Split
from escribano_tui.store.library import LibraryStore

RECORDING = Recording(
    "a1b2c3d4e5f6", "/films/[red]x[/].mp4", "a1b2c3d4e5f6aa", 5, 60.0, 1920, 1080, 30.0, "h264",
    tracks=(Track("embedded:0", "/films/[red]x[/].mp4", language="en"),), started_at="2026-11-20T09:14:00+01:00",
    started_at_source="container", notes=("odd",),
)  # fmt: skip
EVIDENCE = [
    Change(1.5, 0.9, "large"),
    Envelope("motion", 0.5, (0.0, 0.25, 1.0)),
    Frame(2.0, "change", 1.5, 8.0, (1 << 64) - 1, "0000002000.jpg", True, False, 0.5, "high"),
    ScreenLine("l1", "def [/b] x", Box(1, 2, 30, 40), 1.5, 8.0, 0.9, "chrome"),
    Description(
        2.0, "Edits x.", "coding", 0.8, ("Geany",), ("x", "y"), "x.py", "x.py", "", "typing", {"coding": 0.8}, ("why",)
    ),
    SpeechSpan(3.0, 5.0, "mic"),
    LeftOut("mic", 3.0, 5.0, "no words", 2, 0.25),
    Utterance("u1", 3.0, 5.0, "hello wörld", "mic", words=(Word(3.0, 3.5, "hello", 0.5),), language="en"),
    Segment("s1", 0, 60_000, "coding", "x.py", apps=("Geany",), subject_id="b1", why=("a",), returns_to_ms=-1),
    Subject("b1", "work on x"),
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LibraryStore]:
    made = LibraryStore(tmp_path / "home" / "library.db")
    made.recordings.save(RECORDING)
    yield made
    made.close()


def test_files_and_folder_are_private(store: LibraryStore, tmp_path: Path) -> None:
    store.outputs.open(RECORDING.id, "scan", "k", "", "")
    home = tmp_path / "home"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()}
    assert {"library.db", "library.db-wal", "library.db-shm"} <= set(modes)
    assert set(modes.values()) == {0o600}


def test_a_recording_comes_back_as_it_was(store: LibraryStore) -> None:
    assert store.recordings.get(RECORDING.id) == RECORDING
    assert store.recordings.beginning_with("a1b2") == [RECORDING.id]
    assert store.recordings.beginning_with("%") == []


def test_a_name_whose_bytes_are_no_text_comes_back_and_is_found(store: LibraryStore) -> None:
    odd = os.fsdecode(b"/films/\xff\xfe.mp4")
    store.recordings.save(replace(RECORDING, id="0dd0dd0dd0dd", path=odd, tracks=(Track("embedded:0", odd),)))
    kept = store.recordings.get("0dd0dd0dd0dd")
    assert kept is not None
    assert (kept.path, kept.tracks[0].path) == (odd, odd)
    assert store.recordings.at_path(odd) == ["0dd0dd0dd0dd"]


def test_a_start_that_the_owner_corrected_stays(store: LibraryStore) -> None:
    store.recordings.set_started_at(RECORDING.id, "2026-01-01T00:00:00+00:00")
    store.recordings.save(replace(RECORDING, path="/elsewhere.mp4"))
    kept = store.recordings.get(RECORDING.id)
    assert kept is not None
    assert (kept.started_at, kept.started_at_source) == ("2026-01-01T00:00:00+00:00", "owner")
    assert kept.path == "/elsewhere.mp4"


@pytest.mark.parametrize("one", EVIDENCE, ids=lambda one: type(one).__name__)
def test_evidence_comes_back_as_it_was(store: LibraryStore, one: object) -> None:
    output = store.outputs.open(RECORDING.id, "read", "k", "b", "m")
    store.outputs.put(output.id, "item", [one])  # type: ignore[list-item]
    store.outputs.put(output.id, "item", [one])  # type: ignore[list-item]
    assert store.outputs.load(output.id, type(one)) == [one]


@pytest.mark.parametrize("one", EVIDENCE, ids=lambda one: type(one).__name__)
def test_evidence_of_a_finished_phase_comes_back_as_it_was(store: LibraryStore, one: object) -> None:
    output = store.outputs.open(RECORDING.id, "read", "k", "b", "m")
    store.outputs.put(output.id, "item", [one])  # type: ignore[list-item]
    for _ in range(2):
        store.outputs.close(output.id, "finished", 1.0, 1.0, "")
        assert store.outputs.load(output.id, type(one)) == [one]
        store.outputs.put(output.id, "item", [one])  # type: ignore[list-item]
        assert store.outputs.load(output.id, type(one)) == [one]
    store.outputs.close(output.id, "finished", 1.0, 1.0, "")
    store.outputs.clear(output.id)
    assert store.outputs.load(output.id, type(one)) == []
    assert store.kept.check() == [], "nothing is left in the index"


REGIONS = ("content", "chrome")
SOME_TIME = st.floats(0, 10_000, allow_nan=False).map(lambda t: round(t, 3)) | st.floats(0, 10_000, allow_nan=False)
SOME_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(SOME_TEXT, SOME_TIME, SOME_TIME, st.integers(0, 9_999), st.sampled_from(REGIONS)), max_size=40),
    st.integers(1, 20), SOME_TIME, SOME_TIME,
)  # fmt: skip
def test_pages_hold_what_rows_held(
    store: LibraryStore, told: list[tuple[str, float, float, int, str]], times: int, start_s: float, end_s: float
) -> None:
    lines = [
        ScreenLine(f"l{n}-{k}", text * times, Box(x, k, 3, 4), min(a, b), max(a, b), x / 9_999, region)
        for n in range(times) for k, (text, a, b, x, region) in enumerate(told)
    ]  # fmt: skip
    output = store.outputs.open(RECORDING.id, "read", "k", "b", "m")
    store.outputs.clear(output.id)
    store.outputs.put(output.id, "item", lines)
    spans = ((0.0, float("inf")), (min(start_s, end_s), max(start_s, end_s)))
    as_rows = [store.outputs.load(output.id, ScreenLine, *span) for span in spans]
    store.outputs.close(output.id, "finished", 1.0, 1.0, "")
    assert store._connections.db.execute("SELECT count(*) FROM screen_lines").fetchone()[0] == 0
    assert [store.outputs.load(output.id, ScreenLine, *span) for span in spans] == as_rows
    assert store.kept.check() == []


def test_spans_select_what_touches_them(store: LibraryStore) -> None:
    output = store.outputs.open(RECORDING.id, "read", "k", "", "")
    lines = [ScreenLine(f"l{k}", f"line {k}", Box(0, 0, 1, 1), k * 10.0, k * 10.0 + 10) for k in range(5)]
    store.outputs.put(output.id, "item", lines)
    assert [line.id for line in store.outputs.load(output.id, ScreenLine, 10.0, 30.0)] == ["l1", "l2"]
    store.outputs.close(output.id, "finished", 1.0, 1.0, "")
    assert [line.id for line in store.outputs.load(output.id, ScreenLine, 10.0, 30.0)] == ["l1", "l2"]
    store.outputs.put(output.id, "next", [replace(lines[0], end_s=25.0)])
    assert [line.id for line in store.outputs.load(output.id, ScreenLine, 10.0, 30.0)] == ["l0", "l1", "l2"]


def test_failed_items_are_counted_and_forgotten_for_a_retry(store: LibraryStore) -> None:
    output = store.outputs.open(RECORDING.id, "read", "k", "", "")
    store.outputs.put(output.id, "good", [])
    store.outputs.fail(output.id, "bad", "it broke\x1b[31m", "raw")
    closed = store.outputs.close(output.id, "finished", 1.0, 0.5, "note")
    assert (closed.items, closed.items_failed, closed.state) == (2, 1, "finished")
    assert store.outputs.failures(output.id) == [("bad", "it broke[31m")]
    assert store.outputs.forget_failures(output.id) == ["bad"]
    again = store.outputs.find(RECORDING.id, "read", "k")
    assert again is not None
    assert (again.generation, again.state) == (1, "cancelled")
    assert store.outputs.items(output.id) == {"good": "done"}


def test_what_is_made_of_a_span_again_takes_the_place_of_what_was_there(store: LibraryStore) -> None:
    out = store.outputs.open(RECORDING.id, "transcribe", "k", "b", "m")
    first = Utterance("u1", 3.0, 4.0, "two linnets", "mic"), Utterance("u2", 4.0, 5.0, "of one span", "mic")
    other = Utterance("u3", 9.0, 9.5, "another span", "mic")
    store.outputs.fail(out.id, "mic@3", "heard by another model", "", first)
    store.outputs.put(out.id, "mic@9", [other])
    store.outputs.forget_failures(out.id)
    assert [u.id for u in store.outputs.load(out.id, Utterance)] == ["u1", "u2", "u3"], "until it is there"
    again = Utterance("u4", 3.2, 5.0, "one line now", "mic")
    store.outputs.put(out.id, "mic@3", [again])
    assert [u.id for u in store.outputs.load(out.id, Utterance)] == ["u4", "u3"]
    store.outputs.put(out.id, "mic@9", [LeftOut("mic", 9.0, 9.5, "no words")])
    assert [u.id for u in store.outputs.load(out.id, Utterance)] == ["u4"]
    assert [o.count for o in store.outputs.load(out.id, LeftOut)] == [1]


def test_what_a_backend_cost_is_kept_with_the_run(store: LibraryStore) -> None:
    for k in range(7):
        run = store.runs.begin(RECORDING.id, "quick")
        cost = Cost(100.0 + k, 2.0, 0.5, 140.0)
        name = "refine" if k % 2 else "transcribe"
        store.runs.phase(run.id, PhaseRecord(name, "finished", backend="moonshine", model="tiny-en", cost=cost))
        store.runs.phase(run.id, PhaseRecord("read", "finished", backend="rapidocr", reused=True))
    found = store.runs.costs(("transcribe", "refine"), "moonshine", "tiny-en")
    assert [c.material_s for c in found] == [106.0, 105.0, 104.0, 103.0, 102.0]
    assert store.runs.costs(("transcribe",), "moonshine", "other") == []
    assert store.runs.costs(("read",), "rapidocr", "") == []
    latest = store.runs.latest(RECORDING.id)
    assert latest is not None
    record = latest.phase("transcribe")
    assert record is not None
    assert record.cost == Cost(106.0, 2.0, 0.5, 140.0)


def drafted(store: LibraryStore) -> int:
    """A run that has drafted the recording and read a line; returns the output of reading."""
    run = store.runs.begin(RECORDING.id, "quick")
    read = store.outputs.open(RECORDING.id, "read", "k", "", "")
    store.outputs.put(read.id, "i", [ScreenLine("l", "the parser.py file", Box(0, 0, 1, 1), 4.0, 9.0)])
    draft = store.outputs.open(RECORDING.id, "subjects", "k", "", "")
    store.outputs.put(draft.id, "i", [EVIDENCE[-2], EVIDENCE[-1]])  # type: ignore[list-item]
    for name, output in (("read", read), ("subjects", draft)):
        store.runs.phase(run.id, PhaseRecord(name, "finished", output_id=output.id))
    store.runs.end(run.id, "finished", 1.0)
    return read.id


def test_the_journal_refuses_a_stale_base(store: LibraryStore) -> None:
    store.journal.append(RECORDING.id, "edit", [Split(5)], 0, "Split", 0)
    with pytest.raises(StaleRevision):
        store.journal.append(RECORDING.id, "edit", [Split(6)], 0, "Split", 0)
    entries = store.journal.entries(RECORDING.id)
    assert [(e.revision, e.kind, e.operations) for e in entries] == [(1, "edit", (Split(5),))]


def test_two_windows_never_lose_one_anothers_edits(store: LibraryStore, tmp_path: Path) -> None:
    other = LibraryStore(tmp_path / "home" / "library.db")
    written: list[int] = []

    def write(window: LibraryStore, many: int) -> None:
        while many:
            try:
                operation = Assign(0, 60_000, "title", f"{id(window)} {many}")
                written.append(window.journal.append(
                    RECORDING.id, "edit", [operation], 0, "", window.journal.revision(RECORDING.id)
                ).revision)  # fmt: skip
                many -= 1
            except StaleRevision:
                continue

    threads = [threading.Thread(target=write, args=(window, 20)) for window in (store, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert sorted(written) == list(range(1, 41))
    assert len(store.journal.entries(RECORDING.id)) == 40


KILLED = """
import sys
from pathlib import Path
from escribano_tui.domain.timeline import Assign
from escribano_tui.store.library import LibraryStore
store = LibraryStore(Path(sys.argv[1]))
n = 0
while True:
    store.journal.append("a1b2c3d4e5f6", "edit", [Assign(0, 60000, "title", str(n))], 0, "", n)
    n += 1
    print(n, flush=True)
"""


def test_a_kill_loses_no_edit_that_was_acknowledged(store: LibraryStore, tmp_path: Path) -> None:
    path = tmp_path / "home" / "library.db"
    with subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        seen = 0
        for line in writer.stdout:
            seen = int(line)
            if seen == 25:
                os.kill(writer.pid, signal.SIGKILL)
    assert seen >= 25
    entries = store.journal.entries(RECORDING.id)
    assert len(entries) >= seen
    assert [e.revision for e in entries] == list(range(1, len(entries) + 1))


def test_summaries_keep_their_versions(store: LibraryStore) -> None:
    for n in range(3):
        store.summaries.save(RECORDING.id, Summary("card", n, f"text {n}", "deterministic", facts_key=str(n)))
    newest = store.summaries.newest(RECORDING.id, "card")
    assert newest is not None
    assert newest.markdown == "text 2"
    assert [s.revision for s in store.summaries.versions(RECORDING.id, "card")] == [2, 1, 0]
    assert store.summaries.newest(RECORDING.id, "standup") is None


def test_memory_is_kept_by_content(store: LibraryStore) -> None:
    keys = [bytes([k % 256, k // 256]) for k in range(1200)]
    store.memory.put_many("lines", {key: key * 2 for key in keys})
    assert store.memory.get_many("lines", keys) == {key: key * 2 for key in keys}
    assert store.memory.get_many("other", keys) == {}


def test_what_all_recordings_remember_weighs_no_more_than_it_may(tmp_path: Path) -> None:
    store = LibraryStore(tmp_path / "library.db", lines_mb=0.01)
    for key in (b"a", b"b", b"c"):
        store.memory.put_many("lines/reader", {key: bytes(3000)})
    store.memory.put_many("reading/rec/reader", {b"own": bytes(30_000)})
    store.memory.put_many("lines/reader", {}, used=[b"a"])
    store.memory.put_many("lines/reader", {b"d": bytes(3000)})
    kept = store.memory.get_many("lines/reader", [b"a", b"b", b"c", b"d"])
    assert set(kept) == {b"a", b"c", b"d"}, "b was used least recently"
    assert store.memory.get_many("reading/rec/reader", [b"own"]), "what a recording needs to go on is not counted"
    store.memory.forget("reading/rec/reader", [b"own"])
    assert not store.memory.get_many("reading/rec/reader", [b"own"])
    store.close()


def test_what_a_deleted_recording_taught_is_forgotten(store: LibraryStore) -> None:
    store.memory.put_many("lines/reader", {b"before": b"x"})
    store.runs.begin(RECORDING.id, "quick")
    store.memory.put_many("lines/reader", {b"taught": b"a password"})
    store.memory.put_many(f"reading/{RECORDING.id}/reader", {b"f": b"a password"})
    store.memory.put_many("reading/another/reader", {b"f": b"y"})
    store.recordings.set_deleted(RECORDING.id, True)
    store.recordings.purge()
    assert set(store.memory.get_many("lines/reader", [b"before", b"taught"])) == {b"before"}
    assert not store.memory.get_many(f"reading/{RECORDING.id}/reader", [b"f"])
    assert store.memory.get_many("reading/another/reader", [b"f"])


def test_purging_removes_only_what_was_deleted(store: LibraryStore) -> None:
    drafted(store)
    store.recordings.save(replace(RECORDING, id="other0000000", fingerprint="other"))
    store.recordings.set_deleted(RECORDING.id, True)
    assert [r.id for r, _ in store.recordings.all()] == ["other0000000"]
    store.recordings.set_deleted(RECORDING.id, False)
    store.recordings.set_deleted(RECORDING.id, True)
    assert store.recordings.purge() == [RECORDING.id]
    assert store.recordings.get(RECORDING.id) is None
    assert store.runs.latest(RECORDING.id) is None
