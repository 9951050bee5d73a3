"""What a model wrote, held against the facts: numbers, names, quotes and results that they do not bear out are struck."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from escribano_tui.domain.finding.sentences import split_sentences, stems
from escribano_tui.domain.finding.views import key_of
from escribano_tui.domain.phrase import plain
from escribano_tui.domain.summary import Claim

FEWEST_WORDS, LONGEST_WORDS = 3, 60
_UNKNOWN_SHARE = 0.34  # of the words that carry meaning: more of them, and it speaks of something else
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_TOKEN = re.compile(r"[^\W_][\w./+#@-]*[\w+#]|[^\W_]")
_QUOTED = re.compile(r"[“\"]([^“”\"]{2,})[”\"]")
_COUNTED = re.findall(
    r"\w+",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty",
)
_NUMBER_WORDS = {word: str(n) for n, word in enumerate(_COUNTED)} | {
    "thirty": "30", "forty": "40", "fifty": "50", "hundred": "100", "thousand": "1000", "million": "1000000", "dozen": "12",
}  # fmt: skip
# Words that any account of work may use, as stems.
_FREE = stems(
    "worked working work did done made make went back used using looked look looking read reading wrote write written writing"
    " edited edit changed change changes ran run running opened open checked check checking started start began continued"
    " finished then after before later next first finally again also while during owner user person session screen file files"
    " function functions code page document documentation part something noted note notes said say saying mentioned talked"
    " about which that who where when how because picked chose chosen selected took take saw see seen found answered reply"
    " replied message mail email wanted want needed need tried try test tests command commands program terminal editor browser"
    " task tasks ticket tickets issue reviewed review reviewing updated update new same time times moment result results"
)
# Words that say how something came out, or that it did not: never free.
_OUTCOMES = stems(
    "passed failed succeeded success successfully error crashed fixed broke broken merged committed pushed deployed released"
    " sent approved rejected solved resolved completed lost deleted removed installed saved agreed decided cancelled blocked"
)
_NOT = re.compile(r"\b(?:not|never|no|none|without|cannot|can't|didn't|doesn't|wasn't|isn't|won't)\b", re.I)
_REFUSAL = re.compile(
    r"\b(?:i(?:'m| am) sorry|i can(?:no|')t (?:help|assist|do|comply|write|provide)|as an ai\b|language model\b|i am unable to"
    r"|i'm unable to|cannot fulfil)",
    re.I,
)
_STUTTER = re.compile(r"(\S{1,12}?)\1{20,}$")
_ENGLISH = frozenset(
    {"the", "a", "an", "and", "of", "to", "in", "on", "with", "that", "was", "were", "for", "from", "it", "as", "at", "by"}
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a sentence may rest on: the texts of the claims that it names."""

    key: str
    stems: frozenset[str]
    numbers: frozenset[str]
    negated: bool


def ground(claims: Iterable[Claim], label: str = "") -> Ground:
    text = " ".join([label, *(f"{c.text} {plain(c.phrase)}" for c in claims)])
    numbers = frozenset([*_numbers(text), *_spoken_numbers(text)])
    return Ground(key_of(text), frozenset(stems(text)), numbers, bool(_NOT.search(text)))


def _numbers(text: str) -> list[str]:
    return [n.replace(",", "") for n in _NUMBER.findall(text)]


def _spoken_numbers(text: str) -> list[str]:
    return [_NUMBER_WORDS[w] for w in re.findall(r"[a-z]+", text.casefold()) if w in _NUMBER_WORDS]


def problems(sentence: str, facts: Ground) -> list[str]:
    """Why a sentence cannot stand; empty where it can."""
    found = []
    if not FEWEST_WORDS <= len(sentence.split()) <= LONGEST_WORDS:
        found.append("its length")
    told = [*_numbers(sentence), *(n for n in _spoken_numbers(sentence) if n != "1")]
    found += [f"the number {n}" for n in told if n not in facts.numbers]
    found += [f"the name {n}" for n in _names(sentence) if key_of(n) not in facts.key]
    found += [f"the quote “{q}”" for q in _QUOTED.findall(sentence) if key_of(q) not in facts.key]
    said = stems(sentence)
    found += [f"the result {w}" for w in sorted(said & _OUTCOMES - facts.stems)]
    if _NOT.search(_QUOTED.sub("", sentence)) and not facts.negated:
        found.append("a denial")
    carrying = said - _FREE
    unknown = carrying - facts.stems
    if len(unknown) > max(1, _UNKNOWN_SHARE * len(carrying)) or not (carrying & facts.stems):
        found.append("it speaks of something else")
    return found


def _names(sentence: str) -> list[str]:
    """Words that look like names: identifiers, files, capitals inside of a sentence, or a first word that is no common one."""
    return [
        token
        for k, found in enumerate(_TOKEN.finditer(sentence))
        if _is_identifier(token := found[0].rstrip("."))
        or (_is_first_word_of_its_own(token) if k == 0 else _is_capital(token) and not _after_stop(sentence, found.start()))
    ]


def _is_identifier(token: str) -> bool:
    """A file, path, address, constant, version or a word with capitals or digits inside."""
    marked = any(c in token for c in "_/@#") or "." in token.strip(".")
    mixed = any(c.isdigit() for c in token) and not token[0].isdigit()
    return marked or mixed or any(c.isupper() for c in token[1:])


def _is_first_word_of_its_own(token: str) -> bool:
    return token[0].isupper() and bool(stems(token) - _FREE - _OUTCOMES)


def _is_capital(token: str) -> bool:
    return token[0].isupper() and token != "I"


def _after_stop(sentence: str, at: int) -> bool:
    """Whether a word begins a quote or follows a colon, where a capital is no sign of a name."""
    return sentence[:at].rstrip()[-1:] in (":", "“", '"')


# ---------------------------------------------------------------- a whole answer

_LINE = re.compile(
    r"^\W*?(?:facts?\s*)?\[?\s*#?(?P<ids>\d{1,3}(?:\s*(?:,|and|&)\s*\d{1,3})*)\s*[\]).:]+\s*(?P<text>\S.*)$", re.I
)
_KIND = re.compile(r"^(?:done|result|to come|on the screen|in the owner's words)\s*:\s*", re.I)  # copied from the prompt
# Some models answer in JSON whatever they are asked.
_JSON_LINE = re.compile(r'^\{"(?:fact|id|number)": ?"?(?P<ids>\d{1,3})"?,.*?"(?:text|sentence)": ?"(?P<text>.+?)"\s*\},?$')
_CITED = re.compile(r"\s+\[(?:facts?\s*)?\d{1,3}(?:[:,.]\s*\d{1,3})*\]")


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence or more of a model, and the claims (by place) that it says to word."""

    ids: tuple[int, ...]
    text: str


def read_line(line: str, count: int) -> Told | None:
    """A line of an answer, `[1, 3] text`; None where it names no fact, or one that there is not."""
    found = _LINE.match(line.strip()) or _JSON_LINE.match(line.strip())
    if not found:
        return None
    ids = tuple(dict.fromkeys(int(n) - 1 for n in re.findall(r"\d+", found["ids"])))
    if not all(0 <= k < count for k in ids):
        return None
    text = _KIND.sub("", " ".join(_CITED.sub("", found["text"]).split()))
    return Told(ids, text[:1].upper() + text[1:])


def beyond(line: str, count: int) -> bool:
    """Whether a line is numbered beyond the facts: from here on a model only makes things up."""
    found = _LINE.match(line.strip())
    return bool(found) and max(int(n) for n in re.findall(r"\d+", found["ids"] if found else "0")) > count


def sound(told: Told, claims: Sequence[Claim], label: str) -> tuple[str, int]:
    """What of a line stands, and how many of its sentences were struck."""
    facts = ground([claims[k] for k in told.ids], label)
    sentences = split_sentences(told.text)
    kept = [s for s in sentences if not problems(s, facts)]
    return " ".join(kept), len(sentences) - len(kept)


def refused(answer: str) -> bool:
    return bool(_REFUSAL.search(answer[:300]))


def foreign(answer: str) -> bool:
    """Whether an answer of some length is hardly English."""
    words = re.findall(r"[^\W\d_]+", answer.casefold())
    return len(words) >= 20 and sum(w in _ENGLISH for w in words) / len(words) < 0.06


def looping(answer: str) -> bool:
    """Whether the same words come again and again: a model that has lost its way."""
    if _STUTTER.search(answer[-400:]):
        return True
    words = answer.casefold().split()
    if len(words) < 40:
        return False
    tail = words[-40:]
    return len(set(tail)) <= 8 or len({tuple(tail[k : k + 4]) for k in range(37)}) <= 14
