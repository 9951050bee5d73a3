"""A proposed grouping, held against the segments that there are: each in exactly one thread, or it is not taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from escribano_tui.domain.segment import Segment
from escribano_tui.domain.text import squash
from escribano_tui.ports import Card

MOST_CARDS = 80  # more do not fit the prompt of a small model
MOST_REPAIRED = 1 / 3  # of the cards: where more were left out or told twice, the answer is not about them


@dataclass(frozen=True, slots=True)
class Checked:
    """For each card the number of its thread, and how many cards had to be put right."""

    threads: tuple[int, ...]
    repaired: int


def cards_of(segments: Sequence[Segment], found: Sequence[int]) -> tuple[list[Card], list[int]]:
    """Cards of segments, and for each segment its card: what goes by the same name in the same thread is one card."""
    cards: list[Card] = []
    numbers: dict[tuple[int, str, str, str], int] = {}
    of: list[int] = []
    for segment, thread in zip(segments, found, strict=True):
        app = segment.apps[0] if segment.apps else ""
        key = (thread, segment.activity, squash(app), squash(segment.title))
        if key not in numbers:
            numbers[key] = len(cards)
            cards.append(Card(segment.activity, app, segment.title, segment.topics, 0.0, thread))
        k = numbers[key]
        more_s = cards[k].duration_s + segment.duration_ms / 1000
        cards[k] = Card(cards[k].activity, cards[k].app, cards[k].title, cards[k].topics, more_s, thread)
        of.append(k)
    return cards, of


def checked(proposed: Sequence[Sequence[int]], found: Sequence[int]) -> Checked | None:
    """The proposal with every card in exactly one thread, or None where too much of it would have to be put right.

    What is told twice stays where more of the cards are that were found to be its fellows; what was left out goes there
    too, or stands alone.
    """
    count = len(found)
    places: dict[int, list[int]] = {k: [] for k in range(count)}
    unknown = 0
    for number, thread in enumerate(proposed):
        for k in dict.fromkeys(thread):
            if 0 <= k < count:
                places[k].append(number)
            else:
                unknown += 1
    wrong = [k for k in range(count) if len(places[k]) != 1]
    if len(wrong) + unknown > MOST_REPAIRED * count:
        return None
    sure = {k: at[0] for k, at in places.items() if len(at) == 1}
    result = dict(sure)
    for k in wrong:
        fellows = Counter(number for j, number in sure.items() if found[j] == found[k])
        among = places[k] or list(fellows)
        result[k] = max(among, key=lambda number: (fellows[number], -number), default=len(proposed) + k)
    numbers: dict[int, int] = {}
    return Checked(tuple(numbers.setdefault(result[k], len(numbers)) for k in range(count)), len(wrong) + unknown)
