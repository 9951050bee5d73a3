"""From a partition to segments: what each is called, which programs, how sure, how important, what it returns to."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from escribano_tui.domain.activity import ACTIVITIES
from escribano_tui.domain.cues import Cues
from escribano_tui.domain.ruling import looks_of
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.text import squash
from escribano_tui.pipeline.segmenting.closer import Look, look_closer
from escribano_tui.pipeline.segmenting.clues import Clues
from escribano_tui.pipeline.segmenting.grid import Territory
from escribano_tui.pipeline.segmenting.importance import importance_of
from escribano_tui.pipeline.segmenting.naming import with_browsers_named
from escribano_tui.pipeline.segmenting.personal import is_personal
from escribano_tui.pipeline.segmenting.spans import Settings, Span, furnished, partition
from escribano_tui.pipeline.segmenting.states import IDLE, likeness, place_of
from escribano_tui.pipeline.segmenting.titles import title_of, with_whole_name

NOT_SEEN = "no frame was described here"
MOST_APPS = 4
MOST_TOPICS = 6
# Shares are too modest: at 0.6, segments said to be 65, 85 and 95 % sure were right for 85, 99 and 98 % of the time on nine
# recordings, whichever is left out (tests/benchmarks/segmentation.py). 0.45 is nearer, with room left for harder ones.
CALIBRATION = 0.45
BY_CHANCE = 1 / len(ACTIVITIES)  # how often a label is right that nothing was seen of
MOST_SURE = 0.98
IDLE_SURE, IDLE_UNSEEN = 0.9, 0.5  # where pictures bear it out; by motion and sound alone


def draft(clues: Clues, settings: Settings, cues: Cues | None = None, look: Look | None = None) -> list[Segment]:
    """The segments of a recording, without subjects: they tile it, whatever the clues. With `look`, pictures settle at
    which of several changes a boundary lies."""
    clues = replace(clues, descriptions=with_browsers_named(clues.descriptions, cues))
    spans = partition(clues, settings, look)
    if look is not None:
        spans = look_closer(spans, clues, look, round(settings.least_s * 1000))
    spans = furnished(spans, clues)
    looks = looks_of(clues.frames)
    segments = [_segment(span, clues, cues, looks) for span in spans]
    return [replace(segment, returns_to_ms=back) for segment, back in zip(segments, _returns(spans), strict=True)]


# ---------------------------------------------------------------- one segment


def _segment(span: Span, clues: Clues, cues: Cues | None, looks: Mapping[str, int]) -> Segment:
    """What a span of one state is as a segment. What was seen in other programs (a glance) is told last or not at all."""
    if span.state == IDLE:
        own = [land for land in span.lands if land.weight == 1.0]  # what stood there, not what was there before
    else:
        place = span.state.place
        own = [land for land in span.lands if likeness(place_of(land.description), place, span.state.activity) > 0]
    lands = own or list(span.lands)
    activity = span.state.activity
    agreeing = [land for land in lands if land.description.activity == activity] or lands
    best = max(agreeing, key=lambda land: (land.description.confidence * _worth(land), -land.start_s), default=None)
    bare = activity == "idle" and _is_bare(lands)
    apps = () if bare else _front_first(_ranked(lands, lambda d: d.apps), lands)
    title = title_of(agreeing, activity)
    segment = Segment(
        id=_id(span.start_ms),
        start_ms=span.start_ms,
        end_ms=span.end_ms,
        activity=activity,
        title=title,
        description=with_whole_name(_sentence(span, best, clues), title),
        apps=apps,
        topics=() if bare else _ranked(lands, lambda d: d.topics)[:MOST_TOPICS],
        confidence=_confidence(span, lands, bool(clues.descriptions)),
        why=_why(span, best, clues),
    )
    segment = replace(segment, importance=importance_of(segment, clues))
    return replace(segment, personal=cues is not None and is_personal([land.description for land in agreeing], cues, looks))


def _id(start_ms: int) -> str:
    """Deterministic, so that the same evidence gives the same ids."""
    return "seg-" + hashlib.blake2b(f"draft@{start_ms}".encode(), digest_size=5).hexdigest()


def _worth(land: Territory) -> float:
    """Seconds that a description speaks for, damped: a long still picture is not worth more than several that agree."""
    return land.weight * min(land.end_s - land.start_s, 10.0)


def _ranked(lands: Sequence[Territory], values) -> tuple[str, ...]:  # type: ignore[no-untyped-def]
    """Values by the time for which they are told; those of less than a tenth of the most told one are left out."""
    worth: dict[str, float] = {}
    spelled: dict[str, str] = {}
    for land in lands:
        for value in values(land.description):
            key = squash(value) or value
            spelled.setdefault(key, value)
            worth[key] = worth.get(key, 0.0) + _worth(land)
    top = max(worth.values(), default=0.0)
    order = sorted((k for k in worth if worth[k] >= 0.1 * top), key=lambda k: -worth[k])
    return tuple(spelled[k] for k in order)


def _front_first(apps: tuple[str, ...], lands: Sequence[Territory]) -> tuple[str, ...]:
    """The program that is in front for longest, first."""
    front: dict[str, float] = {}
    for land in lands:
        if land.description.apps:
            front[land.description.apps[0]] = front.get(land.description.apps[0], 0.0) + _worth(land)
    if not front:
        return apps
    first = max(front, key=lambda name: front[name])
    return (first, *(a for a in apps if a != first))[:MOST_APPS]


def _is_bare(lands: Sequence[Territory]) -> bool:
    """Whether no program is in front for most of the time."""
    bare = sum(land.end_s - land.start_s for land in lands if not land.description.apps)
    return bare >= 0.5 * sum(land.end_s - land.start_s for land in lands)


def _sentence(span: Span, best: Territory | None, clues: Clues) -> str:
    if span.state == IDLE:
        shown = best.description.title if best is not None and best.description.apps else ""
        if not clues.descriptions:
            return "Nothing moves and nothing is said; no picture was described."
        return f"Nothing moves and nothing is said while “{shown}” is open." if shown else "Nothing moves and nothing is said."
    if best is not None:
        return best.description.sentence
    if clues.speech:
        return "No picture was described here; what was said stands below." if clues.changes else "There is sound only."
    return "Nothing was described here."


def _why(span: Span, best: Territory | None, clues: Clues) -> tuple[str, ...]:
    if span.state == IDLE:
        told = (f"nothing moves for {round((span.end_ms - span.start_ms) / 1000)} s", "nothing is said")
        return told if clues.descriptions else (*told, NOT_SEEN)
    return best.description.why if best is not None else (NOT_SEEN,)


# ---------------------------------------------------------------- how sure


def _confidence(span: Span, lands: Sequence[Territory], seen: bool) -> float:
    """How sure the activity is, 0..1: the share of the evidence that is for it, as far as one was still there (see
    `territories`); for the rest of the time, in which a window may have come and gone that nobody looked at, chance."""
    if span.state == IDLE:
        return IDLE_SURE if seen else IDLE_UNSEEN
    if not lands:
        return 0.15
    weight = sum(_worth(land) for land in lands)
    if weight <= 0:
        return 0.2
    share = sum(_worth(land) * _share(land, span.state.activity) for land in lands) / weight
    sure = sum(_worth(land) * land.description.confidence for land in lands) / weight
    seconds = (span.end_ms - span.start_ms) / 1000
    there = min(1.0, sum(land.weight * (land.end_s - land.start_s) for land in lands) / seconds)
    seen_so = math.pow(0.6 * share + 0.4 * min(share, sure), CALIBRATION)
    return round(min(MOST_SURE, there * seen_so + (1 - there) * BY_CHANCE), 3)


def _share(land: Territory, activity: str) -> float:
    description = land.description
    if description.scores:
        return description.scores.get(activity, 0.0)
    return description.confidence if description.activity == activity else (1 - description.confidence) / 4


# ---------------------------------------------------------------- returns


def _document_of(span: Span) -> tuple[str, str]:
    """(program, document) that a span is mostly about; the document is empty where none is named."""
    worth: dict[tuple[str, str], float] = {}
    for land in span.lands:
        place = place_of(land.description)
        if place.document and likeness(place, span.state.place, span.state.activity) > 0:
            worth[(place.program, place.document)] = worth.get((place.program, place.document), 0.0) + _worth(land)
    return max(worth, key=lambda key: worth[key], default=("", ""))


def _returns(spans: Sequence[Span]) -> list[int]:
    """For each span the start of the first earlier one on the same document in the same program, with another between."""
    first: dict[tuple[str, str], int] = {}
    found: list[int] = []
    before = ("", "")
    for span in spans:
        about = ("", "") if span.state == IDLE else _document_of(span)
        found.append(first.get(about, -1) if about[1] and about != before else -1)
        if about[1]:
            first.setdefault(about, span.start_ms)
        before = about
    return found
