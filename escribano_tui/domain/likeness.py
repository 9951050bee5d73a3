"""Which segments look like a given one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from escribano_tui.domain.evidence import Frame
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.timeline import Timeline

NEAR_BITS = 10  # of 64: below this two pictures are near-duplicates (Zauner 2010 takes 0.15 of the bits for pHash)


def alike(timeline: Timeline, frames: Sequence[Frame], segment_id: str) -> list[str]:
    """Ids of the other segments with the same program in front and the same title, or a picture that is nearly the
    same. Nothing is alike a segment that shows nothing."""
    chosen = timeline.by_id(segment_id)
    if chosen is None:
        return []
    pictures = sorted((f.t_s, f.phash) for f in frames if f.phash)

    def of(segment: Segment) -> list[int]:
        first, last = (bisect_left(pictures, (t,)) for t in (segment.start_s, segment.end_s))
        return [phash for _, phash in pictures[first:last]]

    shown = of(chosen)
    return [
        other.id
        for other in timeline.segments
        if other.id != chosen.id and (_same_window(chosen, other) or (shown and _near(shown, of(other))))
    ]


def _same_window(one: Segment, other: Segment) -> bool:
    return bool(one.apps and one.title) and one.apps[:1] == other.apps[:1] and one.title.casefold() == other.title.casefold()


def _near(some: Sequence[int], others: Sequence[int]) -> bool:
    return any((a ^ b).bit_count() <= NEAR_BITS for a in some for b in others)
