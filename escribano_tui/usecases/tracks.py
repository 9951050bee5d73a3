"""Sound files given beside a recording: where they lie in it, and a sentence that says how that is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event

from escribano_tui.domain.recording import Recording, Track
from escribano_tui.domain.text import clean_line
from escribano_tui.ports import Media


def place_track(media: Media, recording: Recording, track: Track) -> Recording:
    """The recording with this track, its clock set by the first other track that hears the same.

    Where none does, it is taken to begin with the recording. A note says which.
    """
    begins_s = track.offset_s
    for reference in (t for t in recording.tracks if t.name != track.name):
        lag_s = media.clock_offset(track, reference, Event())
        if lag_s is not None:
            placed = replace(track, offset_s=round(begins_s + lag_s, 3))
            return _noted(with_track(recording, placed), track, _placed(placed.offset_s, reference))
    unplaced = with_track(recording, track)
    if len(unplaced.tracks) == 1:
        return _noted(unplaced, track, "is taken to begin with the recording")
    return _noted(unplaced, track, "shares no sound with the other tracks: it is taken to begin with the recording")


def with_track(recording: Recording, track: Track) -> Recording:
    """The recording with this track in place of the one of its name."""
    return replace(recording, tracks=(*(t for t in recording.tracks if t.name != track.name), track))


def _placed(offset_s: float, reference: Track) -> str:
    if abs(offset_s) < 0.005:
        return f"begins with the recording (found by comparing it with {reference.name})"
    side = "after" if offset_s > 0 else "before"
    return f"begins {abs(offset_s):.2f} s {side} the recording (found by comparing it with {reference.name})"


def _noted(recording: Recording, track: Track, said: str) -> Recording:
    begin = f"The {track.name} track"
    kept = tuple(note for note in recording.notes if not note.startswith(begin))
    return replace(recording, notes=(*kept, f"{begin} {clean_line(Path(track.path).name)} {said}."))
