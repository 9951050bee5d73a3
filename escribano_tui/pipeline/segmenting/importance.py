"""How much a segment matters: its time, what was said in it, and results."""

from __future__ import annotations

import re
from bisect import bisect_left

from escribano_tui.domain.segment import Segment
from escribano_tui.pipeline.segmenting.clues import Clues

LEVELS = ((2.5, "critical"), (1.5, "high"), (0.5, "medium"), (-0.25, "low"))
WEIGHTY = {"coding": 0.5, "debugging": 0.5, "review": 0.5, "meeting": 0.75, "writing": 0.25, "other": -0.5, "media": -0.25}
_RESULT = re.compile(r"\b\d+ (?:passed|failed)\b|\bcommit\b|\bmessage sent\b|\bBUILD\b|Error\b|Exception\b")


def importance_of(segment: Segment, clues: Clues) -> str:
    """One of critical, high, medium, low, minimal. Idle time is minimal."""
    if segment.activity == "idle":
        return "minimal"
    seconds = segment.duration_ms / 1000
    points = WEIGHTY.get(segment.activity, 0.0)
    points += 1.0 if seconds >= 600 or segment.duration_ms >= 0.15 * clues.duration_ms else 0.5 if seconds >= 120 else 0.0
    points -= 0.5 if seconds < 15 else 0.0
    said = spoken_s(clues, segment.start_s, segment.end_s) / seconds if seconds > 0 else 0.0
    points += 1.0 if said >= 0.3 else 0.5 if said >= 0.1 else 0.0
    points += 1.0 if _RESULT.search(f"{segment.title} {segment.description}") else 0.0
    return next((name for least, name in LEVELS if points >= least), "minimal")


def spoken_s(clues: Clues, start_s: float, end_s: float) -> float:
    """Seconds of speech in a span."""
    k = max(0, bisect_left(clues.speech, start_s, key=lambda s: s[0]) - 1)
    total = 0.0
    for a, b in clues.speech[k:]:
        if a >= end_s:
            break
        total += max(0.0, min(b, end_s) - max(a, start_s))
    return total
