"""Each segment with what was seen and heard in it, and with what its owner has said of it: what facts are found in."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from statistics import median

from escribano_tui.domain.alignment import align
from escribano_tui.domain.evidence import Description, ScreenLine, Utterance
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.session import Dossier
from escribano_tui.domain.timeline import Timeline

OPENING_MS = 1_500  # what stands there this soon after the first picture was there before anything was done
LEAK_MS = 250  # boundaries and lines are this exact
LINGER_MS = 2_500  # what began before a segment and goes this soon belongs to the one before it
MANY_SEGMENTS = 40  # a line that outlives so many segments is furniture
UNSURE_BELOW = 0.075  # the median confidence of a recording: scales of speech backends differ
OWNED = ("title", "apps", "topics", "description", "activity")

_PROMPT = re.compile(r"^.{0,80}?[$#%❯>] (?P<c>\S.*)$")
_SIGN = re.compile(r"[$#%❯>] ")
_LEAST_TYPED, _MOST_COMPARED = 8, 40
_NEARLY = 0.9
_TYPING_S = 20.0  # a line that is being typed is nearly the one before it

_NOT_LETTERS = re.compile(r"[\W_]+")


@lru_cache(maxsize=1 << 17)
def key_of(text: str) -> str:
    """Letters and digits only, to compare lines of screen text (a faster `squash`, without compatibility forms)."""
    return _NOT_LETTERS.sub("", text.casefold())


@dataclass(frozen=True, slots=True)
class View:
    """A segment and its evidence.

    `standing` are content lines that were there when it opened, `fresh` those that came later, both in time order;
    `novel` holds the ids of those that began in it and whose text was on no earlier screen. `owned` names the fields that
    the owner set.
    `said` are the parts of utterances that lie in it, doubtful ones left out; those less sure than `sure` are not quoted.
    """

    segment: Segment
    standing: tuple[ScreenLine, ...]
    fresh: tuple[ScreenLine, ...]
    novel: frozenset[str]
    descriptions: tuple[Description, ...]
    said: tuple[Utterance, ...]
    owned: frozenset[str]
    sure: float = 0.0

    @property
    def lines(self) -> tuple[ScreenLine, ...]:
        return (*self.standing, *self.fresh)

    def moment(self, t_s: float) -> tuple[float, float]:
        """A citable moment: a time of this segment with the segment's end."""
        last = max(self.segment.start_s, self.segment.end_s - 0.001)
        return min(max(t_s, self.segment.start_s), last), self.segment.end_s


def views(dossier: Dossier) -> list[View]:
    """One view for each segment, in time order. Personal segments get no evidence at all."""
    timeline = dossier.session.timeline
    evidence = dossier.evidence
    lines, novel = _lines_by_segment(timeline, evidence.lines)
    said: dict[str, list[Utterance]] = defaultdict(list)
    for part in align(timeline, [u for u in evidence.utterances if not u.doubtful]):
        said[part.segment_id].append(part.utterance)
    sure = median([u.confidence for u in evidence.utterances if not u.doubtful] or [0.0]) - UNSURE_BELOW
    described = sorted(evidence.descriptions, key=lambda d: d.t_s)
    times = [d.t_s for d in described]
    found = []
    for segment in timeline.segments:
        if segment.personal:
            found.append(View(segment, (), (), frozenset(), (), (), frozenset()))
            continue
        mine = lines.get(segment.id, [])
        standing, fresh = _opening(segment, mine)
        here = described[bisect_left(times, segment.start_s) : bisect_left(times, segment.end_s)]
        found.append(
            View(
                segment, standing, fresh, _new(segment, mine, novel), tuple(here),
                tuple(said.get(segment.id, ())), owned(dossier.session.draft, segment), sure,
            )
        )  # fmt: skip
    return found


def owned(draft: Timeline, segment: Segment) -> frozenset[str]:
    """Fields of a corrected segment that the draft has nowhere in its span: what the owner set."""
    if not segment.edited:
        return frozenset()
    first, last = draft.index_at(segment.start_ms), draft.index_at(segment.end_ms - 1)
    drafted = draft.segments[first : last + 1]
    return frozenset(f for f in OWNED if getattr(segment, f) and all(getattr(segment, f) != getattr(d, f) for d in drafted))


def _lines_by_segment(timeline: Timeline, lines: Sequence[ScreenLine]) -> tuple[dict[str, list[ScreenLine]], set[str]]:
    """Content lines of each segment in which they were visible, and the ids of lines whose text is on no earlier one.

    What began in a personal segment is nowhere told, even where it stays on the screen.
    """
    by_segment: dict[str, list[ScreenLine]] = defaultdict(list)
    novel: set[str] = set()
    first_seen: dict[str, float] = {}
    typed = _Typed()
    starts = [s.start_ms for s in timeline.segments]
    for line in sorted(lines, key=lambda s: (s.start_s, s.box.y, s.box.x)):
        if line.region != "content":
            continue
        key = key_of(line.text)
        if key and first_seen.setdefault(key, line.start_s) == line.start_s and not typed.known(line.text, line.start_s):
            novel.add(line.id)
        begins, ends = line.start_s * 1000, line.end_s * 1000
        first = max(0, bisect_right(starts, begins) - 1)
        if timeline.segments[first].personal and timeline.segments[first].end_ms - begins > LEAK_MS:
            continue
        last = max(first, bisect_left(starts, ends) - 1)
        if last - first > MANY_SEGMENTS:
            continue
        for segment in timeline.segments[first : last + 1]:
            if not segment.personal and _stands_in(segment, begins, ends):
                by_segment[segment.id].append(line)
    return by_segment, novel


class _Typed:
    """Commands at prompts so far: one that scrolls back into view and is read a little differently is not new."""

    def __init__(self) -> None:
        self._by_beginning: dict[str, list[tuple[str, float]]] = defaultdict(list)

    def known(self, text: str, start_s: float) -> bool:
        """Whether nearly the same command stood there well before; it is remembered."""
        found = _PROMPT.match(text) if _SIGN.search(text) else None
        key = key_of(found["c"]) if found else ""
        if len(key) < _LEAST_TYPED:
            return False
        before = self._by_beginning[key[:3]]
        known = any(t < start_s - _TYPING_S and _nearly(key, k) for k, t in before[-_MOST_COMPARED:])
        before.append((key, start_s))
        return known


def _nearly(a: str, b: str) -> bool:
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return abs(len(a) - len(b)) <= 2 and matcher.quick_ratio() >= _NEARLY and matcher.ratio() >= _NEARLY


def _new(segment: Segment, lines: Iterable[ScreenLine], novel: set[str]) -> frozenset[str]:
    return frozenset(s.id for s in lines if s.id in novel and s.start_s * 1000 >= segment.start_ms - LEAK_MS)


def _stands_in(segment: Segment, begins_ms: float, ends_ms: float) -> bool:
    if begins_ms >= segment.end_ms - LEAK_MS and ends_ms > segment.end_ms + LEAK_MS:
        return False  # the next segment's, drawn a moment before the boundary
    if begins_ms >= segment.start_ms - LEAK_MS:
        return True
    return ends_ms - segment.start_ms >= LINGER_MS or ends_ms >= segment.end_ms


def _opening(segment: Segment, lines: Iterable[ScreenLine]) -> tuple[tuple[ScreenLine, ...], tuple[ScreenLine, ...]]:
    lines = list(lines)
    first = min((s.start_s for s in lines if s.start_s * 1000 >= segment.start_ms - LEAK_MS), default=segment.start_s)
    opened = max(first, segment.start_s) + OPENING_MS / 1000
    return tuple(s for s in lines if s.start_s <= opened), tuple(s for s in lines if s.start_s > opened)
