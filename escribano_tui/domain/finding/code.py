"""What was worked on in source: the functions and classes in which lines were typed."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from escribano_tui.domain.evidence import ScreenLine
from escribano_tui.domain.finding.layout import at_once, middle, settled
from escribano_tui.domain.finding.views import View, key_of

# Declarations of widespread languages; a reader of text loses underscores now and then, so blanks are taken in names.
_KEYWORDS = "def|class|function|fn|func|fun|struct|enum|interface|trait|impl|module|sub|proc|procedure|protocol"
_BEFORE = (
    r"(?:(?:export|default|async|pub(?:\([^)]*\))?|public|private|protected|static|abstract|final|override|open|inline|const"
    r"|unsafe|@\w+)\s+)*"
)
_NAME = r"(?P<n>[A-Za-z_$][\w$]*(?: [A-Za-z_$][\w$]*)?)"
_DECLARED = re.compile(rf"^\W{{0,3}}{_BEFORE}(?:{_KEYWORDS})\*?\s+(?:\([^)]*\)\s*)?{_NAME}\s*(?=[(:<{{]|extends|implements|$)")
_ASSIGNED = re.compile(
    rf"^\W{{0,3}}{_BEFORE}(?:const|let|var)\s+(?P<n>[A-Za-z_$][\w$]*)\s*=\s*(?:async\s*)?(?:function\b|\([^)]*\)\s*=>|\w+\s*=>)"
)
_TYPED = re.compile(
    r"^(?:[A-Za-z_][\w<>\[\]:,*&]*\s+){1,4}(?P<n>[A-Za-z_]\w*)\s*\([^;]*\)\s*(?:const\s*)?(?:throws [\w, ]+)?\{\s*$"
)
_NO_NAME = frozenset(
    {"return", "if", "else", "for", "while", "switch", "catch", "new", "throw", "await", "in", "not", "of", "to"}
)
_MAYBE = re.compile(r"[({:]|class|struct|impl|module|=>", re.A)
# Status bars of editors change with every key, and stand below the last function.
_STATUS = re.compile(
    r"^(?:lines?:|ln \d|col:|mode:|encoding:|filetype:|scope:|sel:|spaces:|tab size|utf-?8|crlf|insert\b)", re.I
)
_SCOPE = re.compile(r"\b(?:scope|function|method|symbol): ?(?P<n>[A-Za-z_]\w+)")
_SCOPE_COUNTS = 3  # lines that were typed there
_MUCH_ALIKE = 0.88
_MOST_ABOVE = 25  # declarations that are looked at for one line
_MOST_TYPED = 120  # more than that was scrolled past, not typed
_LEAST_LETTERS = 5  # shorter lines (brackets, line numbers) are no sign of work
_FARTHEST_RIGHT = 700  # px that a line of a body may stand right of its declaration


def declared(text: str) -> str:
    """The name that a line of source declares, or the empty string.

    >>> declared("def station code(name: str) -> str:"), declared("return f(x)"), declared("pub async fn run() {")
    ('station_code', '', 'run')
    """
    if not _MAYBE.search(text):
        return ""
    for pattern in (_DECLARED, _ASSIGNED, _TYPED):
        found = pattern.match(text.strip())
        if found and len(found["n"]) > 2 and not {found["n"].split(" ")[0], text.split(maxsplit=1)[0]} & _NO_NAME:
            return str(found["n"]).replace(" ", "_")
    return ""


def worked_on(view: View, most: int = 3) -> list[tuple[float, str]]:
    """(time, name) of the declarations in which novel lines appeared after the segment had opened, by time."""
    declarations = [(s, n) for s in view.lines if (n := declared(s.text))]
    if not declarations:
        return []
    spelling = _spelling(n for _, n in declarations)
    downwards = sorted(((middle(line), line, name) for line, name in declarations), key=lambda d: d[0])
    count: Counter[str] = Counter()
    first: dict[str, float] = {}
    typed = [
        s for s in view.fresh if s.id in view.novel and len(key_of(s.text)) >= _LEAST_LETTERS and not _STATUS.match(s.text)
    ]
    known = _Known(s.text for s in view.standing)
    for line in settled(typed)[:_MOST_TYPED]:
        found = _enclosing(line, downwards)
        if found and not known.much_like(line.text):
            key = key_of(found)
            count[key] += 1
            first.setdefault(key, line.start_s)
    for scope in (s for s in view.lines if s.id in view.novel):  # where the caret stands, by an editor's status bar
        shown = _SCOPE.search(scope.text)
        if shown and key_of(shown["n"]) in spelling:
            key = key_of(shown["n"])
            count[key] += _SCOPE_COUNTS
            first.setdefault(key, scope.start_s)
    least = max(count.values(), default=0) / 2  # a line that was only read differently is not work
    chosen = [key for key, n in count.most_common(most) if n >= least]
    return sorted((first[key], spelling[key]) for key in chosen)


class _Known:
    """Lines that stood there before: one that is much like one of them was read differently, not typed."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._by_end: dict[str, set[str]] = defaultdict(set)
        for text in texts:
            key = key_of(text)
            for end in _ends(key):
                self._by_end[end].add(key)

    def much_like(self, text: str) -> bool:
        key = key_of(text)
        return any(_alike(key, other) for end in _ends(key) for other in self._by_end.get(end, ()))


def _alike(a: str, b: str) -> bool:
    """Whether two keys are the same from both ends but for a little in between."""
    longest = max(len(a), len(b))
    if longest - min(len(a), len(b)) > 4:
        return False
    shortest = min(len(a), len(b))
    front = next((k for k in range(shortest) if a[k] != b[k]), shortest)
    back = next((k for k in range(shortest - front) if a[-1 - k] != b[-1 - k]), shortest - front)
    return front + back >= _MUCH_ALIKE * longest


def _ends(key: str) -> tuple[str, str]:
    return f"^{key[:4]}", f"{key[-4:]}$"


def _enclosing(line: ScreenLine, declarations: Sequence[tuple[float, ScreenLine, str]]) -> str:
    """The nearest declaration above a line, in the same column and visible with it."""
    k = bisect_right(declarations, middle(line) + 2, key=lambda d: d[0])
    for _, above, name in reversed(declarations[max(0, k - _MOST_ABOVE) : k]):
        if above.box.x <= line.box.x + 8 and line.box.x - above.box.x <= _FARTHEST_RIGHT and at_once(above, line):
            return name
    return ""


def spoken_of(view: View, names: Iterable[str]) -> list[tuple[float, str]]:
    """(time, name) of names on the screen that were said, as words (`station code` for station_code)."""
    found: dict[str, tuple[float, str]] = {}
    for utterance in view.said:
        heard = key_of(utterance.text)
        for name in names:
            key = key_of(name)
            if len(key) >= 6 and key in heard:
                found.setdefault(key, (utterance.start_s, name))
    return list(found.values())


def on_screen(view: View) -> list[str]:
    """Names declared on the screen of a segment, each once, as they are spelled most often."""
    names = [n for s in view.lines if (n := declared(s.text))]
    spelling = _spelling(names)
    return list(dict.fromkeys(spelling[key_of(n)] for n in names))


def _spelling(names: Iterable[str]) -> dict[str, str]:
    """The most frequent spelling of names that differ only in what a reader of text may have lost."""
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    for name in names:
        tally[key_of(name)][name] += 1
    return {key: counter.most_common(1)[0][0] for key, counter in tally.items()}
