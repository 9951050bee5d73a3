"""What was reviewed while a run still drafts stands: its span is held as one segment, whatever later drafts make of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from escribano_tui.domain.segment import Segment

BOUNDARY_REACH_MS = 5_000
MIN_SEGMENT_MS = 100


class DoesNotFit(Exception):
    """An operation cannot be applied to this timeline; the message says why."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Make the span one segment with these labels, as its owner saw it in a draft that still grew.

    It fits every draft of the recording that is long enough: what lies across its edges is cut there.
    """

    start_ms: int
    end_ms: int
    activity: str
    title: str = ""
    description: str = ""
    apps: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    confidence: float = 0.5
    personal: bool = False
    reviewed: bool = False
    edited: bool = False
    why: tuple[str, ...] = ()


def hold_of(segment: Segment) -> Hold:
    """What holds a segment as it is."""
    s = segment
    return Hold(
        s.start_ms, s.end_ms, s.activity, s.title, s.description, s.apps, s.topics, s.confidence, s.personal, s.reviewed,
        s.edited, s.why,
    )  # fmt: skip


def held(segments: Sequence[Segment], hold: Hold) -> list[Segment]:
    """Segments (which tile from 0 on) with the span held as one of them. Raises DoesNotFit.

    A rest of less than BOUNDARY_REACH_MS that a cut leaves goes to the neighbour beyond it, where there is one that the
    owner has not seen: such a boundary was the same one, placed a little otherwise.
    """
    end_ms = segments[-1].end_ms
    if hold.end_ms - end_ms > BOUNDARY_REACH_MS or hold.start_ms >= end_ms:
        raise DoesNotFit("it lies beyond what has been drafted")
    stop_ms = min(hold.end_ms, end_ms)
    before = [s for s in segments if s.end_ms <= hold.start_ms]
    after = [s for s in segments if s.start_ms >= stop_ms]
    within = list(segments[len(before) : len(segments) - len(after)])
    best = max(within, key=lambda s: min(s.end_ms, stop_ms) - max(s.start_ms, hold.start_ms))
    taken = {s.id for s in segments}
    start_ms = hold.start_ms
    if within[0].start_ms < start_ms:
        rest = replace(within[0], end_ms=start_ms, reviewed=False)
        if _too_short(rest, before[-1] if before else None):
            before[-1] = replace(before[-1], end_ms=start_ms)
        elif rest.duration_ms < MIN_SEGMENT_MS:
            start_ms = rest.start_ms
        else:
            before.append(_named_anew(rest, taken) if rest.id == best.id else rest)
    if within[-1].end_ms > stop_ms:
        rest = replace(within[-1], start_ms=stop_ms, reviewed=False, returns_to_ms=-1)
        if _too_short(rest, after[0] if after else None):
            after[0] = replace(after[0], start_ms=stop_ms)
        elif rest.duration_ms < MIN_SEGMENT_MS:
            stop_ms = rest.end_ms
        else:
            used = {best.id, *(s.id for s in before)}
            after.insert(0, _named_anew(rest, taken) if rest.id in used else rest)
    return [*before, _labelled(best, hold, start_ms, stop_ms), *after]


def _too_short(rest: Segment, neighbour: Segment | None) -> bool:
    """Whether a rest goes to its neighbour."""
    return neighbour is not None and rest.duration_ms < BOUNDARY_REACH_MS and not (neighbour.reviewed or neighbour.edited)


def _named_anew(segment: Segment, taken: set[str]) -> Segment:
    new_id = untaken("seg-", f"{segment.id}@{segment.start_ms}", taken)
    taken.add(new_id)
    return replace(segment, id=new_id)


def _labelled(segment: Segment, hold: Hold, start_ms: int, end_ms: int) -> Segment:
    return replace(
        segment, start_ms=start_ms, end_ms=end_ms, activity=hold.activity, title=hold.title, description=hold.description,
        apps=hold.apps, topics=hold.topics, confidence=hold.confidence, personal=hold.personal, reviewed=hold.reviewed,
        edited=hold.edited, why=hold.why,
    )  # fmt: skip


def untaken(prefix: str, told: str, taken: set[str]) -> str:
    """An id made of what is told; deterministic, so that a replay gives the same ones."""
    salt = 0
    while True:
        new_id = prefix + hashlib.blake2b(f"{told}/{salt}".encode(), digest_size=5).hexdigest()
        if new_id not in taken:
            return new_id
        salt += 1
