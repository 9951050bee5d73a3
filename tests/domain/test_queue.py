"""Files that grow are left alone until they have stopped."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.domain.queue import Settling, Sight, is_recording


@given(
    writes=st.lists(st.floats(0.1, 30.0), min_size=1, max_size=12),
    still_s=st.floats(1.0, 20.0),
    step_s=st.sampled_from([0.25, 0.5, 1.0]),
)
def test_a_file_is_told_of_once_after_each_pause_that_is_long_enough(
    writes: list[float], still_s: float, step_s: float
) -> None:
    """`writes` are the pauses between writes; afterwards nothing comes any more."""
    moments = [0.0]
    for pause in writes:
        moments.append(moments[-1] + pause)
    settling, told, now_s = Settling(still_s), [], 0.0
    while now_s <= moments[-1] + still_s + 2 * step_s:
        written = [m for m in moments if m <= now_s]
        told += [now_s for _ in settling.look([("a.mp4", Sight(len(written), written[-1]))], now_s)]
        now_s += step_s
    assert told
    assert settling.look([("a.mp4", Sight(len(moments), moments[-1]))], now_s) == []
    for when in told:
        last = max(m for m in moments if m <= when)
        assert when - last >= still_s - step_s  # seen at most a step after it was written
    pauses = sum(b - a >= still_s + 2 * step_s for a, b in pairwise(moments))
    assert len(told) >= 1 + pauses


def test_what_was_there_is_told_of_only_once_it_has_changed() -> None:
    settling = Settling(5.0)
    old, new = Sight(10, 1.0), Sight(20, 50.0)
    settling.know([("a.mp4", old)])
    assert settling.look([("a.mp4", old)], 0.0) == settling.look([("a.mp4", old)], 60.0) == []
    assert settling.look([("a.mp4", new)], 61.0) == []
    assert settling.look([("a.mp4", new)], 66.0) == ["a.mp4"]
    assert settling.look([("a.mp4", new)], 90.0) == []


def test_an_empty_file_and_one_that_goes_away_are_not_told_of() -> None:
    settling = Settling(1.0)
    assert settling.look([("a.mp4", Sight(0, 0.0)), ("b.mp4", Sight(5, 0.0))], 0.0) == []
    assert settling.look([("a.mp4", Sight(0, 0.0))], 2.0) == []
    assert settling.look([("a.mp4", Sight(0, 0.0)), ("b.mp4", Sight(5, 0.0))], 2.5) == []


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("Screen Recording 2026-11-20 at 09.14.mov", True), ("x.MKV", True), ("/a/b/-odd.webm", True), ("notes.txt", False),
        (".half.mp4", False), ("x.mp4.part", False), ("x.crdownload", False), ("mp4", False),
    ],
)  # fmt: skip
def test_which_names_are_recordings(name: str, is_one: bool) -> None:
    assert is_recording(name) is is_one
