"""A session that is carried from one library to another as one file."""

from __future__ import annotations

from dataclasses import dataclass


class BadPack(Exception):
    """A file that holds no session that could be taken in; the message says why, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What was taken in: `runs` counts runs that this library did not have. `notes` are sentences for the owner."""

    recording_id: str
    runs: int
    notes: tuple[str, ...] = ()
