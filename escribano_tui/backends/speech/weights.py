"""Weights of speech models on this machine: what the owner fetched, and what other programs left in the hub's cache."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from escribano_tui.backends.memory import total_mb

SHARE_FOR_DEFAULT = 0.25  # of the memory: larger models serve only where they are named


@dataclass(frozen=True, slots=True)
class Weights:
    name: str
    folder: Path
    size_mb: float


def find_weights(models: Path, family: str, wanted: tuple[str, ...]) -> list[Weights]:
    """Models of a family, largest first: folders below `models`/`family` and repositories in the hub's cache, that hold
    all files of `wanted` (patterns)."""
    own = [p for p in sorted((models / family).glob("*")) if _holds(p, wanted)]
    found = {p.name: Weights(p.name, p, _size_mb(p)) for p in own}
    for folder in _cached():
        name = _short(folder.parent.parent.name, family)
        if name and name not in found and _holds(folder, wanted):
            found[name] = Weights(name, folder, _size_mb(folder))
    return sorted(found.values(), key=lambda w: (-w.size_mb, w.name))


def pick(found: list[Weights], model: str, wanted: tuple[str, ...], most_mb: float = float("inf")) -> Weights | None:
    """The named one (a name, or the path of a folder), or the largest below `most_mb` that this machine has room for."""
    if model:
        folder = Path(model).expanduser()
        if folder.is_absolute() and _holds(folder, wanted):
            return Weights(folder.name, folder, _size_mb(folder))
        return next((w for w in found if w.name == model), None)
    room_mb = min(most_mb, total_mb() * SHARE_FOR_DEFAULT)
    return next((w for w in found if w.size_mb <= room_mb), None)


def knows(name: str, language: str) -> bool:
    """Whether a Whisper model knows a language: `.en` and the distilled ones know English only."""
    english = name.endswith(".en") or name.startswith("distil-")
    return not english or language.split("-")[0].lower() in ("", "en")


def _cached() -> list[Path]:
    """Snapshots in the cache of the hub's own client, which other programs share."""
    home = os.environ.get("HF_HUB_CACHE") or os.path.join(
        os.environ.get("HF_HOME") or os.path.expanduser("~/.cache/huggingface"), "hub"
    )
    return sorted(Path(home).glob("models--*/snapshots/*"), key=lambda p: str(p))


def _short(repository: str, family: str) -> str:
    """`models--Systran--faster-whisper-base.en` of the family faster-whisper is `base.en`; empty: of another family."""
    name = repository.split("--")[-1]
    if family == "mlx-vlm":  # of many families: whoever asks looks at their configuration
        return name if repository.startswith("models--mlx-community--") else ""
    marks = {"faster-whisper": ("faster-whisper-", "faster-distil-whisper-"), "mlx-whisper": ("whisper-", "distil-whisper-")}
    if family == "mlx-whisper" and not repository.startswith("models--mlx-community--"):
        return ""
    for mark in marks[family]:
        if name.startswith(mark):
            prefix = "distil-" if "distil" in mark else ""
            return (prefix + name.removeprefix(mark)).removesuffix("-mlx")
    return ""


def _holds(folder: Path, wanted: tuple[str, ...]) -> bool:
    return folder.is_dir() and all(any(folder.glob(pattern)) for pattern in wanted)


def _size_mb(folder: Path) -> float:
    return sum(p.stat().st_size for p in folder.iterdir() if p.is_file()) / 1e6
