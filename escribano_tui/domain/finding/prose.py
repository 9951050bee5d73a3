"""What was read and written: headings of pages, text that was typed, what speech points at."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from escribano_tui.domain.evidence import ScreenLine
from escribano_tui.domain.finding.layout import Block, blocks, legible, settled
from escribano_tui.domain.finding.sentences import WORDS, Sentence, excerpt, sentences, split_sentences, stems
from escribano_tui.domain.finding.views import View, key_of

_CARETS = " \t|▏▎▍│▁"

# ---------------------------------------------------------------- headings

_HEADING_WORDS = (2, 9)
_MUCH_LESS = 0.6
_NUMBERED = re.compile(r"^(?:\d+\.)+\d*\s+(?=\w{2})")
_CUT_OFF = re.compile(r"\b(?:a|an|the|of|and|or|to|in|is|are|where|with|as|for|by|that)$", re.I)  # a line of running text
_TALLER = 1.14  # than running text
LINK_WORDS, MANY_LINKS = 4, 4
_RUNNING = 6  # words that make a line running text
_FURNITURE = re.compile(
    r"(?:cookies?|sign (?:in|up)|log ?in|not secure|search|skip to|privacy|subscribe|accept all|settings|table of contents"
    r"|new tab|navigation|menu|previous|next|edit on|share|download|problem loading|server not found|page not found|not found"
    r"|this page|on this page|contents$|(?:https?:/)|www\.|^\W*\d+\W*$)",
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
            or _is_listed(line, readable)
        ):
            continue
        shown = min(line.end_s, view.segment.end_s) - line.start_s
        before = found.get(key, (0.0, line.start_s, line.text))
        found[key] = (before[0] + shown * (line.box.h / usual), before[1], before[2])
    spoken = [f for f in found.values() if _spoken_of(f[2], view)]
    best = sorted(spoken or found.values(), key=lambda f: -f[0])[: 1 if spoken else most]
    best = [f for f in best if f[0] >= best[0][0] * _MUCH_LESS]  # one that was scrolled past is not what was read
    return sorted((t_s, _NUMBERED.sub("", text).strip(" #¶§")) for _, t_s, text in best)


def _is_listed(line: ScreenLine, others: Sequence[ScreenLine]) -> bool:
    """Whether it stands in a list of links: short lines of its height begin in its column, and hardly any running text."""
    column = [s for s in others if abs(s.box.x - line.box.x) <= 0.5 * line.box.h and s is not line]
    alike = sum(abs(s.box.h - line.box.h) <= 0.2 * line.box.h and len(s.text.split()) <= LINK_WORDS for s in column)
    return alike >= MANY_LINKS and sum(len(s.text.split()) >= _RUNNING for s in column) < alike / 2


def _spoken_of(text: str, view: View) -> bool:
    told = stems(text)
    return any(len(told & stems(u.text)) >= min(2, len(told)) for u in view.said) if told else False


def _heading_like(text: str) -> bool:
    if _FURNITURE.search(text) or text.rstrip().endswith((",", ";", ":", "…", "...", "×")):
        return False
    if re.search(r"[=<>{}|\\^~\[\]]|\w[.)]\w{3}|[a-z][A-Z]\w*\W*\d|\.\W*$|\(\d+\)$", text):
        return False
    if (
        _CUT_OFF.search(text)
        or not (text[0].isupper() or text[0].isdecimal() or text[0] == "#")
        or text.count("(") != text.count(")")
    ):
        return False
    if len(re.findall(r"[^\W\d_]{3,}", text)) < 2:
        return False
    letters = sum(c.isalpha() or c.isspace() for c in text)
    return letters / len(text) > 0.75


# ---------------------------------------------------------------- what was written

_LEAST_WRITTEN = 3  # words
_OWN_NAME = re.compile("[a-z][A-Z]")  # LibreOffice, no word of a text
# What an editor says of itself: it is not what was typed into it.
_STATUS = re.compile(
    r"[~\-]?/[\w.-]+/|^(?:saving|saved|loading|opening|reading|writing|wrote|read) (?:file|\d+|\W)|\b\d+ words\b", re.I
)


def written(view: View, most: int = 2, limit: int = 120) -> list[tuple[float, str]]:
    """(time, sentence) of text that was typed in this segment: it came after the opening and stood to the end, or
    grew from line to line."""
    typed = [s for s in view.fresh if s.id in view.novel and legible(s)]
    typed = [s for s in settled(typed) if _prose(s.text)]
    sentences: list[tuple[float, str]] = []
    own = {key_of(word) for app in view.segment.apps[:1] for word in app.split() if _OWN_NAME.search(word)}
    told = [b for b in blocks(typed) if not any(name in key_of(b.text) for name in own)]  # what it says of itself: tips, news
    for block in sorted(told, key=lambda b: b.lines[0].start_s):
        for sentence in split_sentences(_spaced(block.text.strip(_CARETS))):
            words = len(WORDS.findall(sentence))
            if words >= _LEAST_WRITTEN and not _cut(sentence) and not sentence[0].islower():
                sentences.append((_start_of(sentence, block), excerpt(sentence, limit)))
    whole = [s for s in sentences if s[1].endswith((".", "!", "?"))]
    return (whole or sentences)[:most]


def _spaced(text: str) -> str:
    """With the blanks after full stops and commas that a reader of text has lost."""
    return re.sub(r"(?<=[a-z]{2}[.!?])(?=[A-Z][a-z])|(?<=[a-z]{2},)(?=[a-z]{2})", " ", text)


def _prose(text: str) -> bool:
    """Words, not menus, tables, numbers or source."""
    words = WORDS.findall(text)
    if not words or re.search(r"[{}<>=\\]|[;:]$|\)\s*:$", text) or _STATUS.search(text):
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


# ---------------------------------------------------------------- what speech points at

_PICKING = re.compile(r"\b(?:pick|start|take|begin|choose|chose|first|work on|go with|tackle)\w*\b", re.I)


@dataclass(frozen=True, slots=True)
class Pointed:
    """A text on the screen that was spoken of; `picked` where the speech says that it is what comes first."""

    t_s: float
    text: str
    picked: bool


def pointed_at(view: View) -> Pointed | None:
    """The block of screen text that the speech of this segment shares most words with, at least three and most of it."""
    readable = [s for s in settled(view.lines) if legible(s) and len(s.text) <= 120]
    widths: dict[int, int] = defaultdict(int)
    for line in readable:
        widths[line.box.x // 16] = max(widths[line.box.x // 16], line.box.w)
    candidates = [c for b in blocks(readable) if len(b.lines) <= 5 for c in _runs(b, widths[b.lines[0].box.x // 16])]
    best: tuple[float, int, Sentence, str] | None = None
    for sentence in (s for u in view.said for s in sentences(u)):
        heard = stems(sentence.text)
        for text, told in candidates:
            shared = len(heard & told)
            score = shared / len(told)
            if shared >= 3 and score >= 0.6 and (best is None or (score, shared) > best[:2]):
                best = (score, shared, sentence, text)
    if best is None:
        return None
    return Pointed(best[2].start_s, best[3], bool(_PICKING.search(best[2].text)))


def _runs(block: Block, width: int) -> list[tuple[str, set[str]]]:
    """Every run of lines of a block that could be a title: a card's label may stand right below its title. A line whose
    words would have fit on the line before it begins a text of its own; `width` is that of the column, in pixels."""
    lines = block.lines
    breaks = {k for k in range(1, len(lines)) if lines[k - 1].box.w + lines[k].box.w * 1.1 + lines[k].box.h < width}
    runs = [
        " ".join(s.text for s in lines[a:b])
        for a in range(len(lines))
        for b in range(a + 1, len(lines) + 1)
        if not breaks & set(range(a + 1, b))
    ]
    told = [(run, stems(run)) for run in runs]
    return [(run, words) for run, words in told if 3 <= len(words) <= 14]
