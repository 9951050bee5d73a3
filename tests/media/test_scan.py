"""The scan gives back what was planted, whatever the encoder made of it."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escribano_tui.domain.evidence import Change, Envelope
from escribano_tui.domain.recording import Recording
from escribano_tui.media.engine import MediaEngine
from escribano_tui.media.keynews import judge
from escribano_tui.media.levels import levels
from escribano_tui.media.packets import looks_filled, packets_of, read_packets
from escribano_tui.media.scan import MOST_PER_MINUTE
from escribano_tui.ports import Cancelled
from tests.media.films import Film, Scene, shoot

STOP = threading.Event()
DATA = Path(__file__).parents[2] / "escribano_tui" / "data"
SCENES = (Scene(0, 0), Scene(1.5, 1), Scene(3.2, 2), Scene(4.4, 3))
CODECS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("mp4", {}),
    ("mkv", {"options": {"g": "20", "sc_threshold": "0", "bf": "3"}}),
    ("mp4", {"codec": "libx265", "options": {"x265-params": "log-level=none:bframes=4"}}),
    ("webm", {"codec": "libvpx-vp9", "options": {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}}),
    ("webm", {"codec": "libvpx-vp9", "options": {"deadline": "good", "cpu-used": "5", "crf": "35", "b": "0"}}),
    ("avi", {"codec": "mpeg4", "options": {"g": "25", "qmin": "2", "qmax": "4", "b": "4000k"}}),
    ("mov", {"codec": "mjpeg", "pix_fmt": "yuvj420p"}),
    ("mov", {"codec": "prores_ks", "pix_fmt": "yuv422p10le"}),
    ("mkv", {"codec": "ffv1", "pix_fmt": "yuv420p"}),
    ("mp4", {"options": {"g": "1"}}),
)


def scanned(path: Path, sensitivity: float = 0.4) -> tuple[Recording, list[Change], Envelope]:
    engine = MediaEngine()
    recording = engine.probe(path)
    changes, motion = engine.scan(recording, sensitivity, 0.5, STOP, lambda done, total: None)
    return recording, changes, motion


def bigger(changes: list[Change]) -> list[float]:
    return [c.t_s for c in changes if c.size != "small"]


def missed(planted: list[float], found: list[float], tolerance_s: float) -> list[float]:
    return [t for t in planted if not any(abs(f - t) <= tolerance_s + 1e-6 for f in found)]


@pytest.mark.parametrize(("suffix", "how"), CODECS, ids=lambda v: str(v) if isinstance(v, str) else v.get("codec", "h264"))
def test_planted_changes_come_back_exactly(tmp_path: Path, suffix: str, how: dict[str, Any]) -> None:
    path = shoot(tmp_path / f"film.{suffix}", Film(SCENES, 6.0, **how))
    _, changes, _ = scanned(path)
    planted = [s.start_s for s in SCENES[1:]]
    assert missed(planted, bigger(changes), 0.2) == []
    assert missed(bigger(changes), planted, 0.2) == []
    assert all(0 < c.score <= 1 for c in changes)


@st.composite
def films(draw: st.DrawFn) -> Film:
    """Random groups of pictures, rates and moments; changes at least 0.7 s apart, some with a line typed in between."""
    fps = draw(st.sampled_from((5, 10, 15, 30)))
    scenes, t_s, number = [Scene(0.0, 0)], 0.0, 0
    for _ in range(draw(st.integers(1, 4))):
        t_s += draw(st.integers(round(0.7 * fps) + 1, 2 * fps)) / fps
        if draw(st.booleans()):
            scenes.append(Scene(t_s, scenes[-1].number, draw(st.sampled_from(("ls", "git commit", "print(x)")))))
        else:
            number += 1
            scenes.append(Scene(t_s, number))
    length_s = t_s + 1.0
    options = {
        "g": str(draw(st.sampled_from((5, 12, 30, 250)))),
        "bf": str(draw(st.integers(0, 4))),
        "sc_threshold": str(draw(st.sampled_from((0, 40)))),
        "preset": draw(st.sampled_from(("ultrafast", "veryfast"))),
        "crf": str(draw(st.integers(18, 30))),
    }
    count = round(length_s * fps)
    shown = {round(s.start_s * fps) for s in scenes}
    keyframes = draw(st.frozensets(st.integers(1, count - 1), max_size=4))
    gone = draw(st.frozensets(st.integers(1, count - 2), max_size=count // 2)) - shown
    return Film(tuple(scenes), length_s, fps, options=options, keyframes=keyframes, gone=gone)


@given(film=films())
@settings(
    max_examples=25, derandomize=True,  # encoders are many: the same films each time, others with a seed
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_random_groups_of_pictures_give_the_planted_changes_back(tmp_path: Path, film: Film) -> None:
    path = shoot(tmp_path / "film.mkv", film)
    _, changes, _ = scanned(path)
    numbers = [s.number for s in film.scenes]
    planted = [s.start_s for s, before in zip(film.scenes[1:], numbers, strict=False) if s.number != before]
    assert missed(planted, bigger(changes), max(0.2, 1.0 / film.fps)) == []
    anything = [s.start_s for s in film.scenes[1:]]
    assert missed(bigger(changes), anything, max(0.45, 2.0 / film.fps)) == []
    times = [c.t_s for c in changes]
    assert times == sorted(times)


def test_demo_has_all_boundaries_and_few_changes() -> None:
    truth = json.loads((DATA / "demo.json").read_text())
    recording, changes, motion = scanned(DATA / "demo.mp4")
    boundaries = [s["start_s"] for s in truth["segments"][1:]]
    assert missed(boundaries, bigger(changes), 0.11) == []
    assert len(bigger(changes)) / recording.duration_s * 60 <= 30
    assert len(motion.values) == int(np.ceil(recording.duration_s / motion.step_s))
    assert all(0 <= v <= 1 for v in motion.values)


def test_motion_tells_still_from_typing_from_switching(tmp_path: Path) -> None:
    typing = [Scene(4 + 0.3 * k, 0, "abcdefghijklm"[: k + 1]) for k in range(13)]
    film = Film((Scene(0, 0), *typing, Scene(9, 1)), 13.0, options={"g": "30"})
    _, _, motion = scanned(shoot(tmp_path / "film.mp4", film))
    still, typed, switched = motion.mean(1, 3.5), motion.mean(4.5, 7.5), max(motion.values[17:20])
    assert still < 0.1 < typed < 0.7 < switched


def test_regular_keyframes_are_no_changes(tmp_path: Path) -> None:
    film = Film((Scene(0, 0),), 10.0, options={"g": "10", "sc_threshold": "0"})
    _, changes, motion = scanned(shoot(tmp_path / "film.mp4", film))
    assert changes == []
    assert max(motion.values) < 0.3


def test_a_change_on_a_due_keyframe_is_found(tmp_path: Path) -> None:
    film = Film((Scene(0, 0), Scene(4, 1)), 8.0, options={"g": "20", "sc_threshold": "0", "bf": "0"})
    _, changes, _ = scanned(shoot(tmp_path / "film.mp4", film))
    assert bigger(changes) == [4.0]


def test_keyframes_asked_for_at_random_are_no_changes(tmp_path: Path) -> None:
    film = Film((Scene(0, 0), Scene(5, 1)), 9.0, keyframes=frozenset({7, 19, 31, 38, 66, 71}))
    _, changes, _ = scanned(shoot(tmp_path / "film.mp4", film))
    assert bigger(changes) == [5.0]


def test_constant_bit_rate_with_filler(tmp_path: Path) -> None:
    rate = {"b": "600k", "maxrate": "600k", "minrate": "600k", "bufsize": "600k"}
    options = {**rate, "x264-params": "nal-hrd=cbr:keyint=40:scenecut=0:bframes=2", "crf": "-1"}
    scenes = (Scene(0, 0), Scene(4.0, 1), Scene(6.5, 1, "typed"), Scene(9.1, 2))
    path = shoot(tmp_path / "film.mkv", Film(scenes, 12.0, fps=20, options=options))
    with av.open(str(path)) as container:
        plain = packets_of(
            [(p.pts, p.dts, p.size, p.is_keyframe, p.duration, 0) for p in container.demux(video=0)], 0.001, True
        )
    assert looks_filled(plain)
    assert np.median(read_packets(path).size) < 0.2 * np.median(plain.size)
    _, changes, _ = scanned(path)
    assert missed([4.0, 9.1], bigger(changes), 0.2) == []
    assert missed(bigger(changes), [4.0, 6.5, 9.1], 0.4) == []


def test_never_more_than_the_cap(tmp_path: Path) -> None:
    scenes = tuple(Scene(k * 0.6, k % 5) for k in range(45))
    recording, changes, _ = scanned(shoot(tmp_path / "film.mp4", Film(scenes, 27.0)))
    assert len(bigger(changes)) == int(MOST_PER_MINUTE * recording.duration_s / 60)
    assert len(changes) > len(bigger(changes))  # the others are still told, as small ones


def test_changes_keep_their_distance(tmp_path: Path) -> None:
    scenes = tuple(Scene(k * 0.2, k % 5) for k in range(20))
    path = shoot(tmp_path / "film.mp4", Film(scenes, 6.0))
    engine = MediaEngine()
    changes, _ = engine.scan(engine.probe(path), 0.4, 0.5, STOP, lambda done, total: None)
    assert np.diff([c.t_s for c in changes]).min() >= 0.5 - 0.11


def test_scan_can_be_cancelled(tmp_path: Path) -> None:
    path = shoot(tmp_path / "film.mp4", Film(SCENES, 6.0))
    stop = threading.Event()
    stop.set()
    engine = MediaEngine()
    with pytest.raises(Cancelled):
        engine.scan(engine.probe(path), 0.4, 0.5, stop, lambda done, total: None)


def test_less_sensitive_finds_fewer(tmp_path: Path) -> None:
    scenes = (Scene(0, 0), Scene(2, 0, "a"), Scene(4, 0, "a long line of words"), Scene(6, 1))
    path = shoot(tmp_path / "film.mp4", Film(scenes, 8.0))
    assert len(bigger(scanned(path, 1.0)[1])) <= len(bigger(scanned(path, 0.4)[1])) <= len(bigger(scanned(path, 0.05)[1]))


def test_an_empty_stream_has_no_levels() -> None:
    none = packets_of([], 0.1, True)
    assert len(levels(none, 100).news) == 0
    assert len(judge(none, levels(none, 100)).index) == 0


def test_progress_counts_packets(tmp_path: Path) -> None:
    path = shoot(tmp_path / "film.mp4", replace(Film(SCENES, 6.0), fps=30))
    engine = MediaEngine()
    told: list[tuple[int, int | None]] = []
    engine.scan(engine.probe(path), 0.4, 0.5, STOP, lambda done, total: told.append((done, total)))
    assert told[-1][0] == 180
