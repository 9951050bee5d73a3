"""The owner's rules in `cues.toml`: one is added or taken out, all other lines stay as they are."""

from __future__ import annotations

import os
import re
import tempfile
import threading
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from escribano_tui.domain.cues import BadCues, Cues, Rule, parse_cues
from escribano_tui.domain.learning import table_of

_RULE: Final = re.compile(r"^\s*\[\[\s*(?:rule|\"rule\"|'rule')\s*\]\]")
_HEADER: Final = re.compile(r"^\s*\[")


class RuleFileError(ValueError):
    """The file cannot be changed; the message says why, and it is as it was."""


@dataclass(frozen=True, slots=True)
class RuleFile:
    """Rules in the order of the file. `shipped` is the text of the cues that the file is read over."""

    path: Path
    shipped: str
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def rules(self) -> tuple[Rule, ...]:
        """Raises RuleFileError where the file cannot be used."""
        text = self._read()
        return self._parse(text).rules[: len(_tables(text))]  # the shipped ones, if any, stand behind

    def add(self, rule: Rule) -> None:
        """Write a rule at the end. Raises RuleFileError, OSError."""
        import tomli_w

        with self._writing:
            before = self._read()
            self._parse(before)
            table = table_of(rule)
            text = f"[[rule]]\n{tomli_w.dumps(table)}"
            after = f"{before.rstrip()}\n\n{text}" if before.strip() else text
            self._write(before, after, [*_tables(before), table])

    def remove(self, n: int) -> Rule:
        """Take the n-th rule out, from 1. Raises LookupError, RuleFileError, OSError."""
        with self._writing:
            before = self._read()
            rules = self.rules()
            if not 1 <= n <= len(rules):
                raise LookupError(f"There is no rule {n}; {_how_many(len(rules))}.")
            tables = _tables(before)
            self._write(before, without(before, n), tables[: n - 1] + tables[n:])
            return rules[n - 1]

    def _read(self) -> str:
        try:
            return self.path.read_bytes().decode("utf-8")  # line ends as they are
        except FileNotFoundError:
            return ""
        except UnicodeDecodeError as why:
            raise RuleFileError(f"{self.path.name} is not UTF-8 text: {why}.") from why

    def _parse(self, text: str) -> Cues:
        try:
            return parse_cues(self.shipped, text)
        except BadCues as why:
            raise RuleFileError(f"{self.path.name} cannot be used: {why}. Mend it first; nothing was written.") from why

    def _write(self, before: str, after: str, tables: list[dict[str, Any]]) -> None:
        """Only where the file then says what it said, but for this rule."""
        if not _says(after, {**_load(before), "rule": tables}):
            raise RuleFileError(f"{self.path.name} cannot be changed without loss: edit it by hand. Nothing was written.")
        self._parse(after)
        _replace(self.path.resolve(), after)  # a link to the file stays one


def _how_many(count: int) -> str:
    return "there are none" if not count else "there is one" if count == 1 else f"there are {count}"


def _load(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


def _tables(text: str) -> list[dict[str, Any]]:
    return list(_load(text).get("rule", []))


def _says(text: str, wanted: dict[str, Any]) -> bool:
    try:
        told = _load(text)
    except tomllib.TOMLDecodeError:
        return False
    return {**told, "rule": told.get("rule", [])} == wanted


def without(text: str, n: int) -> str:
    """TOML text without the n-th `[[rule]]`, from 1. Comments stay, but for those inside of it."""
    kept: list[str] = []
    pending: list[str] = []  # comments and blank lines: they belong to what follows
    seen, inside = 0, False
    for line in text.splitlines(keepends=True):
        if not line.strip() or line.lstrip().startswith("#"):
            pending.append(line)
            continue
        was_inside = inside
        if _HEADER.match(line):
            seen += bool(_RULE.match(line))
            inside = bool(_RULE.match(line)) and seen == n
        if not (inside and was_inside):
            kept += pending
        pending = []
        if not inside:
            kept.append(line)
    return "".join([*kept, *pending]).lstrip("\n")


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".cues-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
