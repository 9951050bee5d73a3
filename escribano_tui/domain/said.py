"""The owner's corrections of what was said, laid over what the models heard.

A correction names a span of a track. What was heard there makes way for it: a whole utterance, or, where another run has
cut the speech elsewhere, those of its words that lie in the span.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from escribano_tui.domain.evidence import Utterance, Word
from escribano_tui.domain.holding import DoesNotFit
from escribano_tui.domain.operations import Say
from escribano_tui.domain.speech import utterance_id
from escribano_tui.domain.text import squash

SLACK_S = 1.0  # two runs agree on where speech begins and ends to about so much


@dataclass(frozen=True, slots=True)
class Corrected:
    """What was said as the owner has it, in time order, and the corrections that do not fit what was heard."""

    utterances: tuple[Utterance, ...]
    misfits: tuple[Say, ...] = ()


def correct(utterances: Sequence[Utterance], says: Iterable[Say]) -> Corrected:
    """Every correction that fits, one after the other."""
    heard, misfits = list(utterances), []
    for say in says:
        try:
            heard = put_in(heard, say)
        except DoesNotFit:
            misfits.append(say)
    return Corrected(tuple(heard), tuple(misfits))


def put_in(utterances: Sequence[Utterance], say: Say) -> list[Utterance]:
    """What was said with one correction in it. Raises DoesNotFit where it would lose words that lie outside of it."""
    start_s, end_s = say.start_ms / 1000, say.end_ms / 1000
    kept: list[Utterance] = []
    gone: list[Utterance] = []
    for one in utterances:
        shared = min(one.end_s, end_s) - max(one.start_s, start_s)
        length = one.end_s - one.start_s
        if one.track != say.track or shared <= 0 or shared < min(SLACK_S, length / 2, (end_s - start_s) / 2):
            kept.append(one)
        elif length - shared <= SLACK_S:
            gone.append(one)
        else:
            kept += _outside(one, start_s, end_s)
    if say.text:
        kept.append(_owners(say, gone))
    return sorted(kept, key=lambda u: (u.start_s, u.end_s, u.track, u.id))


def _owners(say: Say, gone: Sequence[Utterance]) -> Utterance:
    """The utterance that the owner's words make; it keeps the name of the first that it stands for."""
    start_s, end_s = say.start_ms / 1000, say.end_ms / 1000
    first = gone[0] if gone else Utterance(utterance_id(say.track, start_s), start_s, end_s, "", say.track)
    words = retimed([w for u in gone for w in u.words], say.text, start_s, end_s)
    return replace(
        first, start_s=start_s, end_s=end_s, text=say.text, confidence=1.0, doubtful=False, why_doubtful="", words=words,
        edited=True,
    )  # fmt: skip


def _outside(utterance: Utterance, start_s: float, end_s: float) -> list[Utterance]:
    """What is left of an utterance before and after a span."""
    if not utterance.words:
        raise DoesNotFit("this speech stands in one piece with what is beside it, without the times of its words")
    middles = [((w.start_s + w.end_s) / 2, w) for w in utterance.words]
    sides = [[w for t, w in middles if t < start_s], [w for t, w in middles if t >= end_s]]
    return [
        replace(
            utterance,
            id=utterance_id(utterance.track, words[0].start_s) if words[0] is not utterance.words[0] else utterance.id,
            start_s=words[0].start_s, end_s=words[-1].end_s, text=" ".join(w.text.strip() for w in words), words=tuple(words),
        )
        for words in sides
        if words
    ]  # fmt: skip


def retimed(heard: Sequence[Word], text: str, start_s: float, end_s: float) -> tuple[Word, ...]:
    """The words of a text at the times of those that were heard; new ones share the time of what they stand for.

    None where no times were heard.
    """
    if not heard:
        return ()
    new = text.split()
    made: list[Word] = []
    blocks = SequenceMatcher(None, [squash(w.text) for w in heard], [squash(w) for w in new], autojunk=False).get_opcodes()
    for tag, a, b, c, d in blocks:
        if tag == "equal":
            made += [Word(h.start_s, h.end_s, w) for h, w in zip(heard[a:b], new[c:d], strict=True)]
        elif c < d:
            low = heard[a].start_s if a < b else made[-1].end_s if made else start_s
            high = heard[b - 1].end_s if a < b else heard[a].start_s if a < len(heard) else end_s
            made += _shared(new[c:d], low, max(low, high))
    return tuple(made)


def _shared(words: Sequence[str], low: float, high: float) -> list[Word]:
    """Words in a span, each with its share of it by its length."""
    whole = sum(len(w) for w in words) or 1
    made, at = [], 0
    for word in words:
        begin = low + (high - low) * at / whole
        at += len(word)
        made.append(Word(begin, low + (high - low) * at / whole, word))
    return made
