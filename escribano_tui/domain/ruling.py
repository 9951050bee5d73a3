"""What an owner's rule means: which frames it fits, what it makes of their descriptions, and how it is told in words.

A rule goes by what a description says of a frame: the program in front, the document or title, the site (its host, or
the kind of page by its name in the cues); and by how its picture looks. All that a rule names must fit; of several that
fit, the last one counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

from escribano_tui.domain.activity import is_activity
from escribano_tui.domain.cues import Rule, hash_of
from escribano_tui.domain.evidence import Description, Frame
from escribano_tui.domain.likeness import NEAR_BITS
from escribano_tui.domain.lookalikes import fold

RULED = 0.97  # share of the activity that a rule gives; the rest stays as it was told


def fits(rule: Rule, description: Description, phash: int = 0) -> bool:
    """Whether a frame is one that a rule means; `phash` is the perceptual hash of its picture, 0 where none is known.
    A rule that names nothing means none."""
    if not (rule.program or rule.site or rule.title or rule.likeness):
        return False
    if rule.program and not (description.apps and same_name(rule.program, description.apps[0])):
        return False
    if rule.site and not (is_host(rule.site, description.site) or same_name(rule.site, description.page)):
        return False
    if rule.likeness and not looks_like(rule.likeness, phash):
        return False
    wanted = fold(rule.title)
    return not rule.title or (bool(wanted) and (wanted in fold(description.document) or wanted in fold(description.title)))


def looks_of(frames: Iterable[Frame]) -> dict[str, int]:
    """The perceptual hash of each frame, by its item, which is also that of its description."""
    return {frame.item: frame.phash for frame in frames}


def same_name(name: str, other: str) -> bool:
    return bool(fold(name)) and fold(name) == fold(other)


def looks_like(hashes: Sequence[str], phash: int) -> bool:
    """Whether a picture is a near-duplicate of one of those with these hashes."""
    return bool(phash) and any((phash ^ hash_of(text)).bit_count() <= NEAR_BITS for text in hashes)


def is_host(site: str, host: str) -> bool:
    """Whether a site is a host or whole labels of it: `python.org` is of `docs.python.org`, `x.com` not of `dropbox.com`."""
    bare = site.strip().strip(".").casefold()
    return bool(bare) and f".{bare}." in f".{host.strip().casefold()}."


def ruling(rules: Sequence[Rule], description: Description, phash: int = 0) -> Rule | None:
    """The rule that gives a frame its activity: the last one that fits, so that a newer rule overrides an older one."""
    return next((r for r in reversed(rules) if r.activity and fits(r, description, phash)), None)


def ruled(description: Description, rules: Sequence[Rule], phash: int = 0) -> Description:
    """A description under the owner's rules; the same one where none of them changes it."""
    rule = ruling(rules, description, phash)
    if rule is None or rule.activity == description.activity:
        return description
    scores = {name: share * (1 - RULED) for name, share in description.scores.items()}
    scores[rule.activity] = scores.get(rule.activity, 0.0) + RULED
    why = tuple(dict.fromkeys((why_ruled(rule), *description.why)))
    return replace(description, activity=rule.activity, confidence=RULED, scores=scores, why=why)


# ---------------------------------------------------------------- in words


def why_ruled(rule: Rule) -> str:
    """The reason that is shown with a label which a rule gave."""
    look = f"looks like {pictured(rule)}" if rule.likeness else ""
    return f"your rule: {' · '.join(t for t in (rule.site, rule.program, rule.title, look) if t)}"


def pictured(rule: Rule) -> str:
    """The picture that a rule goes by, in words."""
    return rule.seen or ("a picture" if len(rule.likeness) == 1 else f"one of {len(rule.likeness)} pictures")


def sentence_of(rule: Rule) -> str:
    """What a rule says, as a sentence.

    >>> sentence_of(Rule("planning", site="docs.python.org"))
    'Pages of docs.python.org are planning.'
    >>> sentence_of(Rule("design", program="Krita", likeness=("8f3c6e1d2b4a5907",), seen="day.mp4 at 1:18"))
    'Windows of Krita that look like day.mp4 at 1:18 are design.'
    """
    what = f"“{rule.title}”" if rule.title else ""
    match bool(rule.site), bool(rule.program):
        case True, _:
            pages = f"Pages of {rule.site}" if "." in rule.site else f"{rule.site} pages"
            subject = pages + (f" titled {what}" if what else "") + (f" in {rule.program}" if rule.program else "")
        case _, True:
            subject = f"Windows of {rule.program}" + (f" titled {what}" if what else "")
        case _:
            subject = f"Windows titled {what}" if what else "Windows"
    if rule.likeness:
        subject += f" that look like {pictured(rule)}"
    return f"{subject} are {labels_of(rule)}."


def labels_of(rule: Rule) -> str:
    """What a rule makes of a window."""
    return " and ".join([*([rule.activity] if rule.activity else []), *(["personal"] if rule.personal else [])])


def table_of(rule: Rule) -> dict[str, str | bool | list[str]]:
    """The fields that a `[[rule]]` must name, as TOML and JSON have them."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(rule).items() if value}


def wrong_with(rule: Rule) -> str:
    """Why a rule cannot be used, or the empty string."""
    if not (rule.program or rule.site or fold(rule.title) or rule.likeness):
        return "A rule must name a program, a site or a title, or go by a picture."
    if rule.activity and not is_activity(rule.activity):
        return f"{rule.activity} is not an activity."
    return "" if rule.activity or rule.personal else "A rule must give an activity, or say that it is personal."
