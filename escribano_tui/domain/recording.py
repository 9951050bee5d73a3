"""A recording and its tracks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Track:
    """One stream of sound.

    `name` is `embedded:N` (N counts the audio streams of the recording from 0), `mic` or `system`.
    `path` is the file that holds it; `stream_index` counts the audio streams in that file from 0.
    `fingerprint` is that of a file of its own, empty for an embedded track. `offset_s` is added to a time in the track
    to get a time of the recording (s from the first video frame).
    """

    name: str
    path: str
    stream_index: int = 0
    codec: str = ""
    sample_rate: int = 0
    channels: int = 0
    duration_s: float = 0.0
    offset_s: float = 0.0
    title: str = ""
    language: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Recording:
    """One video file, known by a fingerprint of its content.

    All times of a session are seconds from the first video frame (from the first sample of sound where there is
    no picture). `origin_s` is that moment in the container's own clock: container time = session time + origin_s.
    `width` and `height` are those of the picture as it is shown, after `rotation` (degrees clockwise);
    both are 0 where the file has no video. `fps` is the average rate, 0 where it is not known.
    `notes` say in plain sentences what is odd about the file and what was done about it.
    """

    id: str
    path: str
    fingerprint: str
    size_bytes: int
    duration_s: float
    width: int = 0
    height: int = 0
    fps: float = 0.0
    video_codec: str = ""
    rotation: int = 0
    origin_s: float = 0.0
    tracks: tuple[Track, ...] = ()
    started_at: str = ""
    started_at_source: str = "mtime"
    notes: tuple[str, ...] = ()

    @property
    def has_video(self) -> bool:
        return self.width > 0 and self.height > 0

    @property
    def duration_ms(self) -> int:
        """Length in whole milliseconds, at least 1: what the segments tile."""
        return max(1, round(self.duration_s * 1000))


class UnusableInput(Exception):
    """The input cannot be used; the message says in one sentence why and what would help (exit status 3)."""
