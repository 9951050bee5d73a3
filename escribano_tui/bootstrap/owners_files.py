"""What the owner wrote: profiles, cues, templates, settings, keys, themes; a bad file is named and left aside."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from escribano_tui.config.paths import Paths, data, find_paths, shipped
from escribano_tui.config.profiles import Profiles, load_profiles
from escribano_tui.config.toml_file import read_text

if TYPE_CHECKING:
    from escribano_tui.config.settings import ModelSettings
    from escribano_tui.domain.profile import Profile


def known_profiles(paths: Paths | None = None) -> Profiles:
    """The shipped profiles with the owner's laid over them."""
    return load_profiles(shipped("profiles.toml"), (paths or find_paths()).own_profiles)


def profile_or_first(paths: Paths, name: str) -> Profile:
    """A profile by its name; the first one where the owner has none of that name any more."""
    known = known_profiles(paths).profiles
    return next((p for p in known if p.name == name), known[0])


def model_settings(paths: Paths) -> ModelSettings:
    """What models may take, as the owner's settings say."""
    from escribano_tui.config.settings import load_settings

    return load_settings(paths.own_settings)[0].models


def own_cues(paths: Paths) -> tuple[str, str]:
    """The text of the owner's cues as it is now, and what is wrong with it: a bad file is named and left aside."""
    try:
        text = read_text(paths.own_cues)
    except ValueError as why:
        return "", f"{paths.own_cues}: {why} The shipped cues serve meanwhile."
    wrong = _wrong_cues(text)
    return ("", f"{paths.own_cues}: {wrong} The shipped cues serve meanwhile.") if wrong else (text, "")


@lru_cache(maxsize=8)
def _wrong_cues(text: str) -> str:
    """What is wrong with an owner's cues, or the empty string."""
    if not text:
        return ""
    from escribano_tui.domain.cues import BadCues, parse_cues

    try:
        parse_cues(shipped_cues(), text)
    except BadCues as why:
        return str(why)
    return ""


@lru_cache(maxsize=1)
def shipped_cues() -> str:
    """The text of the cues that ship with the package."""
    return data("cues.toml").read_text(encoding="utf-8")


def template_names(paths: Paths) -> list[str]:
    """The formats of summaries, the owner's own among them."""
    from escribano_tui.backends.writing.templates import load

    return list(load(paths.own_templates)[0])


def run_problems(paths: Paths | None = None) -> list[str]:
    """What is wrong with the files of the owner's that a run looks at: profiles, cues, summary templates, settings."""
    from escribano_tui.backends.writing.templates import load
    from escribano_tui.config.settings import load_settings

    paths = paths or find_paths()
    wrong = own_cues(paths)[1]
    settings = load_settings(paths.own_settings)[1]
    return [*known_profiles(paths).problems, *([wrong] if wrong else []), *load(paths.own_templates)[1], *settings]


def problems(paths: Paths) -> list[str]:
    """What is wrong with all the files that the owner wrote."""
    from escribano_tui.config.keymap import load_keymap
    from escribano_tui.config.themes import load_themes

    appearance = (*load_keymap(paths.own_keys).problems, *load_themes([paths.own_themes]).problems)
    kept = keeping_problem(paths)
    return [*([kept] if kept else []), *run_problems(paths), *appearance]


def keeping_problem(paths: Paths) -> str:
    """What is wrong with the owner's rules of keeping, or the empty string."""
    from escribano_tui.config.keeping_file import KeepingFile

    try:
        KeepingFile(paths.own_settings).load()
    except ValueError as why:
        return f"{why} No rule is applied meanwhile."
    return ""
