"""Lines out of a heard span: one for each sentence, with its time where that can be told."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from escribano_tui.domain.evidence import Word
from escribano_tui.ports import Heard

if TYPE_CHECKING:
    from escribano_tui.ports import Sound

T = TypeVar("T")
RATE = 16_000
_STEP_S = 0.02
_PAUSE_S = 0.1  # shorter gaps are stops inside of words
_BELOW_PEAK_DB = 25.0  # how far below its loud parts speech pauses
_REACH_S = 1.5  # a sentence ends at a pause this near to where its length puts it
_LEAST_WORDS = 3  # fewer are told with their neighbours
_LETTER = re.compile(r"\W*[A-Za-z]\.")  # one letter with a stop is spelt out: "T. C."


@dataclass(frozen=True, slots=True)
class Line:
    """Times are s from the beginning of the samples."""

    start_s: float
    end_s: float
    text: str
    words: tuple[Word, ...] = ()


def split_lines(heard: Heard, samples: Sound, start_s: float, end_s: float) -> list[Line]:
    """The sentences of what was heard between `start_s` and `end_s` of the samples.

    Times come from the words where the backend times them; else a sentence ends at the pause nearest to where its
    share of the letters puts it, and is told with the next one where there is none near.
    """
    if heard.words:
        return [_of_words(words, start_s, end_s) for words in _grouped(heard.words, lambda word: word.text)]
    sentences = split_sentences(heard.text)
    if not sentences:
        return []
    cuts = _cuts(sentences, samples, start_s, end_s)
    lines: list[Line] = []
    begin, text = start_s, ""
    for sentence, cut in zip(sentences, [*cuts, (end_s, end_s)], strict=True):
        text = f"{text} {sentence}".strip()
        if cut is not None:
            lines.append(Line(begin, cut[0], text))
            begin, text = cut[1], ""
    return lines


def split_sentences(text: str) -> list[str]:
    """Sentences of at least three words; shorter ones go with their neighbour."""
    return [" ".join(part) for part in _grouped(text.split(), str)]


def _grouped(items: Sequence[T], text_of: Callable[[T], str]) -> list[list[T]]:
    """Words, or what has a text, by sentence."""
    groups: list[list[T]] = [[]]
    for k, item in enumerate(items):
        groups[-1].append(item)
        long_enough = len(groups[-1]) >= _LEAST_WORDS and len(items) - k - 1 >= _LEAST_WORDS
        if long_enough and _ends_sentence(text_of(item)):
            groups.append([])
    return [group for group in groups if group]


def _ends_sentence(word: str) -> bool:
    bare = word.rstrip("\"')]”’ ")
    return bare.endswith((".", "!", "?", "…")) and not _LETTER.fullmatch(bare)


def _cuts(sentences: Sequence[str], samples: Sound, start_s: float, end_s: float) -> list[tuple[float, float] | None]:
    """For each sentence but the last, the pause (s, s) that it ends with, or None where no pause is near."""
    total = sum(map(len, sentences))
    if end_s <= start_s:
        return [None] * (len(sentences) - 1)
    voiced = _voiced(samples, start_s, end_s)
    spoken = np.concatenate([[0.0], np.cumsum(voiced)]) / max(1, int(voiced.sum()))
    pauses = _pauses(voiced, start_s)
    cuts: list[tuple[float, float] | None] = []
    said, after_s = 0, start_s
    for sentence in sentences[:-1]:
        said += len(sentence)
        due_s = start_s + _STEP_S * float(np.searchsorted(spoken, said / total))
        near = [p for p in pauses if p[0] > after_s and _distance(p, due_s) <= _REACH_S]
        # A pause counts for more the longer it is: sentences end at the long ones.
        best = min(near, key=lambda p: _distance(p, due_s) - 2.0 * (p[1] - p[0]), default=None)
        cuts.append(best)
        after_s = best[1] if best else after_s
    return cuts


def _distance(pause: tuple[float, float], at_s: float) -> float:
    return abs((pause[0] + pause[1]) / 2 - at_s)


def _voiced(samples: Sound, start_s: float, end_s: float) -> npt.NDArray[np.bool_]:
    """For each step of 20 ms whether there is a voice, judged by loudness against the loud parts."""
    size = round(_STEP_S * RATE)
    part = samples[round(start_s * RATE) : round(end_s * RATE)]
    count = max(1, len(part) // size)
    part = np.resize(part, count * size) if len(part) < count * size else part[: count * size]
    level = 10 * np.log10(np.maximum(np.mean(np.square(part.reshape(count, size)), axis=1), 1e-12))
    loud = float(np.percentile(level, 90))
    return np.asarray(level > loud - _BELOW_PEAK_DB)


def _pauses(voiced: npt.NDArray[np.bool_], start_s: float) -> list[tuple[float, float]]:
    """Stretches without a voice, those at the edges left out."""
    edges = np.flatnonzero(np.diff(voiced.astype(np.int8)))
    pairs = [(a + 1, b + 1) for a, b in pairwise(edges.tolist()) if not voiced[a + 1]]
    return [(start_s + a * _STEP_S, start_s + b * _STEP_S) for a, b in pairs if (b - a) * _STEP_S >= _PAUSE_S]


def _of_words(words: Sequence[Word], start_s: float, end_s: float) -> Line:
    text = " ".join(w.text.strip() for w in words)
    first, last = (min(max(t, start_s), end_s) for t in (words[0].start_s, words[-1].end_s))
    return Line(first, max(first, last), text, tuple(words))
