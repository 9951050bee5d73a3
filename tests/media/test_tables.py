"""The tables of an MP4 say what reading it through says, or nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from escribano_tui.media.container import only, opened, video_of
from escribano_tui.media.packets import Packets, demux_video, read_packets
from escribano_tui.media.tables import Table, sample_table
from tests.media.films import Film, Scene, shoot

FILM = Film((Scene(0, 0), Scene(1.3, 1), Scene(3.4, 2)), 5.0, fps=20, options={"g": "25", "bf": "3"}, sound_hz=(440.0,))
OPEN = {"x264-params": "open-gop=1:keyint=20:bframes=2:scenecut=0"}
CUT = {"x264-params": "ref=1:keyint=90:min-keyint=80:bframes=0"}  # scenes begin with pictures that only libav calls keyframes


def by_table(path: Path) -> Table | None:
    with opened(path) as container:
        stream = video_of(container)
        assert stream is not None
        only(container, stream)
        return sample_table(path, container, stream)


def by_reading(path: Path) -> Packets:
    with opened(path) as container:
        stream = video_of(container)
        assert stream is not None
        return demux_video(container, stream)


KINDS: tuple[tuple[str, dict[str, Any], bool], ...] = (
    ("mp4", {}, True),
    ("mov", {"gone": frozenset(range(20, 50)), "shift_s": 7.25}, True),
    ("mp4", {"codec": "libx265", "options": {"x265-params": "log-level=none:bframes=4:keyint=30"}}, True),
    ("mp4", {"length_s": 0.05}, True),
    ("mp4", {"options": OPEN}, True),
    ("mp4", {"options": CUT}, False),
    ("mp4", {"container_options": {"movflags": "frag_keyframe+empty_moov"}}, False),
    ("mp4", {"codec": "libvpx-vp9", "options": {"deadline": "realtime", "cpu-used": "8"}}, False),
    ("mkv", {}, False),
)


@pytest.mark.parametrize(("suffix", "how", "told"), KINDS)
def test_tables_say_what_reading_says(tmp_path: Path, suffix: str, how: dict[str, Any], told: bool) -> None:
    path = shoot(tmp_path / f"film.{suffix}", replace(FILM, **how))
    table, packets, read = by_table(path), read_packets(path), by_reading(path)
    assert (table is not None) is told
    for name in ("time_s", "pts", "dts", "size", "key", "duration_s"):
        assert np.array_equal(getattr(packets, name), getattr(read, name)), name
    assert (packets.complete, packets.end_s) == (read.complete, read.end_s)


def test_a_file_that_was_cut_is_read_through(tmp_path: Path) -> None:
    path = shoot(tmp_path / "film.mp4", replace(FILM, container_options={"movflags": "faststart"}))
    assert by_table(path) is not None
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    assert by_table(path) is None
    assert len(read_packets(path)) == len(by_reading(path)) < 100


def test_tables_that_lie_are_not_believed(tmp_path: Path) -> None:
    path = shoot(tmp_path / "film.mp4", FILM)
    data = path.read_bytes()
    at = data.index(b"ctts") + 4
    count = int.from_bytes(data[at + 4 : at + 8], "big")
    for lie in (data[: at + 4] + (count + 9).to_bytes(4, "big") + data[at + 8 :], data[: at - 4] + b"free" + data[at:]):
        path.write_bytes(lie)
        packets, read = read_packets(path), by_reading(path)
        assert np.array_equal(packets.pts, read.pts)
