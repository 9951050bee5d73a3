"""Profiles from TOML: the shipped ones, the owner's laid over them, and the original's environment variables on top."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from escribano_tui.config.toml_file import parse_toml, read_text
from escribano_tui.domain.profile import SECTIONS, Profile
from escribano_tui.domain.text import clean_line

# The original's variables: (section, field, type).
ENVIRONMENT: dict[str, tuple[str, str, type]] = {
    "ESCRIBANO_VLM_MODEL": ("describe", "model", str),
    "ESCRIBANO_VLM_BATCH_SIZE": ("describe", "batch_size", int),
    "ESCRIBANO_VLM_MAX_TOKENS": ("describe", "max_tokens", int),
    "ESCRIBANO_SAMPLE_INTERVAL": ("frames", "base_interval_s", float),
    "ESCRIBANO_SAMPLE_GAP_THRESHOLD": ("frames", "gap_threshold_s", float),
    "ESCRIBANO_SAMPLE_GAP_FILL": ("frames", "gap_fill_s", float),
    "ESCRIBANO_SCENE_THRESHOLD": ("scan", "sensitivity", float),
    "ESCRIBANO_SCENE_MIN_INTERVAL": ("scan", "min_interval_s", float),
}


class ProfileError(ValueError):
    """A profile cannot be used; the message names the file, the line and the field."""


@dataclass(frozen=True, slots=True)
class Profiles:
    """Profiles in the order of their files, and what was wrong with the owner's file or environment."""

    profiles: tuple[Profile, ...]
    problems: tuple[str, ...] = ()

    def get(self, name: str) -> Profile:
        """Raises LookupError with a sentence that names those there are."""
        for profile in self.profiles:
            if profile.name == name:
                return profile
        known = ", ".join(p.name for p in self.profiles)
        raise LookupError(f"There is no profile “{clean_line(name, 60)}”; there are: {known}.")


def load_profiles(shipped: Path, own: Path | None, environ: Mapping[str, str] = os.environ) -> Profiles:
    """The shipped file must be right (ProfileError); a wrong owner's file is named and left aside as a whole."""
    profiles = {p.name: p for p in _read(shipped, {})}
    if not profiles:
        raise ProfileError(f"{shipped}: the profiles that ship with the program are not there.")
    problems: list[str] = []
    if own is not None and own.exists():
        try:
            profiles = {**profiles, **{p.name: p for p in _read(own, profiles)}}
        except ProfileError as error:
            problems.append(f"{error} The shipped profiles serve meanwhile.")
            if excluded := _excluded(own):
                problems[-1] += " What it says is never to be read is not read all the same."
                profiles = {name: _without(profile, excluded) for name, profile in profiles.items()}
    overridden = []
    for profile in profiles.values():
        changed, wrong = override(profile, environ)
        overridden.append(changed)
        problems += [w for w in wrong if w not in problems]
    return Profiles(tuple(overridden), tuple(problems))


def _excluded(own: Path) -> tuple[str, ...]:
    """Every name in an `exclude` of a file that cannot be used: a slip elsewhere in it must not let a secret be read."""
    try:
        text = own.read_text(encoding="utf-8", errors="replace") if own.is_file() else ""
    except OSError:
        return ()
    lists = re.findall(r"\bexclude[\"']?\s*=\s*\[([^\]]*)", text)
    return tuple(clean_line(a or b) for inside in lists for a, b in re.findall(r'"([^"\n]+)"|\'([^\'\n]+)\'', inside))


def _without(profile: Profile, excluded: tuple[str, ...]) -> Profile:
    names = tuple(dict.fromkeys((*profile.read.exclude, *excluded)))
    return replace(profile, read=replace(profile.read, exclude=names))


def override(profile: Profile, environ: Mapping[str, str]) -> tuple[Profile, list[str]]:
    """The profile with the original's environment variables applied, and what was wrong with them."""
    problems = []
    for variable, (section, name, kind) in ENVIRONMENT.items():
        text = environ.get(variable, "").strip()
        if not text:
            continue
        try:
            value: object = kind(text)
        except ValueError:
            problems.append(f"{variable} should be a number, not “{clean_line(text, 40)}”: it is left aside.")
            continue
        wrong = check_field(section, name, value)
        if wrong:
            problems.append(f"{variable}: {wrong} It is left aside.")
            continue
        profile = replace(profile, **{section: replace(getattr(profile, section), **{name: value})})
    return profile, problems


def _read(path: Path, base: Mapping[str, Profile]) -> Iterator[Profile]:
    try:
        text = read_text(path)
        tables = parse_toml(text)
    except ValueError as why:
        raise ProfileError(f"{path}: {why}") from why
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise ProfileError(f"{path}, line {_line(text, [name])}: {name} should be a section [{name}].")
        yield _profile(path, text, name, table, base.get(name) or Profile(name))


def _profile(path: Path, text: str, name: str, table: dict[str, Any], base: Profile) -> Profile:
    def fail(field: list[str], why: str) -> ProfileError:
        return ProfileError(f"{path}, line {_line(text, [name, *field])}, {'.'.join([name, *field])}: {why}")

    profile = base
    for key, value in table.items():
        if key == "description":
            profile = replace(profile, description=clean_line(str(value), 300))
            continue
        if key not in SECTIONS or not isinstance(value, dict):
            raise fail([key], f"there is no such section; there are: {', '.join(SECTIONS)}.")
        changes: dict[str, Any] = {}
        for field_name, given in value.items():
            wanted = tuple(given) if isinstance(given, list) else given
            if isinstance(wanted, int) and not isinstance(wanted, bool) and _kind(key, field_name) is float:
                wanted = float(wanted)
            wrong = check_field(key, field_name, wanted)
            if wrong:
                raise fail([key, field_name], wrong)
            changes[field_name] = wanted
        profile = replace(profile, **{key: replace(getattr(profile, key), **changes)})
    return profile


def _kind(section: str, name: str) -> type | None:
    default = getattr(getattr(Profile("x"), section), name, None)
    return None if default is None else type(default)


def check_field(section: str, name: str, value: object) -> str:
    """What is wrong with a value for a field, as a sentence; empty where it is right."""
    instance = getattr(Profile("x"), section, None)
    field = next((f for f in fields(instance) if f.name == name), None) if instance is not None else None
    if instance is None or field is None:
        known = ", ".join(f.name for f in fields(instance)) if instance is not None else ", ".join(SECTIONS)
        return f"there is no such field; there are: {known}."
    expected = type(getattr(instance, name))
    if type(value) is not expected or (expected is tuple and not all(isinstance(v, str) for v in value)):  # type: ignore[attr-defined]
        names = {float: "a number", int: "a whole number", str: "text", bool: "true or false", tuple: "a list of names"}
        return f"this should be {names[expected]}."
    meta = field.metadata
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value):  # nan lies within any bounds
            return "this should be a finite number."
        low, high = meta.get("low"), meta.get("high")
        if (low is not None and value < low) or (high is not None and value > high):
            return f"this should lie between {low:g} and {high:g}{' ' + meta['unit'] if meta.get('unit') else ''}."
    choices = meta.get("choices") or ()
    if choices and value not in choices:
        return f"this should be one of: {', '.join(choices)}."
    return ""


def _line(text: str, path: list[str]) -> int:
    """Line of a key in TOML text, as near as a scan by section and key can tell; 1 where it is not found."""
    section, at = "", 1
    wanted_section, key = (".".join(path[:-1]), path[-1]) if len(path) > 1 else ("", path[0])
    for number, line in enumerate(text.splitlines(), 1):
        head = re.match(r"\s*\[\s*([^\]]+?)\s*\]", line)
        if head:
            section = head.group(1).replace('"', "").replace(" ", "")
            if section == ".".join(path):
                return number
            if section == wanted_section:
                at = number
        elif section == wanted_section and re.match(rf'\s*"?{re.escape(key)}"?\s*=', line):
            return number
    return at
