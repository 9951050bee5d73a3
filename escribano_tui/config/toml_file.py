"""Reading a file that the owner wrote: what is wrong with it is one sentence, the same for every file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from escribano_tui.domain.text import clean_line


def read_text(path: Path) -> str:
    """Its text, empty where there is no such file. Raises ValueError with a sentence about “it”."""
    if not path.exists():
        return ""
    if not path.is_file():  # a pipe would keep us waiting
        raise ValueError("it is no file.")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as why:
        raise ValueError("it is not UTF-8 text.") from why
    except OSError as why:
        raise ValueError(f"it cannot be read: {(why.strerror or str(why)).lower()}.") from why


def read_toml(path: Path) -> dict[str, Any]:
    """Its tables, none where there is no such file. Raises ValueError with a sentence about “it”."""
    return parse_toml(read_text(path))


def parse_toml(text: str) -> dict[str, Any]:
    """Tables of TOML text. Raises ValueError with a sentence about “it”."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as why:
        raise ValueError(f"it is not TOML: {clean_line(str(why), 120)}.") from why
