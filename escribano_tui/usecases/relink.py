"""Finding a recording again that was moved or renamed: by its size first, then by its content."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from escribano_tui.domain.recording import Recording, UnusableInput
from escribano_tui.ports import Media

DEPTH = 3  # folders below each place that are looked through
MOST_ENTRIES = 50_000


def likely_places(recording: Recording) -> list[Path]:
    """Where a file mostly goes: near its old place, and where recordings are kept."""
    old = Path(recording.path).parent
    home = Path.home()
    near = [place for place in (old, old.parent) if place not in (Path("/"), home)]
    return [*near, *(home / name for name in ("Desktop", "Movies", "Videos", "Downloads"))]


def find_again(media: Media, recording: Recording, places: Iterable[Path]) -> Recording | None:
    """The recording at the place where it is now, or None."""
    for path in _of_size(places, recording.size_bytes):
        try:
            return at_path(media, recording, path)
        except UnusableInput:
            continue  # another file of the same size
    return None


def at_path(media: Media, recording: Recording, path: Path) -> Recording:
    """The recording with a file of the same content. Raises UnusableInput where it is another one."""
    found = media.probe(path.absolute())
    if found.fingerprint != recording.fingerprint:
        raise UnusableInput(f"{path.name} has another content than this recording.")
    tracks = tuple(replace(t, path=found.path) if t.path == recording.path else t for t in recording.tracks)
    return replace(recording, path=found.path, tracks=tracks)


def _of_size(places: Iterable[Path], size: int) -> Iterator[Path]:
    """Files of a size in and below some folders; what cannot be read is passed over."""
    seen: set[str] = set()
    left = MOST_ENTRIES
    waiting = [(str(place), 0) for place in places]
    while waiting and left > 0:
        folder, depth = waiting.pop(0)
        if folder in seen:
            continue
        seen.add(folder)
        try:
            entries = sorted(os.scandir(folder), key=lambda e: e.name)
        except OSError:
            continue
        for entry in entries:
            left -= 1
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if depth < DEPTH:
                    waiting.append((entry.path, depth + 1))
            elif entry.is_file() and entry.stat().st_size == size:
                yield Path(entry.path)
