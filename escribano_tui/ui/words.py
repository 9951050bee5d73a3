"""Small words that several screens print."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from escribano_tui.domain.phrase import many as many
from escribano_tui.domain.session import RecordingRow
from escribano_tui.domain.summary import Summary
from escribano_tui.domain.times import parse_clock

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LEAST_BUDGET_S: Final = 5.0
MOST_BUDGET_S: Final = 24 * 3600.0
_UNITS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0}
_BELOW: Final = {"": "m", "h": "m", "m": "s"}  # what a number without a unit is, after a number with one
_SPAN: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:([hms])[a-z]*)?\s*")
QUOTES: Final = "deterministic"  # the writer that uses no model
SECONDS_A_SEGMENT: Final = 6  # what looking at a drafted segment takes, for "about 2 min"


def when(iso: str) -> str:
    """`Fri 20 Nov 2026 09:14`, in the recording's own time zone; the text itself where it is no date."""
    try:
        t = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{_DAYS[t.weekday()]} {t.day:2d} {_MONTHS[t.month - 1]} {t.year} {t.hour:02d}:{t.minute:02d}"


def moment(text: str, before: str) -> str:
    """ISO 8601 with offset, of what the owner typed; the offset is that of `before`, else this machine's.

    Raises ValueError.
    """
    typed = datetime.fromisoformat(text.strip())
    if typed.tzinfo is None:
        try:
            zone = datetime.fromisoformat(before).tzinfo
        except ValueError:
            zone = None
        typed = typed.replace(tzinfo=zone) if zone else typed.astimezone()
    return typed.isoformat()


def not_a_moment(text: str) -> str:
    """What is wrong with a date and time that was typed, or the empty string."""
    try:
        moment(text, "")
    except ValueError:
        return "A date and time is written as 2026-11-20 09:14."
    return ""


def budget_of(text: str) -> float | None:
    """Seconds of a time that somebody has: `5`, `5 min`, `5:00`, `20 s`, `1 h 30`; a bare number is minutes."""
    typed = text.strip().casefold()
    if ":" in typed:
        return parse_clock(typed)
    parts = list(_SPAN.finditer(typed))
    if not parts or "".join(p.group() for p in parts) != typed:
        return None
    seconds, unit = 0.0, ""
    for part in parts:
        unit = part.group(2) or _BELOW.get(unit, "")
        if unit not in _UNITS:
            return None
        seconds += float(part.group(1).replace(",", ".")) * _UNITS[unit]
    return seconds


def not_a_budget(text: str) -> str:
    """What is wrong with a time that was typed, or the empty string."""
    seconds = budget_of(text)
    if seconds is None:
        return "A time is written as 5 min, 5:00, 90 s or 1 h 30; a bare number is minutes."
    return "" if LEAST_BUDGET_S <= seconds <= MOST_BUDGET_S else "Give it between 5 seconds and 24 hours."


def minutes_left(unreviewed: int) -> str:
    """How long the rest of a review takes, roughly."""
    seconds = unreviewed * SECONDS_A_SEGMENT
    return "under a minute" if seconds < 45 else f"about {max(1, round(seconds / 60))} min"


def about(seconds: float) -> str:
    """A time that is an estimate: `under 5 s`, `about 20 s`, `about 3 min`, `about 1 h 20 min`."""
    if seconds < 5:
        return "under 5 s"
    if seconds < 100:
        return f"about {5 * round(seconds / 5)} s"
    minutes = round(seconds / 60)
    return f"about {minutes} min" if minutes < 90 else f"about {minutes // 60} h {minutes % 60:02d} min"


def writer_of(summary: Summary) -> str:
    """Who worded a summary: `by ollama qwen3:4b`, or that no model did."""
    if summary.writer == QUOTES:
        return "quotes the evidence"
    return " ".join(filter(None, ("by", summary.writer, summary.model)))


def state_of(row: RecordingRow) -> tuple[str, str]:
    """(what to say of a recording, the ink to say it in)."""
    if row.missing:
        return "file is not where it was", "error"
    match row.state:
        case "new":
            return "new", "accent"
        case "running":
            return "running", "accent"
        case "failed":
            return "failed", "error"
        case "cancelled":
            return "cancelled", "warning"
        case "reviewed":
            return "✓ reviewed", "success"
    left = f"{row.unreviewed} of {row.segments} to review" if row.unreviewed < row.segments else f"{row.segments} to review"
    return left, "warning"
