"""Players that this machine has: to open a recording at a moment, and to hear a span of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Which = Callable[[str], "str | None"]


@dataclass(frozen=True, slots=True)
class Command:
    """What to start. `exact` says whether it goes to the moment, or only opens the file."""

    argv: tuple[str, ...]
    exact: bool = True


def video_player(path: str, t_s: float, which: Which | None = None, platform: str = sys.platform) -> Command | None:
    """How to look at a file from a moment on; None where nothing is there that could."""
    file = str(Path(path).absolute())  # absolute, so that it is never taken for an option
    at = f"{t_s:.3f}"
    choices: Sequence[tuple[str, tuple[str, ...], bool]] = (
        ("mpv", (f"--start={at}", "--force-window=yes", "--", file), True),
        ("iina", (f"--mpv-start={at}", "--", file), True),
        ("vlc", (f"--start-time={at}", file), True),
        ("ffplay", ("-loglevel", "quiet", "-ss", at, "-i", file), True),
        ("open" if platform == "darwin" else "xdg-open", (file,), False),
    )
    for name, arguments, exact in choices:
        found = (which or shutil.which)(name)
        if found:
            return Command((found, *arguments), exact)
    return None


def picture_viewer(path: str, which: Which | None = None, platform: str = sys.platform) -> Command | None:
    """How to look at a picture; None where nothing is there that could."""
    found = (which or shutil.which)("open" if platform == "darwin" else "xdg-open")
    return Command((found, str(Path(path).absolute()))) if found else None


def sound_player(path: str, start_s: float, end_s: float, which: Which | None = None) -> Command | None:
    """How to hear a span of a file, without a window; None where nothing is there that could."""
    file = str(Path(path).absolute())
    at, length = f"{start_s:.3f}", f"{end_s - start_s:.3f}"
    choices = (
        ("mpv", ("--no-video", "--really-quiet", f"--start={at}", f"--length={length}", "--", file)),
        ("ffplay", ("-nodisp", "-autoexit", "-loglevel", "quiet", "-ss", at, "-t", length, "-i", file)),
    )
    for name, arguments in choices:
        found = (which or shutil.which)(name)
        if found:
            return Command((found, *arguments))
    return None


def start(command: Command) -> subprocess.Popen[bytes]:
    """Start it beside the app, away from its terminal. Raises OSError."""
    return subprocess.Popen(
        command.argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
