"""Roll-ups over a real store: sums, threads that the owner corrects, and several recordings told together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date
from pathlib import Path

import pytest

from escribano_tui.bootstrap import build_house
from escribano_tui.config.paths import Paths
from escribano_tui.domain.overview import moments_of
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.session import PhaseRecord
from escribano_tui.domain.threads import Join, Name, Part
from escribano_tui.domain.timeline import Assign
from escribano_tui.ports import House
from escribano_tui.store.library import LibraryStore
from tests import sample_session

DAY, NEXT = date(2026, 5, 4), date(2026, 5, 5)


def put(store: LibraryStore, recording: Recording, *, drafted: bool = True) -> None:
    """The invented morning, as a run would have stored it."""
    sample = sample_session.sample(())
    store.recordings.save(recording)
    if not drafted:
        return
    run = store.runs.begin(recording.id, "quick")
    parts = {
        "read": sample.evidence.lines, "describe": sample.evidence.descriptions, "transcribe": sample.evidence.utterances,
        "frames": sample.evidence.frames, "subjects": (*sample.session.draft.segments, *sample.session.draft.subjects),
    }  # fmt: skip
    for phase, evidence in parts.items():
        output = store.outputs.open(recording.id, phase, "k", "", "")
        store.outputs.put(output.id, "all", evidence)  # type: ignore[arg-type]
        store.runs.phase(run.id, PhaseRecord(phase, "finished", items=1, output_id=output.id))
    store.runs.end(run.id, "finished", 1.0)
    store.journal.append(recording.id, "edit", [Assign(260_017, 291_500, "personal", True)], 0, "", 0)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    paths = Paths(tmp_path / "home", tmp_path / "config")
    store = LibraryStore(paths.library)
    morning = replace(sample_session.sample(()).session.recording, id="aaaa0000", fingerprint="a", path="/v/hive morning.mp4")
    put(store, morning)
    put(
        store,
        replace(morning, id="bbbb0000", fingerprint="b", path="/v/hive evening.mp4", started_at="2026-05-04T23:56:00+00:00"),
    )
    put(store, replace(morning, id="cccc0000", fingerprint="c", path="/v/new.mp4"), drafted=False)
    store.close()
    house = build_house(paths)
    yield house
    house.close()


def test_sums_follow_corrections_and_add_up(house: House) -> None:
    rolled = house.rollups.roll_up(DAY, NEXT, UTC)
    assert rolled.recorded_ms == 480_000 + 240_000 + 480_000
    assert rolled.undrafted_ms == 480_000
    both = house.rollups.roll_up(DAY, date(2026, 5, 6), UTC)
    assert both.recorded_ms == 3 * 480_000
    assert both.personal_ms == 2 * (291_500 - 260_017)
    session = house.sessions.open("aaaa0000")
    house.sessions.edit("aaaa0000", [Assign(425_000, 480_000, "activity", "planning")], session.revision)
    times = {s.name: s.ms for s in house.rollups.roll_up(DAY, NEXT, UTC).activities}
    assert times["planning"] == 41_350 + 55_000 + 41_350
    assert moments_of(house.sessions.open("aaaa0000"))[-1].activity == "planning"


def test_the_same_subjects_are_one_thread_and_the_owner_corrects_it_for_good(house: House, tmp_path: Path) -> None:
    threads = {t.label: t for t in house.rollups.threads()}
    scale, notes = threads["Rounding of hive weights"], threads["Notes for the apiary"]
    assert scale.recordings == notes.recordings == 2
    house.rollups.correct(Join(scale.subjects[0], notes.subjects[0]))
    with pytest.raises(ValueError, match="one thread already"):
        house.rollups.correct(Join(scale.subjects[0], notes.subjects[1]))
    house.rollups.correct(Name(scale.subjects[0], "Hives"))
    house.rollups.correct(Part(notes.subjects[0]))
    assert {(t.label, len(t.subjects)) for t in house.rollups.threads()} >= {("Hives", 3), ("Notes for the apiary", 1)}
    assert house.rollups.undo().startswith("Parted")
    other = build_house(Paths(tmp_path / "home", tmp_path / "config"))
    assert {(t.label, len(t.subjects)) for t in other.rollups.threads()} >= {("Hives", 4)}
    assert other.rollups.redo().startswith("Parted")
    other.close()
    assert {(t.label, len(t.subjects)) for t in house.rollups.threads()} >= {("Hives", 3)}
    for _ in range(3):
        house.rollups.undo()
    with pytest.raises(LookupError):
        house.rollups.undo()
    assert {t.label for t in house.rollups.threads()} == set(threads)


def test_several_recordings_are_told_together_with_their_names(house: House) -> None:
    for format in house.rollups.formats():
        text = house.rollups.write(DAY, NEXT, format, zone=UTC).markdown
        assert "4 May 2026" in text
        assert "[morning 5:1" in text or "; morning 5:1" in text
        assert "evening 0:" in text
        assert sample_session.SECRET not in text, "personal time stays apart"
    narrative = house.rollups.write(DAY, NEXT, "narrative", zone=UTC).markdown
    assert "Two recordings are 12:00 long together" in narrative
    assert "evening 5:" not in narrative, "that was after midnight"
    assert "Timeline" not in narrative
    assert house.rollups.cited(DAY, NEXT) == {"morning": "aaaa0000", "evening": "bbbb0000"}
    with pytest.raises(LookupError, match="Nothing is drafted"):
        house.rollups.write(date(2020, 1, 1), date(2020, 1, 2), "card")
    with pytest.raises(LookupError, match="no format"):
        house.rollups.write(DAY, NEXT, "novel")


def test_rows_of_the_library_and_search_know_the_same(house: House) -> None:
    rows = {r.id: r for r in house.library.rows()}
    assert rows["aaaa0000"].segments == 10
    assert sum(ms for _, ms in rows["aaaa0000"].activities) == 480_000
    assert rows["cccc0000"].state == "new"
    assert {h.personal for h in house.library.search("balance")} == {True}


def test_days_without_a_recording_are_empty(house: House) -> None:
    rolled = house.rollups.roll_up(date(1999, 1, 1), date(1999, 1, 2))
    assert (rolled.recorded_ms, rolled.parts, len(rolled.days)) == (0, (), 1)
