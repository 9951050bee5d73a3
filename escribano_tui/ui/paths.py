"""Paths as they are typed, pasted and dropped."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

MEDIA = frozenset((
    ".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".ts", ".mts", ".flv", ".wmv", ".ogv", ".mpg", ".mpeg", ".gif",
    ".m4a", ".mp3", ".wav", ".ogg", ".opus", ".flac",
))  # fmt: skip
_LINES = re.compile(r"[\r\n]+")


def dropped(text: str) -> list[str]:
    """The paths in what a terminal types when files are dropped on it: quoted, escaped, or as `file://` addresses.

    Empty where the text is no path, so that it can be taken as text.
    """
    paths: list[str] = []
    for line in _LINES.split(text.strip()):
        if line.strip():
            paths += _of_line(line.strip())
    return paths if paths and all(_looks_like_a_path(p) for p in paths) else []


def _of_line(line: str) -> list[str]:
    if Path(line).expanduser().exists():
        return [line]
    try:
        parts = shlex.split(line)
    except ValueError:
        parts = [line]
    return [_from_address(p) for p in parts]


def _from_address(text: str) -> str:
    return unquote(urlsplit(text).path) if text.startswith("file://") else text


def _looks_like_a_path(text: str) -> bool:
    path = Path(text).expanduser()
    try:
        return path.exists() or ((path.is_absolute() or text.startswith(("~", "."))) and path.suffix.lower() in MEDIA)
    except (OSError, ValueError):
        return False


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the file browser."""

    name: str
    path: str
    folder: bool
    size: int = 0


def browse(typed: str, most: int = 500) -> list[Entry]:
    """What a typed path could go on to: folders first, then files that may be recordings, those that start so."""
    expanded = os.path.expanduser(typed) if typed else ""
    folder, _, begun = expanded.rpartition("/")
    base = Path(folder + "/") if "/" in expanded else Path.cwd()
    entries: list[Entry] = []
    try:
        with os.scandir(base) as listing:
            for item in listing:
                entry = _entry(item, begun)
                if entry is not None:
                    entries.append(entry)
    except (OSError, ValueError):
        return []
    entries.sort(key=lambda e: (not e.folder, e.name.casefold()))
    return entries[:most]


def _entry(item: os.DirEntry[str], begun: str) -> Entry | None:
    if not item.name.casefold().startswith(begun.casefold()) or (item.name.startswith(".") and not begun.startswith(".")):
        return None
    try:
        if item.is_dir():
            return Entry(item.name + "/", item.path + "/", True)
        known = os.path.splitext(item.name)[1].lower() in MEDIA
        return Entry(item.name, item.path, False, item.stat().st_size) if known else None
    except OSError:
        return None
