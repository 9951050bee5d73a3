"""Cues: what tells programs, sites and activities apart on a screen. They are data (TOML), so that an owner can extend them.

Weights are points that add up for each activity (log-odds before a softmax): 1 is a hint, 3 is close to certain.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from escribano_tui.domain.activity import is_activity

Points = Mapping[str, float]
T = TypeVar("T")


_LISTS_OF_TEXTS = ("menus", "translations", "topics", "words")
_SECTIONS = ("kind", "program", "site", "document", "command", "text", "result", "rule", *_LISTS_OF_TEXTS)


_HASH = re.compile(r"[0-9a-fA-F]{16}")


class BadCues(ValueError):
    """A cues file cannot be used; the message says which entry and why."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What programs or sites of one kind are used for. A program that is not known is of this kind if the document that it
    shows has one of `endings`, if its title ends or begins with one of `names` ("Text Editor"), or by `menus` that few
    programs of other kinds have; `label` is what it is called then."""

    name: str
    activity: Points = field(default_factory=dict)
    endings: tuple[str, ...] = ()
    label: str = ""
    names: tuple[str, ...] = ()
    menus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """A program. Its window title ends with one of `ends` ("… - Geany"), begins with one of `begins` ("Terminal - …") or
    is one of `alone`. `menu` are the words of its menu row. `marks` are texts of its face that few others show, `lines`
    regular expressions of such; `needs` of them name it where there is no title. `commands` start it in a terminal.
    `console` says that it runs inside of one, `header` that its title stands between buttons, without a menu row."""

    name: str
    kind: str
    ends: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    menu: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    needs: int = 2
    commands: tuple[str, ...] = ()
    console: bool = False
    header: bool = False
    personal: bool = False


ANY_BROWSER = Program("Browser", "browser")  # whose name stands nowhere


@dataclass(frozen=True, slots=True)
class Site:
    """A site or a kind of page: known by a part of its host or address, by words of its title, or by `needs` of `marks`
    (texts of the page). `weight` is how much one mark says."""

    name: str
    kind: str
    hosts: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    needs: int = 3
    weight: float = 1.0
    personal: bool = False


@dataclass(frozen=True, slots=True)
class DocumentCue:
    """What a document's name says: its ending, or a word in it. Counts in windows of the kinds `within` (empty: all)."""

    why: str
    activity: Points
    endings: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommandCue:
    """What a command typed at a prompt says: the longest of `names` that it begins with counts."""

    why: str
    names: tuple[str, ...]
    activity: Points


@dataclass(frozen=True, slots=True)
class TextCue:
    """What lines of the window in front say.

    `lines` are regular expressions, `words` are found whatever OCR did to blanks and punctuation, `feature` is one of
    those that the reader computes (code, prose, list, numbers: shares of lines). Each line counts once; beyond `most`
    lines no more is added. With `latest`, only what stands below the last prompt of a terminal counts in full.
    """

    why: str
    activity: Points
    within: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    feature: str = ""
    most: int = 1
    latest: bool = False


@dataclass(frozen=True, slots=True)
class ResultCue:
    """A result worth telling: `line` is a regular expression, `say` names its groups by number."""

    line: str
    say: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that the owner accepted: windows that fit all that is given have this activity, or are personal.

    `likeness` are perceptual hashes of pictures (64 bits, 16 hexadecimal digits; see pipeline/looks.py), of which a window
    must look like one; `seen` says in words which pictures those are.
    """

    activity: str = ""
    program: str = ""
    site: str = ""
    title: str = ""
    likeness: tuple[str, ...] = ()
    seen: str = ""
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Cues:
    """All cues, and a digest of them for the keys of the phases that use them."""

    kinds: dict[str, Kind]
    programs: tuple[Program, ...]
    sites: tuple[Site, ...]
    documents: tuple[DocumentCue, ...]
    commands: tuple[CommandCue, ...]
    texts: tuple[TextCue, ...]
    results: tuple[ResultCue, ...]
    rules: tuple[Rule, ...]
    menu_words: tuple[str, ...]
    menu_first: tuple[str, ...]
    translations: dict[str, tuple[str, ...]]  # of menus, by their English names
    topics: dict[str, tuple[str, ...]]
    stop_words: frozenset[str]
    digest: str

    def program(self, name: str) -> Program | None:
        """The program of this name, whatever its case."""
        wanted = name.casefold()
        return next((p for p in self.programs if p.name.casefold() == wanted), None)

    def site(self, name: str) -> Site | None:
        wanted = name.casefold()
        return next((s for s in self.sites if s.name.casefold() == wanted), None)


def hash_of(text: str) -> int:
    """The perceptual hash that is written so."""
    return int(text, 16)


def parse_cues(text: str, extra: str = "") -> Cues:
    """Cues from a TOML text; entries of `extra` (the owner's) come first and replace those of the same name.

    Raises BadCues.
    """
    base, more = _load(text, "cues.toml"), _load(extra, "the owner's cues file")
    digest = hashlib.blake2b(f"{text}\0{extra}".encode(), digest_size=6).hexdigest()
    kinds = {k.name: k for k in (*_kinds(base), *_kinds(more))}
    programs = _merged(_many(more, "program", Program), _many(base, "program", Program), lambda p: p.name)
    sites = _merged(_many(more, "site", Site), _many(base, "site", Site), lambda s: s.name)
    for name, kind in (*((p.name, p.kind) for p in programs), *((s.name, s.kind) for s in sites)):
        if kind not in kinds:
            raise BadCues(f"{name} is of the kind {kind}, which is not defined")
    menus = base.get("menus", {})
    return Cues(
        kinds=kinds,
        programs=programs,
        sites=sites,
        documents=_both(more, base, "document", DocumentCue),
        commands=_both(more, base, "command", CommandCue),
        texts=_both(more, base, "text", TextCue),
        results=_both(more, base, "result", ResultCue),
        rules=_both(more, base, "rule", Rule),
        menu_words=tuple(menus.get("words", ())),
        menu_first=tuple(menus.get("first", ())),
        translations={k: tuple(v) for k, v in {**base.get("translations", {}), **more.get("translations", {})}.items()},
        topics={k: tuple(v) for k, v in {**base.get("topics", {}), **more.get("topics", {})}.items()},
        stop_words=frozenset((*base.get("words", {}).get("stop", ()), *more.get("words", {}).get("stop", ()))),
        digest=digest,
    )


def _load(text: str, name: str) -> dict[str, Any]:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadCues(f"{name} is not valid TOML: {error}") from error
    for section, table in tables.items():
        if section not in _SECTIONS:
            raise BadCues(f"{name}: there is no section {section}; there are: {', '.join(_SECTIONS)}")
        if section in _LISTS_OF_TEXTS and not _holds_lists_of_texts(table):
            raise BadCues(f"{name}: [{section}] must hold lists of texts")
    return tables


def _holds_lists_of_texts(table: object) -> bool:
    lists = table.values() if isinstance(table, dict) else ("",)
    return all(isinstance(texts, list) and all(isinstance(text, str) for text in texts) for texts in lists)


def _kinds(data: dict[str, Any]) -> list[Kind]:
    tables = data.get("kind", {})
    if not isinstance(tables, dict) or not all(isinstance(entry, dict) for entry in tables.values()):
        raise BadCues("[kind.NAME] must be tables")
    return [_one({"name": name, **entry}, "kind", Kind) for name, entry in tables.items()]


def _both(more: dict[str, Any], base: dict[str, Any], section: str, kind: type[T]) -> tuple[T, ...]:
    return (*_many(more, section, kind), *_many(base, section, kind))


def _merged(first: list[T], second: list[T], name: Callable[[T], str]) -> tuple[T, ...]:
    taken = {name(entry).casefold() for entry in first}
    return (*first, *(entry for entry in second if name(entry).casefold() not in taken))


def _many(data: dict[str, Any], section: str, kind: type[T]) -> list[T]:
    entries = data.get(section, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadCues(f"[[{section}]] must be a list of tables")
    return [_one(entry, section, kind) for entry in entries]


def _one(entry: dict[str, Any], section: str, kind: type[T]) -> T:
    label = f"[[{section}]] {entry.get('name') or entry.get('why') or entry.get('line') or ''}".strip()
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    unknown = set(entry) - set(known)
    if unknown:
        raise BadCues(f"{label}: unknown field {', '.join(sorted(unknown))}")
    for key, value in entry.items():
        _check(value, str(known[key].type), f"{label}: {key}")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    if isinstance(values.get("activity"), dict):
        values["activity"] = _points(values["activity"], label)
    elif values.get("activity") and not is_activity(str(values["activity"])):
        raise BadCues(f"{label}: {values['activity']} is not an activity")
    for pattern in (*values.get("lines", ()), *((values["line"],) if "line" in values else ())):
        try:
            re.compile(pattern)
        except re.error as error:
            raise BadCues(f"{label}: {pattern!r} is not a regular expression: {error}") from error
    for look in values.get("likeness", ()):
        if not _HASH.fullmatch(look) or not hash_of(look):
            raise BadCues(f"{label}: {look!r} is not a perceptual hash: 16 hexadecimal digits, not all of them 0")
    try:
        return kind(**values)
    except TypeError as error:
        raise BadCues(f"{label}: {error}") from error


def _check(value: Any, annotation: str, label: str) -> None:
    """Raises BadCues where a value is not what a field of this annotation takes."""
    if annotation.startswith("tuple"):
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise BadCues(f"{label} must be a list of texts")
    elif annotation == "Points":
        if not isinstance(value, dict) or not all(isinstance(points, int | float) for points in value.values()):
            raise BadCues(f"{label} must be a table of points, such as {{ coding = 2.0 }}")
    elif annotation == "bool":
        if not isinstance(value, bool):
            raise BadCues(f"{label} must be true or false")
    elif annotation in ("int", "float"):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadCues(f"{label} must be a number")
    elif not isinstance(value, str):
        raise BadCues(f"{label} must be a text")


def _points(table: dict[str, Any], label: str) -> dict[str, float]:
    wrong = [name for name in table if not is_activity(name)]
    if wrong:
        raise BadCues(f"{label}: {', '.join(wrong)} is not an activity")
    return {name: float(points) for name, points in table.items()}
