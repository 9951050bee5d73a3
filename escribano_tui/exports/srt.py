"""SubRip subtitles. SRT has no way to escape, so a word joiner (U+2060, invisible) stands in what would be a tag."""

from __future__ import annotations

import re

from escribano_tui.domain.session import Dossier
from escribano_tui.exports.cues import cues, stamp

_TAG = re.compile(r"<(?=[/\w])|\{(?=\\)|--(?=>)")


def render(dossier: Dossier, personal: bool = False) -> str:
    """What was said; more than one track is told apart by `[track]`."""
    blocks = []
    for n, cue in enumerate(cues(dossier, personal, mark="[{}] "), 1):
        text = "\n".join(_TAG.sub("\\g<0>\u2060", line) for line in cue.lines)
        blocks.append(f"{n}\n{stamp(cue.start_ms, ',')} --> {stamp(cue.end_ms, ',')}\n{text}\n")
    return "\n".join(blocks)
