"""The owner's keys: read from `keys.toml`, checked for unknown commands, unknown keys and clashes.

The file has a table for each screen and a key, or a list of keys, for each command, for example::

    [review]
    split = "|"
    merge-next = ["m", "ctrl+m"]
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from escribano_tui.config.commands import BY_ID, COMMANDS, WHERE, Command
from escribano_tui.config.toml_file import read_toml
from escribano_tui.domain.text import clean_line

MODIFIERS: Final = ("ctrl", "shift", "alt", "meta", "super", "hyper")
NAMED: Final = frozenset(
    ("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete", "backspace", "enter", "escape",
     "tab", "space")
) | {f"f{k}" for k in range(1, 25)}  # fmt: skip
# Where Textual's name of a character is not its Unicode name.
_RENAMED: Final = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_SHOWN: Final = {
    "escape": "esc", "delete": "del", "backspace": "bksp", "pageup": "pgup", "pagedown": "pgdn",
    "up": "↑", "down": "↓", "left": "←", "right": "→",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Keymap:
    """The keys of every command, and a sentence for each thing that is wrong with the owner's file."""

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {c.id: c.keys for c in COMMANDS})
    problems: tuple[str, ...] = ()

    def of(self, command_id: str) -> tuple[str, ...]:
        return self.keys[command_id]

    def shown(self, command_id: str) -> str:
        """The first key of a command as it is printed; empty where it has none."""
        keys = self.keys[command_id]
        return show_key(keys[0]) if keys else ""

    @property
    def changed(self) -> dict[str, tuple[str, ...]]:
        """Commands whose keys are not the default ones."""
        return {i: keys for i, keys in self.keys.items() if keys != BY_ID[i].keys}


def name_of(character: str) -> str:
    """The name of the key that types a character, as Textual has it: `?` is `question_mark`."""
    if character == " ":
        return "space"
    if character.isalnum():
        return character
    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    return _RENAMED.get(name, name)


_CHARACTERS: Final = {name_of(chr(code)): chr(code) for code in range(33, 127)}


def parse_key(text: str) -> str | None:
    """The long form of a key such as `?`, `ctrl+p`, `shift+f3` or `+`; None where it is no key."""
    if text == "+" or text.endswith("++"):
        modifiers, key = text[:-2], "+"
    else:
        modifiers, _, key = text.rpartition("+")
    parts = [m.strip().lower() for m in modifiers.split("+")] if modifiers else []
    if any(m not in MODIFIERS for m in parts) or len(set(parts)) != len(parts):
        return None
    if not key or (len(key) == 1 and not key.isprintable()):
        return None
    long = name_of(key) if len(key) == 1 else key.strip().lower()
    if long not in NAMED and long not in _CHARACTERS and not (len(long) == 1 and long.isalnum()):
        return None
    return "+".join([m for m in MODIFIERS if m in parts] + [long])


def show_key(key: str) -> str:
    """A key as it is printed: `question_mark` is `?`."""
    *modifiers, last = key.split("+")
    shown = _SHOWN.get(last, _CHARACTERS.get(last, last))
    return "+".join([*modifiers, shown])


def load_keymap(path: Path) -> Keymap:
    """The default keys with those of the owner's file. What is wrong is named and left at its default."""
    try:
        return check_keymap(read_toml(path), path.name)
    except ValueError as why:
        return Keymap(problems=(f"{path.name}: {why}",))


def check_keymap(data: Mapping[str, object], source: str = "keys.toml") -> Keymap:
    """The same for data that has been read."""
    wanted: dict[str, tuple[str, ...]] = {}
    problems: list[str] = []
    for where, table in data.items():
        place = "app" if where == "everywhere" else where
        if place not in WHERE or not isinstance(table, Mapping):
            problems.append(f"{source}: [{clean_line(where, 40)}] is not a screen; screens are {', '.join(WHERE)}")
            continue
        for name, value in table.items():
            command = BY_ID.get(f"{place}.{name}")
            if command is None:
                problems.append(f"{source}: [{place}] {clean_line(name, 40)} is not a command")
                continue
            keys, problem = _keys_of(value)
            if problem:
                problems.append(f"{source}: [{place}] {name}: {problem}")
            else:
                wanted[command.id] = keys
    return _without_clashes(wanted, problems, source)


def _keys_of(value: object) -> tuple[tuple[str, ...], str]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts or not all(isinstance(t, str) for t in texts):
        return (), "a key, or a list of keys, is expected"
    keys = []
    for text in texts:
        key = parse_key(text)
        if key is None:
            return (), f"“{clean_line(text, 20)}” is not a key"
        keys.append(key)
    return tuple(dict.fromkeys(keys)), ""


def _without_clashes(wanted: dict[str, tuple[str, ...]], problems: list[str], source: str) -> Keymap:
    """Take the owner's keys one by one; one that would clash stays at its default and is named."""
    while True:
        keys = {c.id: wanted.get(c.id, c.keys) for c in COMMANDS}
        clash = next(((a, b, k) for a, b, k in clashes(keys) if a in wanted or b in wanted), None)
        if clash is None:
            return Keymap(keys, tuple(problems))
        one, other, key = clash
        loser = other if other in wanted else one
        problems.append(f"{source}: {show_key(key)} would do both {one} and {other}; {loser} keeps its own keys")
        del wanted[loser]


def clashes(keys: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str, str]]:
    """(command, command, key) for each key that does two things on one screen."""
    found: list[tuple[str, str, str]] = []
    everywhere = _owners(keys, "app", found)
    for where in WHERE:
        if where != "app":
            for key, owner in _owners(keys, where, found).items():
                if key in everywhere:
                    found.append((everywhere[key], owner, key))
    return found


def _owners(keys: Mapping[str, tuple[str, ...]], where: str, found: list[tuple[str, str, str]]) -> dict[str, str]:
    owners: dict[str, str] = {}
    for command in COMMANDS:
        if command.where == where:
            for key in keys[command.id]:
                if key in owners:
                    found.append((owners[key], command.id, key))
                owners.setdefault(key, command.id)
    return owners


__all__ = [
    "Command", "Keymap", "check_keymap", "clashes", "load_keymap", "name_of", "parse_key", "show_key",
]  # fmt: skip
