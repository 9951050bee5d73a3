"""The system's clipboard, where this machine has a program for it; the terminal's own way (OSC 52) works beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping

Which = Callable[[str], "str | None"]
_PATIENCE_S = 3.0


def program(
    which: Which = shutil.which, platform: str = sys.platform, environment: Mapping[str, str] = os.environ
) -> tuple[str, ...] | None:
    """What takes text for the clipboard on its standard input; None where nothing does."""
    wayland, x11 = bool(environment.get("WAYLAND_DISPLAY")), bool(environment.get("DISPLAY"))
    choices = (
        (platform == "darwin", ("pbcopy",)),
        (wayland, ("wl-copy",)),
        (x11, ("xclip", "-selection", "clipboard")),
        (x11, ("xsel", "--clipboard", "--input")),
        (bool(environment.get("WSL_DISTRO_NAME")), ("clip.exe",)),
    )
    for fits, (name, *arguments) in choices:
        found = which(name) if fits else None
        if found:
            return (found, *arguments)
    return None


def put(text: str, argv: tuple[str, ...] | None = None) -> bool:
    """Whether the system's clipboard holds the text now. Blocks: call it from a worker thread."""
    argv = argv or program()
    if argv is None:
        return False
    try:
        # Some of these stay in the background to serve the text: nothing of ours may stay open in them.
        done = subprocess.run(
            argv, input=text.encode(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=_PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
