"""The owner's rules in `cues.toml`: one is added, changed or taken out, all other lines stay as they are.

Writers of all processes wait for one another by a lock beside the file; readers see it before or after, never half.
"""

from __future__ import annotations

import re
import threading
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from escribano_tui.domain.cues import BadCues, Cues, Rule, parse_cues
from escribano_tui.domain.ruling import table_of
from escribano_tui.whole_file import write_whole

_RULE: Final = re.compile(r"^\s*\[\[\s*(?:rule|\"rule\"|'rule')\s*\]\]")
_HEADER: Final = re.compile(r"^\s*\[")
_FIELD: Final = re.compile(r"""^\s*["']?(\w+)["']?\s*=""")
FIELDS: Final = frozenset(f.name for f in fields(Rule))
WAIT_S: Final = 10.0  # another writer is done in milliseconds


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
        """Write a rule at the end. Raises ValueError where it holds already, RuleFileError, OSError."""
        with self._alone():
            before = self._read()
            if rule in self.rules():
                raise ValueError("This rule holds already.")
            text = _text_of(rule)
            after = f"{before.rstrip()}\n\n{text}" if before.strip() else text
            self._write(before, after, [*_tables(before), table_of(rule)])

    def replace(self, n: int, rule: Rule, was: Rule | None = None) -> Rule:
        """Put another rule in the place of the n-th, from 1; gives back the one that stood there.

        With `was`, only where that one still stands there. Raises LookupError, ValueError, RuleFileError, OSError.
        """
        with self._alone():
            before = self._read()
            old = self._at(n, was)
            if rule != old and rule in self.rules():
                raise ValueError("This rule holds already.")
            tables = _tables(before)
            tables[n - 1] = table_of(rule)
            after = edited(before, n, rule)
            if not _says(after, {**_load(before), "rule": tables}):  # a value over several lines, say
                after = _instead(before, n, rule)
            self._write(before, after, tables)
            return old

    def remove(self, n: int, was: Rule | None = None) -> Rule:
        """Take the n-th rule out, from 1; with `was`, only where that one still stands there.

        Raises LookupError, RuleFileError, OSError.
        """
        with self._alone():
            before = self._read()
            old = self._at(n, was)
            tables = _tables(before)
            self._write(before, without(before, n), tables[: n - 1] + tables[n:])
            return old

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While no other window or program writes the file."""
        from filelock import FileLock, Timeout

        path = self.path.resolve()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._writing:
            try:
                with FileLock(path.with_name(f".{path.name}.lock"), timeout=WAIT_S, mode=0o600):
                    yield
            except Timeout as why:
                raise RuleFileError(f"Another program is writing {path.name}; nothing was changed.") from why

    def _at(self, n: int, was: Rule | None) -> Rule:
        rules = self.rules()
        if not 1 <= n <= len(rules):
            raise LookupError(f"There is no rule {n}; {_how_many(len(rules))}.")
        if was is not None and rules[n - 1] != was:
            raise LookupError(f"Rule {n} is another one by now: it was changed elsewhere. Nothing was written.")
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
        write_whole(self.path, after, make_folder=True)


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
    lines = text.splitlines(keepends=True)
    first, last = _place(lines, n)
    return "".join([*lines[:first], *lines[last + 1 :]]).lstrip("\n")


def edited(text: str, n: int, rule: Rule) -> str:
    """TOML text with the values of the n-th `[[rule]]`, from 1, changed line by line. All comments stay."""
    lines = text.splitlines(keepends=True)
    first, last = _place(lines, n)
    wanted = {name: _line_of(name, value) for name, value in table_of(rule).items()}
    kept = lines[first : first + 1]
    for line in lines[first + 1 : last + 1]:
        name = _FIELD.match(line)
        if name is None or name[1] not in FIELDS:
            kept.append(line)
        elif name[1] in wanted:
            kept.append(_with_value(line, wanted.pop(name[1])))
    ended = kept[-1].endswith("\n")
    kept += ["" if ended else "\n", *(f"{told}\n" for told in wanted.values())] if wanted else []
    return "".join([*lines[:first], *kept, *lines[last + 1 :]])


def _instead(text: str, n: int, rule: Rule) -> str:
    """TOML text with a rule written anew in the place of the n-th; comments inside of that one go."""
    lines = text.splitlines(keepends=True)
    first, last = _place(lines, n)
    return "".join([*lines[:first], _text_of(rule), *lines[last + 1 :]])


def _place(lines: Sequence[str], n: int) -> tuple[int, int]:
    """The header and the last line that is no comment of the n-th rule, from 1."""
    headers = [k for k, line in enumerate(lines) if _HEADER.match(line)]
    rules = [k for k in headers if _RULE.match(lines[k])]
    if n > len(rules):
        raise RuleFileError("The rules cannot be changed without loss: edit the file by hand. Nothing was written.")
    first = rules[n - 1]
    end = next((k for k in headers if k > first), len(lines))
    return first, max(k for k in range(first, end) if lines[k].strip() and not lines[k].lstrip().startswith("#"))


def _text_of(rule: Rule) -> str:
    return "\n".join(["[[rule]]", *(_line_of(name, value) for name, value in table_of(rule).items()), ""])


def _line_of(name: str, value: str | bool | list[str]) -> str:
    """One `name = value` without its line end, also where the value is a list."""
    import tomli_w

    if isinstance(value, list):
        return f"{name} = [{', '.join(_line_of(name, one).partition(' = ')[2] for one in value)}]"
    return tomli_w.dumps({name: value}).rstrip("\n")


def _with_value(line: str, told: str) -> str:
    """A line with another value; the same one where it says so already, with the comment behind it in any case."""
    bare = line.rstrip("\r\n")
    if _load_line(bare) == _load(told):
        return line
    comment = next((bare[k:] for k in range(len(bare)) if bare[k] == "#" and _load_line(bare[:k]) is not None), "")
    return f"{told}{'  ' if comment else ''}{comment}{line[len(bare) :]}"


def _load_line(line: str) -> dict[str, Any] | None:
    try:
        return _load(line) or None
    except tomllib.TOMLDecodeError:
        return None
