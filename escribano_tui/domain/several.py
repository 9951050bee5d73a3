"""The facts of several recordings as one sheet, so that the writers tell them together, each moment with its recording."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from escribano_tui.domain.activity import IMPORTANCE
from escribano_tui.domain.overview import Moment
from escribano_tui.domain.rollup import Part, RollUp, Slice, kind_of
from escribano_tui.domain.summary import Claim, FactSheet, SubjectFacts

_LONGEST_NAME = 28
_ODD = re.compile(r"[^\w .-]+")


@dataclass(frozen=True, slots=True)
class Told:
    """A recording in a range: its facts, its part of the range and the slices of its segments that lie there."""

    sheet: FactSheet
    part: Part
    slices: tuple[Slice, ...]


def short_names(parts: Sequence[Part]) -> dict[str, str]:
    """A short name for each recording, to be cited by: its file's name without what all have in common, each different."""
    stems = {p.recording_id: " ".join(_ODD.sub(" ", p.name.rpartition(".")[0] or p.name).split()) for p in parts}
    shared = _shared_words(list(stems.values()))
    names: dict[str, str] = {}
    for recording_id, stem in stems.items():
        name = " ".join(stem.split()[shared:]) or stem or "recording"
        name = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 9].rstrip()}-{name[-8:].lstrip()}"
        taken, bare = set(names.values()), name
        for k in range(2, len(parts) + 2):
            if name not in taken:
                break
            name = f"{bare} ({k})"
        names[recording_id] = name
    return names


def _shared_words(stems: Sequence[str]) -> int:
    """How many words all of several names begin with."""
    if len(stems) < 2:
        return 0
    count = 0
    for words in zip(*(s.split() for s in stems), strict=False):
        if len(set(words)) > 1:
            break
        count += 1
    return count


def combine(
    rolled: RollUp, told: Sequence[Told], thread_of: Mapping[tuple[str, str], tuple[str, str]], dates: str
) -> FactSheet:  # fmt: skip
    """One sheet whose subjects are threads; times are those of the roll-up, claims those whose moments lie in it."""
    names = short_names([t.part for t in told])
    first = min((t.slices[0].start_ms for t in told if t.slices), default=0)
    claims: dict[str, list[Claim]] = defaultdict(list)
    importance: dict[str, str] = {}
    for one in told:
        for subject in one.sheet.subjects:
            key = thread_of.get((one.sheet.recording_id, subject.subject_id), ("", ""))[0]
            kept = [_claim(c, one, names[one.part.recording_id], first) for c in subject.claims if _lies_in(c, one.part)]
            claims[key] += kept
            importance[key] = min(importance.get(key, "minimal"), subject.importance, key=IMPORTANCE.index)
    activities = _activities(told, thread_of)
    drafted = [t.sheet for t in told]
    return FactSheet(
        recording_id="",
        revision=sum(s.revision for s in drafted),
        started_at=told[0].part.started_at if told else "",
        duration_ms=rolled.recorded_ms - rolled.undrafted_ms,
        work_ms=rolled.work_ms,
        idle_ms=rolled.idle_ms,
        personal_ms=rolled.personal_ms,
        subjects=tuple(
            SubjectFacts(
                t.key, t.name, t.ms, tuple(activities[t.key].most_common()), tuple(sorted(claims[t.key], key=lambda c: c.t_s)),
                importance.get(t.key, "medium"),
            )
            for t in rolled.threads
        ),
        timeline=(),
        spoken_s=sum(s.spoken_s for s in drafted),
        untranscribed_s=sum(s.untranscribed_s for s in drafted),
        frames_failed=sum(s.frames_failed for s in drafted),
        sound=any(s.sound for s in drafted),
        dates=dates,
        recordings=tuple(names.values()),
    )  # fmt: skip


def _lies_in(claim: Claim, part: Part) -> bool:
    return all(part.from_ms <= t_s * 1000 < part.to_ms for t_s, _ in claim.moments)


def _claim(claim: Claim, one: Told, name: str, first_ms: int) -> Claim:
    """The same claim, cited by the recording's name and in order among those of other recordings."""
    prefix = one.part.recording_id
    return replace(
        claim,
        sources=(name,) * len(claim.moments),
        later_s=(one.slices[0].start_ms - first_ms) / 1000 if one.slices else 0.0,
        segment_ids=tuple(f"{prefix}/{s}" for s in claim.segment_ids),
        outcome=f"{prefix}/{claim.outcome}" if claim.outcome else "",
    )


def _activities(told: Sequence[Told], thread_of: Mapping[tuple[str, str], tuple[str, str]]) -> dict[str, Counter[str]]:
    times: dict[str, Counter[str]] = defaultdict(Counter)
    for one in told:
        for piece in one.slices:
            moment: Moment | None = piece.moment
            if moment is not None and kind_of(moment) == "work":
                times[thread_of[one.part.recording_id, moment.subject_id][0]][moment.activity] += piece.ms
    return times
