"""Which moments are looked at: pure, so in all cases that can be thought of."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.domain.evidence import FRAME_REASONS, Change, Envelope
from escribano_tui.domain.profile import FramesSettings
from escribano_tui.pipeline.coverage_first import capped
from escribano_tui.pipeline.moments import ACTIVE, BUSY, Moment, Seen, candidates, moments

QUICK = FramesSettings()
STEP_S = 0.5


def seen(
    duration_s: float, changes: dict[float, str], active: list[tuple[float, float, float]], keyframes: list[float] | None = None
) -> Seen:
    """`active` are (from, until, level) of the motion envelope."""
    values = [0.0] * max(1, round(duration_s / STEP_S + 0.5))
    for start_s, end_s, level in active:
        for k in range(int(start_s / STEP_S), min(len(values), int(end_s / STEP_S))):
            values[k] = level
    told = [Change(t_s, 0.9, size) for t_s, size in sorted(changes.items())]
    return Seen(duration_s, told, Envelope("motion", STEP_S, tuple(values)), keyframes or [])


def times(found: list[Moment]) -> list[float]:
    return [m.t_s for m in found]


@st.composite
def scans(draw: st.DrawFn) -> Seen:
    duration_s = draw(st.floats(0.1, 400))
    changes = draw(st.dictionaries(st.floats(0, 400), st.sampled_from(("small", "medium", "large")), max_size=40))
    active = draw(st.lists(st.tuples(st.floats(0, 400), st.floats(0, 400), st.floats(0, 1)), max_size=12))
    keyframes = sorted(draw(st.lists(st.floats(0, duration_s), max_size=30)))
    return seen(duration_s, changes, active, keyframes)


@given(
    scan=scans(),
    policy=st.sampled_from(("changes", "grid")),
    grid_s=st.sampled_from((0.0, 2.0)),
    gap_s=st.sampled_from((10.0, 30.0)),
)
def test_moments_cover_the_recording_in_order(scan: Seen, policy: str, grid_s: float, gap_s: float) -> None:
    found = moments(scan, FramesSettings(policy=policy, read_interval_s=grid_s, still_gap_s=gap_s))
    assert found
    assert found[0].reason == "intro"
    assert len(found) == 1 or found[-1].reason == "outro"
    assert all(m.reason in FRAME_REASONS for m in found)
    assert all(0 <= m.t_s <= scan.duration_s for m in found)
    assert all(a < b for a, b in pairwise(times(found)))
    assert all(b - a <= gap_s + 0.01 for a, b in pairwise(times(found)))
    assert found[0].t_s <= 5.01 or scan.duration_s < 5
    assert scan.duration_s - found[-1].t_s <= 5.31


@given(scan=scans(), most=st.floats(0.5, 30))
def test_the_cap_holds_over_the_recording_and_ends_the_same(scan: Seen, most: float) -> None:
    found = moments(scan, FramesSettings(most_per_minute=most))
    kept, dropped = capped(found, most, scan)
    assert len(kept) + dropped == len(found)
    assert len(kept) <= max(1, math.ceil(most * max(1.0, scan.duration_s / 60)))
    assert kept == sorted(kept, key=lambda m: m.t_s)
    assert found[0] in kept
    assert capped(found, most, scan) == (kept, dropped)


def test_a_tight_cap_looks_at_every_window_before_it_looks_twice() -> None:
    """A busy minute of six windows beside nine quiet ones: what is saved there is spent here."""
    windows = {float(t): "large" for t in range(60, 120, 10)} | {120.0: "large"}
    scan = seen(600, windows, [(0, 59, ACTIVE + 0.1), (125, 300, ACTIVE + 0.1)])
    found = moments(scan, replace(QUICK, most_per_minute=1.0))
    kept, dropped = capped(found, 1.0, scan)
    assert len(kept) == 10
    assert dropped > 0
    edges = [0.0, *windows, 600.0]
    assert all(any(a <= m.t_s < b for m in kept) for a, b in pairwise(edges)), "each stretch is looked at"


def test_half_a_minute_has_the_looks_of_a_whole_one() -> None:
    scan = seen(33, {float(t): "large" for t in range(3, 33, 3)}, [(0, 33, ACTIVE + 0.1)])
    found = moments(scan, QUICK)
    assert capped(found, 12.0, scan)[1] == max(0, len(found) - 12)


def test_a_still_stretch_is_worth_less_than_one_in_which_something_is_done() -> None:
    scan = seen(300, {100.0: "large", 210.0: "large"}, [(0, 60, ACTIVE + 0.1), (211, 300, ACTIVE + 0.1)])
    kept, _ = capped(moments(scan, QUICK), 0.4, scan)
    assert [int(m.t_s > 100) + int(m.t_s > 210) for m in kept] == [0, 2]


@given(scan=scans())
def test_every_stretch_of_ten_seconds_has_a_settled_picture(scan: Seen) -> None:
    found = times(moments(scan, QUICK))
    edges = sorted({0.0, scan.duration_s, *(c.t_s for c in scan.changes if c.size != "small" and c.t_s < scan.duration_s)})
    for start_s, end_s in pairwise(edges):
        if end_s - start_s >= 10:
            assert any(start_s + 0.3 <= t <= end_s for t in found), (start_s, end_s)


def test_after_a_change_it_waits_until_the_picture_has_settled() -> None:
    scan = seen(60, {20.0: "large"}, [(20, 23, BUSY + 0.1)])
    after = next(t for t in times(moments(scan, QUICK)) if t > 20)
    assert after == 23.0


def test_the_end_of_typing_is_looked_at() -> None:
    scan = seen(60, {10.0: "large", 50.0: "large"}, [(12, 25, ACTIVE + 0.1)])
    found = times(moments(scan, QUICK))
    assert any(25 <= t < 50 for t in found)
    assert any(10 < t < 13 for t in found)


def test_long_typing_is_looked_at_while_it_goes_on() -> None:
    scan = seen(130, {10.0: "large"}, [(12, 120, ACTIVE + 0.1)])
    found = [t for t in times(moments(scan, QUICK)) if 12 <= t <= 120]
    assert len(found) >= 3
    assert all(b - a <= 31 for a, b in pairwise([10.0, *found, 120.0]))


def test_what_was_added_before_a_switch_is_not_lost() -> None:
    scan = seen(60, {30.0: "large"}, [(10, 29.5, ACTIVE + 0.1)])
    assert any(29.0 <= t < 30.0 for t in times(moments(scan, QUICK)))


def test_a_pointer_on_its_way_out_is_not_waited_for_but_typing_is() -> None:
    typed = [(10, 20, ACTIVE + 0.1)]
    pointer = seen(60, {30.0: "large"}, [*typed, (28.5, 29.5, ACTIVE + 0.1)], keyframes=[24.0])
    assert 24.0 in times(moments(pointer, QUICK))
    word = seen(60, {30.0: "large"}, [*typed, (21.0, 29.5, ACTIVE + 0.1)], keyframes=[24.0, 28.0])
    assert 29.7 in times(moments(word, QUICK))


def test_a_window_that_passes_is_not_looked_at() -> None:
    scan = seen(60, {20.0: "large", 20.5: "large", 21.0: "large", 21.4: "large"}, [])
    assert not [t for t in times(moments(scan, QUICK)) if 20 < t < 21.4]


def test_candidates_that_are_close_to_another_are_counted() -> None:
    apart, none = candidates(seen(60, {20.0: "large", 30.0: "large"}, []), QUICK)
    assert not none
    burst = seen(60, {20.0: "large", 21.1: "large", 22.2: "large", 23.3: "large"}, [])
    found, close = candidates(burst, replace(QUICK, most_per_minute=6.0))
    assert close
    assert len(found) <= len(apart) + 1


def test_keyframes_are_taken_where_any_moment_would_do() -> None:
    scan = seen(60, {20.0: "large"}, [], keyframes=[8.0, 27.0, 48.0])
    found = times(moments(scan, QUICK))
    assert 27.0 in found
    typed = seen(60, {20.0: "large"}, [(22, 40, ACTIVE + 0.1)], keyframes=[24.0, 48.0])
    assert {24.0, 48.0} <= set(times(moments(typed, QUICK)))
    scrolled = seen(60, {20.0: "large"}, [(22, 40, BUSY + 0.1)], keyframes=[24.0, 48.0])
    assert 24.0 not in times(moments(scrolled, QUICK))


def test_the_grid_follows_the_number_of_scenes() -> None:
    def grid_step(scenes: int) -> float:
        changes = {1.0 + 0.01 * k: "large" for k in range(scenes)}
        found = [
            m.t_s
            for m in moments(seen(300, changes, []), FramesSettings(policy="grid", still_gap_s=600.0))
            if m.reason == "gap"
        ]
        return min(b - a for a, b in pairwise([t for t in found if t > 20]))

    assert grid_step(5) == 10.0
    assert grid_step(30) == 20.0
    assert grid_step(60) == 30.0


def test_gaps_of_the_grid_are_filled() -> None:
    settings = FramesSettings(policy="grid", base_interval_s=60.0, gap_threshold_s=15.0, gap_fill_s=3.0, still_gap_s=600.0)
    found = times(moments(seen(120, {}, []), settings))
    assert max(b - a for a, b in pairwise(found)) <= 6.0
    own = times(moments(seen(120, {}, []), replace(settings, base_interval_s=7.0)))
    assert {7.0, 14.0, 70.0} <= set(own)
    assert max(b - a for a, b in pairwise(own)) <= 7.0


def test_reading_needs_something_new() -> None:
    settings = FramesSettings(read_interval_s=2.0)
    still = moments(seen(60, {}, []), settings)
    typed = moments(seen(60, {}, [(20, 40, ACTIVE + 0.1)]), settings)
    assert len(typed) >= len(still) + 8
    assert all(not m.describe for m in typed if m.weight == 2.0)


def test_a_very_short_recording_has_one_moment() -> None:
    assert len(moments(seen(0.3, {}, []), QUICK)) == 1


def test_a_film_is_looked_at_though_no_picture_of_it_stands() -> None:
    film = {20.0 + 0.6 * k: "large" for k in range(40)}
    found = times(moments(seen(60.0, {3.0: "large", **film}, [(20, 44, 0.9)]), QUICK))
    assert all(b - a <= 10.0 for a, b in pairwise([t for t in found if 15 < t < 50]))
    assert sum(20 < t < 44 for t in found) >= 3
