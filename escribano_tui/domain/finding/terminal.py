"""What terminals say: commands, test runs, commits, builds, errors. Cues are those of widespread tools."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

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
    re.compile(r"^(?:sqlite|mysql|[\w.-]{1,30}=[#>])>?\s+(?P<c>\S.*)$"),
)
_INTERPRETER = re.compile(r"^(?:>>>|In ?\[|sqlite|mysql|[\w.-]{1,30}=[#>])")
_CURSOR = " \t▁█▌▐■□▮▯|"
_TRIVIAL = re.compile(r"^(?:ls|ll|cd|clear|pwd|exit|logout|history|man|which|echo|reset)\b|^\W*$")
_LONGEST_COMMAND = 60


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


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result that a line of the screen bears out. `what` is commit, push, build, install, save, sent, merge, deploy,
    `detail` the text that belongs to it (a commit's subject), `mark` a short sign (its hash)."""

    t_s: float
    what: str
    detail: str = ""
    mark: str = ""
    good: bool = True


def commands(view: View) -> list[Command]:
    """Commands first seen in this segment, in the order of their appearance, half-typed and trivial ones left out."""
    prompts = [s for s in view.lines if s.region == "content" and prompted(s.text) is not None]
    found: dict[str, Command] = {}
    for line in settled(prompts):
        text = (prompted(row_from(line, view.lines)) or "").rstrip(_CURSOR)
        key = key_of(text)
        if line.id not in view.novel or len(key) < 2 or _TRIVIAL.match(text):
            continue
        found.setdefault(key, Command(line.start_s, shortened(text), bool(_INTERPRETER.match(line.text))))
    whole = [key for key in found if not any(k != key and k.startswith(key) for k in found)]
    return [found[key] for key in whole]


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
)


def test_runs(view: View) -> list[TestRun]:
    """Test runs that ended in this segment, in time order."""
    ends = {s: text for s in view.lines if _MAYBE.search(s.text) and (text := _summary(s, view.lines))}
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
    passed = failed = 0
    for number, word in _COUNT.findall(text):
        if word.startswith("pass") or word.endswith("passed"):
            passed += int(number)
        elif word.startswith(("fail", "error")) or word.endswith("failed"):
            failed += int(number)
    return passed, failed


def failing_name(text: str) -> str:
    for pattern in _FAILING:
        found = pattern.match(text.strip())
        if found:
            return found["n"].rsplit("::", 1)[-1]
    return ""


# ---------------------------------------------------------------- results

_HASH = r"[0-9a-f]{7,40}"
_RESULTS: tuple[tuple[str, bool, re.Pattern[str]], ...] = tuple(
    (what, good, re.compile(pattern))
    for what, good, pattern in (
        ("commit", True, rf"^\[(?P<b>[\w./-]+)(?: \([\w-]+\))? (?P<mark>{_HASH})\] (?P<detail>.+)$"),
        ("push", True, rf"^(?:{_HASH}\.\.+{_HASH}|\* \[new branch\])\s+\S+ ?-> ?(?P<detail>[\w./-]+)$"),
        ("build", True, r"^(?:BUILD SUCCESS(?:FUL)?\b|Compiled successfully|Build succeeded|webpack .* compiled successfully)"),
        ("build", False, r"^(?:BUILD FAIL(?:ED|URE)\b|Build FAILED|Failed to compile|error: could not compile)"),
        ("install", True, r"^Successfully installed (?P<detail>.+)$"),
        ("merge", True, r"^(?:Pull request successfully merged|Merged by .+|Merge request !\d+ merged)"),
        ("deploy", True, r"^(?:Deployment (?:complete|successful|succeeded)|Deployed to \S+)"),
        ("save", True, r"(?i)^(?:File )?[\"'“]?(?P<detail>[^\"'“”]{1,120}?\.\w{1,6})[\"'”]? (?:was )?saved\b"),
        ("save", True, r"^[\"“](?P<detail>[^\"”]+)[\"”] \d+L, \d+[BC](?: written)?"),
        ("sent", True, r"(?i)^(?:Message|Mail|E-?mail|Your (?:message|mail|email) (?:has been|was)) sent\b"),
    )
)
_MAYBE_RESULT = re.compile(r"\[|->|BUILD|ompile|uild |uccess|erged|eploy|aved|written| sent", re.A)
# Whatever is done in front, these say what the owner did.
_ANYWHERE = frozenset({"save", "sent", "merge"})


def outcomes(view: View) -> list[Outcome]:
    """Results first seen in this segment, each once, in time order."""
    found: dict[tuple[str, str], Outcome] = {}
    runs = view.segment.activity in RUNS
    for line in view.lines:
        if line.id not in view.novel or not _MAYBE_RESULT.search(line.text):
            continue
        for what, good, pattern in _RESULTS:
            if not runs and what not in _ANYWHERE:
                continue
            hit = pattern.match(line.text.strip())
            if hit:
                groups = hit.groupdict()
                outcome = Outcome(line.start_s, what, (groups.get("detail") or "").strip(), groups.get("mark") or "", good)
                found.setdefault((what, outcome.mark or key_of(outcome.detail)), outcome)
                break
    return list(found.values())


# ---------------------------------------------------------------- errors

_ERROR = re.compile(r"(?:^|[\s:])(?P<e>[A-Z]\w{2,40}(?:Error|Exception))\b(?::\s*(?P<m>[^:].{0,80}))?")
_COMPILER = re.compile(r"^(?:\S+:\d+(?::\d+)?: )?(?P<e>(?:fatal )?error(?:\[[A-Z]\d+\])?): (?P<m>.{3,80})$")


def errors(view: View) -> list[tuple[float, str]]:
    """(time, text) of errors on the screen in the order of their appearance, each kind once."""
    found: dict[str, tuple[float, str]] = {}
    for line in view.lines:
        if line.id not in view.novel or ("rror" not in line.text and "xception" not in line.text):
            continue
        hit = _COMPILER.match(line.text.strip()) or _ERROR.search(line.text)
        if hit:
            message = (hit["m"] or "").strip()
            text = f"{hit['e']}: {message}" if message else hit["e"]
            key = hit["e"] if hit.re is _ERROR else text
            if key not in found or (len(text) > len(found[key][1]) and found[key][1] == key):
                found[key] = (found[key][0] if key in found else line.start_s, shortened(text, 80))
    return list(found.values())
