"""A ground truth file: the corrected session in the format that scores other runs (README, "How good is a draft?")."""

from __future__ import annotations

import json
import re
from typing import Any

from escribano_tui.domain.finding.layout import legible
from escribano_tui.domain.finding.views import View, key_of, views
from escribano_tui.domain.session import Dossier
from escribano_tui.domain.text import json_safe
from escribano_tui.exports.rows import seconds, shown_name

KEYWORDS = 6  # texts a segment
_LEAST_LETTERS = 6
_LONGEST = 60


def render(dossier: Dossier) -> str:
    """Segments with their labels, speech, and texts that were legible in each segment."""
    recording = dossier.session.recording
    track = recording.tracks[0] if recording.tracks else None
    truth: dict[str, Any] = {
        "file": shown_name(recording),
        "duration_s": seconds(dossier.session.timeline.duration_ms / 1000),
        "width": recording.width,
        "height": recording.height,
        "codec": recording.video_codec,
        "fps": round(recording.fps, 3),
        "segments": [_segment(view) for view in views(dossier)],
        "speech": [
            {"start_s": seconds(u.start_s), "end_s": seconds(u.end_s), "text": u.text, "voice": u.track}
            for u in sorted(dossier.evidence.utterances, key=lambda u: u.start_s)
            if not u.doubtful
        ],
        "events": [],
        "notes": f"Exported from a session at revision {dossier.session.revision}, "
        f"{sum(s.reviewed for s in dossier.session.timeline.segments)} of {len(dossier.session.timeline.segments)} reviewed.",
        "audio": {"codec": track.codec, "rate": str(track.sample_rate), "channels": track.channels} if track else None,
    }
    return json_safe(json.dumps(truth, ensure_ascii=False, indent=1)) + "\n"


def _segment(view: View) -> dict[str, Any]:
    s = view.segment
    return {
        "start_s": seconds(s.start_s), "end_s": seconds(s.end_s), "activity": s.activity, "apps": list(s.apps),
        "window_title": s.title, "topics": list(s.topics), "keywords_on_screen": _keywords(view),
        "description": s.description,
    }  # fmt: skip


def _keywords(view: View) -> list[str]:
    """Texts that were first seen in this segment, those that stood longest."""
    shown: dict[str, tuple[float, str]] = {}
    for line in view.lines:
        key = key_of(line.text)
        if line.id in view.novel and legible(line) and len(key) >= _LEAST_LETTERS and len(line.text) <= _LONGEST:
            stood = min(line.end_s, view.segment.end_s) - max(line.start_s, view.segment.start_s)
            shown[key] = (shown.get(key, (0.0, ""))[0] + stood, re.sub(r"\s+", " ", line.text).strip())
    return [text for _, text in sorted(shown.values(), key=lambda k: (-k[0], k[1]))[:KEYWORDS]]
