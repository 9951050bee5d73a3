"""Settings of the program itself, from `settings.toml`: what the app offers first, what models may take."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

from escribano_tui.config.profile_file import without
from escribano_tui.config.toml_file import read_toml
from escribano_tui.domain.profile import setting
from escribano_tui.whole_file import write_whole

SECTIONS: Final = ("app", "models")
_OF_OTHERS: Final = ("keeping",)  # keeping_file.py reads it


@dataclass(frozen=True, slots=True)
class AppSettings:
    """The section [app]."""

    profile: str = setting("quick", "profile that is offered first")
    notify: bool = setting(True, "tell the terminal when a run has ended and it is not in front")


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The section [models]. Speech, reading, vision and writing models share the limit."""

    memory_share: float = setting(0.5, "share of this machine's memory that all models may take", low=0.05, high=0.95)
    memory_mb: float = setting(0.0, "the same in MB; 0 is by the share", unit="MB", low=0.0, high=10_000_000.0)
    idle_s: float = setting(300.0, "a model that nobody has used for so long is let go of", unit="s", low=1.0, high=86_400.0)
    lines_mb: float = setting(
        64.0, "what lines of text may weigh that the reader knows again in other recordings; those used least recently go",
        unit="MB", low=0.0, high=100_000.0,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    app: AppSettings = field(default_factory=AppSettings)
    models: ModelSettings = field(default_factory=ModelSettings)


def load_settings(path: Path) -> tuple[Settings, list[str]]:
    """The owner's settings, and what is wrong with the file: it is then left aside as a whole."""
    try:
        return _read(read_toml(path)), []
    except ValueError as why:
        return Settings(), [f"{path}: {why} The defaults serve meanwhile."]


def check_setting(section: str, name: str, value: object) -> str:
    """What is wrong with a value, as a sentence, or the empty string."""
    f = next(f for f in fields(getattr(Settings(), section)) if f.name == name)
    before = getattr(getattr(Settings(), section), name)
    low, high = f.metadata["low"], f.metadata["high"]
    if isinstance(before, bool):
        return "" if isinstance(value, bool) else "this should be true or false."
    if isinstance(before, str):
        return "" if isinstance(value, str) and value else "this should be a name."
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        return f"this should be a number between {low:g} and {high:g}."
    return ""


def _read(tables: dict[str, Any]) -> Settings:
    known = (*SECTIONS, *_OF_OTHERS)
    unknown = sorted(set(tables) - set(known))
    if unknown:
        raise ValueError(f"there is no section [{unknown[0]}]; there are: {', '.join(f'[{s}]' for s in known)}.")
    settings = Settings()
    for section, table in ((s, tables[s]) for s in SECTIONS if s in tables):
        if not isinstance(table, dict):
            raise ValueError(f"{section} should be a section [{section}].")
        settings = replace(settings, **{section: _section(section, table)})
    return settings


def _section(section: str, table: dict[str, Any]) -> Any:
    before: Any = getattr(Settings(), section)
    known = {f.name for f in fields(before)}
    for name, value in table.items():
        if name not in known:
            raise ValueError(f"{section}.{name}: there is no such setting; there are: {', '.join(sorted(known))}.")
        wrong = check_setting(section, name, value)
        if wrong:
            raise ValueError(f"{section}.{name}: {wrong}")
    return replace(before, **{n: float(v) if isinstance(getattr(before, n), float) else v for n, v in table.items()})


def save_settings(path: Path, settings: Settings) -> None:
    """Write what differs from the defaults; all that is no section of ours stays, with its comments.

    Raises ValueError where the file is no TOML, OSError where it cannot be written; it is then as it was.
    """
    import tomli_w

    text = path.read_text(encoding="utf-8") if path.exists() else ""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path.name} is not TOML: {error}. Mend it first; nothing was written.") from error
    for section in SECTIONS:
        mine, theirs = getattr(settings, section), getattr(Settings(), section)
        table = {f.name: getattr(mine, f.name) for f in fields(mine) if getattr(mine, f.name) != getattr(theirs, f.name)}
        kept = without(text, section).rstrip()
        told = tomli_w.dumps({section: table}) if table else ""
        text = "\n\n".join(part for part in (kept, told) if part)
    write_whole(path, f"{text.rstrip()}\n" if text.strip() else "", make_folder=True)
