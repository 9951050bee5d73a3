"""Whether a segment is personal, by the lists of programs and sites in the cues."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from escribano_tui.domain.cues import Cues, Site
from escribano_tui.domain.evidence import Description
from escribano_tui.domain.ruling import fits, is_host


def is_personal(descriptions: Sequence[Description], cues: Cues, looks: Mapping[str, int]) -> bool:
    """Whether most of what was seen is a personal program or site, or an owner's rule says so; `looks` are the perceptual
    hashes of the frames, by their item."""
    marks = [shows_personal(d, cues, looks.get(d.item, 0)) for d in descriptions]
    return bool(marks) and sum(marks) > len(marks) / 2


def shows_personal(description: Description, cues: Cues, phash: int) -> bool:
    """Whether a frame shows a personal program or site, or what an owner's rule says is personal."""
    program = cues.program(description.apps[0]) if description.apps else None
    if program is not None and program.personal:
        return True
    if description.site and any(_is_of(site, description) for site in cues.sites if site.personal):
        return True
    return any(rule.personal and fits(rule, description, phash) for rule in cues.rules)


def _is_of(site: Site, description: Description) -> bool:
    """By the site's name or host; by a word of the title only where the page's host is not known."""
    told = description.site.lower()
    hosts = [host.strip("/").split("/")[0] for host in site.hosts if "." in host.strip("./")]
    if told == site.name.lower() or any(is_host(host, told) for host in hosts):
        return True
    titles = [t for t in site.titles if re.search(rf"(?<!\w){re.escape(t)}(?!\w)", description.title, re.IGNORECASE)]
    return "." not in told and bool(titles)
