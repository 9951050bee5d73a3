"""Whether a segment is personal, by the lists of programs and sites in the cues."""

from __future__ import annotations

import re
from collections.abc import Sequence

from escribano_tui.domain.cues import Cues, Site
from escribano_tui.domain.evidence import Description
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.text import squash


def is_personal(segment: Segment, descriptions: Sequence[Description], cues: Cues) -> bool:
    """Whether most of what was seen is a personal program or site, or an owner's rule says so."""
    marks = [_personal(d, cues) for d in descriptions]
    return bool(marks) and sum(marks) > len(marks) / 2


def _personal(description: Description, cues: Cues) -> bool:
    program = cues.program(description.apps[0]) if description.apps else None
    if program is not None and program.personal:
        return True
    if description.site and any(_is_of(site, description) for site in cues.sites if site.personal):
        return True
    for rule in cues.rules:
        if rule.personal and (rule.program or rule.site or rule.title):
            fits = not rule.program or (description.apps and squash(rule.program) == squash(description.apps[0]))
            fits = fits and (not rule.site or squash(rule.site) in squash(description.site))
            if fits and (not rule.title or squash(rule.title) in squash(f"{description.title} {description.document}")):
                return True
    return False


def _is_of(site: Site, description: Description) -> bool:
    """By the site's name or host; by a word of the title only where the page's host is not known."""
    told = description.site.lower()
    if told == site.name.lower() or any(
        host.strip("/").split("/")[0] in told for host in site.hosts if "." in host.strip("./")
    ):
        return True
    titles = [t for t in site.titles if re.search(rf"(?<!\w){re.escape(t)}(?!\w)", description.title, re.IGNORECASE)]
    return "." not in told and bool(titles)
