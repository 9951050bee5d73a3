"""Sentences: taken apart, cut to length, compared by the words that carry their meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass

from escribano_tui.domain.evidence import Utterance

WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SENTENCE_END = re.compile(r"(?<=[.!?…])(?<!\s[A-Z]\.)[\"”’)]?\s+(?=[\"“‘(]?[^\W\d_a-z])")
# Words that carry no meaning of their own.
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "the a an and or but of to in on at by for from with without is are was were be been it its this that these those "
        "there here i we you he she they them me my our your so not no do does did have has had will would can could should "
        "may might let us now then than just as if into out up down over under about again one two some any all",
    )
)


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


def stems(text: str) -> set[str]:
    """Words that carry meaning, without common endings."""
    return {_stem(w) for w in WORDS.findall(text.casefold()) if w not in _COMMON and len(w) > 1}


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "sl" else word


# ---------------------------------------------------------------- of speech


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an utterance, in seconds of the recording."""

    start_s: float
    end_s: float
    text: str
    track: str


def sentences(utterance: Utterance) -> list[Sentence]:
    """The sentences of an utterance; their times by its words where it has them, else by their share of the text."""
    texts = split_sentences(utterance.text)
    whole = max(1, sum(len(t) for t in texts))
    found, at = [], 0
    for text in texts:
        begin, end = _span(utterance, at / whole, (at + len(text)) / whole)
        found.append(Sentence(begin, end, text, utterance.track))
        at += len(text)
    return found


def _span(utterance: Utterance, first: float, last: float) -> tuple[float, float]:
    """The span of a part of an utterance given as shares 0..1 of its text."""
    if utterance.words:
        n = len(utterance.words)
        a, b = min(n - 1, round(first * n)), min(n - 1, max(0, round(last * n) - 1))
        return utterance.words[a].start_s, utterance.words[b].end_s
    length = utterance.end_s - utterance.start_s
    return utterance.start_s + first * length, utterance.start_s + last * length
