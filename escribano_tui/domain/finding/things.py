"""The thing that a segment was about, by the name its owner gave it, else the document, page or window in front."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher

from escribano_tui.domain.finding.views import View, key_of
from escribano_tui.domain.phrase import Piece, code, name, title

_FILE = re.compile(r"^[\w@+.\-~/\\ ]{0,120}?[\w@+\-]\.[A-Za-z]\w{0,7}$")
_SEPARATOR = re.compile(r"\s+[-–—|·:]\s+|\s*\|\s*")
_GLUED = re.compile(r"(?P<before>[^\W_])[-–—] (?=[A-Z~/])")  # a reader of text loses the blank before a dash
_PATH = re.compile(r"^(?:~|/|[A-Za-z]:\\).*|^\S+/\S+/\S*$")
_DIRTY = re.compile(r"^(?:[*•●]\s*|\(\d+\)\s+)|(?:\s*[*●×]|\s*\((?:new instance|modified|unsaved|\d+)\))+$")
_NO_NAME = re.compile(
    r"^(?:untitled\b.{0,5}|unbenannt\b.{0,5}|document ?\d+|new (?:tab|file|document)|desktop|home|terminal|console|bash|zsh|"
    r"xterm|konsole|python\d?|powershell|cmd|window|start|mail|inbox|about:blank)$",
    re.I,
)
_LONGEST = 90
_LEAST_CUT = 12  # letters: shorter titles are not cut off, and begin many lines
_ALIKE = 0.8
_BY_COMMAND = frozenset({"terminal", "debugging"})  # the title of a terminal says what ran in it, which is told already


def thing_of(view: View) -> Piece | None:
    """What the owner called it, verbatim; else a document or title of the descriptions or the segment; or None."""
    segment = view.segment
    if "title" in view.owned:
        return styled(segment.title)
    documents = Counter(d.document for d in view.descriptions if d.document)
    for document, _ in documents.most_common(1):
        if is_file(basename(document)):
            return styled(_spelled(basename(document), segment.title))
    if segment.activity in _BY_COMMAND:
        return None
    titles = Counter(d.title for d in view.descriptions if d.title)
    for candidate in (segment.title, *(t for t, _ in titles.most_common(2)), *(d for d, _ in documents.most_common(1))):
        tidied = tidy(candidate, segment.apps)
        if tidied and not _NO_NAME.match(tidied):
            return styled(_completed(tidied, view))
    return None


def _spelled(name: str, other: str) -> str:
    """The spelling of a title that several frames agreed on, where a name differs from it in a letter or two."""
    other = basename(other)
    alike = is_file(other) and SequenceMatcher(None, name.casefold(), other.casefold(), autojunk=False).ratio() >= _ALIKE
    return other if alike else name


def _completed(name: str, view: View) -> str:
    """A title that a tab has cut off, as the page itself has it."""
    key = key_of(name)
    if len(key) < _LEAST_CUT:
        return name
    longer = [s.text.strip() for s in view.lines if len(s.text) <= _LONGEST and _goes_on(key, s.text)]
    return max(longer, key=len, default=name)


def _goes_on(key: str, text: str) -> bool:
    """Whether a text begins with these letters and goes on in the middle of a word."""
    whole = key_of(text)
    if not (len(key) < len(whole) <= 3 * len(key) and whole.startswith(key)):
        return False
    at = next(k for k in range(len(text) + 1) if len(key_of(text[:k])) == len(key))
    return text[at].isalpha()


def title_of(view: View) -> str:
    """What stands for a segment on a time line: its title, else what it was about, else its program."""
    segment = view.segment
    if "title" in view.owned:
        return segment.title
    thing = thing_of(view)
    if view.segment.activity in _BY_COMMAND and segment.title:
        return segment.title
    return tidy(segment.title, segment.apps) or (thing.text if thing else app_of(view))


def styled(text: str) -> Piece:
    """Files as code, all else as a title."""
    return code(text) if is_file(text) else title(text)


def is_file(text: str) -> bool:
    """
    >>> is_file("normalize.py"), is_file("Sprint 12 board"), is_file("Tidewater 0.4.2"), is_file("my notes.md")
    (True, False, False, True)
    """
    return bool(_FILE.match(text)) and not text.endswith(".")


def basename(path: str) -> str:
    return re.split(r"[/\\]", path.rstrip("/\\"))[-1] or path


def tidy(text: str, apps: tuple[str, ...] = ()) -> str:
    """A window title without its program, path and marks.

    >>> tidy("*normalize.py - /home/x/src - Geany (new instance)", ("Geany",))
    'normalize.py'
    >>> tidy("datetime — Basic types — Python 3.11 documentation - Chromium", ("Chromium",))
    'datetime — Basic types — Python 3.11 documentation'
    """
    text = _GLUED.sub(r"\g<before> - ", _DIRTY.sub("", " ".join(text.split())).strip())
    programs = {key_of(a) for a in apps if a}
    parts = _parts(text)
    kept = [p for p in parts if not _is_program(p[0], programs)]
    kept = [p for p in kept if not _NO_NAME.match(p[0])] or kept
    kept = [p for p in kept if len(kept) == 1 or not _PATH.match(p[0])] or kept
    if not kept:
        return ""
    if is_file(basename(kept[0][0])):
        return basename(kept[0][0])
    together = parts.index(kept[-1]) - parts.index(kept[0]) == len(kept) - 1
    shown = text[kept[0][1] : kept[-1][2]] if together else " — ".join(p[0] for p in kept)
    return _DIRTY.sub("", shown)[:_LONGEST].strip()


def _parts(text: str) -> list[tuple[str, int, int]]:
    """What stands between separators, without marks, and where."""
    found, at = [], 0
    for separator in [*_SEPARATOR.finditer(text), None]:
        end = separator.start() if separator else len(text)
        if part := _DIRTY.sub("", text[at:end]).strip():
            found.append((part, at, end))
        at = separator.end() if separator else end
    return found


def _is_program(part: str, programs: set[str]) -> bool:
    key = key_of(_DIRTY.sub("", part))
    return bool(key) and any(
        key == p or (len(p) > 3 and p in key and len(key) <= len(p) + 12) or (len(key) > 3 and p.endswith(key))
        for p in programs
    )


def app_of(view: View) -> str:
    """The program in front, or empty."""
    return view.segment.apps[0] if view.segment.apps else ""


def topics_of(view: View, most: int = 3) -> tuple[Piece, ...]:
    return tuple(name(t) for t in view.segment.topics[:most] if t)
