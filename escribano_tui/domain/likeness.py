"""Which segments look like a given one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence

from escribano_tui.domain.evidence import Frame
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.timeline import Timeline

NEAR_BITS = 6  # of 64: near-duplicates by far (Zauner 2010 takes 0.15 of the bits, 10, as the limit for pHash)
LEAST_NEAR = 0.5  # share of a segment's pictures that the other one has, too
LEAST_COMPANIONS = 0.5  # intersection over union of the programs beside the one in front: the commands of a terminal

Near = Callable[[int, int], Sequence[int]]  # (perceptual hash, most bits that may differ) -> places of such pictures
Index = Callable[[Sequence[int]], Near]  # over the hashes of all pictures


def one_by_one(hashes: Sequence[int]) -> Near:
    """An index that looks through all hashes at each question."""
    return lambda phash, most: [k for k, other in enumerate(hashes) if (phash ^ other).bit_count() <= most]


def alike(
    timeline: Timeline, draft: Timeline, frames: Sequence[Frame], segment_id: str, index: Index = one_by_one
) -> list[str]:
    """Ids of the other segments that show the same as this one: returns, nothing else.

    The same is a window of the same program with the same title, in which the same commands run; or nearly the same
    pictures of the same program which were drafted alike. Nothing is alike a segment that shows nothing, and what stood
    still is alike only what stood still, whatever it shows.
    """
    chosen = timeline.by_id(segment_id)
    if chosen is None or not chosen.apps:
        return []
    pictures = sorted((f.t_s, f.phash) for f in frames if f.phash)

    near = index([phash for _, phash in pictures])

    def of(segment: Segment) -> range:
        first, last = (bisect_left(pictures, (t,)) for t in (segment.start_s, segment.end_s))
        return range(first, last)

    def drafted(segment: Segment) -> str:
        return draft.at((segment.start_ms + segment.end_ms) / 2).activity

    shown, activity = [frozenset(near(pictures[k][1], NEAR_BITS)) for k in of(chosen)], drafted(chosen)

    def same(other: Segment) -> bool:
        if other.id == chosen.id or not _same(chosen.apps[:1], other.apps[:1]):
            return False
        as_drafted = drafted(other)
        if "idle" in (activity, as_drafted, chosen.activity, other.activity) and activity != as_drafted:
            return False
        if _named(chosen) and _same((chosen.title,), (other.title,)):
            return _companions_agree(chosen, other)
        return activity == as_drafted and _companions_agree(chosen, other) and _near(shown, of(other))

    return [other.id for other in timeline.segments if same(other)]


def _same(some: Sequence[str], others: Sequence[str]) -> bool:
    return [s.casefold() for s in some] == [s.casefold() for s in others]


def _named(segment: Segment) -> bool:
    """Whether the title says more than which program it is."""
    return bool(segment.title) and segment.title.casefold() not in (app.casefold() for app in segment.apps)


def _companions_agree(one: Segment, other: Segment) -> bool:
    mine, theirs = ({app.casefold() for app in s.apps[1:]} for s in (one, other))
    return mine == theirs or len(mine & theirs) >= LEAST_COMPANIONS * len(mine | theirs)


def _near(shown: Sequence[frozenset[int]], others: range) -> bool:
    """Whether each of two segments shows mostly what the other one shows: `shown` are, for each picture of the one, the
    places of those that are near it; `others` the places of the other's."""
    if not shown or not others:
        return False
    seen_again = sum(any(k in others for k in near) for near in shown)
    covered = sum(k in others for k in frozenset().union(*shown))
    return min(seen_again / len(shown), covered / len(others)) >= LEAST_NEAR
