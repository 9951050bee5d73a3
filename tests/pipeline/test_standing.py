"""Stretches in which nothing but a clock or a meter moves are told from work by pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from escribano_tui.domain.evidence import Change, Description, Envelope
from escribano_tui.pipeline.segmenting.closer import Thumb
from escribano_tui.pipeline.segmenting.clues import Clues, gather
from escribano_tui.pipeline.segmenting.drafting import draft
from escribano_tui.pipeline.segmenting.spans import Settings
from escribano_tui.pipeline.segmenting.standing import seen_standing

END_S = 120.0
Draw = Callable[[Thumb, float], None]


def ticking(*, app: str = "Terminal", before: str = "Terminal") -> Clues:
    """Work until 40 s, then a window that is left alone while something small moves twice a second; a mail at 100 s."""
    values = tuple([0.6, 0.3] * 40 + [0.4, 0.0] * 60 + [0.3, 0.6] * 20)
    descriptions = [
        Description(1.0, "Works.", "coding", 0.9, (before,), (), "a", "a"),
        Description(41.0, "Works.", "terminal", 0.9, (app,), (), "b", "b"),
        Description(101.0, "Writes.", "communication", 0.9, ("Mail",), (), "c", "c"),
    ]
    changes = [Change(40.0, 0.9, "large"), Change(100.0, 0.9, "large")]
    return gather(round(END_S * 1000), changes, Envelope("motion", 0.5, values), (), descriptions)


def looking(draw: Draw) -> Callable[[Sequence[float]], dict[float, Thumb]]:
    def look(times_s: Sequence[float]) -> dict[float, Thumb]:
        found: dict[float, Thumb] = {}
        for t_s in times_s:
            picture = np.full((54, 96), 0 if t_s < 40 else 100 if t_s < 100 else 200, np.float32)
            if 40 <= t_s < 100:
                draw(picture, t_s)
            else:  # somebody is at work
                picture[10 : 10 + int(t_s) % 40] = 50
            found[t_s] = picture
        return found

    return look


def clock(picture: Thumb, t_s: float) -> None:
    picture[52:, 90:] = t_s % 7 * 30


def seconds_in_a_corner(picture: Thumb, t_s: float) -> None:
    picture[20:22, 90:92] = t_s % 7 * 30


def typing(picture: Thumb, t_s: float) -> None:
    picture[20, : int(t_s - 40)] = 0


def film(picture: Thumb, t_s: float) -> None:
    picture[10:40, 20:70] = t_s % 7 * 30


@pytest.mark.parametrize("draw", [clock, seconds_in_a_corner])
def test_a_clock_with_seconds_is_nobody_at_work(draw: Draw) -> None:
    assert seen_standing(ticking(), 30.0, looking(draw)) == [(40.0, 100.0)]


@pytest.mark.parametrize("draw", [typing, film])
def test_slow_typing_and_a_film_are_not_still(draw: Draw) -> None:
    assert seen_standing(ticking(), 30.0, looking(draw)) == []


def test_what_is_said_while_the_picture_stands_is_not_idle() -> None:
    assert seen_standing(replace(ticking(), speech=((60.0, 85.0),)), 30.0, looking(clock)) == []
    assert seen_standing(ticking(), 30.0, None) == []
    assert seen_standing(ticking(), 30.0, lambda _: {}) == []


@pytest.mark.parametrize("activity", ["media", "meeting"])
def test_music_and_a_call_are_attended_to(activity: str) -> None:
    clues = ticking()
    there = [replace(d, activity=activity) if d.t_s == 41.0 else d for d in clues.descriptions]
    assert seen_standing(replace(clues, descriptions=tuple(there)), 30.0, looking(seconds_in_a_corner)) == []


def test_a_part_of_a_stretch_begins_and_ends_at_changes() -> None:
    """Something is typed until 52 s, at which the last line comes up; a note comes up at 97 s."""

    def draw(picture: Thumb, t_s: float) -> None:
        clock(picture, t_s)
        picture[20, : int(min(t_s, 52) - 40) * 5] = 0
        if t_s >= 97:
            picture[5:15, 60:90] = 250

    clues = ticking()
    more = [Change(52.0, 0.6, "small"), Change(70.0, 0.3, "small"), Change(97.0, 0.7, "small")]
    clues = replace(clues, changes=tuple(sorted((*clues.changes, *more), key=lambda c: c.t_s)))
    assert seen_standing(clues, 30.0, looking(draw)) == [(52.0, 97.0)]


def test_who_turns_to_a_window_looks_at_it_before_leaving() -> None:
    def told(clues: Clues) -> list[tuple[float, str]]:
        return [(s.start_s, s.activity) for s in draft(clues, Settings(), None, looking(clock))]

    assert told(ticking(before="Geany")) == [(0.0, "coding"), (40.0, "terminal"), (50.0, "idle"), (100.0, "communication")]
    assert (40.0, "idle") in told(ticking(app="Geany", before="Geany"))
