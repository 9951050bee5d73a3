"""A writer with a language model behind it, whatever serves the model: it only words the claims that the plan chose.

Subject by subject, a few facts a prompt; every line of the answer names its facts, is held against them and gets its
citations from them. A fact that the model did not word soundly keeps the deterministic sentence, so nothing is lost.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from escribano_tui.backends.writing import checks, prompts, wording
from escribano_tui.backends.writing.deterministic import template_of
from escribano_tui.backends.writing.kept import dump, load
from escribano_tui.backends.writing.layout import Words, document, own_words
from escribano_tui.backends.writing.plan import Section, plan
from escribano_tui.backends.writing.restyle import restyled
from escribano_tui.backends.writing.templates import Template
from escribano_tui.domain.phrase import escape
from escribano_tui.domain.summary import Claim, FactSheet, Summary
from escribano_tui.domain.text import clean
from escribano_tui.ports import BackendError, Cancelled, Stop

CLAIMS_A_PROMPT = 8
TOKENS_A_CLAIM = 70
MOST_PROMPT_TOKENS = 2_400  # with the answer it fits a context of 4,096
_POINTS_A_PARAGRAPH = 4
_POLL_S = 0.05
_LEAST_SOUND = 0.3  # of the facts of a prompt: fewer, and the deterministic text of the subject stands


class Talk(Protocol):
    """A model that answers."""

    @property
    def model(self) -> str: ...

    def stream(self, messages: Sequence[Mapping[str, str]], most_tokens: int, stop: Stop) -> Iterator[str]:
        """The answer in pieces as it comes. Raises BackendError (stall, cut, refusal of the server) or Cancelled."""
        ...

    def close(self) -> None: ...


class ModelWriter:
    """The port `Writer`. `at_once` subjects are asked for at the same time, over all formats that are being written."""

    def __init__(self, name: str, talk: Talk, formats: Mapping[str, Template], at_once: int = 2) -> None:
        self._name = name
        self._talk = talk
        self._formats = formats
        self._at_once = max(1, at_once)
        self._slots = threading.BoundedSemaphore(self._at_once)

    def write(
        self, sheet: FactSheet, format: str, before: Summary | None, stop: Stop, on_text: Callable[[str], None] | None = None
    ) -> Summary:
        """The summary; subjects whose facts have not changed are taken over from `before` word for word.

        Raises BackendError where the model wrote nothing sound at all, Cancelled on `stop`.
        """
        template = template_of(self._formats, format)
        chosen = plan(sheet, template)
        kept = load(before, self._name, self._talk.model)
        tasks = [_Task(s, template, self._talk.model) for s in chosen.sections]
        new = [t for t in tasks if t.key not in kept and t.claims]
        self._write_all(new, stop, on_text)
        if new and len(new) == len(tasks) and all(t.why for t in new):
            raise BackendError(new[0].why)
        words = {t.section.subject.key: kept[t.key] if t.key in kept else t.words() for t in tasks}
        text = document(chosen, template, words)
        return Summary(
            format, sheet.revision, text, self._name, self._talk.model, facts_key=sheet.key,
            struck=sum(t.struck for t in new), note=_note(new), prompt=prompts.version(template.settings.style),
            parts=dump({t.key: words[t.section.subject.key] for t in tasks if not t.why}, self._name, self._talk.model),
        )  # fmt: skip

    def close(self) -> None:
        self._talk.close()

    def _write_all(self, tasks: Sequence[_Task], stop: Stop, on_text: Callable[[str], None] | None) -> None:
        """Several subjects at once; their text is handed on in their order."""
        if not tasks:
            return
        show = _InOrder(on_text)
        with ThreadPoolExecutor(self._at_once, thread_name_prefix="writing") as pool:
            jobs = [pool.submit(self._run, task, stop, show.of(k)) for k, task in enumerate(tasks)]
            for k, job in enumerate(jobs):
                try:
                    job.result()
                except Cancelled:
                    for other in jobs:
                        other.cancel()
                    raise
                show.done(k)

    def _run(self, task: _Task, stop: Stop, show: Callable[[str], None]) -> None:
        while not self._slots.acquire(timeout=_POLL_S):
            if stop.is_set():
                raise Cancelled
        try:
            task.run(self._talk, stop, show)
        finally:
            self._slots.release()


class _InOrder:
    """Hands on text of several sources, all of the first one before any of the second."""

    def __init__(self, on_text: Callable[[str], None] | None) -> None:
        self._on_text = on_text
        self._waiting: dict[int, list[str]] = {}
        self._now = 0

    def of(self, k: int) -> Callable[[str], None]:
        def show(text: str) -> None:
            self._waiting.setdefault(k, []).append(text)
            if k == self._now:
                self._flush()

        return show

    def done(self, k: int) -> None:
        self._now = k
        self._flush()
        self._now = k + 1

    def _flush(self) -> None:
        waiting = self._waiting.get(self._now, [])
        while waiting and self._on_text:
            self._on_text(waiting.pop(0))


# ---------------------------------------------------------------- one subject


@dataclass
class _Task:
    """The wording of one section: what is asked, and what came of it."""

    section: Section
    template: Template
    model: str
    sentences: dict[int, str] = field(default_factory=dict)  # by the place of the first claim that a sentence words
    covered: set[int] = field(default_factory=set)
    struck: int = 0
    why: str = ""  # why the deterministic text stands, where it does

    @property
    def claims(self) -> list[Claim]:
        """What the template shows of this section, each claim once."""
        shown = list(self.section.claims) if self._shows("points", "prose") else []
        return list(dict.fromkeys([*shown, *(self.section.lead if self._shows("lead") else ())]))

    def _shows(self, *names: str) -> bool:
        return any(self.template.uses(n) for n in names)

    @property
    def key(self) -> str:
        """What the wording depends on: facts, model and prompt."""
        told = repr((self.claims, self.section.groups, self.section.lead, self.model, prompts.version(self._style)))
        return hashlib.blake2b(told.encode(), digest_size=12).hexdigest()

    @property
    def _style(self) -> str:
        return self.template.settings.style

    def run(self, talk: Talk, stop: Stop, show: Callable[[str], None]) -> None:
        """Ask for all claims, a few at a time. Keeps why, where the model failed; raises Cancelled."""
        show(f"## {escape(self.section.subject.label)}\n\n")
        claims = self.claims
        size = CLAIMS_A_PROMPT
        at = 0
        while at < len(claims):
            if stop.is_set():
                raise Cancelled
            some = _fitting(claims[at : at + size], self._style)
            try:
                self._ask(talk, at, some, stop, show)
            except BackendError as problem:
                if "context" in str(problem).casefold() and len(some) > 1:
                    size = len(some) // 2
                    continue
                self.why = str(problem)
                return
            at += len(some)
        if claims and len(self.covered) < _LEAST_SOUND * len(claims):
            self.why = self.why or "hardly anything of what it wrote is borne out by the facts"

    def _ask(self, talk: Talk, at: int, claims: Sequence[Claim], stop: Stop, show: Callable[[str], None]) -> None:
        """One prompt; lines are checked and shown as soon as they are whole. Raises BackendError."""
        answer, open_line = "", ""
        for piece in talk.stream(prompts.messages(claims, self._style), TOKENS_A_CLAIM * len(claims) + 60, stop):
            answer += piece
            open_line += piece
            *whole, open_line = open_line.split("\n")
            for line in whole:
                self._take(line, at, claims, show)
            if self._worded(at, claims) == len(claims) or any(checks.beyond(line, len(claims)) for line in whole):
                return
            if checks.looping(answer):
                self._take(open_line, at, claims, show)
                raise BackendError("it repeated itself without end", raw=answer)
        self._take(open_line, at, claims, show)
        if not answer.strip():
            raise BackendError("it wrote nothing")
        worded = self._worded(at, claims)
        if not worded and checks.refused(answer):
            raise BackendError("it refused", raw=answer)
        if not worded and checks.foreign(answer):
            raise BackendError("it did not write in English", raw=answer)

    def _worded(self, at: int, claims: Sequence[Claim]) -> int:
        """How many of the claims of a prompt are worded."""
        return sum(at <= k < at + len(claims) for k in self.covered)

    def _take(self, line: str, at: int, claims: Sequence[Claim], show: Callable[[str], None]) -> None:
        """A whole line of an answer: what of it is borne out words its claims."""
        told = checks.read_line(clean(line), len(claims))
        if told is None or all(at + k in self.covered for k in told.ids):
            return
        text, struck = checks.sound(told, claims, self.section.subject.label)
        self.struck += struck
        if not text:
            return
        worded = [claims[k] for k in told.ids]
        text = _in_first_person(text, worded[0]) if self._style == "prose" else text
        sentence = _cited(restyled(text, worded), wording.citations(worded))
        self.sentences[at + told.ids[0]] = sentence
        self.covered |= {at + k for k in told.ids}
        show(f"{sentence}\n")

    def words(self) -> Words:
        """The section in the model's sentences, the deterministic ones where it has none."""
        own = own_words(self.section)
        if self.why:
            return own
        place = {claim: k for k, claim in enumerate(self.claims)}
        shown = self.section.groups if self._shows("points", "prose") else ()
        points = [self._joined(group, place) for group in shown] or list(own.points)
        lead = self._joined(self.section.lead, place) if self._shows("lead") else own.lead
        points = [p for p in points if p]
        prose = [" ".join(points[k : k + _POINTS_A_PARAGRAPH]) for k in range(0, len(points), _POINTS_A_PARAGRAPH)]
        return Words(tuple(points), "\n\n".join(prose), lead)

    def _joined(self, claims: Sequence[Claim], place: Mapping[Claim, int]) -> str:
        told = []
        for claim in claims:
            k = place[claim]
            if k in self.sentences:
                told.append(self.sentences[k])
            elif k not in self.covered:
                told.append(wording.point((claim,)) if self._style == "points" else wording.paragraphs(((claim,),)))
        return " ".join(told)


def _in_first_person(text: str, claim: Claim) -> str:
    """With `I` before it, where a sentence begins with the verb of its claim, or with `Said`."""
    first = text.split(" ", 1)[0].rstrip(":").casefold()
    own = claim.phrase[0].text.split(" ", 1)[0].casefold() if claim.phrase and not claim.phrase[0].style else ""
    if claim.mine and first in (own, "said"):
        return f"I {text[:1].lower()}{text[1:]}"
    return text


def _cited(text: str, times: str) -> str:
    """With its times at the end, before the full stop; after a quote or a question mark."""
    if text.endswith(("!", "?", "”", '"', "…")):
        return f"{text} {times}"
    return f"{text.removesuffix('.')} {times}."


def _fitting(claims: Sequence[Claim], style: str) -> Sequence[Claim]:
    """As many of the claims as fit the prompt; at least one."""
    while len(claims) > 1 and sum(prompts.tokens(m["content"]) for m in prompts.messages(claims, style)) > MOST_PROMPT_TOKENS:
        claims = claims[: len(claims) // 2]
    return claims


def _note(tasks: Sequence[_Task]) -> str:
    """Which subjects stand in the deterministic text, and why."""
    failed = [t for t in tasks if t.why]
    if not failed:
        return ""
    labels = ", ".join(t.section.subject.label for t in failed[:3])
    more = f" and {len(failed) - 3} more" if len(failed) > 3 else ""
    return f"Written without the model: {labels}{more} ({failed[0].why})."
