"""A plan and the words of its subjects, laid out by a template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from escribano_tui.backends.writing import wording
from escribano_tui.backends.writing.plan import Plan, Section
from escribano_tui.backends.writing.templates import Row, Template, fill
from escribano_tui.domain.facts import PERSONAL
from escribano_tui.domain.finding.things import is_file, styled
from escribano_tui.domain.phrase import escape, listed, markdown, name
from escribano_tui.domain.summary import FactSheet, SubjectFacts, TimeRow
from escribano_tui.domain.times import cite, clock, duration, seconds_that_add_up

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MOST_OTHERS = 5
_MOST_PROGRAMS = 6


@dataclass(frozen=True, slots=True)
class Words:
    """What a writer made of a section: its points, its prose and its one line, as Markdown with citations."""

    points: tuple[str, ...]
    prose: str
    lead: str


def own_words(section: Section) -> Words:
    """The deterministic wording of a section."""
    return Words(
        tuple(wording.point(group) for group in section.groups),
        wording.paragraphs(section.groups),
        wording.clauses(section.lead),
    )


def document(plan: Plan, template: Template, words: Mapping[str, Words]) -> str:
    """The Markdown of a summary; `words` by the key of each section's subject."""
    return fill(template, _fields(plan, template, words))


def _fields(plan: Plan, template: Template, words: Mapping[str, Words]) -> Row:
    sheet = plan.sheet
    return {
        "date": sheet.dates or date_in_words(sheet.started_at),
        "recorded": clock(plan.total_s),
        "work": clock(plan.work_s),
        "idle": clock(plan.idle_s) if sheet.idle_ms else "",
        "personal": clock(plan.personal_s) if sheet.personal_ms else "",
        "times": _times(plan),
        "opening": _opening(plan),
        "others": _others(plan.others),
        "account": _account(plan),
        "has_results": "yes" if plan.results else "",
        "has_next": "yes" if plan.next else "",
        "has_timeline": "yes" if sheet.timeline else "",
        "subjects": [_section_fields(s, words[s.subject.key]) for s in plan.sections],
        "results": [{"text": wording.capital(wording.clauses(claims))} for claims in plan.results],
        "next": [{"text": wording.point((claim,))} for claim in plan.next],
        "timeline": _timeline(sheet, template.settings.timeline),
    }


def _section_fields(section: Section, words: Words) -> Row:
    return {
        "label": escape(section.subject.label),
        "duration": clock(section.seconds),
        "activities": " · ".join(f"{activity} {clock(s)}" for activity, s in section.by_activity),
        "programs": _programs(section.subject),
        "lead": words.lead,
        "prose": words.prose,
        "points": [{"text": text} for text in words.points],
    }


def _programs(subject: SubjectFacts) -> str:
    """The programs that a subject was worked on with, in the order of their first use."""
    used = dict.fromkeys(c.deed.app for c in subject.claims if c.deed and c.deed.app)
    return markdown(listed([name(app) for app in list(used)[:_MOST_PROGRAMS]]))


# ---------------------------------------------------------------- words about the whole


def date_in_words(started_at: str) -> str:
    """`20 November 2026` of an ISO 8601 time; empty where it is not one."""
    try:
        at = datetime.fromisoformat(started_at)
    except ValueError:
        return ""
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def _times(plan: Plan) -> str:
    if not plan.sheet.idle_ms and not plan.sheet.personal_ms and plan.work_s:
        return "all of it at work"
    parts = [f"{clock(plan.work_s)} at work"]
    parts += [f"{clock(plan.idle_s)} idle"] if plan.sheet.idle_ms else []
    parts += [f"{clock(plan.personal_s)} personal"] if plan.sheet.personal_ms else []
    return ", ".join(parts)


def _opening(plan: Plan) -> str:
    """The first paragraph of a narrative: how long, on what, and what of it was no work."""
    n, several = len(plan.sheet.subjects), len(plan.sheet.recordings)
    whole = f"The recording is {clock(plan.total_s)} long"
    if several > 1:
        whole = f"{_number(several).capitalize()} recordings are {clock(plan.total_s)} long together"
    if not n:
        return f"{whole}, and nothing was done in {'them' if several > 1 else 'it'}."
    what = "one subject" if n == 1 else f"{_number(n)} subjects"
    rest = [f"{clock(s)} was {kind}" for s, kind in ((plan.idle_s, "idle"), (plan.personal_s, "personal")) if s]
    if not rest:
        return f"{whole}, and all of it went into {what}."
    return f"{whole}. {clock(plan.work_s)} of it went into {what}; {' and '.join(rest)}."


def _number(n: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    return words[n] if n < len(words) else str(n)


def _others(others: Sequence[tuple[SubjectFacts, int]]) -> str:
    """The subjects that are not told in full, with times that add up."""
    if not others:
        return ""
    named = [f"{escape(s.label)}, {clock(seconds)}" for s, seconds in others[:_MOST_OTHERS]]
    rest = others[_MOST_OTHERS:]
    if rest:
        named.append(f"{len(rest)} more, {clock(sum(seconds for _, seconds in rest))}")
    return f"Also: {'; '.join(named)}."


def _account(plan: Plan) -> str:
    """What was idle, not described and not transcribed, and the sum."""
    sheet = plan.sheet
    parts = [f"Idle {clock(plan.idle_s)}."]
    if sheet.personal_ms:
        parts.append(f"Personal {clock(plan.personal_s)}.")
    failed = sheet.frames_failed
    parts.append(f"Not described: {'nothing' if not failed else '1 picture' if failed == 1 else f'{failed} pictures'}.")
    if not sheet.sound:
        parts.append("No sound.")
    elif sheet.spoken_s > 0:
        missing, spoken = (duration(round(s * 1000)) for s in (sheet.untranscribed_s, sheet.spoken_s))
        parts.append(f"Not transcribed: {missing} of {spoken} spoken.")
    parts.append(f"Sum {clock(plan.total_s)}.")
    return " ".join(parts)


# ---------------------------------------------------------------- time line


def _timeline(sheet: FactSheet, most: int) -> list[Row]:
    """One row a segment; where there are too many, neighbours of one subject as one. Printed durations add up."""
    rows = _merged(sheet.timeline, most)
    seconds = seconds_that_add_up([end - start for start, end, *_ in rows])
    told: list[Row] = []
    for (start, end, activity, thing, subject, program), s in zip(rows, seconds, strict=True):
        told.append({
            "moment": f"[{cite(start / 1000, end / 1000)}]",
            "activity": activity,
            "title": _title(thing, activity) if activity != PERSONAL else "",
            "subject": escape(subject),
            "program": escape(program) if program.casefold() not in thing.casefold() else "",
            "duration": clock(s),
        })  # fmt: skip
    return told


def _title(thing: str, activity: str) -> str:
    """What a row is called; at the command line a sentence says what came of it."""
    if not thing:
        return ""
    return escape(thing) if activity in ("terminal", "debugging") and not is_file(thing) else markdown((styled(thing),))


def _merged(rows: Sequence[TimeRow], most: int) -> list[TimeRow]:
    """At most about `most` rows: neighbours of one subject are one row, then the shortest join the row before."""
    rows = list(rows)
    if len(rows) <= most:
        return rows
    runs: list[list[TimeRow]] = []
    for row in rows:
        if runs and runs[-1][0][4] == row[4] and _kind(runs[-1][0]) == _kind(row):
            runs[-1].append(row)
        else:
            runs.append([row])
    joined = [_one(run) for run in runs]
    while len(joined) > max(1, most):
        k = min(range(1, len(joined)), key=lambda i: joined[i][1] - joined[i][0] + joined[i - 1][1] - joined[i - 1][0])
        joined[k - 1 : k + 1] = [_one(joined[k - 1 : k + 1])]
    return joined


def _kind(row: TimeRow) -> str:
    return row[2] if row[2] in (PERSONAL, "idle") else "work"


def _one(rows: Sequence[TimeRow]) -> TimeRow:
    """Several rows as one, named by the longest of them; personal time keeps its place only as the longest."""
    longest = max(rows, key=lambda r: r[1] - r[0])
    return rows[0][0], rows[-1][1], *longest[2:]
