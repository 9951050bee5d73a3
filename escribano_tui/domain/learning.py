"""What can be learned from one label of the owner's: rules that would have given it, and what else they would change.

A rule goes by what a description says of a frame: the program in front, the document or title, the site (its host, or
the kind of page by its name in the cues). All that a rule names must fit; of several that fit, the last one counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from escribano_tui.domain.activity import is_activity
from escribano_tui.domain.cues import Rule
from escribano_tui.domain.evidence import Description
from escribano_tui.domain.lookalikes import fold
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.text import clean_line

RULED = 0.97  # share of the activity that a rule gives; the rest stays as it was told
LEAST_TITLE = 4  # letters and digits below which a title says too little
_COUNT = re.compile(r"[(\[]\s*\d+\+?\s*[)\]]")
_EDGES = " \t-–—|·:•*"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule that could be accepted, and the sentence that says it."""

    rule: Rule
    sentence: str


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


# ---------------------------------------------------------------- what a rule means


def fits(rule: Rule, description: Description) -> bool:
    """Whether a frame is one that a rule means. A rule that names nothing means none."""
    if not (rule.program or rule.site or rule.title):
        return False
    if rule.program and not (description.apps and _same(rule.program, description.apps[0])):
        return False
    if rule.site and not (_is_host(rule.site, description.site) or _same(rule.site, description.page)):
        return False
    wanted = fold(rule.title)
    return not rule.title or (bool(wanted) and (wanted in fold(description.document) or wanted in fold(description.title)))


def _same(name: str, other: str) -> bool:
    return bool(fold(name)) and fold(name) == fold(other)


def _is_host(site: str, host: str) -> bool:
    """Whether a site is a host or whole labels of it: `python.org` is of `docs.python.org`, `x.com` not of `dropbox.com`."""
    bare = site.strip().strip(".").casefold()
    return bool(bare) and f".{bare}." in f".{host.strip().casefold()}."


def ruling(rules: Sequence[Rule], description: Description) -> Rule | None:
    """The rule that gives a frame its activity: the last one that fits, so that a newer rule overrides an older one."""
    return next((r for r in reversed(rules) if r.activity and fits(r, description)), None)


def ruled(description: Description, rules: Sequence[Rule]) -> Description:
    """A description under the owner's rules; the same one where none of them changes it."""
    rule = ruling(rules, description)
    if rule is None or rule.activity == description.activity:
        return description
    scores = {name: share * (1 - RULED) for name, share in description.scores.items()}
    scores[rule.activity] = scores.get(rule.activity, 0.0) + RULED
    why = tuple(dict.fromkeys((why_ruled(rule), *description.why)))
    return replace(description, activity=rule.activity, confidence=RULED, scores=scores, why=why)


def why_ruled(rule: Rule) -> str:
    """The reason that is shown with a label which a rule gave."""
    return f"your rule: {' · '.join(t for t in (rule.site, rule.program, rule.title) if t)}"


def sentence_of(rule: Rule) -> str:
    """What a rule says, as a sentence.

    >>> sentence_of(Rule("planning", site="docs.python.org"))
    'Pages of docs.python.org are planning.'
    """
    what = f"“{rule.title}”" if rule.title else ""
    match bool(rule.site), bool(rule.program):
        case True, _:
            pages = f"Pages of {rule.site}" if "." in rule.site else f"{rule.site} pages"
            subject = pages + (f" titled {what}" if what else "") + (f" in {rule.program}" if rule.program else "")
        case _, True:
            subject = f"Windows of {rule.program}" + (f" titled {what}" if what else "")
        case _:
            subject = f"Windows titled {what}"
    labels = [rule.activity] if rule.activity else []
    return f"{subject} are {' and '.join([*labels, *(['personal'] if rule.personal else [])])}."


def table_of(rule: Rule) -> dict[str, str | bool]:
    """The fields that a `[[rule]]` must name."""
    return {name: value for name, value in asdict(rule).items() if value}


def wrong_with(rule: Rule) -> str:
    """Why a rule cannot be used, or the empty string."""
    if not (rule.program or rule.site or fold(rule.title)):
        return "A rule must name a program, a site or a title."
    if rule.activity and not is_activity(rule.activity):
        return f"{rule.activity} is not an activity."
    return "" if rule.activity or rule.personal else "A rule must give an activity, or say that it is personal."


# ---------------------------------------------------------------- from a label to rules


def candidates(segment: Segment, descriptions: Iterable[Description]) -> tuple[Candidate, ...]:
    """Rules that would have given a segment its label, the most specific sensible one first: by site, by kind of page,
    by program and title, by program. None where nothing was told of what stood in front."""
    own = of_segment(segment, descriptions)
    program = _most(own, lambda d: d.apps[0] if d.apps else "")
    front = [d for d in own if d.apps and _same(d.apps[0], program)]
    if not front:
        return ()
    site, page = _most(front, lambda d: d.site), _most(front, lambda d: d.page)
    title = _pattern(_most(front, lambda d: d.document) or segment.title)
    rules = [Rule(segment.activity, site=site)] if "." in site else []
    rules += [Rule(segment.activity, site=page)] if page else []
    rules += [Rule(segment.activity, program=program, title=title)] if title and fold(title) != fold(program) else []
    rules.append(Rule(segment.activity, program=program))
    kept = [r for r in rules if _speaks_for(r, own)]
    return tuple(Candidate(rule, sentence_of(rule)) for rule in dict.fromkeys(kept))


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


def _speaks_for(rule: Rule, descriptions: Sequence[Description]) -> bool:
    """Whether a rule fits most of the frames."""
    return sum(fits(rule, d) for d in descriptions) > len(descriptions) / 2


def labelled_by_owner(segment: Segment) -> bool:
    """A label that the owner gave is the only one of which we are wholly sure."""
    return segment.confidence >= 1.0


def would_change(rule: Rule, segments: Iterable[Segment], descriptions: Sequence[Description]) -> list[Segment]:
    """The segments of one session that the next draft would give the rule's label; never one that the owner labelled, nor
    one where nothing moves: that it is idle was not told by a description."""
    return [
        segment
        for segment in segments
        if segment.activity not in (rule.activity, "idle")
        and not labelled_by_owner(segment)
        and _speaks_for(rule, of_segment(segment, descriptions))
    ]
