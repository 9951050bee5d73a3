"""The estimate of the speech phases: from what is said and what the model was measured to do on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from escribano_tui.domain.evidence import SpeechSpan
from escribano_tui.domain.machine import Cost
from escribano_tui.domain.profile import Profile, RefineSettings
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.session import PhaseRecord
from escribano_tui.ports import Availability, BackendInfo, Choice, PlannedStep
from escribano_tui.store.library import LibraryStore
from escribano_tui.usecases.speech_estimates import USUAL_SHARE, Spoken, estimate_speech, spoken, through

HOUR = Recording("hour", "hour.mp4", "hour", 1, 3600.0)
CHOICE = Choice("speech", BackendInfo("speech", "moonshine", "tiny-en", "Moonshine", Availability(True)))
STEP = PlannedStep("transcribe", "compute", choice=CHOICE)
PROFILE = Profile("p", refine=RefineSettings(enabled=True))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LibraryStore]:
    made = LibraryStore(tmp_path / "library.db")
    made.recordings.save(HOUR)
    yield made
    made.close()


def listened(store: LibraryStore, spans: int, length_s: float) -> PlannedStep:
    out = store.outputs.open(HOUR.id, "listen", "k", "silero-vad", "")
    for k in range(spans):
        one = SpeechSpan(k * 20.0, k * 20.0 + length_s, "mic")
        store.outputs.put(out.id, one.item, [one])
    run = store.runs.begin(HOUR.id, "p")
    closed = store.outputs.close(out.id, "finished", 1, 1, "")
    store.runs.phase(run.id, PhaseRecord("listen", "finished", output_id=out.id))
    return PlannedStep("listen", "reuse", output=closed)


def measure(store: LibraryStore, times_real: float) -> None:
    run = store.runs.begin(HOUR.id, "p")
    cost = Cost(100.0, 100.0 / times_real, 2.0, 150.0)
    store.runs.phase(run.id, PhaseRecord("transcribe", "finished", backend="moonshine", model="tiny-en", cost=cost))


def test_what_is_said_is_counted_where_it_is_known_and_expected_elsewhere(store: LibraryStore) -> None:
    assert spoken(store, HOUR, []).seconds == pytest.approx(USUAL_SHARE * 3600)
    listen = listened(store, 10, 9.0)
    assert spoken(store, HOUR, [listen]) == Spoken(90.0, 10)
    new = replace(HOUR, duration_s=360.0)
    assert spoken(store, new, []).seconds == pytest.approx(9.0), "as much as in the recordings before"


def test_nothing_is_said_before_the_model_has_been_measured(store: LibraryStore) -> None:
    assert estimate_speech(store.runs, Spoken(100, 10), PROFILE, STEP, 0) is None


def test_the_measured_speed_and_the_load_make_the_estimate(store: LibraryStore) -> None:
    measure(store, 20.0)
    assert estimate_speech(store.runs, Spoken(192, 10), PROFILE, STEP, 0) == pytest.approx(200 / 20 + 2)
    assert estimate_speech(store.runs, Spoken(192, 10), PROFILE, STEP, 5) == pytest.approx(100 / 20 + 2)
    assert estimate_speech(store.runs, Spoken(192, 10), PROFILE, STEP, 10) == 0.0
    assert estimate_speech(store.runs, Spoken(0, 0), PROFILE, STEP, 0) == 0.0
    again = replace(STEP, name="refine")
    some = estimate_speech(store.runs, Spoken(192, 10), PROFILE, again, 0)
    assert some is not None
    assert 2 < some < 12
    everything = Profile("p", refine=RefineSettings(enabled=True, below_confidence=1.0))
    assert estimate_speech(store.runs, Spoken(192, 10), everything, again, 0) == pytest.approx(12)
    assert estimate_speech(store.runs, Spoken(192, 10), PROFILE, replace(STEP, action="reuse"), 0) is None


def test_what_is_through_is_not_counted_again(store: LibraryStore) -> None:
    out = store.outputs.open(HOUR.id, "transcribe", "k", "moonshine", "tiny-en")
    store.outputs.put(out.id, "a", [])
    store.outputs.fail(out.id, "b", "no", "")
    assert [through(store, out, action) for action in ("compute", "resume", "retry")] == [0, 2, 1]
