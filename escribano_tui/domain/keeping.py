"""What the library weighs, which rules clear it up, and what a check of it found."""

from __future__ import annotations

from dataclasses import dataclass

GONE = ("keep", "pictures", "forget")


@dataclass(frozen=True, slots=True)
class KeepingRules:
    """`pictures_days`: pictures of recordings older than this go, 0 keeps them. `gone`: what becomes of a recording whose
    file is not where it was: keep all, let its pictures go, or forget it, unless the owner has corrected it."""

    pictures_days: int = 0
    gone: str = "keep"

    def __post_init__(self) -> None:
        if not 0 <= self.pictures_days <= 36_500:
            raise ValueError("Pictures are kept for 1 to 36500 days, or for good (0).")
        if self.gone not in GONE:
            raise ValueError(f"What is gone is one of: {', '.join(GONE)}.")


@dataclass(frozen=True, slots=True)
class Weight:
    """A part of what is kept. `area` is library, pictures, models or logs; `path` where it lies."""

    area: str
    name: str
    bytes: int
    path: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """What the rules let go: pictures of a recording (`forget` False) or a recording as a whole."""

    recording_id: str
    name: str
    why: str
    bytes: int
    forget: bool = False


def size(count: int) -> str:
    """`512 B`, `3.4 MB`.

    >>> size(512), size(3_400_000)
    ('512 B', '3.4 MB')
    """
    value, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            break
        value /= 1000
    return f"{count} B" if unit == "B" else f"{value:.1f} {unit}"
