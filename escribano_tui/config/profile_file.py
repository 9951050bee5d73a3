"""Writing a profile into the owner's `profiles.toml`: its own tables are replaced, all other lines stay as they are."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from escribano_tui.config.paths import shipped
from escribano_tui.config.profiles import ProfileError, check_field, load_profiles
from escribano_tui.domain.profile import SECTIONS, Profile
from escribano_tui.whole_file import write_whole

_NAME: Final = re.compile(r"^[a-z0-9][a-z0-9_-]{0,39}$")
_HEADER: Final = re.compile(r"""^\s*\[\s*(?P<first>"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)\s*(?:\.|\])""")


def wrong_name(name: str) -> str:
    """What is wrong with the name of a profile, or the empty string."""
    return "" if _NAME.match(name) else "A profile's name is made of a-z, 0-9, - and _, at most 40 of them."


def differences(profile: Profile, base: Profile) -> dict[str, Any]:
    """What a file must say of a profile that is read over `base`: tables of the fields that differ."""
    told: dict[str, Any] = {}
    if profile.description != base.description:
        told["description"] = profile.description
    for section in SECTIONS:
        mine, theirs = getattr(profile, section), getattr(base, section)
        table = {
            f.name: _plain(getattr(mine, f.name)) for f in fields(mine) if getattr(mine, f.name) != getattr(theirs, f.name)
        }
        if table:
            told[section] = table
    return told


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def save_profile(path: Path, profile: Profile, base: Profile) -> None:
    """Write a profile that is read over `base`: the shipped one of the same name, else `Profile(name)`.

    Comments and order of all that is not this profile's stay. Raises ProfileError where a value is wrong or the file is
    not TOML, OSError where it cannot be written; the file is then as it was.
    """
    import tomli_w

    problem = wrong_name(profile.name) or _wrong_field(profile)
    if problem:
        raise ProfileError(problem)
    before = path.read_text("utf-8") if path.exists() else ""
    if before:
        try:
            tomllib.loads(before)
        except tomllib.TOMLDecodeError as error:
            raise ProfileError(f"{path.name} is not TOML: {error}. Mend it first; nothing was written.") from error
    kept = without(before, profile.name)
    table = tomli_w.dumps({profile.name: differences(profile, base)})
    after = f"{kept.rstrip()}\n\n{table}" if kept.strip() else table
    if _others(after, profile.name) != _others(before, profile.name):
        raise ProfileError(f"{path.name} cannot be changed without loss: edit it by hand. Nothing was written.")
    write_whole(path, after, make_folder=True)


def base_of(name: str) -> Profile:
    """What a profile is read over: what ships under its name, else the defaults."""
    try:
        return load_profiles(shipped("profiles.toml"), None, {}).get(name)
    except LookupError:
        return Profile(name)


def _others(text: str, name: str) -> dict[str, Any] | None:
    try:
        return {k: v for k, v in tomllib.loads(text).items() if k != name}
    except tomllib.TOMLDecodeError:
        return None


def _wrong_field(profile: Profile) -> str:
    for section in SECTIONS:
        settings = getattr(profile, section)
        for f in fields(settings):
            wrong = check_field(section, f.name, getattr(settings, f.name))
            if wrong:
                return f"{section}.{f.name}: {wrong}"
    return ""


def without(text: str, name: str) -> str:
    """TOML text without the tables of a profile, and without the comments inside of them."""
    kept: list[str] = []
    comments: list[str] = []  # since the last line of another kind: they belong to what follows
    mine = False
    for line in text.splitlines(keepends=True):
        if line.lstrip().startswith("#"):
            comments.append(line)
            continue
        header = _HEADER.match(line)
        was_mine, mine = mine, (header.group("first").strip("\"'") == name if header else mine)
        if not (mine and was_mine):
            kept += comments
        comments = []
        if not mine:
            kept.append(line)
    return "".join(kept + ([] if mine else comments))
