"""Files made to harm: each ends in one sentence, or in what of it can be used; in bounded time and memory."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from escribano_tui.domain.recording import Recording, UnusableInput
from escribano_tui.media import container, packets, unusable
from escribano_tui.media import probe as probing
from escribano_tui.media.engine import MediaEngine
from escribano_tui.media.packets import WILD_S
from tests.media.films import HEIGHT, WIDTH, Film, Scene, shoot

STOP = threading.Event()
FILM = Film((Scene(0, 0), Scene(2, 1), Scene(3, 2)), 4.0, options={"g": "12"}, sound_hz=(440.0,))


def gone_through(path: Path) -> Recording:
    """Everything that a run asks of the engine; pictures have the size that was told."""
    engine = MediaEngine()
    recording = engine.probe(path)
    try:
        if recording.has_video:
            engine.scan(recording, 0.4, 0.5, STOP, lambda done, total: None)
            for picture in engine.pictures(recording, [0.1, recording.duration_s / 2, recording.duration_s - 0.1], STOP):
                assert picture.image.shape == (recording.height, recording.width, 3)
        for track in recording.tracks:
            engine.loudness(track, recording.duration_s, STOP)
            engine.sound(track, 0, 1)
    finally:
        engine.close()
    return recording


def refused(path: Path) -> str:
    with pytest.raises(UnusableInput) as caught:
        gone_through(path)
    said = str(caught.value)
    assert "\n" not in said
    assert said.endswith(".")
    return said


def test_pictures_larger_than_memory_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = shoot(tmp_path / "film.mkv", FILM)
    monkeypatch.setattr(probing, "MOST_PIXELS", WIDTH * HEIGHT - 1)
    assert f"pictures of {WIDTH}x{HEIGHT}" in refused(path)


def test_pictures_that_become_too_large_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "MOST_PIXELS", 400 * 300)
    first = shoot(tmp_path / "a.ts", replace(FILM, sound_hz=()))
    second = shoot(tmp_path / "b.ts", Film((Scene(0, 3),), 4.0, width=640, height=480, shift_s=5.0))
    path = tmp_path / "both.ts"
    path.write_bytes(first.read_bytes() + second.read_bytes())
    engine = MediaEngine()
    recording = engine.probe(path)
    assert [p.t_s for p in engine.pictures(recording, [1.0, 7.0], STOP)] == [1.0]


def test_more_packets_than_memory_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packets, "MOST_PACKETS", 30)
    monkeypatch.setattr(packets, "_CHUNK", 8)
    assert "more than 30 pictures" in refused(shoot(tmp_path / "film.mkv", FILM))


@pytest.mark.parametrize("suffix", ["mkv", "ts", "mp4"])
def test_a_clock_that_leaps_ahead_by_hours_goes_on(tmp_path: Path, suffix: str) -> None:
    path = shoot(tmp_path / f"wild.{suffix}", replace(FILM, leaps_at_s=2.0, leap_s=2 * WILD_S))
    recording = gone_through(path)
    assert recording.duration_s == pytest.approx(4.0, abs=0.2)
    assert recording.tracks[0].duration_s == pytest.approx(4.0, abs=0.3)
    (note,) = recording.notes
    assert "leaps ahead by 12 hours at 0:01" in note or "leaps ahead by 12 hours at 0:02" in note
    engine = MediaEngine()
    changes, _ = engine.scan(recording, 0.4, 0.5, STOP, lambda done, total: None)
    assert [c.t_s for c in changes if c.size != "small"] == pytest.approx([2.0, 3.0], abs=0.15)
    loud = engine.loudness(recording.tracks[0], recording.duration_s, STOP)
    assert min(loud.values[2:36]) > -30  # no hole where the clock leapt


def test_a_clock_that_leaps_within_hours_is_time_that_passed(tmp_path: Path) -> None:
    recording = gone_through(shoot(tmp_path / "gap.ts", replace(FILM, leaps_at_s=2.0, leap_s=87.0)))
    assert recording.duration_s == pytest.approx(91.0, abs=0.3)
    assert any("jumps by 87 s" in note for note in recording.notes)


def test_a_recording_of_days_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "MOST_S", 3600.0)
    path = shoot(tmp_path / "days.mkv", replace(FILM, leaps_at_s=2.0, leap_s=WILD_S - 60))
    assert "6 hours long" in refused(path)


def test_boxes_without_end_are_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unusable, "_MOST_BOXES", 100)
    path = tmp_path / "boxes.mp4"
    path.write_bytes(b"\0\0\0\x14ftypisom\0\0\0\0isom" + b"\0\0\0\x08free" * 200_000)
    assert "boxes.mp4" in refused(path)


def test_an_unknown_codec_beside_sound(tmp_path: Path) -> None:
    path = shoot(tmp_path / "film.mkv", FILM)
    data = path.read_bytes()
    assert data.count(b"V_MPEG4/ISO/AVC") == 1
    path.write_bytes(data.replace(b"V_MPEG4/ISO/AVC", b"V_NOSUCH/CO/DEC"))
    recording = gone_through(path)
    assert not recording.has_video
    assert recording.notes


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts", "flv"])
def test_damaged_bytes_anywhere(tmp_path: Path, suffix: str) -> None:
    source = shoot(tmp_path / f"film.{suffix}", FILM).read_bytes()
    used = 0
    for seed in range(12):
        rng = random.Random(seed)
        data = bytearray(source)
        reach = (2000, len(data))[seed % 2]
        for _ in range(rng.choice((1, 10, 40))):
            data[rng.randrange(min(reach, len(data)))] = rng.randrange(256)
        path = tmp_path / f"damaged-{seed}.{suffix}"
        path.write_bytes(data)
        with suppress(UnusableInput):  # whatever else is raised fails
            gone_through(path)
            used += 1
    assert used >= 3


def test_a_stream_that_appears_on_the_way_ends_nothing() -> None:
    class Surprised:
        """PyAV's container, at a packet of a stream that it has not seen when it was opened."""

        def __init__(self) -> None:
            self.left = [1, 2, None, 3]

        def demux(self, *streams: object) -> Iterator[int]:
            while self.left:
                packet = self.left.pop(0)
                if packet is None:
                    raise IndexError("list index out of range")
                yield packet

    assert list(container.packets_of_streams(Surprised(), object())) == [1, 2, 3]  # type: ignore[arg-type]


def test_a_file_that_was_cut_or_written_to_is_told_from_one_that_was_touched_or_has_gone(tmp_path: Path) -> None:
    path = shoot(tmp_path / "x.mp4", Film((Scene(0, 1), Scene(2, 2)), length_s=4.0, fps=5))
    engine = MediaEngine()
    recording = engine.probe(path)
    whole = path.read_bytes()
    assert not engine.changed(recording)
    path.touch()
    assert not engine.changed(recording)
    for other in (whole[: len(whole) // 2], whole + b"x", whole[:-1] + bytes([whole[-1] ^ 1]), b""):
        path.write_bytes(other)
        assert engine.changed(recording)
    path.write_bytes(whole)
    assert not engine.changed(recording)
    path.unlink()
    assert not engine.changed(recording)
