"""Printed times that are true: clocks, citations that lie inside their segment, durations that add up."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence


def clock(seconds: float) -> str:
    """`m:ss`, or `h:mm:ss` from an hour on, rounded down: where something stands on the time line.

    >>> clock(66.95), clock(3661.2)
    ('1:06', '1:01:01')
    """
    return _clock(math.floor(seconds + 1e-9))


def _clock(whole: int) -> str:
    minutes, s = divmod(max(0, whole), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{s:02d}" if hours else f"{minutes}:{s:02d}"


def cite(t_s: float, end_s: float | None = None) -> str:
    """A citable moment: rounded up to whole seconds, or in tenths where that would leave the span that ends at `end_s`.

    >>> cite(25.6), cite(25.6, 25.9), cite(60.0)
    ('0:26', '0:25.6', '1:00')
    """
    up = math.ceil(round(t_s, 3) - 1e-9)
    if end_s is None or up < end_s:
        return _clock(up)
    tenths = math.ceil(round(t_s * 10, 3) - 1e-6)
    if tenths / 10 >= end_s:
        return f"{_clock(int(t_s))}.{math.floor(round(t_s * 1000)) % 1000:03d}"
    return f"{_clock(tenths // 10)}.{tenths % 10}"


def span(start_s: float, end_s: float, whole_s: float) -> tuple[str, str]:
    """When a span begins and ends, as printed: it ends where the next one begins, the last one at the printed length.

    >>> span(25.6, 66.95, 137.6), span(103.2, 137.6, 137.6)
    (('0:26', '1:07'), ('1:44', '2:18'))
    """
    end = duration(round(end_s * 1000)) if abs(end_s - whole_s) < 5e-4 else cite(end_s)
    return cite(start_s, end_s), end


_CLOCK = re.compile(r"^(?:(\d+):)?(\d{1,3}):(\d{2})(\.\d{1,3})?$|^(\d+(?:\.\d{1,3})?)$")


def parse_clock(text: str) -> float | None:
    """Seconds of `h:mm:ss`, `m:ss`, `m:ss.t` or plain seconds; None where it is none of these.

    >>> parse_clock("1:06"), parse_clock("1:01:01.5"), parse_clock("90"), parse_clock("x")
    (66.0, 3661.5, 90.0, None)
    """
    found = _CLOCK.match(text.strip())
    if not found:
        return None
    hours, minutes, seconds, fraction, plain = found.groups()
    if plain is not None:
        return float(plain)
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + float(fraction or 0)


def seconds_that_add_up(parts_ms: Sequence[int]) -> list[int]:
    """Whole seconds for each part whose sum is the rounded sum of the parts (largest remainder, Hamilton's method).

    >>> seconds_that_add_up([25_600, 41_350, 36_233])
    [26, 41, 36]
    """
    whole = round(sum(parts_ms) / 1000)
    floors = [part // 1000 for part in parts_ms]
    missing = whole - sum(floors)
    by_remainder = sorted(range(len(parts_ms)), key=lambda k: (-(parts_ms[k] % 1000), k))
    for k in by_remainder[: max(0, missing)]:
        floors[k] += 1
    return floors


def durations(parts_ms: Sequence[int]) -> list[str]:
    """The same as printed text."""
    return [_clock(s) for s in seconds_that_add_up(parts_ms)]


def duration(ms: int) -> str:
    """One duration, rounded to the nearest second."""
    return _clock(round(ms / 1000))
