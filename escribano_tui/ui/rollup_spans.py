"""Days, weeks, months and ranges: which days they hold, and how they are told and typed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from escribano_tui.domain.query import days_of
from escribano_tui.domain.rollup import month_of, week_of

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def span_of(period: str, day: date) -> tuple[date, date]:
    """The day, week or month that holds a day."""
    if period == "month":
        return month_of(day)
    return week_of(day) if period == "week" else (day, day + timedelta(days=1))


def in_words(first: date, end: date) -> str:
    last = end - timedelta(days=1)
    if first == last:
        return f"{_DAYS[first.weekday()]} {first.day} {_MONTHS[first.month - 1]} {first.year}"
    if (first, end) == month_of(first):
        return f"{_MONTHS[first.month - 1]} {first.year}"
    year = "" if first.year == last.year else f" {first.year}"
    month = "" if (first.month, first.year) == (last.month, last.year) else f" {_MONTHS[first.month - 1][:3]}"
    return f"{first.day}{month}{year} – {last.day} {_MONTHS[last.month - 1][:3]} {last.year}"


def not_a_range(text: str) -> str:
    """What is wrong with a range that was typed, or the empty string."""
    if range_of(text, date(2020, 6, 15)) is None:
        return "A range is written as 2026-11-01 2026-11-15, 2026-11, lastweek, or yesterday."
    return ""


def range_of(text: str, today: date) -> tuple[date, date] | None:
    """(first day, the day after the last) of one or two days, months or words."""
    spans = [days_of(word, today) for word in text.replace("..", " ").replace("–", " ").split() if word not in ("to", "-")]
    if not 1 <= len(spans) <= 2 or spans[0] is None or spans[-1] is None:
        return None
    first, end = spans[0][0], spans[-1][1]
    return (first, end) if first < end and (end - first).days <= 3700 else None


def nearest(started: Iterable[str], first: date, end: date) -> list[tuple[str, date]]:
    """The last day before a range, and the first one after it, on which something was recorded, each with words for it.
    `started` are ISO 8601 times."""
    days = sorted({datetime.fromisoformat(text).astimezone().date() for text in started if text})
    before, after = [day for day in days if day < first], [day for day in days if day >= end]
    told = [("The last before these days", before[-1:]), ("The first after these days", after[:1])]
    return [(words, day) for words, found in told for day in found]
