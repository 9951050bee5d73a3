"""When a recording was begun: its container says it, else its name, else the time of the file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

# "2026-11-20 at 09.14.05", "2026-11-20 09-14-05", "2026-11-20T09:14:05", "20261120_091405", "2026_11_20-09h14m05s"
_IN_NAME = re.compile(
    r"(?<!\d)(?P<y>20\d\d|19\d\d)[-_. ]?(?P<mo>0[1-9]|1[0-2])[-_. ]?(?P<d>0[1-9]|[12]\d|3[01])"
    r"(?:\s*(?:at|um|kl\.?|à|a las)\s*|[-_. T,]+|T)"
    r"(?P<h>[01]?\d|2[0-3])[-_.:h ]?(?P<mi>[0-5]\d)(?:[-_.:m ]?(?P<s>[0-5]\d))?s?(?!\d)"
    r"\s*(?P<half>[AaPp][Mm])?"
)
_DATE_ONLY = re.compile(r"(?<!\d)(?P<y>20\d\d)(?P<sep>[-_.]?)(?P<mo>0[1-9]|1[0-2])(?P=sep)(?P<d>0[1-9]|[12]\d|3[01])(?!\d)")
_CONTAINER_KEYS = ("com.apple.quicktime.creationdate", "creation_time", "date_utc", "date")
_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)  # before it: the epoch of a clock that was never set (1904, 1970)


def started_at(path: Path, metadata: Mapping[str, str], duration_s: float) -> tuple[str, str]:
    """(ISO 8601 with offset, to the second; one of container, name, mtime).

    Times in a name are local. The time of the file is when the recorder let go of it, so the length is taken off.
    """
    for source, moment in (("container", _from_container(metadata)), ("name", from_name(path.name))):
        if moment is not None and _EARLIEST <= moment <= datetime.now(UTC) + timedelta(days=2):
            if not moment.utcoffset():  # kept as UTC: shown in the owner's zone, the same instant
                moment = moment.astimezone()
            return moment.isoformat(timespec="seconds"), source
    ended = datetime.fromtimestamp(path.stat().st_mtime, UTC).astimezone()
    return (ended - timedelta(seconds=duration_s)).isoformat(timespec="seconds"), "mtime"


def from_name(name: str) -> datetime | None:
    """The date and time in a file's name as common recorders write it, in the local zone; None where there is none.

    A date alone counts as midnight.
    """
    for found in _IN_NAME.finditer(name):
        moment = _moment(found)
        if moment is not None:
            return moment
    for found in _DATE_ONLY.finditer(name):
        moment = _moment(found)
        if moment is not None:
            return moment
    return None


def _moment(found: re.Match[str]) -> datetime | None:
    part = found.groupdict()
    hour = int(part.get("h") or 0)
    half = (part.get("half") or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        plain = datetime(
            int(part["y"]), int(part["mo"]), int(part["d"]), hour, int(part.get("mi") or 0), int(part.get("s") or 0)
        )
    except ValueError:  # 31 February
        return None
    return plain.astimezone()


def _from_container(metadata: Mapping[str, str]) -> datetime | None:
    lower = {key.lower(): value for key, value in metadata.items()}
    for key in _CONTAINER_KEYS:
        moment = _iso(lower.get(key, ""))
        if moment is not None and moment >= _EARLIEST:
            return moment
    return None


def _iso(text: str) -> datetime | None:
    """A full date and time; one without an offset is UTC, as containers keep it. A year alone is not enough."""
    if len(text) < 16:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
