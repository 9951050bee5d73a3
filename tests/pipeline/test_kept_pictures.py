"""Which pictures stay: thumbnails of what was looked at, full ones where they are wanted, none of what is not to be seen."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from escribano_tui.domain.evidence import Frame
from escribano_tui.domain.profile import FramesSettings, Profile
from escribano_tui.media.files import RecordingFiles
from escribano_tui.pipeline.kept_pictures import keep_whole, show_unread
from escribano_tui.pipeline.plan import make_key
from escribano_tui.pipeline.read import Read
from escribano_tui.pipeline.scan import Scan
from escribano_tui.ports import Cancelled
from tests.fakes import MemoryContext
from tests.pipeline.reading_room import RECORDING
from tests.pipeline.test_exclusions import HARBOUR, KEY, MAIL, VAULT, picture, session

WINDOWS = [HARBOUR, VAULT, KEY, KEY, MAIL, VAULT, HARBOUR, HARBOUR]
SAME = {3, 7}  # look like the one before
SEEN = [0, 4, 6, 7]  # neither the vault nor the key


class Exact(RecordingFiles):
    """The drawn reader knows lines by every pixel: what it is given has not been through a JPEG."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._exact: dict[str, Any] = {}

    def save_work(self, recording_id: str, name: str, image: Any) -> None:
        super().save_work(recording_id, name, image)
        self._exact[name] = image.copy()

    def work(self, recording_id: str, name: str) -> Any:
        return self._exact[name] if super().work(recording_id, name) is not None else None


def taken(root: Path, whole: bool, **more: Any) -> MemoryContext:
    """As the frames phase leaves it."""
    context = session(WINDOWS, **more)
    files = Exact(root)
    frames = [replace(f, thumbnail=f"{f.item}.jpg", to_read=k not in SAME) for k, f in enumerate(context.earlier["frames"])]  # type: ignore[type-var]
    for frame, window in zip(frames, WINDOWS, strict=True):
        files.save_thumbnail(RECORDING.id, frame.item, picture(window))
        files.save_work(RECORDING.id, frame.item, picture(window))
    context.files, context.earlier = files, {"frames": frames}
    context.profile = replace(context.profile, frames=FramesSettings(keep_pictures=whole))
    return context


def kept(root: Path) -> set[str]:
    return {str(p.relative_to(root / RECORDING.id)) for p in root.rglob("*") if p.is_file()}


def expected(context: MemoryContext, *folders: str) -> set[str]:
    frames: Any = context.earlier["frames"]
    return {f"{folder}{frames[k].item}.jpg" for k in SEEN for folder in folders}


@pytest.mark.parametrize("whole", [False, True])
def test_pictures_of_secrets_and_of_what_is_never_read_go(tmp_path: Path, whole: bool) -> None:
    context = taken(tmp_path, whole)
    Read().run(context)
    context.files.clear_work(RECORDING.id)
    assert kept(tmp_path) == expected(context, "", *(["whole/"] if whole else []))


@pytest.mark.parametrize("after", range(1, len(WINDOWS)))
def test_a_run_that_is_broken_off_leaves_what_it_looked_at_and_goes_on(tmp_path: Path, after: int) -> None:
    context = taken(tmp_path, True, cancel_after=after)
    with pytest.raises(Cancelled):
        Read().run(context)
    context.files.clear_work(RECORDING.id)  # as every run does at its end
    frames: Any = context.earlier["frames"]
    read = {frame.item for frame in frames[:after]}
    assert kept(tmp_path) == {name for name in expected(context, "", "whole/") if Path(name).stem in read}
    Read().run(context.resumed())
    context.files.clear_work(RECORDING.id)
    assert kept(tmp_path) == expected(context, "", "whole/"), "decoded again"


def test_pictures_that_an_earlier_run_did_not_keep_are_decoded(tmp_path: Path) -> None:
    context = taken(tmp_path, False)
    Read().run(context)
    context.files.clear_work(RECORDING.id)
    frames: Any = context.earlier["frames"]
    film = tmp_path / "film.mp4"
    recording = replace(RECORDING, path=str(film))
    keep_whole(context.media, context.files, recording, frames, threading.Event())
    assert not (tmp_path / RECORDING.id / "whole").exists(), "the recording has gone"
    film.write_bytes(b"")
    for _ in range(2):
        keep_whole(context.media, context.files, recording, frames, threading.Event())
    film.unlink()
    assert kept(tmp_path) == expected(context, "", "whole/")
    assert context.media.asked == [[frames[k].t_s for k in SEEN]], "those of secrets are not even decoded, and none twice"


def test_where_nothing_can_be_read_pictures_are_shown_as_they_are(tmp_path: Path) -> None:
    context = taken(tmp_path, False)
    frames: Any = context.earlier["frames"]
    show_unread(context.files, RECORDING.id, frames)
    context.files.clear_work(RECORDING.id)
    assert kept(tmp_path) == {f"{f.item}.jpg" for f in frames if isinstance(f, Frame)}


def test_to_keep_pictures_computes_nothing_again() -> None:
    plain, keeping = Profile("p"), Profile("p", frames=FramesSettings(keep_pictures=True))
    denser = Profile("p", frames=FramesSettings(most_per_minute=30.0))
    frames: Any = type("Frames", (Scan,), {"name": "frames"})()
    keys = [make_key(RECORDING, frames, profile, None, {}) for profile in (plain, keeping, denser)]
    assert keys[0] == keys[1] != keys[2]
