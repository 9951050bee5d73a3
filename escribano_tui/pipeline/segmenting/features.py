"""What tells threads of work apart and together: documents, topics and words of each segment."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from escribano_tui.domain.evidence import Description, ScreenLine, Utterance
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.text import squash

_WORD = re.compile(r"[^\W\d_]{4,}")
_FILE = re.compile(r"[\w-]{2,}\.[A-Za-z]\w{0,7}\b")
MOST_WORDS = 60  # of one segment: a page of prose does not outweigh a line of code
SAID = 2.0  # a spoken word counts as two that are read


@dataclass(slots=True)
class Features:
    """Of one segment: documents that it is about, files that are named in it, topics, and words with their counts."""

    documents: set[str] = field(default_factory=set)
    mentions: set[str] = field(default_factory=set)
    topics: set[str] = field(default_factory=set)
    words: Counter[str] = field(default_factory=Counter)


def features_of(
    segments: Sequence[Segment],
    descriptions: Iterable[Description],
    lines: Iterable[ScreenLine],
    utterances: Iterable[Utterance],
    common: Collection[str] = (),
    stop: frozenset[str] = frozenset(),
) -> list[Features]:
    """Features of each segment. `common` are topics that say nothing of a thread (tools and languages), `stop` words."""
    found = [Features() for _ in segments]
    starts = [s.start_s for s in segments]
    plain = {squash(c) for c in common}

    def at(t_s: float) -> Features:
        return found[max(0, bisect_right(starts, t_s + 1e-6) - 1)]

    if not found:
        return found

    for segment, features in zip(segments, found, strict=True):
        tools = {squash(a) for a in segment.apps}
        features.topics |= {t for t in (squash(topic) for topic in segment.topics) if len(t) >= 3 and t not in plain | tools}
        features.words.update(words_of(f"{segment.title} {segment.description}", stop))
    for description in descriptions:
        features = at(description.t_s)
        if len(squash(description.document)) >= 4:
            features.documents.add(squash(description.document))
        features.words.update(words_of(f"{description.title} {' '.join(description.topics)}", stop))
    for line in lines:
        if line.region != "content":
            continue
        features = at(line.start_s)
        features.words.update(words_of(line.text, stop))
        features.mentions |= {squash(name) for name in _FILE.findall(line.text)}
    for utterance in utterances:
        features = at((utterance.start_s + utterance.end_s) / 2)
        if not utterance.doubtful:
            for word in words_of(utterance.text, stop):
                features.words[word] += int(SAID)
    for features in found:
        features.words = Counter(dict(features.words.most_common(MOST_WORDS)))
    return found


def words_of(text: str, stop: frozenset[str]) -> list[str]:
    """Words of four letters or more, without the commonest; identifiers at their underscores."""
    return [w for w in (m.group().lower() for m in _WORD.finditer(text)) if w not in stop]
