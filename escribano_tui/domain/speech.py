"""What was said, out of what several models and tracks made of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from difflib import SequenceMatcher

from escribano_tui.domain.evidence import SpeechSpan, Utterance
from escribano_tui.domain.text import squash

_APART_S = 1.0  # tracks of one moment may lie this far apart
_SAME = 0.75  # share of an utterance's words that the other track has too, in this order
_LEAST_WORDS = 2


def utterance_id(track: str, start_s: float) -> str:
    """The name of the utterance that begins there; the same in every run."""
    return "u" + hashlib.blake2b(f"{track}@{round(start_s * 1000)}".encode(), digest_size=6).hexdigest()


def settled(first: Sequence[Utterance], refined: Sequence[Utterance], spans: Sequence[SpeechSpan]) -> list[Utterance]:
    """One account of the speech, in time order: a span that was transcribed again is told by its second text only, and
    what was heard on two tracks at once is told once."""
    again = {item for u in refined for item in [_span_of(u, spans)] if item}
    kept = [u for u in first if _span_of(u, spans) not in again]
    return told_once([*kept, *refined])


def told_once(utterances: Sequence[Utterance]) -> list[Utterance]:
    """Without those whose words are heard on another track at the same time; the surest one stays."""
    kept: list[Utterance] = []
    for one in sorted(utterances, key=lambda u: (u.doubtful, -u.confidence, u.start_s, u.track)):
        others = [k for k in kept if k.track != one.track and _together(k, one)]
        if _within(one, others):
            continue
        doubled = [k for k in others if _within(k, [one])]
        kept = [k for k in kept if k not in doubled]
        kept.append(one)
    return sorted(kept, key=lambda u: (u.start_s, u.end_s, u.track, u.id))


def _span_of(utterance: Utterance, spans: Sequence[SpeechSpan]) -> str:
    """The item of the span that holds the middle of the utterance."""
    middle = (utterance.start_s + utterance.end_s) / 2
    return next((s.item for s in spans if s.track == utterance.track and s.start_s <= middle <= s.end_s), "")


def _together(a: Utterance, b: Utterance) -> bool:
    return a.start_s < b.end_s + _APART_S and b.start_s < a.end_s + _APART_S


def _within(one: Utterance, others: Sequence[Utterance]) -> bool:
    """Whether the words of one are among those of the others, in order."""
    words = _words(one)
    told = [w for other in sorted(others, key=lambda u: u.start_s) for w in _words(other)]
    if not words or not told:
        return False
    if len(words) < _LEAST_WORDS:
        return words == told
    matched = sum(block.size for block in SequenceMatcher(None, words, told, autojunk=False).get_matching_blocks())
    return matched / len(words) >= _SAME


def _words(utterance: Utterance) -> list[str]:
    return [w for w in map(squash, utterance.text.split()) if w]
