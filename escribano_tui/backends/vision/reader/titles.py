"""Window titles: which program they name, and which document, folder and site."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from escribano_tui.backends.vision.reader.match import fold, is_cut, near, one_wrong, title_parts, without_dots
from escribano_tui.domain.cues import Cues, Program

_TAIL = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
_MARKS = re.compile(
    r"^[\s*●•○◌×✕\u200b]*[□☐■▢口回國門]+(?=\s?[\w*~/])|^[\s*●•○◌×✕\u200b]+|\s*(?:\[\+\]|\[modified\]|\(modified\)|\*|●|•)\s*$",
    re.IGNORECASE,
)
FILE = re.compile(r"([^\s/\\:*?\"<>|()\[\]]+\.[A-Za-z][A-Za-z0-9]{0,7})(?=$|[\s)\]:,*])")
_PATH = re.compile(r"(?:^|[\s(])((?:~|/|[A-Za-z]:\\|\.\.\.?/)[^\s()]*)")
_AT_PATH = re.compile(r"\s+(?:~|/(?=[\w.-]+/))\S*$")  # `engine: main /home/ada/engine` names the folder twice
_GLUED = re.compile(r"^(.+\S)[-–—]([^\W\d_][\w+ ]{2,}?)(?:\s*[(\[][^()\[\]]*[)\]])?$")
_NAME = re.compile(r"^[A-Z][\w+.-]{2,20}(?: [A-Z][\w+.-]{1,14}){0,2}$")
_ICON = re.compile(r"^\W*\w\W?\s+(?=\w{3})")
_PROPER = re.compile(r"[a-z][A-Z]|[A-Z]{2}[a-z]|\w \w{2,} ?[A-Z]")  # no word of a page: KolourPaint, QGit, LibreOffice Calc
_OPEN = re.compile(r"\s*[(\[][^)\]]{0,8}$")  # a parenthesis that was cut short
_IMPORTED = re.compile(r"^\[(.+)\]\s*\((?:imported|exported|overwritten)\)$")
_GIMP = re.compile(r"-\d+\.\d+ ?\(.*$")


@dataclass(frozen=True, slots=True)
class Title:
    """What a window title says. `strength` in 0..1 is how clearly it names the program."""

    text: str
    program: Program | None = None
    strength: float = 0.0
    document: str = ""
    folder: str = ""


class TitleReader:
    """Reads titles by the programs of the cues."""

    def __init__(self, cues: Cues) -> None:
        self._ends = _Names((p, p.ends) for p in cues.programs)
        self._begins = _Names((p, p.begins) for p in cues.programs)
        self._alone = _Names((p, p.alone) for p in cues.programs)
        self._read: dict[str, Title] = {}

    def read(self, text: str) -> Title:
        """The title's program (by its end, its beginning, or the whole of it), document and folder."""
        known = self._read.get(text)
        if known is None:
            known = self._read_anew(text)
            if len(self._read) < 20_000:
                self._read[text] = known
        return known

    def _read_anew(self, text: str) -> Title:
        bare = without_dots(text)
        parts = title_parts(bare)
        program, strength, rest = self._by_end(parts, is_cut(text))
        if program is None:
            program, strength, rest = self._by_beginning(bare, parts)
        if program is None:
            program, strength, rest = self._by_all(bare, parts)
        document, folder = document_of(rest)
        return Title(text, program, strength, document, folder)

    def _by_end(self, parts: list[str], cut: bool) -> tuple[Program | None, float, list[str]]:
        for count in (2, 1):
            if len(parts) <= count:
                continue
            tail = fold(_bare(" ".join(parts[-count:])))
            found = self._ends.look_up(tail)
            if found:
                return found, 1.0, parts[:-count]
        glued = _GLUED.match(parts[-1]) if parts else None
        found = self._ends.look_up(fold(glued.group(2))) if glued else None
        if glued and found:
            return found, 0.9, [*parts[:-1], glued.group(1)]
        if cut and len(parts) >= 2:
            tail = fold(parts[-1])
            fits = {p.name: p for end, p in self._ends.programs.items() if len(tail) >= 2 and end.startswith(tail)}
            if len(fits) == 1 or (fits and len(tail) >= 3):
                return next(iter(fits.values())), 0.5 if len(fits) == 1 else 0.3, parts[:-1]
        return None, 0.0, parts

    def _by_beginning(self, bare: str, parts: list[str]) -> tuple[Program | None, float, list[str]]:
        if len(parts) >= 2:
            found = self._begins.look_up(fold(_bare(parts[0])))
            if found:
                return found, 0.9, parts[1:]
        ended = re.match(r"^(.*\S)\s*[-–—]$", bare)
        found = self._begins.look_up(fold(ended.group(1))) if ended else None
        if found:
            return found, 0.9, []
        head, colon, tail = bare.partition(":")
        found = self._begins.look_up(fold(head)) if colon else None
        if found:
            return found, 0.8, [tail.strip()]
        versioned = re.match(r"^(.{3,40}?)[\s:]+\[?v?\d[\d.]*\b", bare)
        found = self._begins.look_up(fold(versioned.group(1))) if versioned else None
        return (found, 0.7, parts[1:]) if found else (None, 0.0, parts)

    def _by_all(self, bare: str, parts: list[str]) -> tuple[Program | None, float, list[str]]:
        """By the whole title: the program's name, as where no document is open, perhaps after an icon read as a letter."""
        found = self._alone.look_up(fold(_bare(bare)))
        if found:
            return found, 0.7, []
        found = self._ends.programs.get(fold(_ICON.sub("", _bare(bare)))) if _PROPER.search(bare) else None
        return (found, 0.7, []) if found else (None, 0.0, parts)


class _Names:
    """Programs by their folded names."""

    def __init__(self, entries: Iterable[tuple[Program, tuple[str, ...]]]) -> None:
        self.programs: dict[str, Program] = {}
        for program, names in entries:
            for name in names:
                self.programs.setdefault(fold(name), program)
        self._by_length: dict[int, list[tuple[int, str]]] = {}
        for k, name in enumerate(self.programs):
            self._by_length.setdefault(len(name), []).append((k, name))

    def look_up(self, text: str) -> Program | None:
        """The program of this name, or the first of one that differs by what OCR gets wrong (one letter in a short name)."""
        if text in self.programs:
            return self.programs[text]
        if len(text) < 4:
            return None
        close = (entry for n in range(max(5, len(text) - 2), len(text) + 3) for entry in self._by_length.get(n, ()))
        found = min((entry for entry in close if near(text, entry[1]) or _slipped(text, entry[1])), default=None)
        return self.programs[found[1]] if found else None


def _slipped(text: str, name: str) -> bool:
    """Whether one letter of a name is missing or wrong, the first one aside."""
    if text[0] != name[0] or len(name) > 7:
        return False
    if len(text) == len(name):
        return one_wrong(text, name)
    return len(text) + 1 == len(name) and any(name[:k] + name[k + 1 :] == text for k in range(1, len(name)))


def _bare(part: str) -> str:
    """Without a trailing note such as (new instance) or [Read-Only], unless it is all there is."""
    shorter = _TAIL.sub("", part)
    return shorter or part


def document_of(parts: list[str]) -> tuple[str, str]:
    """(document, folder) of the parts of a title without the program's: a file name where there is one."""
    cleaned = [tidy_document(part) for part in parts]
    cleaned = [part for part in cleaned if part]
    folder = next((name for part in cleaned if (name := _folder_of(part))), "")
    for part in cleaned:
        found = FILE.search(part)
        if found:
            return found.group(1), folder
    whole = [part for part in cleaned if not _PATH.match(part)]
    if whole:
        return _AT_PATH.sub("", whole[0]) or whole[0], folder
    return (cleaned[0].rstrip("/").rsplit("/", 1)[-1], folder) if cleaned else ("", "")


def named_at_end(title: str) -> tuple[str, tuple[str, str]] | None:
    """What the title of an unknown program ends with if that looks like a program's name, with the document and folder
    before it.

    >>> named_at_end("letter.txt - Wordmill")
    ('Wordmill', ('letter.txt', ''))
    """
    if is_cut(title):
        return None
    parts = title_parts(title)
    name = _bare(parts[-1]) if len(parts) >= 2 else ""
    if not _NAME.match(name) or FILE.search(name):
        return None
    return name, document_of(parts[:-1])


def tidy_document(part: str) -> str:
    """A document's name without marks of change and what GIMP and others add."""
    bare = _MARKS.sub("", _GIMP.sub("", _MARKS.sub("", part))).strip(" \t-–—|·")
    return _OPEN.sub("", _IMPORTED.sub(r"\1", bare)).rstrip(" :-–—|·")


def _folder_of(part: str) -> str:
    """The last folder of a path in a title: `~/src/thing/main.py` and `/home/a/src/thing` are both of thing."""
    found = _PATH.search(part)
    if not found:
        return ""
    steps = [step for step in re.split(r"[/\\]", found.group(1)) if step not in ("", "~", "..", "...")]
    if steps and FILE.fullmatch(steps[-1]):
        steps.pop()
    return steps[-1] if steps else ""
