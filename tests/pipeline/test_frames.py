"""The phases probe, scan and frames on small recordings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from escribano_tui.domain.evidence import Change, Envelope, Frame, LeftOut
from escribano_tui.domain.profile import DescribeSettings, FramesSettings, Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.media.engine import MediaEngine
from escribano_tui.media.files import RecordingFiles
from escribano_tui.pipeline.describe import Describe
from escribano_tui.pipeline.frames import CLOSE, LESS_CLEAR, NOTHING_NEW, OVER, UNREADABLE, Frames
from escribano_tui.pipeline.looks import look, newness, phash, tells
from escribano_tui.pipeline.probe import Probe
from escribano_tui.pipeline.reading.stored_pictures import StoredPictures
from escribano_tui.pipeline.scan import Scan
from escribano_tui.ports import Cancelled, Picture, Stop
from tests.fakes import MemoryContext
from tests.media.films import Film, Scene, page, shoot
from tests.pipeline.test_describe import Backends, Eye, Page, choice

TYPED = tuple(Scene(12 + 0.5 * k, 1, "def station_code(name)"[: 2 * k + 2]) for k in range(10))
SCENES = (Scene(0, 0), Scene(10, 1), *TYPED, Scene(24, 2), Scene(36, 0))
PROFILE = Profile("test", frames=FramesSettings(still_gap_s=15.0))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shoot(tmp_path_factory.mktemp("film") / "film.mp4", Film(SCENES, 50.0, fps=5, options={"g": "40"}))


@pytest.fixture
def context(film: Path, tmp_path: Path) -> MemoryContext:
    engine = MediaEngine()
    scan = MemoryContext(engine.probe(film), profile=PROFILE, media=engine)
    Scan().run(scan)
    files = RecordingFiles(tmp_path / "media")
    found = [one for items in scan.items.values() for one in items]
    return MemoryContext(scan.recording, profile=PROFILE, media=engine, files=files, earlier={"scan": found})


def frames(context: MemoryContext) -> list[Frame]:
    return context.mine(Frame)


def test_probe_puts_the_file_on_record(film: Path) -> None:
    context = MemoryContext(replace(MediaEngine().probe(film), notes=("Something is odd.",)))
    Probe().run(context)
    assert context.items == {"file": []}
    assert context.notes == ["320x240 h264, no sound · Something is odd."]
    again = context.resumed()
    Probe().run(again)
    assert again.puts == []


def test_scan_gives_changes_and_motion(film: Path) -> None:
    engine = MediaEngine()
    context = MemoryContext(engine.probe(film), media=engine)
    Scan().run(context)
    changes, (motion,) = context.mine(Change), context.mine(Envelope)
    assert [c.t_s for c in changes if c.size == "large"] == pytest.approx([10, 24, 36], abs=0.21)
    assert motion.name == "motion"
    assert context.notes[-1].endswith("changes in 250 packets")
    assert context.progressed[-1][0] == 250
    again = context.resumed()
    Scan().run(again)
    assert again.puts == []


def test_what_has_no_pictures_is_skipped() -> None:
    sound = Recording("r", "r.m4a", "f", 1, 10.0)
    assert Scan().skip(sound, PROFILE)
    assert Frames().skip(sound, PROFILE)
    assert not Scan().skip(replace(sound, width=10, height=10), PROFILE)


def test_every_page_and_what_was_typed_is_seen(context: MemoryContext) -> None:
    Frames().run(context)
    found = frames(context)
    assert found[0].reason == "intro"
    assert found[-1].reason == "outro"
    for start_s, end_s in ((0, 10), (10, 24), (24, 36), (36, 50)):
        assert [f for f in found if start_s + 0.3 <= f.t_s < end_s]
    assert [f for f in found if 16.5 < f.t_s < 24 and f.to_read]  # after the last word
    assert len(found) <= 12
    assert not context.failed


def test_frames_know_from_when_until_when_they_show(context: MemoryContext) -> None:
    Frames().run(context)
    changes = [c.t_s for c in context.load("scan", Change)]
    before: Frame | None = None
    for frame in frames(context):
        assert frame.shows_from_s <= frame.t_s <= frame.shows_until_s
        assert not [t for t in changes if frame.shows_from_s < t <= frame.t_s]
        assert not [t for t in changes if frame.t_s < t < frame.shows_until_s]
        assert before is None or frame.shows_from_s >= before.t_s or frame.shows_from_s == 0
        before = frame


def test_pictures_are_kept_for_those_who_want_them(context: MemoryContext) -> None:
    Frames().run(context)
    folder = context.files.folder(context.recording.id)
    for frame in frames(context):
        assert context.files.thumbnail(context.recording.id, frame.thumbnail).is_file()
        assert not (folder / frame.thumbnail).exists(), "it is not shown before somebody has looked at it"
        work = context.files.work(context.recording.id, frame.item)
        assert (work is not None) == (frame.to_read or frame.to_describe)
        assert 0 <= frame.score <= 1
        assert (
            work is None or look(work).phash == pytest.approx(frame.phash) or (look(work).phash ^ frame.phash).bit_count() <= 6
        )
    assert {round(t) for t, thumbnail, _ in context.looks if thumbnail} == {round(f.t_s) for f in frames(context)}


def test_reading_and_looking_get_their_sizes_from_one_decode(context: MemoryContext) -> None:
    asked: list[float] = []

    class Counting(MediaEngine):
        def pictures(self, recording: Recording, times_s: Sequence[float], stop: Stop) -> Iterator[Picture]:
            asked.extend(times_s)
            return super().pictures(recording, times_s, stop)

    context.media = Counting()
    Frames().run(context)
    assert len(asked) == len(set(asked))
    taken = [f for f in frames(context) if f.to_read and f.to_describe]
    eye, settings = Eye(), replace(PROFILE.frames, description_side=160)
    looking = MemoryContext(
        context.recording, profile=replace(PROFILE, frames=settings, describe=DescribeSettings(look_every_s=0.0)),
        backends=Backends(eye, Page()), choice=choice("eye"), files=context.files, media=context.media,
        earlier={"frames": list(taken), "read": [f.item for f in taken], "scan": list(context.load("scan", Envelope))},
    )  # fmt: skip
    asked.clear()
    Describe().run(looking)
    assert sorted(eye.asked) == [f.t_s for f in taken]
    assert eye.sizes == {(120, 160, 3)}
    assert {image.shape for f in taken if (image := StoredPictures(looking).get(f)) is not None} == {(240, 320, 3)}
    assert not asked


def test_still_stretches_have_one_each(context: MemoryContext) -> None:
    Frames().run(context)
    times = [f.t_s for f in frames(context)]
    assert max(np.diff(times)) <= 15.01
    still = [f for f in frames(context) if f.reason == "gap" and f.t_s > 37]
    assert all(not f.to_read for f in still)  # nothing new to be read there


def test_a_run_that_was_stopped_goes_on_to_the_same_end(context: MemoryContext, tmp_path: Path) -> None:
    whole = context.resumed()
    Frames().run(whole)
    for stop_after in range(1, len(whole.puts)):
        part = context.resumed()
        part.files = RecordingFiles(tmp_path / f"m{stop_after}")
        part.cancel_after = stop_after
        with pytest.raises(Cancelled):
            Frames().run(part)
        rest = part.resumed()
        Frames().run(rest)
        assert frames(rest) == frames(whole)
        assert set(part.puts).isdisjoint(rest.puts)


def test_a_picture_that_cannot_be_decoded_is_counted(context: MemoryContext) -> None:
    class Lossy(MediaEngine):
        def pictures(self, recording: Recording, times_s: Sequence[float], stop: Stop) -> Iterator[Picture]:
            return (p for p in super().pictures(recording, times_s, stop) if not 24 < p.t_s < 36)

    context.media = Lossy()
    Frames().run(context)
    assert context.failed
    assert all("cannot be decoded" in message for message in context.failed.values())
    lost = set(context.failed)
    again = context.resumed(retry_failed=True)
    again.media = MediaEngine()
    Frames().run(again)
    assert lost <= set(again.items)
    assert not again.failed


def test_the_cap_is_told(context: MemoryContext) -> None:
    context.profile = replace(PROFILE, frames=replace(PROFILE.frames, most_per_minute=2.0))
    Frames().run(context)
    assert len(frames(context)) <= 2
    assert "over the cap" in context.notes[-1]


@pytest.mark.parametrize(("most", "reason"), [(20.0, NOTHING_NEW), (3.0, OVER)])
def test_what_is_left_out_is_kept_with_its_reason(context: MemoryContext, most: float, reason: str) -> None:
    context.profile = replace(PROFILE, frames=replace(PROFILE.frames, policy="grid", still_gap_s=60.0, most_per_minute=most))
    Frames().run(context)
    counts = {one.why: 0 for one in context.mine(LeftOut)}
    for one in context.mine(LeftOut):
        counts[one.why] += one.count
        assert one.track == ""
    assert {CLOSE, OVER, NOTHING_NEW, LESS_CLEAR} >= set(counts) >= {reason}
    same = [one for one in context.mine(LeftOut) if one.why in (NOTHING_NEW, LESS_CLEAR)]
    assert len(same) + len(frames(context)) == len(context.items)
    assert all(f"{count} {why}" in context.notes[-1] for why, count in counts.items())
    again = context.resumed()
    Frames().run(again)
    assert again.mine(LeftOut) == context.mine(LeftOut)


def blurring(context: MemoryContext, blurred: bool) -> MemoryContext:
    """A page that comes at 10 s and is not settled before 11.4 s, as far as the packets tell; blurred until then, or not."""
    import cv2

    class Blurring(MediaEngine):
        def keyframes(self, recording: Recording, stop: Stop) -> Sequence[float]:
            return []

        def pictures(self, recording: Recording, times_s: Sequence[float], stop: Stop) -> Iterator[Picture]:
            for t_s in times_s:
                image = page(0 if t_s < 10 else 1)
                if blurred and 10 <= t_s < 11.4:
                    image = cv2.addWeighted(
                        cv2.GaussianBlur(image, (9, 9), 3), 0.5, cv2.GaussianBlur(page(0), (9, 9), 3), 0.5, 0
                    )
                yield Picture(t_s, t_s, image)

    values = tuple(0.55 if 10 <= 0.5 * k < 11.5 else 0.0 for k in range(50))
    found = [Change(10.0, 0.9, "large"), Envelope("motion", 0.5, values)]
    recording = replace(context.recording, duration_s=25.0)
    return MemoryContext(recording, profile=PROFILE, media=Blurring(), files=context.files, earlier={"scan": found})


def test_of_two_that_show_the_same_stretch_the_clearer_goes_on(context: MemoryContext) -> None:
    unsettled = blurring(context, blurred=True)
    Frames().run(unsettled)
    (first,) = [f for f in frames(unsettled) if 10 < f.t_s < 13]
    assert first.t_s >= 11.4
    (out,) = [one for one in unsettled.mine(LeftOut) if one.why == LESS_CLEAR]
    assert 10 < out.start_s < 11.4
    assert f"1 {LESS_CLEAR}" in unsettled.notes[-1]
    assert not [f for f in frames(unsettled) if f.t_s == out.start_s]


def test_where_both_are_clear_the_settled_one_goes_on_and_each_stretch_is_seen(context: MemoryContext) -> None:
    clear = blurring(context, blurred=False)
    Frames().run(clear)
    assert len([f for f in frames(clear) if 10 < f.t_s < 13]) == 1
    assert [f for f in frames(clear) if f.t_s < 10]


def test_what_cannot_be_decoded_gives_way_to_one_beside_it(context: MemoryContext) -> None:
    lossy = blurring(context, blurred=False)
    whole = lossy.media.pictures
    lossy.media.pictures = lambda *args: (p for p in whole(*args) if not 10 < p.t_s < 11)  # type: ignore[method-assign]
    Frames().run(lossy)
    assert not lossy.failed
    assert [one.why for one in lossy.mine(LeftOut) if 10 < one.start_s < 11] == [UNREADABLE]
    assert [f for f in frames(lossy) if 11 < f.t_s < 13]


def test_thorough_reads_more(context: MemoryContext) -> None:
    Frames().run(context)
    settings = FramesSettings(policy="grid", read_interval_s=2.0, most_per_minute=40.0, still_gap_s=15.0)
    thorough = context.resumed()
    thorough.items, thorough.profile = {}, replace(PROFILE, frames=settings)
    Frames().run(thorough)
    assert sum(f.to_read for f in frames(thorough)) > sum(f.to_read for f in frames(context))


def test_newness_sees_a_word_and_not_a_cursor() -> None:
    before, word = look(page(1)).gray, look(page(1, "word")).gray
    assert newness(before, before) == 0.0
    assert newness(None, before) == 1.0
    assert 0.002 < newness(before, word) < 0.05
    assert newness(before, look(page(2)).gray) > 0.3


def test_phash_is_near_for_like_and_far_for_unlike_pictures() -> None:
    rng = np.random.default_rng(1)

    def noisy(image: Any) -> Any:
        return np.clip(image.astype(int) + rng.integers(-6, 7, image.shape), 0, 255).astype(np.uint8)

    one, same, other = look(page(1)), look(noisy(page(1))), look(page(2))
    assert (one.phash ^ same.phash).bit_count() <= 6
    assert (one.phash ^ other.phash).bit_count() > 10
    assert 0 <= phash(one.gray) < 2**64


def test_a_nearly_blank_picture_tells_nothing_and_a_window_in_use_does(tmp_path: Path) -> None:
    import cv2

    blank = np.full((360, 640, 3), 250, np.uint8)
    blank[:14] = 60  # a panel
    blank[40:44, 30:160:3] = 0  # a line of text
    rng = np.random.default_rng(3)
    busy = np.full((360, 640, 3), 250, np.uint8)
    for left, right in ((0, 180), (200, 630)):  # a sidebar, and a page of lines of different lengths
        for y in range(20, 350, 8):
            busy[y : y + 4, left : left + int(rng.integers(40, right - left)) : 3] = int(rng.integers(0, 120))
    for name, picture in (("blank.jpg", blank), ("busy.jpg", busy)):
        assert cv2.imwrite(str(tmp_path / name), picture)
    assert not tells(tmp_path / "blank.jpg")
    assert tells(tmp_path / "busy.jpg")
    assert not tells(tmp_path / "gone.jpg")
