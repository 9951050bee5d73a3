"""Files that are kept, pictures that look alike, bytes of packets."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.media.files import THUMBNAIL_SIDE, RecordingFiles
from escribano_tui.media.glimpse import unlike
from escribano_tui.media.packets import packets_of
from escribano_tui.media.payload import av1_frames, vp9_frames, without_filler
from escribano_tui.media.similarity import looks_of
from tests.media.films import page

HASHES = st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=60)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_files_are_for_the_owner_alone(tmp_path: Path) -> None:
    files = RecordingFiles(tmp_path / "media")
    name = files.save_thumbnail("abc", "0000001000", page(1))
    files.save_work("abc", "0000001000", page(1))
    assert files.show("abc", "0000001000", whole=True)
    folder = files.folder("abc")
    assert mode(folder) == mode(folder / "work") == mode(folder / "whole") == mode(tmp_path / "media") == 0o700
    found = [path for path in folder.rglob("*") if path.is_file()]
    assert {mode(path) for path in found} == {0o600}
    assert {folder / name, folder / "work" / "0000001000.jpg", folder / "whole" / "0000001000.jpg"} <= set(found)


def test_pictures_are_aside_until_they_are_shown_and_then_stay(tmp_path: Path) -> None:
    files = RecordingFiles(tmp_path)
    for name in ("a", "b", "c"):
        file = files.save_thumbnail("abc", name, page(1))
        files.save_work("abc", name, page(1))
        assert files.thumbnail("abc", file).parent.name == "work"
    assert files.show("abc", "a")
    assert files.show("abc", "b", whole=True)
    assert files.show("abc", "b", whole=True), "twice is once"
    files.save_thumbnail("abc", "b", page(2))
    assert files.show("abc", "b"), "a newer one takes the place of the older one"
    files.clear_work("abc")
    assert sorted(str(p.relative_to(tmp_path / "abc")) for p in tmp_path.rglob("*") if p.is_file()) == [
        "a.jpg", "b.jpg", "whole/b.jpg"
    ]  # fmt: skip
    assert files.whole("abc", "a.jpg") is None
    assert files.whole("abc", "[odd].jpg") is None
    assert files.thumbnail("abc", "a.jpg") == tmp_path / "abc" / "a.jpg"
    files.drop_pictures("abc", "b")
    assert files.whole("abc", "b.jpg") is None
    assert not (tmp_path / "abc" / "b.jpg").exists()
    assert not files.show("abc", "c"), "it was never shown, and is gone"
    files.save_work("abc", "c", page(3))
    assert files.show("abc", "c"), "made of the picture at work"


def test_where_there_are_no_hard_links_pictures_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr("os.link", refuse)
    files = RecordingFiles(tmp_path)
    files.save_work("abc", "a", page(1))
    assert files.show("abc", "a", whole=True)
    files.clear_work("abc")
    assert mode(tmp_path / "abc" / "a.jpg") == mode(tmp_path / "abc" / "whole" / "a.jpg") == 0o600


def test_work_pictures_come_back_as_they_were_and_go(tmp_path: Path) -> None:
    files = RecordingFiles(tmp_path)
    image = page(2)
    files.save_work("abc", "a", image)
    files.save_work("abc", "b", image)
    back = files.work("abc", "a")
    assert back is not None
    assert back.shape == image.shape
    assert np.abs(back.astype(int) - image).mean() < 2
    files.drop_work("abc", "a")
    files.drop_work("abc", "a")
    assert files.work("abc", "a") is None
    assert files.work("abc", "b") is not None


def test_thumbnails_are_small(tmp_path: Path) -> None:
    files = RecordingFiles(tmp_path)
    name = files.save_thumbnail("abc", "wide", page(0, width=1600, height=400))
    assert files.show("abc", "wide")
    import cv2

    image = cv2.imread(str(files.folder("abc") / name))
    assert image is not None
    assert image.shape == (THUMBNAIL_SIDE // 4, THUMBNAIL_SIDE, 3)


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "..", "a..b/../c", "x" * 200, "a\0b"])
def test_names_never_lead_out_of_the_folder(tmp_path: Path, name: str) -> None:
    files = RecordingFiles(tmp_path)
    for act in (lambda: files.save_work("abc", name, page(0)), lambda: files.work(name, "x"), lambda: files.folder(name)):
        with pytest.raises(ValueError):
            act()


def test_no_half_files_are_left(tmp_path: Path) -> None:
    files = RecordingFiles(tmp_path)
    threads = [threading.Thread(target=files.save_work, args=("abc", "same", page(k))) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [p.name for p in (tmp_path / "abc" / "work").iterdir()] == ["same.jpg"]
    assert files.work("abc", "same") is not None


@given(hashes=HASHES, data=st.data(), most=st.integers(0, 64))
def test_similar_is_what_counting_bits_gives(hashes: list[int], data: st.DataObject, most: int) -> None:
    index = data.draw(st.integers(0, len(hashes) - 1))
    found = [k for k in looks_of(hashes).near(hashes[index], most) if k != index]
    distance = [(hashes[index] ^ h).bit_count() for h in hashes]
    assert sorted(found) == [k for k, d in enumerate(distance) if d <= most and k != index]
    assert [distance[k] for k in found] == sorted(distance[k] for k in found)


def test_an_index_without_frames() -> None:
    assert looks_of([]).near(5) == []


def test_unlike_is_a_share() -> None:
    black, white = np.zeros((90, 160), np.uint8), np.full((90, 160), 255, np.uint8)
    half = black.copy()
    half[:, :80] = 255
    assert unlike(black, black) == 0.0
    assert unlike(black, white) == 1.0
    assert unlike(black, half) == 0.5
    assert unlike(black, black[:45]) == 1.0  # another size: nothing to compare


def test_filler_does_not_count() -> None:
    slice_data = b"\x00\x00\x00\x09\x41\x9a\x12\x34\x56\x78\x9a\xbc\xde"
    filler = b"\x00\x00\x01\x00\x0c" + b"\xff" * 250 + b"\x80"
    assert without_filler(slice_data + filler)[0] - len(slice_data) <= 5
    assert without_filler(slice_data) == (len(slice_data), 0)


def test_hidden_frames_of_vp9() -> None:
    sizes = (900, 30)
    marker = 0xC0 | (1 << 3) | (len(sizes) - 1)
    index = bytes([marker]) + b"".join(s.to_bytes(2, "little") for s in sizes) + bytes([marker])
    data = bytes(sum(sizes)) + index
    assert vp9_frames(data) == (len(data), 900)
    assert vp9_frames(bytes(50)) == (50, 0)
    assert vp9_frames(bytes([marker])) == (1, 0)  # cut off


def test_hidden_frames_of_av1() -> None:
    def obu(kind: int, payload: bytes) -> bytes:
        return bytes([kind << 3 | 2, len(payload)]) + payload

    hidden, shown, again = b"\x20" + bytes(99), b"\x30" + bytes(19), b"\x80"
    unit = obu(2, b"") + obu(6, hidden) + obu(6, shown) + obu(3, again)
    assert av1_frames(unit) == (len(unit), 100)
    assert av1_frames(obu(6, shown)) == (22, 0)
    assert av1_frames(unit[:40])[0] == 40  # cut off


def test_packets_without_times_are_left_out() -> None:
    packets = packets_of(
        [(0, 0, 10, True, 1, 0), (None, None, 5, False, 1, 0), (None, 2, 7, False, 1, 0), (3, 3, 0, False, 0, 0)], 0.5, True
    )
    assert packets.time_s.tolist() == [0.0, 1.0]
    assert packets.end_s == 1.5
