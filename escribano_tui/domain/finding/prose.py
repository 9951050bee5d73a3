"""What was read and written: headings of pages, text that was typed, the subject of a mail, what speech points at."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from statistics import median

from escribano_tui.domain.evidence import ScreenLine, Utterance
from escribano_tui.domain.finding.layout import Block, blocks, legible, settled
from escribano_tui.domain.finding.views import View, key_of

_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”’)]?\s+(?=[\"“‘(]?[^\W\d_a-z])")
_CARETS = " \t|▏▎▍│▁"

# ---------------------------------------------------------------- headings

_HEADING_WORDS = (2, 12)
_TALLER = 1.14  # than running text
_RUNNING = 6  # words that make a line running text
_FURNITURE = re.compile(
    r"(?:cookies?|sign (?:in|up)|log ?in|not secure|search|skip to|privacy|subscribe|accept all|settings|table of contents"
    r"|new tab|navigation|menu|previous|next|edit on|share|download|(?:https?:/)|www\.|^\W*\d+\W*$)",
    re.I,
)


def headings(view: View, other_than: str = "", most: int = 2) -> list[tuple[float, str]]:
    """(time, text) of headings first seen in this segment, those that stood longest, in time order."""
    readable = [s for s in view.lines if legible(s)]
    if len(readable) < 4:
        return []
    running = [s.box.h for s in readable if len(s.text.split()) >= _RUNNING]
    usual = median(running or [s.box.h for s in readable])
    known = key_of(other_than)
    found: dict[str, tuple[float, float, str]] = {}
    for line in readable:
        key = key_of(line.text)
        words = len(line.text.split())
        if (
            line.id not in view.novel
            or line.box.h < _TALLER * usual
            or not _HEADING_WORDS[0] <= words <= _HEADING_WORDS[1]
            or key in known
            or (known and known in key)
            or not _heading_like(line.text)
        ):
            continue
        shown = min(line.end_s, view.segment.end_s) - line.start_s
        before = found.get(key, (0.0, line.start_s, line.text))
        found[key] = (before[0] + shown * (line.box.h / usual), before[1], before[2])
    best = sorted(found.values(), key=lambda f: -f[0])[:most]
    return sorted((t_s, text.strip(" #¶§")) for _, t_s, text in best)


def _heading_like(text: str) -> bool:
    if _FURNITURE.search(text) or text.rstrip().endswith((",", ";", "…", "...", "×")):
        return False
    if not (text[0].isupper() or text[0].isdigit() or text[0] == "#") or text.count("(") != text.count(")"):
        return False
    if len(re.findall(r"[^\W\d_]{3,}", text)) < 2:
        return False
    letters = sum(c.isalpha() or c.isspace() for c in text)
    return letters / len(text) > 0.75


# ---------------------------------------------------------------- what was written

_LEAST_WRITTEN = 3  # words


def written(view: View, most: int = 2, limit: int = 160) -> list[tuple[float, str]]:
    """(time, sentence) of text that was typed in this segment: it came after the opening and stood to the end, or
    grew from line to line."""
    typed = [s for s in view.fresh if s.id in view.novel and legible(s)]
    typed = [s for s in settled(typed) if _prose(s.text)]
    sentences: list[tuple[float, str]] = []
    for block in sorted(blocks(typed), key=lambda b: b.lines[0].start_s):
        for sentence in split_sentences(block.text.strip(_CARETS)):
            words = len(_WORDS.findall(sentence))
            if words >= _LEAST_WRITTEN and not _cut(sentence):
                sentences.append((_start_of(sentence, block), excerpt(sentence, limit)))
    whole = [s for s in sentences if s[1].endswith((".", "!", "?"))]
    return (whole or sentences)[:most]


def _prose(text: str) -> bool:
    """Words, not menus, tables, numbers or source."""
    words = _WORDS.findall(text)
    if not words or re.search(r"[{}<>=\\]|[;:]$|\)\s*:$", text):
        return False
    return sum(map(len, words)) >= 0.65 * len(text.replace(" ", ""))


def _cut(sentence: str) -> bool:
    """Whether it looks like a line that was still being typed."""
    last = sentence.rstrip(_CARETS).rsplit(" ", 1)[-1]
    return len(last.strip(".,")) == 1 and last.islower() and last != "a"


def _start_of(sentence: str, block: Block) -> float:
    """When the line in which a sentence begins was there."""
    begin = key_of(sentence)[:12]
    return next((s.start_s for s in block.lines if begin in key_of(s.text)), block.lines[0].start_s)


def split_sentences(text: str) -> list[str]:
    """
    >>> split_sentences("All pass. I commit v0.4.2 now! Next?")
    ['All pass.', 'I commit v0.4.2 now!', 'Next?']
    """
    return [s for part in _SENTENCE_END.split(" ".join(text.split())) if (s := part.strip())]


def excerpt(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a blank with an ellipsis."""
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(" ", 1)[0].rstrip(",;:–-") + " …"


# ---------------------------------------------------------------- mail

_MAIL = re.compile(
    r"\b(?:inbox|mail|webmail|gmail|outlook|thunderbird|roundcube|e-?mail|posteingang|geary|evolution)\b|\w{2,}mail\b", re.I
)
_SUBJECT = re.compile(r"^(?:subject|betreff|objet|asunto)\s*:\s*(?P<s>.{3,})$", re.I)
_REPLY = re.compile(r"^(?:re|aw|antw|sv)\s*:\s*(?P<s>.{3,})$", re.I)
_GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|hallo|liebe[rs]?|bonjour|hola|ciao|good (?:morning|afternoon|evening))\b.{1,40}[,!]?$", re.I
)
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
    if not _MAIL.search(where):
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
    return view.segment.start_s, ""


# ---------------------------------------------------------------- what speech points at

# Words that carry no meaning of their own.
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "the a an and or but of to in on at by for from with without is are was were be been it its this that these those "
        "there here i we you he she they them me my our your so not no do does did have has had will would can could should "
        "may might let us now then than just as if into out up down over under about again one two some any all",
    )
)
_PICKING = re.compile(r"\b(?:pick|start|take|begin|choose|chose|first|work on|go with|tackle)\w*\b", re.I)


def stems(text: str) -> set[str]:
    """Words that carry meaning, without common endings."""
    return {_stem(w) for w in _WORDS.findall(text.casefold()) if w not in _COMMON and len(w) > 1}


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "sl" else word


@dataclass(frozen=True, slots=True)
class Pointed:
    """A text on the screen that was spoken of; `picked` where the speech says that it is what comes first."""

    t_s: float
    text: str
    picked: bool


def pointed_at(view: View) -> Pointed | None:
    """The block of screen text that the speech of this segment shares most words with, at least three and most of it."""
    readable = [s for s in settled(view.lines) if legible(s) and len(s.text) <= 120]
    candidates = [c for b in blocks(readable) if len(b.lines) <= 5 for c in _runs(b)]
    best: tuple[float, int, Utterance, str] | None = None
    for utterance in view.said:
        for heard in map(stems, split_sentences(utterance.text)):
            for text, told in candidates:
                shared = len(heard & told)
                score = shared / len(told)
                if shared >= 3 and score >= 0.6 and (best is None or (score, shared) > best[:2]):
                    best = (score, shared, utterance, text)
    if best is None:
        return None
    return Pointed(best[2].start_s, best[3], bool(_PICKING.search(best[2].text)))


def _runs(block: Block) -> list[tuple[str, set[str]]]:
    """Every run of lines of a block that could be a title: a card's label may stand right below its title."""
    texts = [s.text for s in block.lines]
    runs = [" ".join(texts[a:b]) for a in range(len(texts)) for b in range(a + 1, len(texts) + 1)]
    told = [(run, stems(run)) for run in runs]
    return [(run, words) for run, words in told if 3 <= len(words) <= 14]


__all__ = ["Mail", "Pointed", "excerpt", "headings", "mail", "pointed_at", "split_sentences", "stems", "written"]
