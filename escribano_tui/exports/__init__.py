"""One file a format: each has `render(dossier) -> str`, a pure function, imported when it is first asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from escribano_tui.domain.session import Dossier

Render = Callable[[Dossier], str]
Thumbnail = Callable[[str, str], Path]  # (recording id, file name) -> where the picture lies

NAMES: tuple[str, ...] = ("json", "md", "srt", "vtt", "csv", "html", "truth")


class _Formats(Mapping[str, Render]):
    """Renderers by name; a module is imported when its renderer is first called."""

    def __init__(self, thumbnail: Thumbnail | None) -> None:
        self._thumbnail = thumbnail

    def __getitem__(self, name: str) -> Render:
        if name not in NAMES:
            raise KeyError(name)

        def render(dossier: Dossier) -> str:
            module = importlib.import_module(f"{__name__}.{name}")
            if name == "html" and self._thumbnail:
                return str(module.render(dossier, _reader(self._thumbnail, dossier.session.recording.id)))
            return str(module.render(dossier))

        return render

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


def _reader(thumbnail: Thumbnail, recording_id: str) -> Callable[[str], bytes | None]:
    """Bytes of a picture, or None where it has been removed."""

    def read(name: str) -> bytes | None:
        path = thumbnail(recording_id, name)
        return path.read_bytes() if path.is_file() else None

    return read


def renderers(thumbnail: Thumbnail | None = None) -> Mapping[str, Render]:
    """Renderers by name; with `thumbnail`, the formats that can show pictures have them."""
    return _Formats(thumbnail)
