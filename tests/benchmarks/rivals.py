"""The programs that the media engine is measured against, run as they are usually run."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

_TIME = re.compile(r"pts_time:([\d.]+)")
SCENE = "select='gt(scene,0.4)',metadata=print:file=-"


def has_ffmpeg() -> bool:
    return shutil.which("ffmpeg") is not None


def has_scenedetect() -> bool:
    return find_spec("scenedetect") is not None


def ffmpeg_scenes(path: Path, keyframes_only: bool = False) -> list[float]:
    """Times of ffmpeg's scene filter, all pictures or keyframes alone."""
    skip = ["-skip_frame", "nokey"] if keyframes_only else []
    done = _ffmpeg([*skip, "-i", f"file:{path}", "-an", "-vf", SCENE, "-f", "null", "-"])
    return [float(t) for t in _TIME.findall(done.decode())]


def scenedetect_scenes(path: Path, detector: str) -> list[float]:
    """Beginnings of the scenes that PySceneDetect finds with its `content`, `adaptive` or `hash` detector."""
    import scenedetect

    kinds = {
        "content": scenedetect.ContentDetector, "adaptive": scenedetect.AdaptiveDetector, "hash": scenedetect.HashDetector,
    }  # fmt: skip
    scenes: Any = scenedetect.detect(str(path), kinds[detector](), show_progress=False)
    return [float(start.get_seconds()) for start, _ in scenes[1:]]


def ffmpeg_frame(path: Path, pts_s: float, width: int, height: int) -> Any:
    """One picture by a process of its own; `pts_s` is when it is shown."""
    before = max(0.0, pts_s - 0.002)
    how = ["-ss", f"{before:.4f}", "-i", f"file:{path}", "-an", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "bgr24", "-"]
    data = _ffmpeg(how)
    return np.frombuffer(data, dtype=np.uint8).reshape(height, width, 3) if len(data) == 3 * width * height else None


def ffmpeg_energy(path: Path, step_s: float, rate: int) -> int:
    """How many steps of ffmpeg's astats there are."""
    told = "ametadata=print:key=lavfi.astats.Overall.RMS_level:file=-"
    graph = f"asetnsamples={round(rate * step_s)},astats=metadata=1:reset=1,{told}"
    return _ffmpeg(["-i", f"file:{path}", "-vn", "-af", graph, "-f", "null", "-"]).count(b"RMS_level")


def _ffmpeg(arguments: list[str]) -> bytes:
    return subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", *arguments], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ).stdout
