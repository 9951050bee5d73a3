"""Guards against what speech models invent: what to keep, what to doubt, and what to drop."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from escribano_tui.domain.speech import LOW, NO_WORDS
from escribano_tui.domain.text import squash
from escribano_tui.ports import Heard

# Whisper's own limits for a decoding that went astray (its compression ratio and mean log probability thresholds).
MOST_COMPRESSION = 2.4
_COMPRESSION_FROM = 60  # characters; shorter texts do not compress either way
# Of the geometric mean of token probabilities; real speech stays above 0.6 here, what is made of noise is mostly below.
DROP_BELOW = 0.4
DOUBT_BELOW = 0.6
STOCK_SURE = 0.95
FILLER_SURE = (0.6, 0.85)  # drop below, doubt below
# People speak 2 to 5 words a second; the fastest talkers 8.
MOST_WORDS_A_SECOND = 8.0
FEW_WORDS_FROM_S = 5.0
FEW_WORDS_A_SECOND = 0.4
_LOOP = 4  # this often in a row is a loop
_LONGEST_LOOPED = 12  # words
_NOT_SPEECH = re.compile(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*|[♪♫🎵�]+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`text` is what is kept of it; empty: dropped. `why` says why it is dropped or doubtful; empty: trusted."""

    text: str
    why: str = ""


def judge(heard: Heard, seconds: float) -> Verdict:
    """What to make of an utterance that was heard in a span of so many seconds."""
    text = " ".join(_NOT_SPEECH.sub(" ", heard.text).split())
    words = text.split()
    if not squash(text):
        return Verdict("", NO_WORDS)
    dropped = _to_drop(text, words, heard.confidence, seconds)
    if dropped:
        return Verdict("", dropped)
    return Verdict(text, heard.doubtful or _to_doubt(text, words, heard.confidence, seconds))


def _to_drop(text: str, words: list[str], confidence: float, seconds: float) -> str:
    if _looped_share(words) > 0.5:
        return "repeats itself"
    if confidence < DROP_BELOW:
        return LOW
    stock = _stock().get(squash(text))
    if stock == "stock" and confidence < STOCK_SURE:
        return "stock line"
    if stock == "filler" and confidence < FILLER_SURE[0]:
        return LOW
    if len(words) / max(seconds, 0.1) > 2 * MOST_WORDS_A_SECOND:
        return "too much text for its length"
    return ""


def _to_doubt(text: str, words: list[str], confidence: float, seconds: float) -> str:
    stock = _stock().get(squash(text))
    if stock == "stock":
        return "stock line"
    if stock == "filler" and confidence < FILLER_SURE[1]:
        return LOW
    if _looped_share(words) > 0.2 or _told_twice(words):
        return "repeats itself"
    if len(text) >= _COMPRESSION_FROM and compression(text) > MOST_COMPRESSION:
        return "repeats itself"
    if confidence < DOUBT_BELOW:
        return LOW
    rate = len(words) / max(seconds, 0.1)
    if rate > MOST_WORDS_A_SECOND:
        return "too much text for its length"
    if seconds >= FEW_WORDS_FROM_S and rate < FEW_WORDS_A_SECOND:
        return "too little text for its length"
    return ""


def compression(text: str) -> float:
    """How many times smaller zlib makes it; plain English stays below 2."""
    data = text.encode()
    return len(data) / len(zlib.compress(data))


def _looped_share(words: list[str]) -> float:
    """The share of the words that lies in a phrase said four times or more in a row."""
    said = [squash(w) for w in words]
    looped = 0
    k = 0
    while k < len(said):
        run = max((_run(said, k, n) * n for n in range(1, _LONGEST_LOOPED + 1) if _run(said, k, n) >= _LOOP), default=0)
        looped += run
        k += run or 1
    return looped / len(said) if said else 0.0


def _run(said: list[str], first: int, length: int) -> int:
    """How often the phrase of `length` words at `first` is said in a row."""
    phrase = said[first : first + length]
    count = 1
    while len(phrase) == length and said[first + count * length : first + (count + 1) * length] == phrase:
        count += 1
    return count


def _told_twice(words: list[str]) -> bool:
    """The whole of it is one phrase of three words or more, twice or more."""
    said = [squash(w) for w in words]
    return any(
        len(said) % n == 0 and len(said) > n and said == said[:n] * (len(said) // n) for n in range(3, len(said) // 2 + 1)
    )


@cache
def _stock() -> dict[str, str]:
    """Squashed line to `stock` or `filler`."""
    text = resources.files("escribano_tui.data").joinpath("stock_lines.txt").read_text(encoding="utf-8")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return {squash(line.lstrip("~ ")): "filler" if line.startswith("~") else "stock" for line in lines}
