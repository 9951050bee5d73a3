"""Every picture carries its number: what comes back for a time is the picture of that time, to the frame."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escribano_tui.media.engine import MediaEngine
from tests.media.films import Film, Scene, shoot

STOP = threading.Event()
CELL, BITS = 24, 9
FPS = 20
PYRAMIDS = ("none", "strict", "normal")
FILM = Film((Scene(0, 0),), 8.0, fps=FPS)


def numbered(film: Film) -> Iterator[tuple[int, Any]]:
    """Pictures with a row of black and white cells that spell their number."""
    ground = np.random.default_rng(1).integers(90, 160, (film.height // 8, film.width // 8, 3), dtype=np.uint8)
    ground = np.kron(ground, np.ones((8, 8, 1), np.uint8))
    for number in range(round(film.length_s * film.fps)):
        if number in film.gone:
            continue
        image = np.full((film.height, film.width, 3), 128, np.uint8)
        image[: ground.shape[0], : ground.shape[1]] = ground
        for bit in range(BITS):
            image[40 : 40 + CELL, 8 + CELL * bit : 8 + CELL * (bit + 1)] = 255 * (number >> bit & 1)
        yield number, image


def number_of(image: Any) -> int:
    cells = [image[46:58, 14 + CELL * bit : 26 + CELL * bit].mean() for bit in range(BITS)]
    return sum((cell > 128) << bit for bit, cell in enumerate(cells))


def film(path: Path, how: Film, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tests.media.films.pages", numbered)
    return shoot(path, how)


KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("mp4", {}),
    ("mkv", {"options": {"bf": "8", "b-pyramid": "normal", "refs": "8"}}),
    ("mp4", {"options": {"bf": "3", "x264-params": "open-gop=1:keyint=30:scenecut=0"}}),
    ("ts", {"options": {"bf": "2", "g": "40"}}),
    ("mkv", {"shift_s": 12.5, "options": {"bf": "2"}}),
    ("mkv", {"gone": frozenset(range(30, 90)) | frozenset(range(100, 140, 3))}),
    ("mkv", {"width": 321, "height": 239, "pix_fmt": "yuv444p"}),
    ("mp4", {"codec": "libx265", "options": {"x265-params": "log-level=none:bframes=4:keyint=50"}}),
    ("mkv", {"codec": "libx265", "pix_fmt": "yuv420p10le", "options": {"x265-params": "log-level=none"}}),
    ("webm", {"codec": "libvpx-vp9", "options": {"deadline": "realtime", "lag-in-frames": "0", "g": "1000"}}),
    ("webm", {"codec": "libvpx-vp9", "options": {"deadline": "good", "cpu-used": "5", "auto-alt-ref": "1"}}),
    ("webm", {"codec": "libvpx", "options": {"deadline": "realtime"}}),
    ("mp4", {"codec": "libsvtav1", "options": {"preset": "10", "crf": "20"}}),
    ("mov", {"codec": "prores_ks", "pix_fmt": "yuv422p10le"}),
    ("mov", {"codec": "mjpeg", "pix_fmt": "yuvj420p"}),
    ("avi", {"codec": "mpeg4", "options": {"g": "50"}}),
    ("mkv", {"options": {"x264-params": "nal-hrd=cbr:keyint=40", "b": "600k", "maxrate": "600k", "minrate": "600k",
                         "bufsize": "600k", "crf": "-1"}}),
)  # fmt: skip


@pytest.mark.parametrize(("suffix", "how"), KINDS, ids=lambda v: v if isinstance(v, str) else v.get("codec", "h264"))
def test_each_time_gives_its_picture(tmp_path: Path, suffix: str, how: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    made = replace(FILM, **how)
    path = film(tmp_path / f"film.{suffix}", made, monkeypatch)
    engine = MediaEngine()
    recording = engine.probe(path)
    rng = random.Random(1)
    times = sorted({0.0, *(round(rng.uniform(0, 7.9), 3) for _ in range(30))})
    there = [n for n in range(round(made.length_s * FPS)) if n not in made.gone]
    pictures = list(engine.pictures(recording, times, STOP))
    assert [p.t_s for p in pictures] == times
    for picture in pictures:
        expected = max(n for n in there if n / FPS <= picture.t_s + 1e-3)
        assert number_of(picture.image) == expected, picture.t_s
        assert abs(expected / FPS - picture.pts_s) < 0.002, (picture.t_s, picture.pts_s)


def test_two_screens_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = replace(FILM, length_s=1.5, fps=10, width=5120, height=1440, options={"preset": "ultrafast"})
    engine = MediaEngine()
    recording = engine.probe(film(tmp_path / "wide.mp4", made, monkeypatch))
    pictures = list(engine.pictures(recording, [0.05, 0.7, 1.45], STOP))
    assert [p.image.shape for p in pictures] == [(1440, 5120, 3)] * 3
    assert [number_of(p.image) for p in pictures] == [0, 7, 14]


@given(data=st.data())
@settings(max_examples=12, suppress_health_check=list(HealthCheck), derandomize=True)
def test_random_groups_of_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: st.DataObject) -> None:
    options = {
        "g": str(data.draw(st.sampled_from((3, 10, 33, 250)))),
        "bf": str(data.draw(st.integers(0, 8))),
        "refs": str(data.draw(st.integers(1, 6))),
        "preset": data.draw(st.sampled_from(("ultrafast", "veryfast", "medium"))),
        "x264-params": f"open-gop={data.draw(st.integers(0, 1))}:b-pyramid={data.draw(st.sampled_from(PYRAMIDS))}",
    }
    gone = data.draw(st.frozensets(st.integers(1, 58), max_size=30))
    keyframes = data.draw(st.frozensets(st.integers(1, 59), max_size=4))
    made = replace(FILM, length_s=3.0, options=options, gone=gone, keyframes=keyframes)
    suffix = data.draw(st.sampled_from(("mkv", "mp4", "ts")))
    engine = MediaEngine()
    recording = engine.probe(film(tmp_path / f"film.{suffix}", made, monkeypatch))
    times = sorted(data.draw(st.lists(st.floats(0, 2.95), min_size=1, max_size=12)))
    there = [n for n in range(60) if n not in gone]
    for picture in engine.pictures(recording, times, STOP):
        assert number_of(picture.image) == max(n for n in there if n / FPS <= picture.t_s + 1e-3)
