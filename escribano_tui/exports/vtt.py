"""WebVTT subtitles; more than one track is told apart by voice tags."""

from __future__ import annotations

import html

from escribano_tui.domain.session import Dossier
from escribano_tui.exports.cues import cues, stamp


def render(dossier: Dossier, personal: bool = False) -> str:
    blocks = ["WEBVTT\n"]
    for cue in cues(dossier, personal):
        text = "\n".join(html.escape(line, quote=False) for line in cue.lines)
        voice = f"<v {html.escape(cue.track, quote=False)}>" if cue.track else ""
        blocks.append(f"{stamp(cue.start_ms, '.')} --> {stamp(cue.end_ms, '.')}\n{voice}{text}\n")
    return "\n".join(blocks)
