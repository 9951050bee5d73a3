"""Frames that show nearly the same share one description."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from escribano_tui.domain.evidence import Description, Frame, ScreenLine
from escribano_tui.domain.text import squash
from escribano_tui.domain.times import clock

NEAR_BITS = 4  # of a 64-bit perceptual hash
_SAME_SHARE = 0.9  # of the lines of both together


def near(one: Frame, other: Frame) -> bool:
    """Whether two pictures look nearly the same from afar; text may still differ."""
    return bool(one.phash) and bool(other.phash) and (one.phash ^ other.phash).bit_count() <= NEAR_BITS


def same_text(some: Sequence[ScreenLine], others: Sequence[ScreenLine]) -> bool:
    """Whether nearly all lines of content of two frames say the same."""
    here, there = _texts(some), _texts(others)
    every = here | there
    return bool(every) and len(here & there) >= _SAME_SHARE * len(every)


def _texts(lines: Sequence[ScreenLine]) -> set[str]:
    return {text for line in lines if line.region == "content" and len(text := squash(line.text)) > 2}


def shared(description: Description, frame: Frame) -> Description:
    """The description of a frame that looks like one that was described."""
    told = f"looks like the picture at {clock(description.t_s)}"
    return replace(description, t_s=frame.t_s, why=(*description.why, told))
