"""Lines out of a heard span: one for each sentence, with its time where that can be told."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
_LONG_PAUSE_S = 0.7  # longer ones end a line, sentence or not
_OVER_NOISE = 0.35  # how far from the quiet parts to the loud ones a voice begins, where it is never still
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
    """The sentences of what was heard between `start_s` and `end_s` of the samples; no line lasts over a long pause.

    Times come from the words where the backend times them; else a sentence ends at the pause nearest to where its
    share of the letters puts it, and is told with the next one where there is none near.
    """
    if heard.words:
        groups = _grouped(heard.words, lambda word: word.text)
        return [_of_words(part, start_s, end_s) for group in groups for part in _together(group)]
    lines: list[Line] = []
    for text, first_s, last_s in _at_long_pauses(heard.text, samples, start_s, end_s):
        lines += _sentences(text, samples, first_s, last_s)
    return lines


def _sentences(text: str, samples: Sound, start_s: float, end_s: float) -> list[Line]:
    sentences = split_sentences(text)
    if not sentences:
        return []
    cuts = _cuts(sentences, samples, start_s, end_s)
    lines: list[Line] = []
    begin, told = start_s, ""
    for sentence, cut in zip(sentences, [*cuts, (end_s, end_s)], strict=True):
        told = f"{told} {sentence}".strip()
        if cut is not None:
            lines.append(Line(begin, cut[0], told))
            begin, told = cut[1], ""
    return lines


def _together(words: Sequence[Word]) -> list[list[Word]]:
    """Words without a long pause between them."""
    parts = [[words[0]]]
    for before, word in pairwise(words):
        if word.start_s - before.end_s >= _LONG_PAUSE_S:
            parts.append([])
        parts[-1].append(word)
    return parts


def _at_long_pauses(text: str, samples: Sound, start_s: float, end_s: float) -> list[tuple[str, float, float]]:
    """The text by the long pauses of its sound, each part with its times: cut where the share of the letters fits the
    share of the voice best, at the end of a sentence or at a comma where one is near."""
    words = text.split()
    if len(words) < 2 or end_s <= start_s:
        return [(text, start_s, end_s)]
    voiced = _voiced(samples, start_s, end_s, over_noise=True)
    spoken = np.concatenate([[0.0], np.cumsum(voiced)]) * _STEP_S
    letters = np.cumsum([len(word) for word in words])
    parts: list[tuple[str, float, float]] = []
    told, begin_s = 0, start_s
    for pause in _pauses(voiced, start_s):
        if pause[1] - pause[0] < _LONG_PAUSE_S or told >= len(words) - 1:
            continue
        due_s = float(spoken[round((pause[0] - start_s) / _STEP_S)])
        costs = [abs(letters[k] / letters[-1] * spoken[-1] - due_s) - _near(words[k]) for k in range(told, len(words) - 1)]
        last = told + int(np.argmin(costs)) + 1
        parts.append((" ".join(words[told:last]), begin_s, pause[0]))
        told, begin_s = last, pause[1]
    return [*parts, (" ".join(words[told:]), begin_s, end_s)]


def _near(word: str) -> float:
    """How many seconds further a cut may lie to come after this word."""
    return 0.8 if _ends_sentence(word) else 0.4 if word.endswith((",", ";", ":")) else 0.0


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


def _voiced(samples: Sound, start_s: float, end_s: float, over_noise: bool = False) -> npt.NDArray[np.bool_]:
    """For each step of 20 ms whether there is a voice, judged by loudness against the loud parts.

    `over_noise`: also against the quiet ones, where it is never still.
    """
    size = round(_STEP_S * RATE)
    part = samples[round(start_s * RATE) : round(end_s * RATE)]
    count = max(1, len(part) // size)
    part = np.resize(part, count * size) if len(part) < count * size else part[: count * size]
    level = 10 * np.log10(np.maximum(np.mean(np.square(part.reshape(count, size)), axis=1), 1e-12))
    quiet, loud = (float(np.percentile(level, share)) for share in (5, 90))
    least = loud - _BELOW_PEAK_DB
    return np.asarray(level > (max(least, quiet + _OVER_NOISE * (loud - quiet)) if over_noise else least))


def _pauses(voiced: npt.NDArray[np.bool_], start_s: float) -> list[tuple[float, float]]:
    """Stretches without a voice, those at the edges left out."""
    edges = np.flatnonzero(np.diff(voiced.astype(np.int8)))
    pairs = [(a + 1, b + 1) for a, b in pairwise(edges.tolist()) if not voiced[a + 1]]
    return [(start_s + a * _STEP_S, start_s + b * _STEP_S) for a, b in pairs if (b - a) * _STEP_S >= _PAUSE_S]


def _of_words(words: Sequence[Word], start_s: float, end_s: float) -> Line:
    text = " ".join(w.text.strip() for w in words)
    first, last = (min(max(t, start_s), end_s) for t in (words[0].start_s, words[-1].end_s))
    last = max(first, last)
    # Whisper lets a first word begin in the silence before it: a word lies inside of its line.
    inside = (replace(w, start_s=min(max(w.start_s, first), last), end_s=min(max(w.end_s, first), last)) for w in words)
    return Line(first, last, text, tuple(inside))
