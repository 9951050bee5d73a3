"""Rules that go by the look of a window: when they are offered, what they fit, what they leave alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.domain.cues import BadCues, Rule, parse_cues
from escribano_tui.domain.evidence import Description, Frame
from escribano_tui.domain.learning import Candidate, Pictures, candidates, would_change
from escribano_tui.domain.likeness import NEAR_BITS
from escribano_tui.domain.ruling import fits, ruled, sentence_of, wrong_with
from escribano_tui.domain.segment import Segment
from tests.domain.test_cues import SHIPPED

DRAWING, NEARLY, MAIL = 0x0F0F_3C3C_55AA_9966, 0x0F0F_3C3C_55AA_9960, 0x1234_5678_9ABC_DEF0
LOOK = Rule("design", likeness=(f"{DRAWING:016x}",), seen="day.mp4 at 0:05")


def story(*rows: tuple[str, str, str, int]) -> tuple[list[Segment], list[Description], list[Frame]]:
    """(activity, program in front, document, perceptual hash), ten seconds and one frame each."""
    segments, descriptions, frames = [], [], []
    for k, (activity, app, document, phash) in enumerate(rows):
        at = k * 10.0
        segments.append(Segment(f"s{k}", k * 10_000, (k + 1) * 10_000, activity, document, confidence=0.8))
        told = Description(at + 5, "Does.", activity, 0.8, (app,) if app else (), document=document, scores={activity: 0.8})
        descriptions.append(told)
        frames.append(Frame(at + 5, "change", at, at + 10, phash=phash, thumbnail=f"{k}.jpg"))
    return segments, descriptions, frames


def offered(*rows: tuple[str, str, str, int], tells: Callable[[Frame], bool] = lambda frame: True) -> tuple[Candidate, ...]:
    """What is offered for the first of them, which the owner labelled; the others should stay."""
    segments, descriptions, frames = story(*rows)
    mine = replace(segments[0], confidence=1.0)
    return candidates(mine, descriptions, Pictures(frames, "day.mp4", tells), segments[1:])


def test_a_window_of_which_nothing_was_told_is_known_by_its_look() -> None:
    [only] = offered(("design", "", "", DRAWING), ("communication", "", "", MAIL))
    assert only == Candidate(LOOK, "Windows that look like day.mp4 at 0:05 are design.")


def test_the_look_comes_first_where_neither_site_nor_title_tells_the_window_apart() -> None:
    rows = ("design", "Krita", "harbour", DRAWING), ("media", "Krita", "harbour", MAIL)
    assert [c.rule for c in offered(*rows)] == [
        replace(LOOK, program="Krita"), Rule("design", "Krita", title="harbour"), Rule("design", "Krita"),
    ]  # fmt: skip
    told = [c.rule for c in offered(rows[0], ("media", "Krita", "film", MAIL))]
    assert told[0] == Rule("design", "Krita", title="harbour")
    assert told[-1] == replace(LOOK, program="Krita")


def test_a_look_that_others_have_or_that_says_too_little_is_not_offered() -> None:
    assert offered(("design", "", "", DRAWING), ("communication", "", "", NEARLY)) == ()
    assert offered(("design", "", "", DRAWING), tells=lambda frame: False) == (), "nearly blank"
    assert offered(("design", "", "", 0)) == ()
    program = [c.rule for c in offered(("design", "Krita", "harbour", DRAWING), ("media", "mpv", "film", NEARLY))]
    assert replace(LOOK, program="Krita") in program, "the program tells them apart"


def test_what_looks_like_too_many_things_has_no_look() -> None:
    segment = Segment("s", 0, 100_000, "media", confidence=1.0)
    told = [Description(k * 10.0, "", "media", 0.5) for k in range(10)]
    film = [
        Frame(k * 10.0, "gap", k * 10.0, k * 10.0 + 10, phash=(DRAWING * (2 * k + 1)) % 2**64, thumbnail="x") for k in range(10)
    ]
    assert candidates(segment, told, Pictures(film, "day.mp4", lambda frame: True)) == ()


def test_a_rule_by_look_changes_what_looks_so_and_nothing_else() -> None:
    segments, descriptions, frames = story(
        ("research", "", "", NEARLY), ("communication", "", "", MAIL), ("coding", "", "", 0), ("idle", "", "", DRAWING),
        ("media", "mpv", "", DRAWING),
    )  # fmt: skip
    assert [s.id for s in would_change(LOOK, segments, descriptions, frames)] == ["s0", "s4"]
    assert [s.id for s in would_change(replace(LOOK, program="mpv"), segments, descriptions, frames)] == ["s4"]
    assert would_change(LOOK, segments, descriptions) == [], "without pictures nothing is known of a look"


def test_a_ruled_description_names_the_picture() -> None:
    told = Description(5.0, "Does.", "other", 0.4, scores={"other": 0.4})
    assert ruled(told, [LOOK], MAIL) is told
    changed = ruled(told, [LOOK], NEARLY)
    assert (changed.activity, changed.why) == ("design", ("your rule: looks like day.mp4 at 0:05",))
    bare = replace(LOOK, seen="", site="Documentation", title="harbour")
    assert sentence_of(bare) == "Documentation pages titled “harbour” that look like a picture are design."


@given(st.integers(1, 2**64 - 1), st.integers(1, 2**64 - 1))
def test_only_near_duplicates_fit(one: int, other: int) -> None:
    rule = Rule("design", likeness=(f"{one:016x}",))
    assert fits(rule, Description(0.0, "", "other", 0.5), other) is ((one ^ other).bit_count() <= NEAR_BITS)


@pytest.mark.parametrize("wrong", ["0000000000000000", "12", "0f0f3c3c55aa996g", "0x0f3c3c55aa9966"])
def test_what_is_no_hash_is_refused_by_name(wrong: str) -> None:
    with pytest.raises(BadCues, match="not a perceptual hash"):
        parse_cues(SHIPPED, f'[[rule]]\nactivity = "design"\nlikeness = ["{wrong}"]\n')


def test_a_rule_needs_something_to_go_by() -> None:
    assert wrong_with(LOOK) == ""
    assert "must name a program, a site or a title, or go by a picture" in wrong_with(replace(LOOK, likeness=()))
