"""Which model `auto` takes: the best one that fits into the memory that is free now and is quick enough, as measured."""

from __future__ import annotations

from escribano_tui.backends.offer import Model
from escribano_tui.domain.machine import Figures, Residents

LEAST_TIMES_REAL = 2.0  # a model that needs half an hour for an hour of speech, or more, serves only where it is named


def unsuited(model: Model, figures: Figures | None, residents: Residents) -> str:
    """Why `auto` passes a model over, or the empty string. What is measured counts; estimates serve until then."""
    needs_mb = figures.memory_mb if figures and figures.memory_mb else model.memory_mb
    if needs_mb > residents.limit_mb:
        return f"it needs {needs_mb:.0f} MB; the limit for all models is {residents.limit_mb:.0f} MB"
    room_mb = residents.free_mb + residents.used_mb  # what is loaded makes room for it
    if residents.free_mb and needs_mb > room_mb:
        return f"it needs {needs_mb:.0f} MB; {room_mb:.0f} MB are free now"
    if figures and figures.times_real:
        return f"it is too slow here: {figures.said}" if figures.times_real < LEAST_TIMES_REAL else ""
    return "" if model.quick else "by its size it would take longer than the recording; it has not been measured here"


def reason(named: bool, figures: Figures | None) -> str:
    """Why a backend serves, in words."""
    why = "named in the profile" if named else "the best that serves here"
    return f"{why}; {figures.said} on this machine" if figures and figures.said else why
