"""What was done with mail: which one, and whether it was read or answered."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from statistics import median

from escribano_tui.domain.evidence import ScreenLine
from escribano_tui.domain.finding.layout import legible
from escribano_tui.domain.finding.views import View, key_of

_MAIL = re.compile(
    r"\b(?:inbox|mail|webmail|gmail|outlook|thunderbird|roundcube|e-?mail|posteingang|geary|evolution)\b|\w{2,}mail\b", re.I
)
# A program or page with so many of these is for mail, whatever it is called.
_FOLDER = re.compile(
    r"^(?:inbox|sent(?: items)?|drafts|spam|junk|trash|archive|compose|reply(?: all)?|forward|subject|posteingang|entwürfe"
    r"|gesendet|papierkorb|antworten)\b.{0,6}$",
    re.I,
)
_FOLDERS = 3
_TALL = 1.3
_SUBJECT = re.compile(r"^(?:subject|betreff|objet|asunto)\s*:\s*(?P<s>.{3,})$", re.I)
_REPLY = re.compile(r"^(?:re|aw|antw|sv)\s*:\s*(?P<s>.{3,})$", re.I)
_GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|hallo|liebe[rs]?|bonjour|hola|ciao|good (?:morning|afternoon|evening))\b.{1,40}[,!]?$", re.I
)
_ADDRESSED = re.compile(r"^(?:hi|hello|hey|dear|hallo|liebe[rs]?|bonjour|hola|ciao)\b[^,!.]{1,40}[,!]\s+(?=\S+ \S)", re.I)
_SIGNED = re.compile(
    r"^(?:(?:best|kind|warm|many)(?: \w+)?|regards|cheers|thanks|sincerely|viele grüße|mit freundlichen grüßen)\b.{0,20},?$",
    re.I,
)
_ANSWERING = re.compile(r"\b(?:answer|repl(?:y|ied|ies)|respond|writ(?:e|ing) back)", re.I)


@dataclass(frozen=True, slots=True)
class Mail:
    """`manner` is answered, wrote or read; `subject` may be empty."""

    t_s: float
    manner: str
    subject: str


def mail(view: View) -> Mail | None:
    """What was done with mail in this segment, or None where it is not about mail."""
    where = " ".join((view.segment.title, *view.segment.apps, *(f"{d.title} {d.site}" for d in view.descriptions[:3])))
    if not _MAIL.search(where) and len({key_of(s.text) for s in view.lines if _FOLDER.match(s.text)}) < _FOLDERS:
        return None
    t_s, subject = _subject(view)
    typed = [s for s in view.fresh if s.id in view.novel]
    greeted = next((s for s in typed if _GREETING.match(s.text)), None)
    signed = next((s for s in typed if _SIGNED.match(s.text)), None)
    said = next((u for u in view.said if _ANSWERING.search(u.text)), None)
    if greeted is None and signed is None and said is None:
        return Mail(t_s, "read", subject)
    at_s = min([x.start_s for x in (greeted, signed, said) if x is not None])
    return Mail(at_s, "answered" if subject else "wrote", subject)


def without_greeting(text: str) -> str:
    """
    >>> without_greeting("Hi Ingrid, the totals are right again."), without_greeting("Hello there.")
    ('the totals are right again.', 'Hello there.')
    """
    found = _ADDRESSED.match(text)
    return text[found.end() :] if found else text


def _subject(view: View) -> tuple[float, str]:
    """The subject in front: a line marked as one, else the tallest that stands both in the list and above the text."""
    for line in view.lines:
        found = _SUBJECT.match(line.text)
        if found:
            return line.start_s, (_REPLY.sub(r"\g<s>", found["s"])).strip()
    twice: dict[str, list[ScreenLine]] = defaultdict(list)
    for line in view.lines:
        if legible(line, words=2) and len(line.text.split()) >= 3 and not line.text.endswith(("...", "…")):
            twice[key_of(_REPLY.sub(r"\g<s>", line.text))].append(line)
    places = [lines for lines in twice.values() if len({(s.box.x // 40, s.box.y // 12) for s in lines}) > 1]
    if places:
        best = max(places, key=lambda lines: max(s.box.h for s in lines))
        tallest = max(best, key=lambda s: s.box.h)
        return min(s.start_s for s in best), _REPLY.sub(r"\g<s>", tallest.text).strip()
    return _headline(view)


def _headline(view: View) -> tuple[float, str]:
    """The tallest line, where it stands out like the subject above a mail; else nothing."""
    readable = [s for s in view.lines if legible(s)]
    usual = median([s.box.h for s in readable] or [0])
    tall = [s for s in readable if legible(s, words=2) and s.box.h >= _TALL * usual and 3 <= len(s.text.split()) <= 14]
    best = max(tall, key=lambda s: s.box.h, default=None)
    return (best.start_s, best.text.strip()) if best else (view.segment.start_s, "")
