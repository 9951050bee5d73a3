"""What was said: sentences worth quoting, and what is to come."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from escribano_tui.domain.evidence import Utterance
from escribano_tui.domain.finding.sentences import excerpt, sentences, stems
from escribano_tui.domain.finding.views import View

LONGEST_QUOTE = 160

# Words that make a sentence worth keeping: how it came out, why, what was decided.
_TELLING = re.compile(
    r"\b(?:pass(?:es|ed)?|fail(?:s|ed|ing)?|works?|worked|broken?|breaks|fix(?:ed|es)?|bug|error|because|decided?|problem|issue"
    r"|done|finished|enough|clear|wrong|right|instead|turns out|so that|the reason|should|must|need|means|found|missing|slow"
    r"|faster|release|merge|commit|deploy|agreed?|question|important|risk)\b",
    re.I,
)
_FILLER = re.compile(
    r"^(?:okay|ok|so|well|um+|uh+|right|good (?:morning|afternoon|evening)|hello|hi|thanks?(?: you)?|let'?s see|alright)\b",
    re.I,
)
_ANNOUNCING = re.compile(
    r"\b(?:let me|let's|here is|here we|now i|i am going to|i'm going to|i'll start|i start|back again)\b", re.I
)
_LEAST_WORDS = 4
LEAST_SCORE = 3.0  # what is worth a place in a short text
_LEAST_TOLD = 1.0  # what is worth telling at all


@dataclass(frozen=True, slots=True)
class Quote:
    t_s: float
    text: str
    weight: float
    heard: bool = False  # said by others: it came out of the speakers


def sure_of(view: View) -> list[Utterance]:
    """What was said and heard well enough to be quoted."""
    return [u for u in view.said if u.confidence >= view.sure]


def quotes(view: View, most: int = 3) -> list[Quote]:
    """The sentences of a segment that tell most, in time order; fillers and announcements, which weigh less than
    LEAST_SCORE, last."""
    found = []
    for utterance in sure_of(view):
        for sentence in sentences(utterance):
            weight = _weight(sentence.text)
            if weight >= _LEAST_TOLD:
                text = excerpt(sentence.text, LONGEST_QUOTE)
                found.append(Quote(sentence.start_s, text, weight, sentence.track == "system"))
    best = sorted(found, key=lambda q: (-q.weight, q.t_s))[:most]
    return sorted(best, key=lambda q: q.t_s)


def _weight(text: str) -> float:
    words = text.split()
    if len(words) < _LEAST_WORDS or len(set(words)) * 2 < len(words):
        return 0.0
    told = float(min(8, len(stems(text))))
    told += 2.5 * min(2, len(_TELLING.findall(text)))
    if _FILLER.match(text):
        told -= 3.0
    if _ANNOUNCING.search(text):
        told = min(told - 2.0, LEAST_SCORE - 0.5)  # what follows it is told anyway
    return told


# ---------------------------------------------------------------- what is to come

_LATER = re.compile(
    r"\b(?:tomorrow|next (?:week|month|time|sprint|session|release|step|monday|tuesday|wednesday|thursday|friday)"
    r"|later (?:today|this week|on)|(?:this|on) (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)|this afternoon"
    r"|can wait|follow[- ]?up|todo|to-do|still (?:need|have|has) to|remains? to|left to do|not (?:done|finished) yet"
    r"|after lunch|morgen|nächste woche|mañana|demain)\b",
    re.I,
)
_INTENDED = re.compile(
    r"\b(?:i will|i'll|we will|we'll|i am going to|i'm going to|we need to|i need to|i have to|we have to|i want to)\b", re.I
)
_AT_END_S = 45.0


def plans(views: Sequence[View], most: int = 4) -> list[Quote]:
    """What was said of the time after the session, from the segments of one subject in time order.

    An intention without a time (`I will …`) counts only near the end of the subject: what was said earlier was done
    meanwhile, or given up.
    """
    if not views:
        return []
    end_s = views[-1].segment.end_s
    found: dict[str, Quote] = {}
    for view in views:
        for utterance in sure_of(view):
            for sentence in sentences(utterance):
                if len(sentence.text.split()) < _LEAST_WORDS:
                    continue
                soon = _INTENDED.search(sentence.text) and sentence.end_s >= end_s - _AT_END_S
                if _LATER.search(sentence.text) or soon:
                    text = excerpt(sentence.text, LONGEST_QUOTE)
                    found.setdefault(text.casefold(), Quote(sentence.start_s, text, 1.0, sentence.track == "system"))
    return list(found.values())[-most:]
