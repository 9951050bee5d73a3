"""Which facts a format tells, and how they are grouped into points: chosen subject by subject, so that a correction in
one subject changes nothing that is told of another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from escribano_tui.backends.writing.templates import Settings, Template
from escribano_tui.backends.writing.wording import MOST_CITED
from escribano_tui.domain.facts import gather, shorter
from escribano_tui.domain.finding.speech import LEAST_SCORE
from escribano_tui.domain.summary import Claim, FactSheet, SubjectFacts
from escribano_tui.domain.times import seconds_that_add_up

_CLAIMS_A_POINT = 3
_FRAME_WORDS = 66  # title, header and account
_LEAD_WORDS = 40
_QUOTED = ("said", "seen")  # what goes with the deed of its segment
_ROW_WORDS = 12  # of a time line


@dataclass(frozen=True, slots=True)
class Section:
    """What is told of one subject, in groups of claims that belong together; `seconds` and `by_activity` as printed."""

    subject: SubjectFacts
    seconds: int
    by_activity: tuple[tuple[str, int], ...]
    groups: tuple[tuple[Claim, ...], ...]
    lead: tuple[Claim, ...]

    @property
    def claims(self) -> tuple[Claim, ...]:
        return tuple(c for group in self.groups for c in group)


@dataclass(frozen=True, slots=True)
class Plan:
    """A document before it is worded. `seconds` of sections, `others`, idle and personal add up to `total_s`."""

    sheet: FactSheet
    total_s: int
    idle_s: int
    personal_s: int
    sections: tuple[Section, ...]
    others: tuple[tuple[SubjectFacts, int], ...]
    results: tuple[tuple[Claim, ...], ...]
    next: tuple[Claim, ...]

    @property
    def work_s(self) -> int:
        return sum(s.seconds for s in self.sections) + sum(seconds for _, seconds in self.others)


def plan(sheet: FactSheet, template: Template) -> Plan:
    """Choose and group the claims of every subject by the settings of a template."""
    settings = template.settings
    parts = [s.duration_ms for s in sheet.subjects]
    seconds = seconds_that_add_up([*parts, sheet.idle_ms, sheet.personal_ms])
    results = _results(sheet) if template.uses("results") else []
    apart = bool(results) and template.settings.style == "points"  # in prose a result stands where it came about
    coming = [c for s in sheet.subjects for c in s.claims if c.kind == "next"] if template.uses("next") else []
    told, most_results, most_next = _room(settings, len(parts), len(results), len(coming))
    words = _words(sheet, settings, told, template.uses("timeline"))
    sections = tuple(
        _section(subject, seconds[k], settings, words[k], apart) for k, subject in enumerate(sheet.subjects[:told])
    )
    others = tuple(zip(sheet.subjects[told:], seconds[told:], strict=False))
    return Plan(
        sheet, sum(seconds), seconds[-2], seconds[-1], sections, others,
        tuple(results[:most_results]), tuple(coming[:most_next]),
    )  # fmt: skip


def _room(settings: Settings, subjects: int, results: int, coming: int) -> tuple[int, int, int]:
    """How many subjects, results and next points are told: as the settings say, within the lines that there are."""
    told = min(settings.subjects, subjects)
    if not settings.lines:
        return told, results, coming
    left = settings.lines - 2 - bool(results) - bool(coming)  # the title and the headings
    if told < subjects:
        left -= 1  # the line of the others
    kept_next = min(1, coming)
    told = min(told, max(1, left - min(1, results) - kept_next))
    results = min(results, left - told - kept_next)
    return told, results, min(coming, left - told - results)


def _words(sheet: FactSheet, settings: Settings, told: int, timeline: bool) -> list[int]:
    """Words for each subject that is told in full: half of the room evenly, half by its share of the time.

    It depends on times and headings alone, so that what is told of a subject does not depend on what is told of another.
    """
    if not settings.words or not told:
        return [100_000] * told
    rows = _ROW_WORDS * min(settings.timeline, len(sheet.timeline)) if timeline else 0
    heads = sum(len(s.label.split()) + 2 + settings.points + 3 * len(s.by_activity) for s in sheet.subjects[:told])
    room = max(25 * told, settings.words - _FRAME_WORDS - rows - heads)
    whole = sum(s.duration_ms for s in sheet.subjects[:told]) or 1
    return [round(room * (0.5 / told + 0.5 * s.duration_ms / whole)) for s in sheet.subjects[:told]]


def _results(sheet: FactSheet) -> list[tuple[Claim, ...]]:
    """Results for a list of their own, one point a subject."""
    by_subject = [tuple(c for c in s.claims if c.kind == "result") for s in sheet.subjects]
    return [_heaviest(claims, 3) for claims in by_subject if claims]


def _heaviest(claims: Iterable[Claim], most: int) -> tuple[Claim, ...]:
    """The ones that weigh most, in their order."""
    claims = list(claims)
    kept = sorted(range(len(claims)), key=lambda k: (-claims[k].weight, k))[: max(0, most)]
    return tuple(claims[k] for k in sorted(kept))


def _section(subject: SubjectFacts, seconds: int, settings: Settings, words: int, apart: bool) -> Section:
    deeds = [c for c in subject.claims if c.kind in ("did", "told")]
    results = [] if apart else [c for c in subject.claims if c.kind == "result"]
    prose = settings.style == "prose"
    quoted = ("said", "seen") if prose else ("said",)
    quotes = _heaviest((c for c in subject.claims if c.kind in quoted and (prose or c.weight >= LEAST_SCORE)), settings.quotes)
    told = deeds if prose else gather(deeds)
    chosen = _within(told, results, quotes, words, 1_000 if prose else settings.points * _CLAIMS_A_POINT)
    groups = _groups(chosen)
    if not prose:
        groups = _split_alone(_joined(groups, settings.points))
    lead = _lead(gather(deeds) or results, settings.lead) or _heaviest((c for c in subject.claims if c.kind == "said"), 1)
    activities = _shares(subject.by_activity, seconds)
    return Section(subject, seconds, activities, tuple(tuple(g) for g in groups), lead)


def _lead(claims: Sequence[Claim], most: int) -> tuple[Claim, ...]:
    """What one line holds: the weightiest claim, and more as long as the line stays short."""
    kept = [shorter(c) for c in _heaviest(claims, most)]
    while len(kept) > 1 and sum(map(_length, kept)) > _LEAD_WORDS:
        kept.remove(min(kept, key=lambda c: c.weight))
    return tuple(kept)


def _shares(by_activity: Sequence[tuple[str, int]], seconds: int) -> tuple[tuple[str, int], ...]:
    """Seconds of each activity that add up to the seconds of the subject."""
    shares = seconds_that_add_up([ms for _, ms in by_activity])
    shares[0] += seconds - sum(shares)
    return tuple((a, s) for (a, _), s in zip(by_activity, shares, strict=True) if s > 0 or len(by_activity) == 1)


def _within(deeds: Sequence[Claim], results: Sequence[Claim], quotes: Sequence[Claim], words: int, most: int) -> list[Claim]:
    """What fits into so many words and claims, in time order: results may take half of the room, what was done most of
    the rest, then what was said, each by weight; what is left over goes to whatever still fits."""
    room = _Room(words, most)
    for claims, share in ((results, 0.5), (deeds, 0.7), (quotes, 1.0), ([*results, *deeds], 1.0)):
        room.fill(sorted(claims, key=lambda c: (-c.weight, c.t_s)), share)
    chosen = room.chosen or sorted([*deeds, *results, *quotes], key=_length)[:1]  # the shortest, where nothing fits
    return sorted(chosen, key=lambda c: (c.t_s, c.kind in _QUOTED))


class _Room:
    """Words and claims that are left."""

    def __init__(self, words: int, most: int) -> None:
        self.words, self.most = words, most
        self.chosen: list[Claim] = []

    def fill(self, claims: Iterable[Claim], share: float) -> None:
        """Take claims in their order as long as they fit into a share of what is left."""
        least, fewest = self.words * (1 - share), self.most * (1 - share)
        for claim in claims:
            length = _length(claim)
            fits = self.words - length >= least and self.most - 1 >= fewest
            if fits and claim not in self.chosen:
                self.chosen.append(claim)
                self.words -= length
                self.most -= 1


def _length(claim: Claim) -> int:
    """Words of a claim as it will be printed, with its citations and lead."""
    return len(claim.text.split()) + min(MOST_CITED, len(claim.moments)) + 1


def _groups(claims: Sequence[Claim]) -> list[list[Claim]]:
    """Claims that belong together: a deed with what was said in its segment; results of a segment."""
    groups: list[list[Claim]] = []
    deeds: dict[str, list[Claim]] = {}
    for claim in sorted(claims, key=lambda c: c.kind in _QUOTED):
        home = deeds.get(claim.segment_ids[0]) if claim.kind in _QUOTED else _same_results(groups, claim)
        if home is None:
            home = []
            groups.append(home)
        home.append(claim)
        if claim.kind not in _QUOTED:
            for segment_id in claim.segment_ids:
                deeds.setdefault(segment_id, home)
    told = [sorted(g, key=lambda c: (c.kind not in ("did", "told"), c.t_s)) for g in groups]  # the deed first
    return sorted(told, key=lambda g: min(c.t_s for c in g))


def _same_results(groups: list[list[Claim]], claim: Claim) -> list[Claim] | None:
    if claim.kind != "result" or not groups:
        return None
    last = groups[-1]
    alike = all(c.kind == "result" and c.segment_ids == claim.segment_ids for c in last)
    return last if alike and len(last) < _CLAIMS_A_POINT else None


def _joined(groups: list[list[Claim]], most: int) -> list[list[Claim]]:
    """At most `most` groups: neighbours are joined, the shortest first, results with others last."""
    groups = [list(g) for g in groups]
    while len(groups) > most:
        costs = [len(a) + len(b) + 4 * (_are_results(a) != _are_results(b)) for a, b in pairwise(groups)]
        k = costs.index(min(costs))
        groups[k : k + 2] = [groups[k] + groups[k + 1]]
    return groups


def _are_results(group: Sequence[Claim]) -> bool:
    return all(c.kind == "result" for c in group)


def _split_alone(groups: list[list[Claim]]) -> list[list[Claim]]:
    """A lone group of several claims as two points."""
    if len(groups) != 1 or len(groups[0]) < 2:
        return groups
    return [groups[0][:1], groups[0][1:]]
