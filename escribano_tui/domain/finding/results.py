"""What came of it, as screens say it: commits, builds, messages sent, files saved, errors, by widespread tools."""

from __future__ import annotations

import re
from dataclasses import dataclass

from escribano_tui.domain.finding.terminal import RUNS, shortened
from escribano_tui.domain.finding.views import View, key_of


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result that a line of the screen bears out. `what` is commit, push, build, install, save, sent, merge, deploy,
    `detail` the text that belongs to it (a commit's subject), `mark` a short sign (its hash)."""

    t_s: float
    what: str
    detail: str = ""
    mark: str = ""
    good: bool = True


# ---------------------------------------------------------------- results

_HASH = r"[0-9a-f]{7,40}"
_RESULTS: tuple[tuple[str, bool, re.Pattern[str]], ...] = tuple(
    (what, good, re.compile(pattern))
    for what, good, pattern in (
        ("commit", True, rf"^[^\[]{{0,40}}\[(?P<b>[\w./-]+)(?: \([\w-]+\))? (?P<mark>{_HASH})\] (?P<detail>.+)$"),
        ("push", True, rf"^(?:{_HASH}\.\.+{_HASH}|\* \[new branch\])\s+\S+ ?-> ?(?P<detail>[\w./-]+)$"),
        ("build", True, r"^(?:BUILD SUCCESS(?:FUL)?\b|Compiled successfully|Build succeeded|webpack .* compiled successfully)"),
        ("build", False, r"^(?:BUILD FAIL(?:ED|URE)\b|Build FAILED|Failed to compile|error: could not compile)"),
        ("install", True, r"^Successfully installed (?P<detail>.+)$"),
        ("merge", True, r"^(?:Pull request successfully merged|Merged by .+|Merge request !\d+ merged)"),
        ("deploy", True, r"^(?:Deployment (?:complete|successful|succeeded)|Deployed to \S+)"),
        (
            "save",
            True,
            r"(?i)^(?:\d{1,2}:\d\d(?::\d\d)?:? )?(?:File )?[\"'“]?(?:~?/(?:[^/\"'“”]{1,40}/)*)?"
            r"(?P<detail>[^/\"'“”]{1,120}?\.\w{1,6})[\"'”]? (?:was )?saved\b",
        ),
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
                detail = (
                    _as_typed((groups.get("detail") or "").strip(), view) if what == "commit" else groups.get("detail") or ""
                )
                outcome = Outcome(line.start_s, what, detail.strip(), groups.get("mark") or "", good)
                found.setdefault((what, outcome.mark or key_of(outcome.detail)), outcome)
                break
    return list(found.values())


_MESSAGE = re.compile(r"\bcommit\b.*?-\w*m\s*(?P<q>[\"'“])(?P<m>.+?)[\"'”]\s*$")


def _as_typed(subject: str, view: View) -> str:
    """The subject of a commit as it was typed: a reader of text errs now and then, rarely twice in the same way."""
    typed = [found["m"] for line in view.lines if (found := _MESSAGE.search(line.text))]
    return next((t for t in typed if key_of(t) == key_of(subject)), subject)


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
