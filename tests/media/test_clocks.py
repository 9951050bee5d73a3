"""Sound files that were recorded beside the recording are placed by what they hear in common."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from escribano_tui.domain.recording import Recording, Track
from escribano_tui.media.clocks import clock_offset
from escribano_tui.media.engine import MediaEngine
from escribano_tui.usecases.tracks import place_track
from tests.sounds import RATE, Sound, hiss, music, silence, voice, write_wav


def track(folder: Path, name: str, samples: Sound, offset_s: float = 0.0) -> Track:
    return Track(name, str(write_wav(folder / f"{name}.wav", samples)), offset_s=offset_s, fingerprint=name)


def said() -> Sound:
    return np.concatenate([silence(2), voice("two_cities"), silence(6), voice("beckett"), silence(3)])


@pytest.mark.parametrize("late_s", [-12.34, -0.52, 0.0, 3.21, 7.5])
def test_the_offset_is_found_to_a_hundredth_of_a_second(tmp_path: Path, late_s: float) -> None:
    whole = said()
    cut = whole[round(late_s * RATE) :] if late_s > 0 else np.concatenate([silence(-late_s), whole])
    heard = 0.3 * cut + hiss(len(cut) / RATE + 1, 0.003)[: len(cut)]
    found = clock_offset(track(tmp_path, "mic", heard), track(tmp_path, "embedded:0", whole), threading.Event())
    assert found == pytest.approx(late_s, abs=0.015)


def test_what_is_known_of_the_clocks_counts(tmp_path: Path) -> None:
    whole = said()
    reference = track(tmp_path, "embedded:0", whole, offset_s=1.5)
    found = clock_offset(track(tmp_path, "mic", whole, offset_s=0.25), reference, threading.Event())
    assert found == pytest.approx(1.25, abs=0.015)


def test_sounds_that_have_nothing_in_common_are_not_placed(tmp_path: Path) -> None:
    reference = track(tmp_path, "embedded:0", said())
    for k, other in enumerate((hiss(60, 0.05), music(60), silence(60), silence(0.5), voice("beckett")[: 5 * RATE])):
        assert clock_offset(track(tmp_path, f"mic{k}", other), reference, threading.Event()) is None


def test_a_given_track_is_placed_and_the_note_says_how(tmp_path: Path) -> None:
    whole = said()
    embedded = track(tmp_path, "embedded:0", whole)
    recording = Recording("r", "r.mp4", "f", 1, 70.0, tracks=(embedded,), notes=("Odd.",))
    media = MediaEngine()
    placed = place_track(media, recording, track(tmp_path, "mic", whole[4 * RATE :]))
    assert [t.name for t in placed.tracks] == ["embedded:0", "mic"]
    assert placed.tracks[1].offset_s == pytest.approx(4.0, abs=0.015)
    assert placed.notes[0] == "Odd."
    assert placed.notes[1].startswith("The mic track mic.wav begins 4.0")
    again = place_track(media, placed, track(tmp_path, "system", whole))
    assert again.notes[2] == "The system track system.wav begins with the recording (found by comparing it with embedded:0)."
    other = place_track(media, again, track(tmp_path, "mic", hiss(30, 0.1)))
    assert len(other.notes) == 3
    assert other.notes[2].endswith("shares no sound with the other tracks: it is taken to begin with the recording.")
