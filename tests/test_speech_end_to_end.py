"""The speech lane with the real runner, store and hosts: what fails is counted, what is done stays, tracks are told apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from escribano_tui.backends.registry import MODULES, Registry
from escribano_tui.bootstrap import build_house
from escribano_tui.config.paths import Paths
from escribano_tui.domain.events import RunState
from escribano_tui.domain.operations import Say
from escribano_tui.ports import House, RunOptions
from tests.backends.odd_speech import PLAN
from tests.cli.program import Program
from tests.sounds import RATE, Sound, hiss, silence, voice, write_wav

pytestmark = pytest.mark.native
MINE = tuple(f"tests.backends.{name}_speaker" for name in ("odd", "better", "spare"))
PROFILES = """
[quick.transcribe]
backend = ["odd"]

[twice.transcribe]
backend = ["odd"]

[twice.refine]
enabled = true
backend = ["better"]
below_confidence = 0.7

[steady.transcribe]
backend = ["odd", "spare"]
"""


def film(path: Path, *tracks: Sound) -> Path:
    """A recording of sound only, a track for each."""
    with av.open(str(path), "w") as out:
        streams = [out.add_stream("aac", rate=RATE, layout="mono") for _ in tracks]
        for stream, samples in zip(streams, tracks, strict=True):
            for first in range(0, len(samples) - 1023, 1024):
                frame = av.AudioFrame.from_ndarray(samples[None, first : first + 1024], format="fltp", layout="mono")
                frame.sample_rate, frame.pts = RATE, first
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    return path


def sentences(count: int) -> Sound:
    """So many spans of speech."""
    said = voice("beckett")[: int(2.2 * RATE)]
    return np.concatenate([silence(1.5), *[np.concatenate([said, silence(2.0)]) for _ in range(count)]])


class Home:
    def __init__(self, folder: Path) -> None:
        self.paths = Paths(folder / "state", folder / "config")
        self.paths.config.mkdir()
        self.paths.own_profiles.write_text(PROFILES)
        self.paths.models.mkdir(parents=True)
        self.registry = Registry(self.paths.models, self.paths.log, modules=[*MINE, *MODULES])
        self.house: House = build_house(self.paths, self.registry)

    def plan(self, **does: dict[str, str]) -> None:
        (self.paths.models / PLAN).write_text(json.dumps(does))

    def calls(self, name: str) -> int:
        path = self.paths.models / f"{name}.calls"
        return int(path.read_text()) if path.exists() else 0

    def run(self, path: Path, profile: str = "quick", **options: Any) -> RunState:
        recording = self.house.library.add(path)
        run = self.house.runs.start(recording.id, profile, RunOptions(**options), lambda event: None)
        assert run.wait(60)
        return run.state

    def told(self, path: Path) -> dict[str, Any]:
        recording = self.house.library.add(path)
        return json.loads(self.house.exports.export(recording.id, "json"))  # type: ignore[no-any-return]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    made.house.close()


def texts(told: dict[str, Any]) -> list[str]:
    return [u["text"] for u in told["utterances"]]


def phase(told: dict[str, Any], name: str) -> dict[str, Any]:
    return next(p for p in told["run"]["phases"] if p["name"] == name)


def test_a_backend_that_raises_hangs_or_dies_costs_its_spans_and_only_these_are_tried_again(home: Home, tmp_path: Path) -> None:
    path = film(tmp_path / "talk.mp4", sentences(6))
    home.plan(odd={"2": "raise", "3": "hang", "5": "die"})
    state = home.run(path)
    assert state.state == "finished"
    assert [f.message for f in state.failures if f.phase == "transcribe"] == [
        "ValueError: it cannot hear that", "no answer within 2 s", "the model's process ended (exit status 9)"
    ]  # fmt: skip
    told = home.told(path)
    assert (phase(told, "transcribe")["items"], phase(told, "transcribe")["items_failed"]) == (6, 3)
    assert len(texts(told)) == 3
    assert told["coverage"]["speech_untranscribed_s"] > 3
    assert any("transcribe: 3 of 6 failed" in note for note in told["coverage"]["notes"])
    home.plan()
    assert home.run(path, retry_failed=True).state == "finished"
    assert home.calls("odd") == 9, "the three that failed, and no others"
    told = home.told(path)
    assert len(texts(told)) == 6
    assert (phase(told, "transcribe")["items_failed"], told["coverage"]["speech_untranscribed_s"]) == (0, 0.0)


def test_refinement_that_is_cancelled_goes_on_where_it_stopped(home: Home, tmp_path: Path) -> None:
    path = film(tmp_path / "talk.mp4", sentences(6))
    home.plan(better={"3": "hang"})
    recording = home.house.library.add(path)
    run = home.house.runs.start(recording.id, "twice", RunOptions(), lambda event: None)
    while home.calls("better") < 3:
        assert not run.wait(0.05)
    run.cancel()
    assert run.wait(30)
    assert run.state.phases["refine"].state == "cancelled"
    home.plan()
    assert home.run(path, "twice").state == "finished"
    assert home.calls("odd") == 6, "nothing is transcribed twice"
    assert home.calls("better") == 7, "nor refined, but for the call that was broken off"
    told = home.told(path)
    assert len(texts(told)) == 6
    assert all(text.startswith("The better one heard") for text in texts(told))
    assert {u["model"] for u in told["utterances"]} == {"better-1"}


def test_where_a_model_cannot_be_loaded_the_next_one_serves_until_it_can(home: Home, tmp_path: Path) -> None:
    path = film(tmp_path / "talk.mp4", sentences(3))
    home.plan(odd={"load": "die"})
    assert home.run(path, "steady").state == "finished"
    told = home.told(path)
    assert [u["model"] for u in told["utterances"]] == ["spare-1"] * 3
    assert phase(told, "transcribe")["items_failed"] == 3
    assert phase(told, "transcribe")["note"].startswith("The spare one serves instead of The odd one: its process ended")
    home.plan()
    assert home.run(path, "steady", retry_failed=True).state == "finished"
    told = home.told(path)
    assert [u["model"] for u in told["utterances"]] == ["odd-1"] * 3
    assert phase(told, "transcribe")["items_failed"] == 0


def test_what_the_owner_corrected_stays_through_refinement_and_a_new_run(home: Home, tmp_path: Path) -> None:
    path = film(tmp_path / "talk.mp4", sentences(3))
    home.run(path)
    recording = home.house.library.add(path)
    first = home.told(path)["utterances"][1]
    span = (round(first["start_s"] * 1000), round(first["end_s"] * 1000))
    session = home.house.sessions.open(recording.id)
    home.house.sessions.edit(recording.id, [Say(*span, first["track"], "The owner's own words.")], session.revision)
    for profile, options in (("twice", {}), ("quick", {"force": True})):
        home.run(path, profile, **options)
        told = texts(home.told(path))
        assert told.count("The owner's own words.") == 1
        assert len(told) == 3


def test_tracks_are_told_apart_and_the_same_speech_is_told_once(tmp_path: Path) -> None:
    said, other = voice("beckett"), voice("two_cities")[: 8 * RATE]
    mic = np.concatenate([silence(1), said, silence(5), silence(9)])
    heard = 0.3 * said + hiss(len(said) / RATE + 1, 0.001)[: len(said)]
    system = np.concatenate([silence(1.2), heard, silence(4.8), other, silence(1)])[: len(mic)]
    path = film(tmp_path / "call.mp4", mic, np.ascontiguousarray(system, np.float32))
    program = Program(tmp_path)
    told = json.loads(program("run", "--json", str(path)).stdout)
    assert told["recording"]["audio_tracks"] == 2
    early = [u for u in told["utterances"] if u["start_s"] < 13]
    late = [u for u in told["utterances"] if u["start_s"] >= 13]
    assert " ".join(u["text"].lower() for u in early).count("tried") == 1
    assert {u["track"] for u in late} == {"embedded:1"}
    subtitles = program("export", "--format", "srt", str(path)).stdout
    assert "[embedded:1]" in subtitles


def test_a_microphone_beside_the_recording_is_put_in_time_and_the_offset_is_told(tmp_path: Path) -> None:
    whole = np.concatenate([silence(3), voice("two_cities")[: 20 * RATE], silence(2)])
    path = film(tmp_path / "film.mp4", whole)
    mic = write_wav(tmp_path / "mic.wav", whole[int(2.5 * RATE) :])
    program = Program(tmp_path)
    done = program("run", "--json", "--mic", str(mic), str(path))
    told = json.loads(done.stdout)
    note = next(n for n in told["recording"]["notes"] if n.startswith("The mic track"))
    assert "begins 2.5" in note
    assert "after the recording (found by comparing it with embedded:0)" in note
    spoken = " ".join(u["text"].lower() for u in told["utterances"])
    assert spoken.count("best of times") == 1, "heard on both, told once"
