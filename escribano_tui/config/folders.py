"""Where the screen recorders of this system put what they record."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

# GNOME's recorder, Kooha and Spectacle make folders of these names in the folder for videos.
_OF_RECORDERS: Final = ("Screencasts", "Screen Recordings", "Kooha", "OBS", "obs")


def recorder_folders() -> list[Path]:
    """Those that are there, the most likely first. Nothing is looked at but whether they exist."""
    import platformdirs

    videos = platformdirs.user_videos_path()
    likely = [videos / name for name in _OF_RECORDERS] + [videos]
    if sys.platform == "darwin":  # Screenshot and QuickTime save to the desktop unless told otherwise
        likely.insert(0, platformdirs.user_desktop_path())
    return [folder for folder in dict.fromkeys(likely) if folder.is_dir()]
