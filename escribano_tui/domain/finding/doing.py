"""From a segment's view to its deed."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from escribano_tui.domain.deeds import Deed
from escribano_tui.domain.finding import code as source
from escribano_tui.domain.finding import prose, results, terminal
from escribano_tui.domain.finding.mail import mail, without_greeting
from escribano_tui.domain.finding.things import app_of, thing_of, topics_of
from escribano_tui.domain.finding.views import View, key_of
from escribano_tui.domain.phrase import Piece, code, quote, title

# Activities of which the machine's topics say something where nothing else is known.
_TOLD_BY_TOPIC = frozenset(
    {"writing", "reading", "research", "meeting", "communication", "planning", "design", "media", "other"}
)
_COMMITTING = ("git add", "git commit", "git push", "git status", "git log", "git diff", "hg commit", "jj commit")


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside a segment's own view: its test runs, and names that its subject was at before."""

    runs: Sequence[terminal.TestRun] = ()
    names: Collection[str] = ()


def deed_of(view: View, context: Context) -> tuple[Deed, float]:
    """What was done in a segment, and the moment (s) that shows it."""
    segment = view.segment
    deed, t_s = _FINDERS.get(segment.activity, _plain)(view, context)
    thing = deed.thing if deed.thing is not None and "title" not in view.owned else thing_of(view)
    if deed.manner in ("untitled", "queried") and "title" not in view.owned:
        thing = None
    if thing is not None and any(p.text.casefold() == thing.text.casefold() for p in deed.parts):
        thing = None
    bare = thing is None and not deed.parts and not deed.more and segment.activity in _TOLD_BY_TOPIC
    return (
        Deed(
            segment.activity, thing, deed.parts, deed.more, deed.number, deed.manner, _program(view, deed),
            "apps" in view.owned, topics_of(view) if "topics" in view.owned or bare else (), segment.returns_to_ms >= 0,
        ),
        t_s,
    )  # fmt: skip


def _program(view: View, deed: Deed) -> str:
    """The program that a sentence names: what ran in a terminal rather than the terminal."""
    told = deed.activity not in ("terminal", "debugging") and "apps" not in view.owned
    inside = view.segment.apps[1:2] if told and _in_terminal(view) else ()
    return inside[0] if inside else app_of(view)


Found = tuple[Deed, float]


def _plain(view: View, context: Context) -> Found:
    return Deed(view.segment.activity), view.segment.start_s


def _coding(view: View, context: Context) -> Found:
    names = source.spoken_of(view, source.on_screen(view)) or source.worked_on(view)
    return Deed("coding", parts=tuple(code(n) for _, n in names[:3])), view.segment.start_s


def _debugging(view: View, context: Context) -> Found:
    ran = terminal.commands(view)
    failed = next((r for r in context.runs if r.failed), None)
    if failed:
        before = [c for c in ran if c.t_s <= failed.t_s and not c.tried][-1:]
        failing = tuple(code(n) for r in context.runs for n in r.failing)
        parts = tuple(code(c.text) for c in before)
        return Deed("debugging", None, parts, failing, failed.failed, "tests"), failed.t_s
    errors = results.errors(view)
    if errors:
        return Deed("debugging", more=tuple(code(e) for _, e in errors[:2])), errors[0][0]
    return Deed("debugging", parts=_codes(ran)), ran[0].t_s if ran else view.segment.start_s


def _terminal(view: View, context: Context) -> Found:
    ran = [c for c in terminal.commands(view) if not c.text.startswith(_COMMITTING)]
    shell, tried = [c for c in ran if not c.tried], [c for c in ran if c.tried]
    first = min((c.t_s for c in ran), default=view.segment.start_s)
    return Deed("terminal", parts=_codes(shell), more=_codes(tried)), first


def _codes(ran: Sequence[terminal.Command], most: int = 3) -> tuple[Piece, ...]:
    return tuple(code(c.text) for c in ran[:most])


def _review(view: View, context: Context) -> Found:
    shown = source.on_screen(view)
    known = [n for n in shown if n in context.names] or [n for _, n in source.spoken_of(view, shown)]
    return Deed("review", parts=tuple(code(n) for n in known[:3])), view.segment.start_s


def _reading(view: View, context: Context) -> Found:
    thing = thing_of(view)
    found = [] if _in_terminal(view) else prose.headings(view, other_than=thing.text if thing else "")
    return Deed("reading", parts=tuple(title(h) for _, h in found)), view.segment.start_s


def _in_terminal(view: View) -> bool:
    """Whether a page is read in a terminal: what is tall there stands in a window behind it."""
    return any(re.search(r"term|konsole|console|kitty|alacritty|tilix|wezterm", app, re.I) for app in view.segment.apps[:1])


def _data(view: View, context: Context) -> Found:
    tables = terminal.queried(view)
    if not tables:
        return _plain(view, context)
    return Deed("data", parts=tuple(code(t) for _, t in tables[:3]), manner="queried"), tables[0][0]


def _writing(view: View, context: Context) -> Found:
    found = prose.written(view, most=2)
    parts = tuple(quote(text) for _, text in found)
    thing = thing_of(view)
    if thing and parts and "title" not in view.owned and key_of(thing.text)[:24] == key_of(parts[0].text)[:24]:
        return Deed("writing", parts=parts, manner="untitled"), view.segment.start_s  # named after its own first words
    return Deed("writing", parts=parts), view.segment.start_s


def _communication(view: View, context: Context) -> Found:
    found = mail(view)
    if found is None:
        return _plain(view, context)
    parts = (quote(found.subject),) if found.subject and "title" not in view.owned else ()
    wrote = prose.written(view, most=1) if found.manner in ("answered", "wrote") else []
    return Deed(
        "communication", parts=parts, more=tuple(quote(without_greeting(text)) for _, text in wrote), manner=found.manner
    ), found.t_s


def _planning(view: View, context: Context) -> Found:
    pointed = prose.pointed_at(view)
    if pointed is None:
        return _plain(view, context)
    manner = "picked" if pointed.picked else ""
    return Deed("planning", parts=(quote(pointed.text),), manner=manner), pointed.t_s


_FINDERS = {
    "coding": _coding,
    "debugging": _debugging,
    "terminal": _terminal,
    "review": _review,
    "research": _reading,
    "reading": _reading,
    "writing": _writing,
    "communication": _communication,
    "planning": _planning,
    "data": _data,
}
