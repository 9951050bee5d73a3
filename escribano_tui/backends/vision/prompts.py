"""The prompt of the vision backends: a file that the owner may replace by one of the same name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from escribano_tui.domain.activity import ACTIVITIES, MEANINGS

FILE = "describe.txt"
_PLACE = "$ACTIVITIES"
_MOST = 20_000  # characters; a prompt is no book


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked. `digest` is kept with each answer and is part of the phase's key."""

    text: str
    digest: str


def load_prompt(own_prompts: Path = Path()) -> Prompt:
    """The owner's prompt where there is one that can be read, else the shipped one."""
    text = _own(own_prompts) or resources.files("escribano_tui.data").joinpath("prompts", FILE).read_text(encoding="utf-8")
    told = text[:_MOST].replace(_PLACE, "\n".join(f"- {name}: {MEANINGS[name]}" for name in ACTIVITIES)).strip()
    return Prompt(told, hashlib.blake2b(told.encode(), digest_size=6).hexdigest())


def _own(folder: Path) -> str:
    """The owner's text; empty where there is none. The empty path stands for no folder, not for this one."""
    if folder == Path():
        return ""
    try:
        return (folder / FILE).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
