"""Pictures are the right ones, at the right times, whatever they cost."""

from __future__ import annotations

import gc
import os
import random
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escribano_tui.domain.recording import Recording, UnusableInput
from escribano_tui.media.container import opened
from escribano_tui.media.decoder import Wanted, _unfiltered, decoded, plan, shown_at
from escribano_tui.media.engine import MediaEngine
from escribano_tui.media.levels import is_between
from escribano_tui.media.packets import read_packets
from escribano_tui.media.pictures import image_of
from escribano_tui.media.repeats import spared
from escribano_tui.media.slices import Headers, refer_to_anchors_only
from escribano_tui.media.sps import counting
from escribano_tui.ports import Cancelled, Picture
from tests.media.films import Film, Scene, page, shoot

STOP = threading.Event()
SCENES = tuple(Scene(1.3 * k, k) for k in range(6))
FILM = Film(SCENES, 8.0, options={"g": "25", "bf": "2"})


def shown(image: Any, numbers: int = 6) -> int:
    """Which page a picture shows."""
    return min(range(numbers), key=lambda n: float(np.abs(image.astype(int) - page(n)).mean()))


def wanted(t_s: float, scenes: tuple[Scene, ...] = SCENES) -> int:
    return max((s for s in scenes if s.start_s <= t_s + 1e-6), key=lambda s: s.start_s).number


def taken(path: Path, times_s: list[float]) -> tuple[Recording, list[Picture]]:
    engine = MediaEngine()
    recording = engine.probe(path)
    return recording, list(engine.pictures(recording, times_s, STOP))


KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("mp4", {}),
    ("mkv", {"options": {"g": "250", "bf": "4", "refs": "4"}}),
    ("mov", {"options": {"g": "1"}}),
    ("ts", {}),
    ("webm", {"codec": "libvpx-vp9", "options": {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "g": "1000"}}),
    ("mkv", {"codec": "libx265", "options": {"x265-params": "log-level=none:bframes=4:keyint=30"}}),
    ("mkv", {"codec": "libx265", "pix_fmt": "yuv420p10le", "options": {"x265-params": "log-level=none"}}),
    ("mkv", {"pix_fmt": "yuv444p", "width": 321, "height": 239}),
    ("mkv", {"gone": frozenset(range(3, 12)) | frozenset(range(40, 60))}),
    ("mkv", {"shift_s": 12.5}),
)


@pytest.mark.parametrize(("suffix", "how"), KINDS)
def test_the_right_picture_at_the_right_time(tmp_path: Path, suffix: str, how: dict[str, Any]) -> None:
    path = shoot(tmp_path / f"film.{suffix}", replace(FILM, **how))
    times = [round(0.15 + 0.37 * k, 3) for k in range(21)]
    recording, pictures = taken(path, times)
    assert [p.t_s for p in pictures] == times
    gone = replace(FILM, **how).gone
    for picture in pictures:
        assert picture.image.shape == (recording.height, recording.width, 3)
        assert picture.pts_s <= picture.t_s + 1e-6
        if recording.width == 320 and not gone:
            assert shown(picture.image) == wanted(picture.t_s)
            assert wanted(picture.pts_s) == wanted(picture.t_s)


@given(seed=st.integers(0, 10_000), group=st.sampled_from((20, 60, 600)), bf=st.sampled_from(("0", "2", "4")))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_the_cheapest_picture_is_the_same_picture(tmp_path: Path, seed: int, group: int, bf: str) -> None:
    rng = random.Random(seed)
    scenes = [Scene(0, 0)]
    while scenes[-1].start_s < 55:
        number = round(10 * (scenes[-1].start_s + rng.choice((0.3, 0.5, 1.1, rng.uniform(3, 12)))))
        # A page that changes just where a keyframe is due, to one that weighs the same: sizes cannot tell that.
        number += number % group == 0
        scenes.append(Scene(number / 10, rng.randrange(6), rng.choice(("", "abc"))))
    options = {"g": str(group), "bf": bf, "sc_threshold": "40" if group == 600 else "0"}
    path = shoot(tmp_path / "film.mkv", Film(tuple(scenes), 60.0, options=options))
    times = sorted(rng.uniform(0, 59.9) for _ in range(25))
    recording, cheap = taken(path, times)
    packets = read_packets(path)
    numbers = shown_at(packets, np.array(times) + recording.origin_s)
    exact = dict(decoded(path, packets, range(len(packets)), STOP))  # all of them: nothing is left out on the way
    for picture, number in zip(cheap, numbers, strict=True):
        difference = np.abs(picture.image.astype(int) - image_of(exact[number]).astype(int)).mean()
        assert difference < 5.0, (picture.t_s, difference)  # another page differs by 25 and more


@pytest.mark.parametrize(
    "how", ["bframes=3:b-pyramid=normal", "bframes=5:direct=temporal:ref=6:weightb=1", "bframes=2:interlaced=1"]
)
def test_what_repeats_is_left_out_and_no_wanted_picture_with_it(tmp_path: Path, how: str) -> None:
    scenes = tuple(Scene(start_s, k, "abc"[: k % 3]) for k, start_s in enumerate((0, 2.1, 2.5, 7.3, 8.2, 13.0)))
    options = {"preset": "fast", "x264-params": f"{how}:keyint=600:log-level=none"}
    path = shoot(tmp_path / "film.mp4", Film(scenes, 18.0, fps=30, options=options))
    packets = read_packets(path)
    with opened(path) as container:
        count = counting(bytes(container.streams.video[0].codec_context.extradata or b""))
    assert spared(packets, 320 * 240, count).mean() > 0.4
    exact = {number: image_of(frame) for number, frame in decoded(path, packets, range(len(packets)), STOP)}
    for every in (7, 50):
        wanted = list(range(every - 1, len(packets), every))
        found = dict(decoded(path, packets, wanted, STOP))
        assert sorted(found) == wanted
        worst = max(float(np.abs(image_of(found[n]).astype(int) - exact[n].astype(int)).mean()) for n in wanted)
        assert worst < 0.5


@pytest.mark.parametrize(("how", "alone"), [("ref=1:bframes=3", True), ("ref=4:bframes=3", False), ("ref=1:bframes=2", True)])
@pytest.mark.parametrize("suffix", ["mp4", "ts"])
def test_pictures_that_no_anchor_refers_to_are_not_decoded(tmp_path: Path, how: str, alone: bool, suffix: str) -> None:
    scenes = tuple(Scene(0.4 * k, k % 3, "def station"[: k % 11]) for k in range(14))
    options = {"preset": "fast", "x264-params": f"{how}:b-pyramid=normal:keyint=300:scenecut=0:b-adapt=0:log-level=none"}
    path = shoot(tmp_path / f"film.{suffix}", Film(scenes, 6.0, fps=20, options=options))
    packets = read_packets(path)
    with opened(path) as container:
        stream = container.streams.video[0]
        headers = Headers(bytes(stream.codec_context.extradata or b""))
        group = [bytes(p) for p in container.demux(stream) if p.size]
    between = is_between(packets).tolist()
    assert refer_to_anchors_only(headers, zip(group, between, strict=True)) is alone
    assert not refer_to_anchors_only(headers, [(group[0], False), (b"\0\0\0\7rubbish", False)])
    exact = {number: image_of(frame) for number, frame in decoded(path, packets, range(len(packets)), STOP)}
    for wanted in ([40, 41, 42, 43, 80], [57], [110]):
        for number, frame in decoded(path, packets, wanted, STOP):
            assert float(np.abs(image_of(frame).astype(int) - exact[number].astype(int)).mean()) < 0.7, number


def test_what_changed_much_is_filtered_as_the_encoder_did(tmp_path: Path) -> None:
    packets = read_packets(shoot(tmp_path / "film.mp4", FILM))
    assert _unfiltered(packets, [Wanted(3, 0)], rough=False) == "nokey"
    busy = replace(packets, size=np.full(len(packets), 5000))
    assert _unfiltered(busy, [Wanted(3, 0)], rough=False) == "bidir"
    assert _unfiltered(busy, [Wanted(3, 0)], rough=True) == "all"


def test_how_far_a_stream_counts_its_pictures() -> None:
    def parameter_set(*fields: str) -> bytes:
        bits = "".join(fields) + "1" + "0" + "11" + "1" + "1"  # no references, no gaps, one macroblock, whole frames; the end
        body = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
        return b"\0\0\0\1\x67" + body

    def countable_frames(extradata: bytes) -> int:
        count = counting(extradata)
        return count.countable_frames if count is not None else 0

    main, high, zero = f"{77:08b}" + "0" * 16, f"{100:08b}" + "0" * 16, "1"
    assert countable_frames(parameter_set(main, zero, zero, zero, "011")) == 15  # log2_max_pic_order_cnt_lsb 6
    assert countable_frames(parameter_set(high, zero, "010", zero, zero, "0", "0", zero, zero, "1")) == 3
    assert countable_frames(parameter_set(high, zero, "010", zero, zero, "0", "1", zero, zero, "1")) == 0  # scaling lists
    assert countable_frames(parameter_set(main, zero, zero, "011")) == 0  # counted by frame_num
    assert countable_frames(b"") == countable_frames(b"\1\0\0\0\xff\xe1\0") == countable_frames(b"\0\0\1\x67\x4d") == 0


def test_each_group_is_decoded_from_its_keyframe(tmp_path: Path) -> None:
    packets = read_packets(shoot(tmp_path / "film.mkv", FILM))
    planned = plan(packets, range(len(packets)))
    assert [w.key for w in planned] == sorted(w.key for w in planned)
    assert all(packets.key[w.key] and w.key <= w.packet for w in planned)


def test_all_have_one_size_though_the_recorder_changed_its_own(tmp_path: Path) -> None:
    first = shoot(tmp_path / "a.ts", replace(FILM, length_s=4.0))
    second = shoot(tmp_path / "b.ts", Film((Scene(0, 3),), 4.0, width=480, height=320, shift_s=5.0))
    path = tmp_path / "both.ts"
    path.write_bytes(first.read_bytes() + second.read_bytes())
    _, pictures = taken(path, [1.0, 7.0])
    assert [p.image.shape for p in pictures] == [(240, 320, 3)] * 2
    large = page(3, width=480, height=320)
    assert abs(float(pictures[1].image[:200].mean()) - float(large.mean())) < 12  # it fits by its width
    assert pictures[1].image[220:].max() == 0


def test_times_outside_give_the_nearest_picture(tmp_path: Path) -> None:
    _, pictures = taken(shoot(tmp_path / "film.mp4", FILM), [-1.0, 99.0])
    assert [shown(p.image) for p in pictures] == [0, 5]


def test_the_same_time_twice(tmp_path: Path) -> None:
    _, pictures = taken(shoot(tmp_path / "film.mp4", FILM), [2.0, 2.0, 2.01])
    assert [shown(p.image) for p in pictures] == [1, 1, 1]


def test_damage_costs_only_what_is_damaged(tmp_path: Path) -> None:
    path = shoot(tmp_path / "film.mkv", replace(FILM, options={"g": "10"}, length_s=8.0))
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 6000] = random.Random(1).randbytes(6000)
    broken = tmp_path / "broken.mkv"
    broken.write_bytes(bytes(data))
    _, pictures = taken(broken, [0.5, 1.8, 7.5])
    assert [shown(p.image) for p in pictures if p.t_s in (0.5, 7.5)] == [0, 5]


def test_leaving_early_ends_the_workers(tmp_path: Path) -> None:
    engine = MediaEngine()
    recording = engine.probe(shoot(tmp_path / "film.mp4", FILM))
    pictures = engine.pictures(recording, [0.1 * k for k in range(79)], STOP)
    next(pictures)
    assert any(t.name == "decode" for t in threading.enumerate())
    pictures.close()
    assert not any(t.name == "decode" for t in threading.enumerate())


def test_cancelling(tmp_path: Path) -> None:
    engine, stop = MediaEngine(), threading.Event()
    recording = engine.probe(shoot(tmp_path / "film.mp4", FILM))
    pictures = engine.pictures(recording, [0.1 * k for k in range(79)], stop)
    next(pictures)
    stop.set()
    with pytest.raises(Cancelled):
        list(pictures)


def test_a_file_that_went_away(tmp_path: Path) -> None:
    engine = MediaEngine()
    path = shoot(tmp_path / "film.mp4", FILM)
    recording = engine.probe(path)
    path.unlink()
    with pytest.raises(UnusableInput, match="no file"):
        list(engine.pictures(recording, [1.0], STOP))


def test_keyframes(tmp_path: Path) -> None:
    engine = MediaEngine()
    film = replace(FILM, scenes=(Scene(0, 0),), options={"g": "20", "sc_threshold": "0"}, shift_s=3.0)
    recording = engine.probe(shoot(tmp_path / "film.mkv", film))
    assert engine.keyframes(recording, STOP) == pytest.approx([0, 2, 4, 6], abs=0.01)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_nothing_is_left_open_and_memory_stays_flat_over_200_opens(tmp_path: Path) -> None:
    path = shoot(tmp_path / "film.mp4", replace(FILM, length_s=0.5, width=160, height=120, sound_hz=(440.0,)))

    def once(everything: bool) -> None:
        engine = MediaEngine()
        recording = engine.probe(path)
        list(engine.pictures(recording, [0.2], STOP))
        if everything:
            engine.scan(recording, 0.4, 0.5, STOP, lambda done, total: None)
            engine.sound(recording.tracks[0], 0.1, 0.3)
            engine.loudness(recording.tracks[0], 0.5, STOP)
        engine.close()

    def resident_mb() -> float:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

    once(everything=True)
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    sizes = []
    for k in range(200):
        once(everything=k % 10 == 0)
        sizes.append(resident_mb())
    assert len(os.listdir("/proc/self/fd")) <= before
    assert max(sizes[150:]) - max(sizes[30:80]) < 20, sizes[::20]
