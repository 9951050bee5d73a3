"""What terminals say: commands, test runs, commits, builds, errors. Cues are those of widespread tools."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from escribano_tui.domain.caret import without_caret
from escribano_tui.domain.evidence import ScreenLine
from escribano_tui.domain.finding.layout import at_once, row_from, row_with, settled
from escribano_tui.domain.finding.views import View, key_of

# Activities in which what a terminal says was brought about by the owner: a page about pytest is no test run.
RUNS = frozenset({"coding", "debugging", "terminal", "review", "data", "other"})

_PROMPTS = (
    re.compile(r"^(?:\([\w.-]+\)\s*)?\[?[\w.-]+@[\w.-]+[: ]?[^$#%❯>\n]{0,120}?[$#%❯]\s*(?P<c>.*)$"),
    re.compile(r"^(?:\([\w.-]+\)\s*)?[$❯➜λ]\s+(?P<c>\S.*)$"),
    re.compile(r"^PS [A-Za-z]:\\[^>]*>\s*(?P<c>.*)$"),
    re.compile(r"^[A-Z]:\\[^>]*>\s*(?P<c>\S.*)$"),
    re.compile(r"^>>>\s?(?P<c>\S.*)$"),
    re.compile(r"^In ?\[\d+\]:\s*(?P<c>\S.*)$"),
    re.compile(r"^(?:\S{1,3} )?(?:sqlite|mysql|[\w.-]{1,30}=[#>])>?\s+(?P<c>\S.*)$"),
)
_INTERPRETER = re.compile(r"^(?:>>>|In ?\[|(?:\S{1,3} )?(?:sqlite|mysql|[\w.-]{1,30}=[#>]))")
_CURSOR = " \t▁█▌▐■□▮▯|"
_TRIVIAL = re.compile(r"^(?:ls|ll|cd|clear|pwd|exit|logout|history|man|which|echo|reset)\b|^\W*$")
_LONGEST_COMMAND = 60
_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Command:
    t_s: float
    text: str
    tried: bool = False  # typed at the prompt of an interpreter, not of a shell


@dataclass(frozen=True, slots=True)
class TestRun:
    """What a test program said at its end; `failing` are names of tests, as far as they could be read. Both counts are
    0 where all passed and their number could not be read."""

    __test__ = False  # not a test of pytest's

    t_s: float
    passed: int
    failed: int
    failing: tuple[str, ...] = ()


def commands(view: View) -> list[Command]:
    """Commands first seen in this segment, in the order of their appearance, half-typed, trivial and alike ones left out."""
    return _once([replace(c, text=shortened(c.text)) for c in _typed(view)])


def _typed(view: View) -> list[Command]:
    """What was typed at prompts, each once, whole."""
    prompts = [s for s in view.lines if s.region == "content" and prompted(s.text) is not None]
    found: dict[str, Command] = {}
    for line in settled(prompts):
        text = without_caret((prompted(row_from(line, view.lines)) or "").rstrip(_CURSOR))
        key = key_of(text)
        if line.id not in view.novel or len(key) < 2 or _TRIVIAL.match(text):
            continue
        found.setdefault(key, Command(line.start_s, text, bool(_INTERPRETER.search(line.text))))
    whole = [key for key in found if not any(k != key and k.startswith(key) for k in found)]
    return [found[key] for key in whole]


def _once(commands: Sequence[Command]) -> list[Command]:
    """Without those that differ from an earlier one in little: it was read or typed again."""
    told: list[Command] = []
    for command in commands:
        key = key_of(command.text)
        if not any(SequenceMatcher(None, key, key_of(c.text), autojunk=False).ratio() > _ALIKE for c in told):
            told.append(command)
    return told


_TABLE = re.compile(r"\b(?:from|join|into|update|table)\s+(?P<t>[\w.\"]{2,60})", re.I)
_QUERY = re.compile(r"^\W{0,3}(?:select|insert|update|delete|create|alter|with|explain|copy|merge)\b", re.I)


def queried(view: View) -> list[tuple[float, str]]:
    """(time, table) of the tables that queries typed in this segment speak of, each once, in the order of appearance."""
    found: dict[str, tuple[float, str]] = {}
    for command in _typed(view):
        if _QUERY.match(command.text):
            for table in _TABLE.findall(command.text):
                found.setdefault(key_of(table), (command.t_s, table.replace('"', "")))
    return list(found.values())


def prompted(text: str) -> str | None:
    """What follows a prompt, or None where there is no prompt.

    >>> prompted("mira@tern:~/src$ git status"), prompted("no prompt here")
    ('git status', None)
    """
    for pattern in _PROMPTS:
        found = pattern.match(text)
        if found:
            return found["c"].strip()
    return None


def shortened(text: str, limit: int = _LONGEST_COMMAND) -> str:
    """Cut at a blank, with an ellipsis."""
    if len(text) <= limit:
        return text
    return text[: limit + 1].rsplit(" ", 1)[0].rstrip(" ;&|,") + " …"


# ---------------------------------------------------------------- test runs

_COUNT = re.compile(r"(\d+) (passed|failed|errors?|passing|failing|failures?|examples?|tests? passed|tests? failed|skipped)\b")
_SUMMARIES = (
    re.compile(r"\b\d+ (?:passed|failed|errors?)\b.*\bin [\w.:]+ ?s\b", re.I),  # pytest
    re.compile(r"^\W{0,3}failed, \d+ passed in\b"),  # the same, where the count in red was not read
    re.compile(r"^=* ?\d+ (?:passed|failed)\b"),
    re.compile(r"^(?:Tests|Test Suites|Test Files):?\s+.*\d+ (?:passed|failed)"),  # jest, vitest
    re.compile(r"^test result: (?:ok|FAILED)\."),  # cargo
    re.compile(r"^\d+ (?:passing|failing)\b"),  # mocha
    re.compile(r"^\d+ examples?, \d+ failures?"),  # rspec
    re.compile(r"^Tests run: \d+, Failures: \d+"),  # surefire
    re.compile(r"^\d+% tests passed, \d+ tests failed out of \d+"),  # ctest
    re.compile(r"^OK \(\d+ tests?\b|^FAILED \((?:failures|errors)=\d+"),  # phpunit, unittest
)
_UNCOUNTED = re.compile(r"^\W{0,3}(?:tests? )?passed in [\w.:]+ ?s\b", re.I)
_MAYBE = re.compile(r"pass|fail|FAIL|ok|OK|example|Tests run|error|ERROR", re.A)
_FAILING = (
    re.compile(r"^(?:FAILED?|ERROR)\s+\S+::(?P<n>[\w\[\].-]+)"),
    re.compile(r"^--- FAIL: (?P<n>[\w/]+)"),
    re.compile(r"^(?:test )?(?P<n>[\w:]+) \.\.\. FAILED"),
    re.compile(r"^FAIL: (?P<n>\w+) \("),
    re.compile(r"^_{3,} ?(?P<n>\w+) ?_{3,}"),
    re.compile(r"^[\w./-]+\.\w{1,4}::(?:\w+::)?(?P<n>\w[\w\[\].-]*) - \S"),  # without the word FAILED, which is in red
)
_MAYBE_FAILING = re.compile(r"FAIL|ERROR|::|___")


def test_runs(view: View) -> list[TestRun]:
    """Test runs that ended in this segment, in time order."""
    ends = {s: text for s in view.lines if _MAYBE.search(s.text) and (text := _summary(s, view.lines))}
    if not ends:
        return []
    names = [(s, n) for s in view.lines if (n := failing_name(s.text))]
    runs: list[TestRun] = []
    for line in ends:
        if line.id not in view.novel and (line in view.standing or _older(line, ends)):
            continue
        passed, failed = counts(ends[line])
        failing = tuple(dict.fromkeys(n for s, n in names if at_once(s, line) and s.box.y <= line.box.y)) if failed else ()
        run = TestRun(line.start_s, passed, failed, failing[:3])
        known = passed or failed or _UNCOUNTED.match(ends[line])
        if known and not (runs and (runs[-1].passed, runs[-1].failed) == (passed, failed)):
            runs.append(run)
    return runs


test_runs.__test__ = False  # type: ignore[attr-defined]


def _summary(line: ScreenLine, lines: Iterable[ScreenLine]) -> str:
    """The text of a line that ends a test run, or the empty string. Counts in colour are often a box of their own."""
    text = line.text.strip()
    if _UNCOUNTED.match(text):
        row = row_with(line, lines).strip()
        return row if any(p.search(row) for p in _SUMMARIES) else text
    return text if any(p.search(text) for p in _SUMMARIES) else ""


def passes_later(lines: Iterable[ScreenLine], t_s: float) -> bool:
    """Whether a test run after a time said that all passed, whatever the activity is called."""
    return any(
        line.start_s > t_s and _MAYBE.search(line.text) and _all_passed(line.text.strip())
        for line in lines
        if line.region == "content"
    )


def _all_passed(text: str) -> bool:
    if _UNCOUNTED.match(text):
        return True
    return any(p.search(text) for p in _SUMMARIES) and counts(text)[0] > 0 and counts(text)[1] == 0


def _older(line: ScreenLine, others: Iterable[ScreenLine]) -> bool:
    """An old line that has scrolled stands above a newer one."""
    return any(o.box.y > line.box.y and at_once(o, line) for o in others)


def counts(text: str) -> tuple[int, int]:
    """(passed, failed) of a summary line.

    >>> counts("1 failed, 4 passed in 0.83s"), counts("Tests run: 7, Failures: 2")
    ((4, 1), (5, 2))
    """
    found = re.search(r"Tests run: (\d+), Failures: (\d+)(?:, Errors: (\d+))?", text)
    if found:
        bad = int(found[2]) + int(found[3] or 0)
        return int(found[1]) - bad, bad
    found = re.search(r"tests passed, (\d+) tests failed out of (\d+)", text)
    if found:
        return int(found[2]) - int(found[1]), int(found[1])
    found = re.search(r"(\d+) examples?, (\d+) failures?", text)
    if found:
        return int(found[1]) - int(found[2]), int(found[2])
    found = re.search(r"OK \((\d+) test", text)
    if found:
        return int(found[1]), 0
    found = re.search(r"FAILED \((.*)\)", text)
    if found:
        return 0, sum(int(n) for n in re.findall(r"=(\d+)", found[1]))
    passed, failed = 0, int(bool(re.match(r"\W{0,3}failed, \d", text)))  # one at least, where the count was not read
    for number, word in _COUNT.findall(text):
        if word.startswith("pass") or word.endswith("passed"):
            passed += int(number)
        elif word.startswith(("fail", "error")) or word.endswith("failed"):
            failed += int(number)
    return passed, failed


def failing_name(text: str) -> str:
    """The name of the test that a line says has failed, or the empty string."""
    if not _MAYBE_FAILING.search(text):
        return ""
    for pattern in _FAILING:
        found = pattern.match(text.strip())
        if found:
            return found["n"].rsplit("::", 1)[-1]
    return ""
