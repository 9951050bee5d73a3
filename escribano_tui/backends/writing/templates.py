"""Summary templates: Markdown with fields and sections, and nothing that could run.

`{{field}}` is replaced by its text. `{{#name}} … {{/name}}` stands once for each row of a list, or where a field is not
empty; `{{^name}} … {{/name}}` where it is empty. A line that holds nothing but a section's tag leaves no trace. Settings
stand at the top between two lines of `+++`, as TOML. (The syntax is that of mustache.)
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

STYLES = ("points", "prose")
SHIPPED = Path(__file__).parent.parent.parent / "data" / "templates"

# Fields of the document, and those inside of its lists.
LISTS: dict[str, frozenset[str]] = {
    "subjects": frozenset({"label", "duration", "activities", "programs", "lead", "prose", "points"}),
    "points": frozenset({"text"}),
    "results": frozenset({"text"}),
    "next": frozenset({"text"}),
    "timeline": frozenset({"moment", "activity", "title", "subject", "program", "duration"}),
}
FIELDS = frozenset({
    "date", "recorded", "work", "idle", "personal", "times", "opening", "others", "account", "has_results", "has_next",
    "has_timeline", "subjects", "results", "next", "timeline",
})  # fmt: skip
_TAG = re.compile(r"\{\{\s*([#^/]?)\s*(\w*)\s*\}\}")
_ALONE = re.compile(r"^[ \t]*(\{\{\s*[#^/]\s*\w+\s*\}\})[ \t]*\n", re.M)


class BadTemplate(ValueError):
    """A template cannot be used; the message names the file, the field and what would help."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How much a format tells. `subjects` are told in full, the rest in a line; `points` a subject; `lead` sentences
    in its one line; `quotes` a subject; `words` and `lines` are the most of the whole, 0 for no limit; `timeline` the
    most rows."""

    style: str = "points"
    subjects: int = 8
    points: int = 4
    lead: int = 2
    quotes: int = 3
    words: int = 0
    lines: int = 0
    timeline: int = 40


@dataclass(frozen=True, slots=True)
class Template:
    """A format: its name, its settings and the text with its tags."""

    name: str
    settings: Settings
    body: str

    def uses(self, field: str) -> bool:
        return any(name == field for _, name in _TAG.findall(self.body))


Row = Mapping[str, "str | Sequence[Row]"]


def load(folder: Path | None = None) -> tuple[dict[str, Template], list[str]]:
    """The shipped templates and those of the owner's folder, which come first; and what is wrong with the owner's.

    A template that cannot be used is left out; where it has the name of a shipped one, that one serves.
    """
    templates = {path.stem: parse(path.stem, path.read_text(encoding="utf-8")) for path in sorted(SHIPPED.glob("*.md"))}
    problems = []
    for path in sorted(folder.glob("*.md")) if folder and folder.is_dir() else []:
        try:
            templates[path.stem] = parse(path.stem, path.read_text(encoding="utf-8"))
        except (BadTemplate, OSError, UnicodeDecodeError) as error:
            problems.append(f"{path.name}: {error}")
    return templates, problems


def parse(name: str, text: str) -> Template:
    """A template of its file's text. Raises BadTemplate."""
    head, body = "", text.replace("\r\n", "\n")
    if body.startswith("+++\n"):
        head, found, body = body[4:].partition("\n+++\n")
        if not found:
            raise BadTemplate("the settings at the top do not end: a line +++ is missing")
    body = _ALONE.sub(r"\1", body)
    _check(body)
    return Template(name, _settings(head), body)


def _settings(head: str) -> Settings:
    try:
        given = tomllib.loads(head)
    except tomllib.TOMLDecodeError as error:
        raise BadTemplate(f"the settings are not TOML: {error}") from error
    known = {f.name: f.default for f in fields(Settings)}
    for key, value in given.items():
        if key not in known:
            raise BadTemplate(f"there is no setting {key}; there are {', '.join(sorted(known))}")
        if type(value) is not type(known[key]) or (isinstance(value, int) and not 0 <= value <= 100_000):
            raise BadTemplate(f"{key} cannot be {value!r}")
    settings = Settings(**given)
    if settings.style not in STYLES:
        raise BadTemplate(f"style is {' or '.join(STYLES)}, not {settings.style}")
    return settings


def _check(body: str) -> None:
    """Every tag names a field that exists where it stands, and every section ends. Raises BadTemplate."""
    open_: list[str] = []
    for mark, name in _TAG.findall(body):
        here = frozenset.union(FIELDS, *(LISTS.get(o, frozenset()) for o in open_))
        if mark == "/":
            if not open_ or open_.pop() != name:
                raise BadTemplate(f"{{{{/{name}}}}} ends a section that is not open")
        elif name not in here:
            raise BadTemplate(f"there is no field {name or '(empty)'} here; there are {', '.join(sorted(here))}")
        elif mark:
            open_.append(name)
    if open_:
        raise BadTemplate(f"the section {open_[-1]} does not end")


def fill(template: Template, row: Row) -> str:
    """The document: fields replaced, at most one empty line in a row, one newline at the end."""
    text, _ = _fill(template.body, 0, [row])
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _fill(body: str, at: int, rows: list[Row], until: str = "") -> tuple[str, int]:
    """Text from `at` to the end of the section `until`, and where the text after it begins."""
    out: list[str] = []
    while found := _TAG.search(body, at):
        out.append(body[at : found.start()])
        mark, name = found.groups()
        at = found.end()
        if mark == "/":
            return "".join(out), at
        value = next((r[name] for r in reversed(rows) if name in r), "")
        if not mark:
            out.append(value if isinstance(value, str) else "")
            continue
        end = _fill(body, at, rows, name)[1]
        inner: Sequence[Row] = [{}] if isinstance(value, str) and value else value if not isinstance(value, str) else []
        if mark == "^":
            inner = [] if inner else [{}]
        out += [_fill(body, at, [*rows, one], name)[0] for one in inner]
        at = end
    out.append(body[at:])
    return "".join(out), len(body)
