"""What the app remembers between starts: where each review stood, the theme, whether the guide was seen.

A small JSON file, written whole and renamed into place; one that cannot be read is as good as none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from escribano_tui.whole_file import write_whole

MOST_PLACES: Final = 500


@dataclass(frozen=True, slots=True)
class Place:
    """Where a review stood: the time cursor and the visible part of the time line, in ms."""

    cursor_ms: int = 0
    view_start_ms: int = 0
    view_end_ms: int = 0


class Places:
    """What is remembered. Without a path nothing is kept after the app has closed."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        data = _read(path)
        self._places = {k: p for k, p in ((k, _place(v)) for k, v in _table(data.get("places")).items()) if p}
        self._flags = {k: v for k, v in _table(data.get("flags")).items() if isinstance(v, (str, bool))}

    def of(self, recording_id: str) -> Place | None:
        return self._places.get(recording_id)

    def keep(self, recording_id: str, place: Place) -> None:
        self._places.pop(recording_id, None)
        self._places[recording_id] = place
        for old in list(self._places)[:-MOST_PLACES]:
            del self._places[old]

    def flag(self, name: str) -> str | bool:
        """A remembered value, or False."""
        return self._flags.get(name, False)

    def set_flag(self, name: str, value: str | bool) -> None:
        self._flags[name] = value

    def save(self) -> None:
        """Write it, readable by the owner only. Raises OSError."""
        if self._path is None:
            return
        data = {"places": {k: asdict(p) for k, p in dict(self._places).items()}, "flags": dict(self._flags)}
        write_whole(self._path, json.dumps(data), make_folder=True)


def _read(path: Path | None) -> Mapping[str, Any]:
    if path is None:
        return {}
    try:
        return _table(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError):
        return {}


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _place(value: object) -> Place | None:
    numbers = [_table(value).get(name) for name in ("cursor_ms", "view_start_ms", "view_end_ms")]
    if not all(isinstance(n, int) and n >= 0 for n in numbers):
        return None
    return Place(*(int(n or 0) for n in numbers))
