"""What can be learned from one label of the owner's: rules that would have given it, and what else they would change."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from escribano_tui.domain.cues import Rule
from escribano_tui.domain.evidence import Description, Frame
from escribano_tui.domain.lookalikes import fold
from escribano_tui.domain.ruling import fits, looks_like, looks_of, same_name, sentence_of
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.text import clean_line
from escribano_tui.domain.times import clock

NO_LOOKS: Mapping[str, int] = MappingProxyType({})
MOST_PICTURES = 4  # that a window is known by: one that looks like more things than that looks like none
LEAST_TITLE = 4  # letters and digits below which a title says too little
_COUNT = re.compile(r"[(\[]\s*\d+\+?\s*[)\]]")
_EDGES = " \t-–—|·:•*"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule that could be accepted, and the sentence that says it."""

    rule: Rule
    sentence: str


@dataclass(frozen=True, slots=True)
class Pictures:
    """The frames of a recording, what it is called, and which of them show enough to be known by their look."""

    frames: Sequence[Frame]
    name: str
    tells: Callable[[Frame], bool]
    looks: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "looks", looks_of(self.frames))

    def within(self, segment: Segment) -> list[Frame]:
        """Those that a window could be known by, in a segment."""
        return [f for f in self.frames if f.phash and segment.start_s <= f.t_s < segment.end_s and self.tells(f)]


@dataclass(frozen=True, slots=True)
class Affected:
    """A segment that a rule would give another label in the next draft."""

    recording_id: str
    recording_name: str
    segment: Segment


@dataclass(frozen=True, slots=True)
class RulePreview:
    """What a rule would change: in the recording at hand, and in all others of the library."""

    rule: Rule
    here: tuple[Affected, ...] = ()
    elsewhere: tuple[Affected, ...] = ()


# ---------------------------------------------------------------- from a label to rules


def candidates(
    segment: Segment, descriptions: Iterable[Description], pictures: Pictures | None = None, others: Sequence[Segment] = ()
) -> tuple[Candidate, ...]:
    """Rules that would have given a segment its label, the most specific sensible one first: by site, by kind of page,
    by program and title, by program; then by how the window looks, which comes first where no other rule tells it from
    the segments that a rule should leave as they are (`others`). None where there is nothing to make a rule of."""
    told = list(descriptions)
    own, foreign = of_segment(segment, told), [d for other in others for d in of_segment(other, told)]
    program = _most(own, lambda d: d.apps[0] if d.apps else "")
    named = [r for r in _by_name(segment, own, program) if _speaks_for(r, own)]
    look = _by_look(Rule(segment.activity, program=program if named else ""), segment, own, foreign, pictures)
    apart = any((r.site or r.title) and not any(fits(r, d) for d in foreign) for r in named)
    rules = [replace(r, personal=segment.personal) for r in ([*named, *look] if apart else [*look, *named])]
    return tuple(Candidate(rule, sentence_of(rule)) for rule in dict.fromkeys(rules))


def _by_name(segment: Segment, own: Sequence[Description], program: str) -> list[Rule]:
    """Rules by what was told of the program in front."""
    front = [d for d in own if d.apps and same_name(d.apps[0], program)]
    if not front:
        return []
    site, page = _most(front, lambda d: d.site), _most(front, lambda d: d.page)
    title = _pattern(_most(front, lambda d: d.document) or segment.title)
    rules = [Rule(segment.activity, site=site)] if "." in site else []
    rules += [Rule(segment.activity, site=page)] if page else []
    rules += [Rule(segment.activity, program=program, title=title)] if title and fold(title) != fold(program) else []
    return [*rules, Rule(segment.activity, program=program)]


def _by_look(
    rule: Rule, segment: Segment, own: Sequence[Description], foreign: Sequence[Description], pictures: Pictures | None
) -> list[Rule]:
    """The rule with the pictures that stood longest in a segment; none where it looks like too many things, or like what
    stands where the rule should change nothing."""
    if pictures is None:
        return []
    chosen: list[Frame] = []
    hashes: tuple[str, ...] = ()
    for frame in sorted(pictures.within(segment), key=lambda f: (_stood_s(f, segment), -f.t_s), reverse=True):
        told = f"{frame.phash:016x}"
        alone = replace(rule, likeness=(told,))
        if looks_like(hashes, frame.phash) or any(fits(alone, d, pictures.looks.get(d.item, 0)) for d in foreign):
            continue
        chosen.append(frame)
        hashes = (*hashes, told)
        if len(chosen) == MOST_PICTURES:
            break
    made = replace(rule, likeness=hashes, seen=f"{pictures.name} at {clock(chosen[0].t_s)}" if chosen else "")
    return [made] if chosen and _speaks_for(made, own, pictures.looks) else []


def _stood_s(frame: Frame, segment: Segment) -> float:
    """For how long a picture stood within a segment."""
    return min(frame.shows_until_s, segment.end_s) - max(frame.shows_from_s, segment.start_s)


def _most(descriptions: Sequence[Description], value: Callable[[Description], str]) -> str:
    """The value told most often, the first of equals; empty ones do not count."""
    counted = Counter(told for d in descriptions if (told := clean_line(value(d), 160)))
    return max(counted, key=lambda told: counted[told], default="")


def _pattern(title: str) -> str:
    """What of a title stays the same: its longest part without counts of new things.

    >>> _pattern("Inbox (4) - Ternmail")
    'Ternmail'
    """
    parts = (part.strip(_EDGES) for part in _COUNT.split(title))
    longest = max(parts, key=len, default="")
    return longest if len(fold(longest)) >= LEAST_TITLE else ""


# ---------------------------------------------------------------- what a rule would change


def of_segment(segment: Segment, descriptions: Iterable[Description]) -> list[Description]:
    """The descriptions of frames inside of a segment."""
    return [d for d in descriptions if segment.start_s <= d.t_s < segment.end_s]


def _speaks_for(rule: Rule, descriptions: Sequence[Description], looks: Mapping[str, int] = NO_LOOKS) -> bool:
    """Whether a rule fits most of the frames."""
    return sum(fits(rule, d, looks.get(d.item, 0)) for d in descriptions) > len(descriptions) / 2


def _would_relabel(rule: Rule, segment: Segment) -> bool:
    return segment.activity != "idle" and (
        (bool(rule.activity) and segment.activity != rule.activity) or (rule.personal and not segment.personal)
    )


def labelled_by_owner(segment: Segment) -> bool:
    """A label that the owner gave is the only one of which we are wholly sure."""
    return segment.confidence >= 1.0


def would_change(
    rule: Rule, segments: Iterable[Segment], descriptions: Sequence[Description], frames: Iterable[Frame] = ()
) -> list[Segment]:
    """The segments of one session that the next draft would give the rule's label; never one that the owner labelled, nor
    one where nothing moves: that it is idle was not told by a description."""
    looks = looks_of(frames)
    return [
        segment
        for segment in segments
        if _would_relabel(rule, segment)
        and not labelled_by_owner(segment)
        and _speaks_for(rule, of_segment(segment, descriptions), looks)
    ]
