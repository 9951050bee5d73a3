"""What of the pictures stays when a run is at its end: thumbnails, and full pictures where the profile keeps them."""

from __future__ import annotations

import os
from collections.abc import Sequence

from escribano_tui.domain.evidence import Frame
from escribano_tui.domain.recording import Recording
from escribano_tui.ports import Media, MediaFiles, Stop


def drop(files: MediaFiles, recording_id: str, frames: Sequence[Frame]) -> None:
    """They show something else than the recording does."""
    for frame in frames:
        files.drop_pictures(recording_id, frame.item)


def show_unread(files: MediaFiles, recording_id: str, frames: Sequence[Frame]) -> None:
    """Where nothing can be read here nobody can say what a picture shows: they are shown as they are."""
    for frame in frames:
        files.show(recording_id, frame.item)


def keep_whole(media: Media, files: MediaFiles, recording: Recording, frames: Sequence[Frame], stop: Stop) -> None:
    """Decode the full pictures that are to be kept and are not there, as of frames that an earlier run has read. Where the
    thumbnail has gone (a secret, a program that is never read) there is to be none, and none can be of a file that has gone.
    """
    wanted = {f.t_s: f for f in frames if _is_wanted(files, recording.id, f)}
    if not wanted or not os.path.exists(recording.path):
        return
    for picture in media.pictures(recording, sorted(wanted), stop):
        files.keep_whole(recording.id, wanted[picture.t_s].item, picture.image)


def _is_wanted(files: MediaFiles, recording_id: str, frame: Frame) -> bool:
    if not frame.thumbnail or files.whole(recording_id, frame.thumbnail):
        return False
    return files.thumbnail(recording_id, frame.thumbnail).exists()
