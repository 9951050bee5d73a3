"""Every file is either used, with what is odd about it told, or refused with one clear sentence."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import av
import pytest

from escribano_tui.domain.recording import Recording, UnusableInput
from escribano_tui.media.engine import MediaEngine
from escribano_tui.media.fingerprint import SAMPLE_BYTES, SAMPLES, fingerprint
from escribano_tui.media.started import from_name, started_at
from tests.media.films import HEIGHT, WIDTH, Film, Scene, shoot

STOP = threading.Event()
FILM = Film((Scene(0, 0), Scene(2, 1)), 4.0, sound_hz=(440.0,))
SILENT = replace(FILM, sound_hz=())
NAMES = (
    "-x.mp4", "a\nb.mp4", "q\"u'o.mp4", "co:lon.mp4", "concat:a.mp4", "http:x.mp4", "percent%03d.mp4", "file:x.mp4",
    "запись – 録画 é.mp4", "[b] \x1b]0;t\x07.mp4", "x" * 250 + ".mp4", "sub?a=b#c.mp4", " blank .mp4", "no suffix",
)  # fmt: skip


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shoot(tmp_path_factory.mktemp("plain") / "film.mp4", FILM)


def probe(path: Path) -> Recording:
    return MediaEngine().probe(path)


def test_facts(plain: Path) -> None:
    recording = probe(plain)
    assert (recording.width, recording.height, recording.fps) == (WIDTH, HEIGHT, 10.0)
    assert recording.video_codec == "h264"
    assert recording.duration_s == pytest.approx(4.0, abs=0.02)
    assert (recording.notes, recording.origin_s, recording.rotation) == ((), 0.0, 0)
    assert recording.id == recording.fingerprint[:12]
    (track,) = recording.tracks
    assert (track.name, track.codec, track.sample_rate, track.channels) == ("embedded:0", "aac", 16_000, 1)
    assert track.duration_s == pytest.approx(4.0, abs=0.1)


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_a_plain_local_file(plain: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(plain.read_bytes())
    recording = probe(path)
    assert recording.fingerprint == probe(plain).fingerprint
    assert recording.path == str(path)
    assert len(list(MediaEngine().pictures(recording, [1.0], STOP))) == 1


def test_a_relative_name_with_a_dash(plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "-dash.mp4").write_bytes(plain.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert probe(Path("-dash.mp4")).path == str(tmp_path / "-dash.mp4")


def test_a_name_that_is_not_text(plain: Path, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.mp4"))
    try:
        path.write_bytes(plain.read_bytes())
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    recording = probe(path)
    engine = MediaEngine()
    assert len(list(engine.pictures(recording, [1.0], STOP))) == 1
    assert len(engine.sound(recording.tracks[0], 0, 1)) == 16_000


def unusable_files(folder: Path, whole: bytes) -> dict[str, str]:
    """Files that cannot be used, and a word that the sentence has to say."""
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "zeros.mp4").write_bytes(bytes(5000))
    (folder / "noise.mp4").write_bytes(bytes(range(1, 256)) * 40)
    (folder / "text.mp4").write_text("a shopping list\n" * 50)
    (folder / "picture.mp4").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (folder / "list.mp4").write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n")
    (folder / "concat.mp4").write_text("ffconcat version 1.0\nfile 'film.mp4'\n")
    (folder / "no-index.mp4").write_bytes(whole[: whole.index(b"moov") - 4])
    (folder / "head.mp4").write_bytes(whole[:60])
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe.mp4")
    return {
        "empty.mp4": "empty", "zeros.mp4": "zeros", "noise.mp4": "not a recording", "text.mp4": "text file",
        "picture.mp4": "PNG", "list.mp4": "playlist", "concat.mp4": "playlist", "no-index.mp4": "index",
        "head.mp4": "index", "folder": "folder", "pipe.mp4": "regular", "missing.mp4": "no file",
    }  # fmt: skip


def test_what_cannot_be_used_is_said_in_one_sentence(plain: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name, word in unusable_files(tmp_path, plain.read_bytes()).items():
        with pytest.raises(UnusableInput) as caught:
            probe(tmp_path / name)
        said = str(caught.value)
        assert word in said, (name, said)
        assert name in said
        assert "\n" not in said
        assert said.endswith(".")
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")  # libav writes to file descriptor 2 by itself: it must not


def test_a_bare_stream_has_no_times(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="without times"):
        probe(shoot(tmp_path / "bare.h264", SILENT))


def test_a_file_without_permission(plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may read everything
    with pytest.raises(UnusableInput, match="permissions"):
        probe(plain)


def test_a_file_cut_in_the_middle_is_used_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = shoot(tmp_path / "whole.mp4", replace(SILENT, length_s=8.0, container_options={"movflags": "faststart"}))
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * 0.7)])
    recording = probe(cut)
    assert 2.0 < recording.duration_s < 7.0
    assert any("The file says 8 s but its pictures end after" in note for note in recording.notes)
    pictures = list(MediaEngine().pictures(recording, [0.5, recording.duration_s - 0.2], STOP))
    assert pictures


def test_damage_inside_is_told(tmp_path: Path) -> None:
    path = shoot(tmp_path / "film.mp4", replace(SILENT, length_s=12.0, options={"g": "10", "sc_threshold": "0"}))
    assert probe(path).notes == ()
    data = bytearray(path.read_bytes())
    middle = data.index(b"mdat") + (data.index(b"moov") - data.index(b"mdat")) // 2
    data[middle : middle + 40_000] = bytes(range(1, 251)) * 160
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(bytes(data))
    (note,) = probe(broken).notes
    assert "pictures are damaged" in note
    assert note.endswith("what is whole is used.")
    engine = MediaEngine()
    pictures = list(engine.pictures(engine.probe(broken), [0.5, 11.5], STOP))
    assert [p.t_s for p in pictures] == [0.5, 11.5]


@pytest.mark.parametrize("suffix", ["mkv", "ts", "flv"])
def test_cut_files_of_other_kinds(tmp_path: Path, suffix: str) -> None:
    whole = shoot(tmp_path / f"whole.{suffix}", replace(FILM, length_s=8.0, options={"g": "10"}))
    cut = tmp_path / f"cut.{suffix}"
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * 0.6)])
    recording = probe(cut)
    assert 1.5 < recording.duration_s < 7.5
    assert len(list(MediaEngine().pictures(recording, [1.0], STOP))) == 1


def test_a_live_webm_has_a_length(tmp_path: Path) -> None:
    film = replace(SILENT, codec="libvpx-vp9", options={"deadline": "realtime", "g": "1000"}, container_options={"live": "1"})
    recording = probe(shoot(tmp_path / "live.webm", film))
    assert recording.duration_s == pytest.approx(4.0, abs=0.05)
    assert "does not say how long" in recording.notes[0]


def test_a_long_live_webm_is_not_read_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from escribano_tui.media import extent, live

    film = replace(FILM, length_s=30.0, options={"g": "10"}, container_options={"live": "1", "cluster_time_limit": "500"})
    path = shoot(tmp_path / "live.mkv", film)
    for module, name, value in ((extent, "WHOLE_BYTES", 1), (live, "_LEAST_BYTES", 1), (live, "_TAIL_BYTES", 60_000)):
        monkeypatch.setattr(module, name, value)
    tail = live.live_tail(path)
    assert tail is not None
    assert len(tail.getvalue()) < path.stat().st_size / 2
    recording = probe(path)
    assert recording.duration_s == pytest.approx(30.0, abs=0.1)
    assert recording.tracks[0].duration_s == pytest.approx(30.0, abs=0.1)
    assert live.live_tail(shoot(tmp_path / "not.mp4", SILENT)) is None


def test_a_long_file_is_measured_at_its_end(plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from escribano_tui.media import extent

    monkeypatch.setattr(extent, "WHOLE_BYTES", 1)
    monkeypatch.setattr(extent, "read_packets", lambda path: pytest.fail("read through"))
    assert probe(plain).duration_s == pytest.approx(4.0, abs=0.02)
    assert probe(shoot(tmp_path / "f.mkv", FILM)).duration_s == pytest.approx(4.0, abs=0.1)


def test_fragments(tmp_path: Path) -> None:
    film = replace(FILM, options={"g": "10"}, container_options={"movflags": "frag_keyframe+empty_moov"})
    assert probe(shoot(tmp_path / "f.mp4", film)).duration_s == pytest.approx(4.0, abs=0.1)


def test_one_picture(tmp_path: Path) -> None:
    recording = probe(shoot(tmp_path / "one.mkv", replace(SILENT, length_s=0.1)))
    engine = MediaEngine()
    assert recording.duration_s == pytest.approx(0.1, abs=0.05)
    assert engine.scan(recording, 0.4, 0.5, STOP, lambda done, total: None)[0] == []
    assert len(list(engine.pictures(recording, [0.0, 0.05], STOP))) == 2


def test_sound_alone_is_used(tmp_path: Path) -> None:
    path = tmp_path / "sound.mka"
    with av.open(str(shoot(tmp_path / "film.mkv", FILM))) as film, av.open(str(path), "w") as sound:
        stream = sound.add_stream_from_template(film.streams.audio[0])
        for packet in film.demux(audio=0):
            if packet.dts is not None:
                packet.stream = stream
                sound.mux(packet)
    recording = probe(path)
    assert not recording.has_video
    assert (recording.width, recording.height, len(recording.tracks)) == (0, 0, 1)
    assert recording.duration_s == pytest.approx(4.0, abs=0.1)
    assert "no pictures" in recording.notes[0]


def test_times_count_from_the_first_picture(tmp_path: Path) -> None:
    early = probe(shoot(tmp_path / "early.mkv", replace(FILM, shift_s=2.0)))
    assert early.origin_s == pytest.approx(2.0)
    assert early.tracks[0].offset_s == pytest.approx(-2.0, abs=0.1)
    late = probe(shoot(tmp_path / "late.mkv", replace(FILM, sound_shift_s=1.5, sound_s=2.0)))
    assert late.tracks[0].offset_s == pytest.approx(1.5, abs=0.1)
    assert late.duration_s == pytest.approx(4.0, abs=0.1)


def test_sound_that_outlasts_the_pictures(tmp_path: Path) -> None:
    recording = probe(shoot(tmp_path / "f.mkv", replace(FILM, sound_s=9.0)))
    assert recording.duration_s == pytest.approx(9.0, abs=0.1)
    assert "The sound goes on" in recording.notes[0]


def test_a_clock_that_was_set_back_goes_on(tmp_path: Path) -> None:
    first = shoot(tmp_path / "a.ts", replace(FILM, shift_s=20.0, sound_shift_s=20.0))
    second = shoot(tmp_path / "b.ts", replace(FILM, scenes=(Scene(0, 3), Scene(3, 4))))
    path = tmp_path / "both.ts"
    path.write_bytes(first.read_bytes() + second.read_bytes())
    recording = probe(path)
    assert recording.duration_s == pytest.approx(8.0, abs=0.1)
    assert "runs backwards at 0:0" in recording.notes[0]
    engine = MediaEngine()
    changes, _ = engine.scan(recording, 0.4, 0.5, STOP, lambda done, total: None)
    assert [round(c.t_s) for c in changes if c.size != "small"] == [2, 4, 7]
    sound = engine.sound(recording.tracks[0], 6.0, 6.5)
    assert abs(sound).max() > 0.4


def test_a_clock_that_jumps_ahead_keeps_true_times(tmp_path: Path) -> None:
    film = replace(SILENT, length_s=50.0, fps=10, gone=frozenset(range(30, 480)))
    recording = probe(shoot(tmp_path / "gap.mkv", film))
    assert recording.duration_s == pytest.approx(50.0, abs=0.1)
    assert "jumps by 45 s at 0:02" in recording.notes[0]


def test_rotation_is_applied(tmp_path: Path) -> None:
    source = shoot(tmp_path / "up.mp4", SILENT)
    data = source.read_bytes()
    # The display matrix in the track header (ISO/IEC 14496-12, 8.3.2): identity becomes a quarter turn clockwise.
    matrix = data.index(b"tkhd") + 4 + 40
    quarter = b"".join(v.to_bytes(4, "big", signed=True) for v in (0, 65536, 0, -65536, 0, 0, HEIGHT << 16, 0, 1 << 30))
    turned = tmp_path / "turned.mp4"
    turned.write_bytes(data[:matrix] + quarter + data[matrix + 36 :])
    recording = probe(turned)
    assert (recording.width, recording.height, recording.rotation) == (HEIGHT, WIDTH, 90)
    engine = MediaEngine()
    (up,) = engine.pictures(probe(source), [1.0], STOP)
    (side,) = engine.pictures(recording, [1.0], STOP)
    assert side.image.shape == (WIDTH, HEIGHT, 3)
    assert (side.image[:, ::-1].transpose(1, 0, 2) == up.image).all()


def test_fingerprint_knows_content_not_names(plain: Path, tmp_path: Path) -> None:
    copy = tmp_path / "another name.mov"
    copy.write_bytes(plain.read_bytes())
    assert probe(copy).id == probe(plain).id
    copy.write_bytes(plain.read_bytes() + b"\0")
    assert fingerprint(copy) != fingerprint(plain)


def test_fingerprint_reads_samples_of_a_large_file(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(SAMPLES * SAMPLE_BYTES * 200)  # sparse
    empty = fingerprint(path)
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"x")
    assert fingerprint(path) != empty


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("Screen Recording 2026-11-20 at 09.14.05.mov", datetime(2026, 11, 20, 9, 14, 5)),
        ("Screen Recording 2026-11-20 at 9.14.05\u202fPM.mov", datetime(2026, 11, 20, 21, 14, 5)),
        ("2026-11-20 09-14-05.mkv", datetime(2026, 11, 20, 9, 14, 5)),
        ("Screencast from 2026-11-20 09-14-05.webm", datetime(2026, 11, 20, 9, 14, 5)),
        ("Replay_2026-11-20_09-14-05.mp4", datetime(2026, 11, 20, 9, 14, 5)),
        ("recording-20261120-091405.mp4", datetime(2026, 11, 20, 9, 14, 5)),
        ("Screenrecorder-2026-11-20-09-14-05-123.mp4", datetime(2026, 11, 20, 9, 14, 5)),
        ("CleanShot 2026-11-20 at 12.01.09 AM.mp4", datetime(2026, 11, 20, 0, 1, 9)),
        ("simplescreenrecorder-2026-11-20_09.14.05.mkv", datetime(2026, 11, 20, 9, 14, 5)),
        ("2026-11-20T09:14:05.mp4", datetime(2026, 11, 20, 9, 14, 5)),
        ("standup 2026-11-20.mp4", datetime(2026, 11, 20)),
        ("2026-02-31 10-00-00.mp4", None),
        ("take 12.mp4", None),
        ("1080p-20999999.mp4", None),
    ],
)
def test_times_in_names(name: str, moment: datetime | None) -> None:
    assert from_name(name) == (moment.astimezone() if moment else None)


def test_where_the_time_comes_from(tmp_path: Path) -> None:
    path = tmp_path / "2026-01-02 03-04-05.mkv"
    path.write_bytes(b"x")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    told = started_at(path, {"creation_time": "2026-11-20T09:14:05.000000Z"}, 10)
    assert datetime.fromisoformat(told[0]).timestamp() == datetime.fromisoformat("2026-11-20T09:14:05+00:00").timestamp()
    assert told[1] == "container"
    assert started_at(path, {"com.apple.quicktime.creationdate": "2026-11-20T09:14:05+0100"}, 10) == (
        "2026-11-20T09:14:05+01:00",
        "container",
    )
    assert started_at(path, {"creation_time": "1904-01-01T00:00:00.000000Z"}, 10)[1] == "name"  # a clock never set
    other = path.rename(tmp_path / "take.mkv")
    told = started_at(other, {"date": "2026"}, 10)
    assert told[1] == "mtime"
    assert datetime.fromisoformat(told[0]).timestamp() == 1_700_000_000 - 10
