"""Sound is where it belongs in the recording, and as loud as it is."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from escribano_tui.domain.recording import Recording
from escribano_tui.media.audio import SoundReader
from escribano_tui.media.engine import MediaEngine
from escribano_tui.ports import Cancelled
from tests.media.films import Film, Scene, shoot

STOP = threading.Event()
RATE = 16_000
FILM = Film((Scene(0, 0),), 6.0, sound_hz=(440.0,))


def recorded(path: Path, film: Film = FILM) -> tuple[MediaEngine, Recording]:
    engine = MediaEngine()
    return engine, engine.probe(shoot(path, film))


def loud(samples: np.ndarray) -> float:  # type: ignore[type-arg]
    return float(np.sqrt(np.mean(np.square(samples)))) if len(samples) else 0.0


def test_blocks_follow_each_other_without_gaps(tmp_path: Path) -> None:
    engine, recording = recorded(tmp_path / "f.mp4")
    blocks = list(engine.sound_blocks(recording.tracks[0], STOP, block_s=1.0))
    assert [b[0] for b in blocks] == pytest.approx([float(k) for k in range(len(blocks))], abs=0.01)
    assert all(len(b[1]) == RATE for b in blocks[:-1])
    assert sum(len(b[1]) for b in blocks) / RATE == pytest.approx(6.0, abs=0.1)
    assert loud(blocks[2][1]) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)
    assert blocks[0][1].dtype == np.float32


def test_spans_are_what_the_blocks_hold(tmp_path: Path) -> None:
    engine, recording = recorded(tmp_path / "f.mp4")
    whole = np.concatenate([b[1] for b in engine.sound_blocks(recording.tracks[0], STOP)])
    for start_s, end_s in ((0.0, 0.5), (1.25, 2.0), (4.0, 5.5), (1.0, 1.1), (5.0, 5.9)):
        span = engine.sound(recording.tracks[0], start_s, end_s)
        assert len(span) == round((end_s - start_s) * RATE)
        expected = whole[round(start_s * RATE) : round(start_s * RATE) + len(span)]
        assert float(np.abs(span - expected).max()) < 0.12  # another start of the resampler: less than a sample off


def test_before_after_and_between_there_is_silence(tmp_path: Path) -> None:
    engine, recording = recorded(tmp_path / "f.mkv", replace(FILM, sound_shift_s=2.0, sound_s=2.0))
    track = recording.tracks[0]
    assert track.offset_s == pytest.approx(2.0, abs=0.1)
    assert loud(engine.sound(track, 0.0, 1.8)) == 0.0
    assert loud(engine.sound(track, 2.3, 3.7)) > 0.3
    assert loud(engine.sound(track, 4.5, 6.0)) == 0.0
    assert loud(engine.sound(track, -5.0, -1.0)) == 0.0
    assert len(engine.sound(track, 100.0, 101.0)) == RATE
    assert len(engine.sound(track, 3.0, 3.0)) == 0


def test_loudness_of_each_step(tmp_path: Path) -> None:
    engine, recording = recorded(tmp_path / "f.mkv", replace(FILM, sound_shift_s=2.0, sound_s=2.0))
    curve = engine.loudness(recording.tracks[0], recording.duration_s, STOP)
    assert curve.name == "loudness:embedded:0"
    assert curve.step_s == 0.1
    assert len(curve.values) == pytest.approx(recording.duration_s / 0.1, abs=1)
    assert curve.values[5] == -120.0
    assert curve.values[30] == pytest.approx(-9.03, abs=0.3)  # a sine at half of full scale: 20 log10(0.5 / sqrt 2)
    assert curve.values[-1] == -120.0


def test_each_track_for_itself(tmp_path: Path) -> None:
    engine, recording = recorded(tmp_path / "f.mkv", replace(FILM, sound_hz=(440.0, 0.0)))
    assert [t.name for t in recording.tracks] == ["embedded:0", "embedded:1"]
    assert loud(engine.sound(recording.tracks[0], 1, 2)) > 0.3
    assert loud(engine.sound(recording.tracks[1], 1, 2)) < 0.01


def test_spans_may_be_asked_for_in_any_order_by_several_threads(tmp_path: Path) -> None:
    engine, recording = recorded(tmp_path / "f.mp4", replace(FILM, sound_hz=(440.0, 0.0)))
    heard: list[bool] = []

    def ask(track: int, start_s: float) -> None:
        level = loud(engine.sound(recording.tracks[track], start_s, start_s + 0.3))
        heard.append(level > 0.3 if track == 0 else level < 0.01)

    threads = [threading.Thread(target=ask, args=(k % 2, (7 * k % 11) / 2)) for k in range(22)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == [True] * 22


def test_a_reader_goes_back_and_far_ahead(tmp_path: Path) -> None:
    _, recording = recorded(tmp_path / "f.mkv", replace(FILM, length_s=120.0, fps=1, sound_shift_s=60.0, sound_s=60.0))
    reader = SoundReader(recording.tracks[0], RATE)
    assert loud(reader.read(110, 111)) > 0.3
    assert loud(reader.read(1, 2)) == 0.0
    assert loud(reader.read(70, 71)) > 0.3
    assert loud(reader.read(200, 201)) == 0.0
    assert loud(reader.read(70, 71)) > 0.3
    reader.close()
    assert loud(reader.read(70, 71)) > 0.3
    reader.close()


def test_cancelling(tmp_path: Path) -> None:
    engine, recording = recorded(tmp_path / "f.mp4")
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        list(engine.sound_blocks(recording.tracks[0], stop))
    with pytest.raises(Cancelled):
        engine.loudness(recording.tracks[0], 6.0, stop)
