"""Which of the texts that a search found come first, and how they are shown: by recording, with their words marked."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from escribano_tui.domain.overview import Moment
from escribano_tui.domain.query import Query
from escribano_tui.domain.session import Hit, HitGroup
from escribano_tui.domain.wording import Term, holds_phrase, marks, words_of
from escribano_tui.store.overviews import MOMENT_COLUMNS, moment_of
from escribano_tui.store.search_shelf import Shelf, backwards

_WEIGHTS = {"title": 6.0, "summary": 4.0, "said": 3.0, "description": 2.0, "screen": 1.0}


@dataclass(frozen=True, slots=True)
class Raw:
    """A text that was found, before it is ranked; `more` are the topics and apps of a segment. It was there since
    `since_s`, which is before `start_s` where only a part of its time is asked for."""

    recording_id: str
    kind: str
    text: str
    start_s: float
    end_s: float
    times: int = 1
    last_s: float = 0.0
    less: float = 0.0
    more: str = ""
    since_s: float = float("inf")


class Ranking:
    """The order of what one search found. `bounds` are the seconds asked for of each recording; None asks for all."""

    def __init__(
        self, db: sqlite3.Connection, shelf: Shelf, query: Query, bounds: Mapping[str, tuple[float, float]] | None
    ) -> None:
        self._db, self._shelf, self._query, self._bounds = db, shelf, query, bounds
        self._terms = query.all_terms

    def ranked(self, raws: Sequence[Raw]) -> list[tuple[float, Raw]]:
        """(score, text) of those that fit, each text once a recording."""
        kept: dict[tuple[str, str, str], tuple[float, Raw]] = {}
        for raw in raws:
            words = words_of(raw.text)
            within = self.within(raw)
            if within is None or not self._fits([*words, *words_of(raw.more)] if raw.more else words):
                continue
            score = self._score(raw, words)
            at = f"@{raw.start_s:.0f}" if raw.kind == "title" else ""
            key = (raw.recording_id, raw.kind, (" ".join(words) or raw.text) + at)
            kept[key] = _together(kept[key], (score, within)) if key in kept else (score, within)
        return list(kept.values())

    def _score(self, raw: Raw, words: Sequence[str]) -> float:
        score = _WEIGHTS[raw.kind] - raw.less + min(0.5, 12 / (12 + len(raw.text)))
        if not self._terms:
            return score
        whole = sum(t.text in words for t in self._terms)
        if raw.kind == "title" and whole < len(self._terms) and not self._stand_in(words):
            score -= 3
        return score + whole / len(self._terms)

    def _stand_in(self, words: Sequence[str]) -> bool:
        return all(any(t.fits(w) for w in words) for t in self._terms)

    def _fits(self, words: Sequence[str]) -> bool:
        """Whether it holds the phrases, and none of the words that must not be there."""
        if not all(holds_phrase(words, p) for p in self._query.phrases):
            return False
        return not any(t.fits(w) for t in self._query.without for w in words)

    def within(self, raw: Raw) -> Raw | None:
        """The part of it that lies in the days that are asked for."""
        if raw.recording_id not in self._shelf.recordings:
            return None
        if self._bounds is None:
            return raw
        low, high = self._bounds.get(raw.recording_id, (0.0, -1.0))
        if raw.start_s >= high or raw.end_s < low:
            return None
        return replace(raw, start_s=low, since_s=min(raw.since_s, raw.start_s)) if raw.start_s < low else raw

    def grouped(self, ranked: Sequence[tuple[float, Raw]], limit: int, a_recording: int) -> list[HitGroup]:
        """Hits by recording, the one with the best hit first, of equals the newest; within one in order of time."""
        newest = {raw.recording_id: backwards(self._shelf.recordings[raw.recording_id][1]) for _, raw in ranked}
        kept: dict[str, list[tuple[float, Raw]]] = defaultdict(list)
        more: dict[str, int] = defaultdict(int)
        for score, raw in sorted(ranked, key=lambda r: (-round(r[0] * 2), newest[r[1].recording_id], -r[0], r[1].start_s)):
            if len(kept[raw.recording_id]) < a_recording:
                kept[raw.recording_id].append((score, raw))
            else:
                more[raw.recording_id] += 1
        groups, left = [], limit
        for recording_id, chosen in kept.items():
            if left <= 0:
                break
            hits = sorted((self._hit(*one) for one in chosen[:left]), key=lambda h: (h.t_s, -h.score))
            left -= len(hits)
            rest = more[recording_id] + len(chosen) - len(hits)
            groups.append(HitGroup(recording_id, hits[0].recording_name, hits[0].started_at, tuple(hits), rest))
        return groups

    def _hit(self, score: float, raw: Raw) -> Hit:
        """With its words marked, and the segment that it stands in."""
        name, started_at, _ = self._shelf.recordings[raw.recording_id]
        sql = (
            f"SELECT {', '.join(MOMENT_COLUMNS)} FROM moments WHERE recording_id = ? AND start_ms <= ?"
            " ORDER BY start_ms DESC LIMIT 1"
        )
        row = self._db.execute(sql, [raw.recording_id, raw.start_s * 1000 + 0.5]).fetchone()
        moment = moment_of(row) if row else Moment(raw.recording_id, 0, 0, "")
        text = raw.text if raw.kind != "title" else _titled(raw.text, moment, self._terms)
        return Hit(
            raw.recording_id, name, raw.start_s, raw.end_s, raw.kind, text, tuple(marks(text, self._terms)), raw.times,
            max(raw.last_s, raw.start_s), moment.activity, moment.title, moment.subject, moment.personal, started_at,
            round(score, 4), min(raw.since_s, raw.start_s),
        )  # fmt: skip


def _titled(text: str, moment: Moment, terms: Sequence[Term]) -> str:
    """Title and subject of a segment, and those of its topics, apps and description in which a word stands."""
    told = [word for word in (*moment.topics, *moment.apps, moment.description) if marks(word, terms)]
    missing = [t for t in terms if not marks(text, [t])]
    return " · ".join([text or "untitled", *(w for w in told if marks(w, missing))])


def _together(before: tuple[float, Raw], now: tuple[float, Raw]) -> tuple[float, Raw]:
    """A text that stands in a recording several times is one hit: the first moment, and how often."""
    a, b = before[1], now[1]
    joined = replace(
        a, start_s=min(a.start_s, b.start_s), end_s=max(a.end_s, b.end_s), times=a.times + b.times,
        last_s=max(a.last_s, b.last_s), since_s=min(a.since_s, b.since_s),
    )  # fmt: skip
    return max(before[0], now[0]), joined
