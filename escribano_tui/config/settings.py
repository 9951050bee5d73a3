"""Settings of the program itself, from `settings.toml`: how much memory models may take, and for how long."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from escribano_tui.domain.profile import setting


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The section [models]. Speech, reading, vision and writing models share the limit."""

    memory_share: float = setting(0.5, "share of this machine's memory that all models may take", low=0.05, high=0.95)
    memory_mb: float = setting(0.0, "the same in MB; 0 is by the share", unit="MB", low=0.0, high=10_000_000.0)
    idle_s: float = setting(300.0, "a model that nobody has used for so long is let go of", unit="s", low=1.0, high=86_400.0)


def load_settings(path: Path) -> tuple[ModelSettings, list[str]]:
    """The owner's settings, and what is wrong with the file: it is then left aside as a whole."""
    if not path.exists():
        return ModelSettings(), []
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        return _read(tables), []
    except (OSError, UnicodeDecodeError, ValueError) as why:
        return ModelSettings(), [f"{path}: {why} The defaults serve meanwhile."]


def _read(tables: dict[str, Any]) -> ModelSettings:
    unknown = sorted(set(tables) - {"models"})
    if unknown:
        raise ValueError(f"there is no section [{unknown[0]}]; there is: [models].")
    known = {f.name: f for f in fields(ModelSettings)}
    given: dict[str, float] = {}
    models = tables.get("models", {})
    if not isinstance(models, dict):
        raise ValueError("models should be a section [models].")
    for name, value in models.items():
        if name not in known:
            raise ValueError(f"models.{name}: there is no such setting; there are: {', '.join(known)}.")
        low, high = known[name].metadata["low"], known[name].metadata["high"]
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ValueError(f"models.{name}: this should be a number between {low:g} and {high:g}.")
        given[name] = float(value)
    return replace(ModelSettings(), **given)
