"""Printed times are true."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.domain.times import cite, clock, duration, durations, parse_clock, seconds_that_add_up, span


@given(st.lists(st.integers(0, 10_000_000), max_size=50))
def test_printed_parts_add_up_to_the_printed_whole(parts: list[int]) -> None:
    seconds = seconds_that_add_up(parts)
    assert sum(seconds) == round(sum(parts) / 1000)
    assert all(abs(s - p / 1000) < 1.001 for s, p in zip(seconds, parts, strict=True))


@given(st.integers(0, 50_000_000), st.integers(1, 100_000))
def test_a_citation_lies_inside_of_its_segment(start_ms: int, length_ms: int) -> None:
    start_s, end_s = start_ms / 1000, (start_ms + length_ms) / 1000
    printed = parse_clock(cite(start_s, end_s))
    assert printed is not None
    assert round(printed * 1000) >= start_ms
    assert round(printed * 1000) < start_ms + length_ms


@given(st.floats(0, 500_000))
def test_a_clock_is_never_ahead(seconds: float) -> None:
    printed = parse_clock(clock(seconds))
    assert printed is not None
    assert math.floor(seconds + 1e-9) == printed


@pytest.mark.parametrize(
    ("text", "seconds"), [("0:00", 0), ("1:02:03", 3723), ("90", 90), ("1:30.5", 90.5), ("", None), ("a:b", None)]
)
def test_clocks_are_read(text: str, seconds: float | None) -> None:
    assert parse_clock(text) == seconds


def test_examples() -> None:
    assert cite(25.6) == "0:26"
    assert cite(25.6, 25.9) == "0:25.6"
    assert durations([25_600, 41_350, 36_233]) == ["0:26", "0:41", "0:36"]
    assert duration(361_000) == "6:01"
    assert span(25.6, 66.95, 137.6) == ("0:26", "1:07")
    assert span(103.2, 137.3, 137.3) == ("1:44", "2:17")
