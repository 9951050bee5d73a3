"""The owner's time zone, with its rules for daylight saving time: in which the days of roll-ups and searches begin."""

from __future__ import annotations

import os
from datetime import datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_LOCALTIME = Path("/etc/localtime")


def local_zone() -> tzinfo:
    """By TZ, else by /etc/localtime; where neither tells, this machine's offset of now."""
    return _zone(os.environ.get("TZ", ""))


@lru_cache(maxsize=4)
def _zone(named: str) -> tzinfo:
    try:
        if named:
            return ZoneInfo(named.removeprefix(":"))
        with _LOCALTIME.open("rb") as rules:
            return ZoneInfo.from_file(rules, key=_name_of(_LOCALTIME))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        now = datetime.now().astimezone().tzinfo
        assert now is not None
        return now


def _name_of(link: Path) -> str:
    """`Europe/Berlin` of a link into the zone database."""
    return os.path.realpath(link).rpartition("zoneinfo/")[2] or "local time"


def named_zone(name: str) -> tzinfo:
    """A zone of the IANA database. Raises LookupError with a sentence."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise LookupError(f"There is no time zone “{name}”; zones are named as Europe/Berlin or UTC.") from None
