"""A library with one drafted recording in it, made without running a pipeline."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from escribano_tui.domain.evidence import Frame, Utterance
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.segment import Segment, Subject
from escribano_tui.domain.session import PhaseRecord
from escribano_tui.store.library import LibraryStore

RECORDING = Recording("a1b2c3d4e5f6", "/films/x.mp4", "a1b2c3d4e5f6aa", 5, 60.0, 1920, 1080, 30.0, "h264")
SEGMENTS = (
    Segment("s1", 0, 20_000, "coding", "parser.py", apps=("Geany",), subject_id="b1", confidence=0.9),
    Segment("s2", 20_000, 40_000, "research", "docs", apps=("Firefox",), subject_id="b1", confidence=0.6),
    Segment("s3", 40_000, 60_000, "coding", "parser.py", apps=("Geany",), subject_id="b1", confidence=0.8),
)
SUBJECTS = (Subject("b1", "the parser"),)


def drafted(tmp_path: Path, segments: tuple[Segment, ...] = SEGMENTS) -> LibraryStore:
    """A store whose recording has been drafted by the profile quick."""
    store = LibraryStore(tmp_path / "home" / "library.db")
    store.recordings.save(RECORDING)
    draft(store, segments, "quick")
    return store


HEARD = Utterance("u1", 21.0, 23.0, "let me look it up", "embedded:0")


def draft(store: LibraryStore, segments: tuple[Segment, ...], key: str, heard: Utterance = HEARD) -> None:
    """Another run that has drafted the recording."""
    run = store.runs.begin(RECORDING.id, key)
    frames = store.outputs.open(RECORDING.id, "frames", key, "", "")
    for segment in segments:
        frame = Frame(segment.start_s + 2, "change", segment.start_s, segment.end_s, phash=hash(segment.title) & (1 << 64) - 1)
        store.outputs.put(frames.id, frame.item, [frame])
    said = store.outputs.open(RECORDING.id, "transcribe", key, "", "")
    store.outputs.put(said.id, "u", [heard])
    subjects = store.outputs.open(RECORDING.id, "subjects", key, "", "")
    store.outputs.put(subjects.id, "all", [*segments, *SUBJECTS])
    for name, output in (("frames", frames), ("transcribe", said), ("subjects", subjects)):
        store.runs.phase(run.id, PhaseRecord(name, "finished", output_id=output.id))
    store.runs.end(run.id, "finished", 1.0)


def with_title(segment: Segment, title: str) -> Segment:
    return replace(segment, title=title)
