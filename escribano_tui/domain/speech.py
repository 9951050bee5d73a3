"""What was said, out of what several models and tracks made of it."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from difflib import SequenceMatcher

from escribano_tui.domain.evidence import LeftOut, SpeechSpan, Utterance
from escribano_tui.domain.text import squash

_APART_S = 1.0  # tracks of one moment may lie this far apart
_SAME = 0.75  # share of an utterance's words that the other track has too, in this order
_LEAST_WORDS = 2
_BIN_S = 30.0

# Why there is no line of a sound.
TOO_SHORT = "too short"
NO_VOICE = "no voice"
NO_WORDS = "no words"
LOW = "low probability"
NOT_ENGLISH = "does not sound like English, which is all that the model knows"
_FOREIGN_FROM = (3, 8.0)  # spans, s: less says nothing


def utterance_id(track: str, start_s: float) -> str:
    """The name of the utterance that begins there; the same in every run."""
    return "u" + hashlib.blake2b(f"{track}@{round(start_s * 1000)}".encode(), digest_size=6).hexdigest()


def settled(first: Sequence[Utterance], refined: Sequence[Utterance], spans: Sequence[SpeechSpan]) -> list[Utterance]:
    """One account of the speech, in time order: a span that was transcribed again is told by its second text only, and
    what was heard on two tracks at once is told once."""
    return told_once(latest(first, refined, spans))


def latest(first: Sequence[Utterance], refined: Sequence[Utterance], spans: Sequence[SpeechSpan]) -> list[Utterance]:
    """What was heard on every track: a span that was transcribed again by its second text only."""
    again = by_span(refined, spans)
    replaced = {u for item, told in by_span(first, spans).items() if again[item] for u in told}
    return [*(u for u in first if u not in replaced), *refined]


def by_span(utterances: Sequence[Utterance], spans: Sequence[SpeechSpan]) -> dict[str, list[Utterance]]:
    """For the item of every span, in time order, the utterances whose middle lies in it."""
    found: dict[str, list[Utterance]] = {span.item: [] for span in spans}
    for track in {span.track for span in spans}:
        own = sorted((s for s in spans if s.track == track), key=lambda s: s.start_s)
        starts = [s.start_s for s in own]
        for utterance in sorted((u for u in utterances if u.track == track), key=lambda u: (u.start_s, u.end_s)):
            middle = (utterance.start_s + utterance.end_s) / 2
            k = bisect_right(starts, middle) - 1
            if k >= 0 and middle <= own[k].end_s:
                found[own[k].item].append(utterance)
    return found


def told_once(utterances: Sequence[Utterance]) -> list[Utterance]:
    """Without those whose words are heard on another track at the same time; the owner's, else the surest one stays."""
    kept: set[Utterance] = set()
    if len({u.track for u in utterances}) > 1:
        near: dict[int, list[Utterance]] = {}  # by time, so that each is compared with its neighbours only
        for one in sorted(utterances, key=lambda u: (not u.edited, u.doubtful, -u.confidence, u.start_s, u.track)):
            around = {u for k in _bins(one) for u in near.get(k, ()) if u in kept}
            others = [u for u in around if u.track != one.track and _together(u, one)]
            if _within(one, others):
                continue
            kept -= {u for u in others if _within(u, [one])}
            kept.add(one)
            for k in _bins(one):
                near.setdefault(k, []).append(one)
    else:
        kept = set(utterances)
    return sorted(kept, key=lambda u: (u.start_s, u.end_s, u.track, u.id))


def _bins(utterance: Utterance) -> range:
    return range(int((utterance.start_s - _APART_S) // _BIN_S), int((utterance.end_s + _APART_S) // _BIN_S) + 1)


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


def unknown_speech(utterances: Sequence[Utterance], left_out: Sequence[LeftOut]) -> frozenset[str]:
    """Tracks whose speech is evidently in no language that the model knows: half of its time and more is heard so that
    it cannot be trusted. What a model knows it hears with 0.8 and more, other languages with 0.3 to 0.6 (nine tried)."""
    heard: dict[str, list[tuple[bool, float]]] = {}
    for told in utterances:
        heard.setdefault(told.track, []).append((told.doubtful, told.end_s - told.start_s))
    for one in left_out:
        if one.why not in (TOO_SHORT, NO_VOICE, NO_WORDS):
            heard.setdefault(one.track, []).append((True, one.end_s - one.start_s))
    return frozenset(track for track, spans in heard.items() if _unknown(spans))


def _unknown(spans: Sequence[tuple[bool, float]]) -> bool:
    fewest, least_s = _FOREIGN_FROM
    total_s = sum(seconds for _, seconds in spans)
    unsure_s = sum(seconds for unsure, seconds in spans if unsure)
    return len(spans) >= fewest and total_s >= least_s and unsure_s >= total_s / 2
