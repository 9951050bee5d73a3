"""The parts of the phase `describe`: checks against the screen, order, breaker, lines and motion of a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.domain.evidence import Box, Change, Description, Envelope, Frame, ScreenLine, SpeechSpan
from escribano_tui.domain.recording import Recording
from escribano_tui.pipeline.describing.alike import near, same_text
from escribano_tui.pipeline.describing.borne_out import BORNE_OUT, NOWHERE, checked
from escribano_tui.pipeline.describing.breaker import AGAIN_S, FAILURES, Breaker
from escribano_tui.pipeline.describing.order import REACH_S, best_first, importance
from escribano_tui.pipeline.describing.scenes import LinesByTime, motion_around
from escribano_tui.pipeline.describing.stretches import Stretches
from tests.fakes import MemoryContext


def line(text: str, start_s: float = 0.0, end_s: float = 1e6, name: str = "") -> ScreenLine:
    return ScreenLine(name or text, text, Box(0, 0, 10, 10), start_s, end_s)


# ---------------------------------------------------------------- held against the screen

SCREEN = [line("normalize.py - Geany"), line("def station_code(name):"), line("Tidewater 0.4.2")]


@pytest.mark.parametrize(
    ("apps", "sentence", "doubtful"),
    [
        (("Geany",), "Edits station_code() in normalize.py", False),
        (("Geany editor",), "Edits a file", False),
        (("Photoshop",), "Edits a file", True),
        (("Geany", "Slack"), "Edits a file", True),
        ((), "Edits test_invoice.py", True),
        ((), "Edits a file, e.g. version 0.4.2. Then waits", False),
        ((), "Reads docs at example.com", False),
    ],
)
def test_what_stands_nowhere_on_the_screen_is_doubted(apps: tuple[str, ...], sentence: str, doubtful: bool) -> None:
    found = Description(1.0, sentence, "coding", 0.7, apps=apps)
    held = checked(found, SCREEN, None)
    assert held.doubtful == doubtful
    assert (held.confidence < 0.7) == doubtful
    assert any(why.startswith(NOWHERE) for why in held.why) == doubtful
    assert checked(held, SCREEN, None) == held


def test_what_reading_and_looking_agree_on_is_trusted_more() -> None:
    found = Description(1.0, "Edits a file", "coding", 0.7, apps=("Geany",))
    read = Description(1.0, "Edits normalize.py", "coding", 0.6, apps=("Geany",))
    held = checked(found, SCREEN, read)
    assert held.confidence > 0.7
    assert BORNE_OUT in held.why
    assert checked(held, SCREEN, read) == held
    assert checked(found, SCREEN, replace(read, activity="writing")) == found
    assert checked(found, (), read) == found
    made_out = checked(replace(found, apps=("Visual Studio Code",)), SCREEN, replace(read, apps=("Visual Studio Code",)))
    assert not made_out.doubtful


# ---------------------------------------------------------------- the parts


def covered(chosen: Sequence[Frame]) -> set[int]:
    return {s for f in chosen for s in range(int(max(0, f.t_s - REACH_S)), int(f.t_s + REACH_S) + 1)}


@given(st.lists(st.tuples(st.floats(0, 600), st.floats(0, 1)), min_size=1, max_size=40, unique_by=lambda t: round(t[0], 2)))
def test_stopping_early_leaves_good_coverage(made: list[tuple[float, float]]) -> None:
    taken = [Frame(round(t, 2), "change", round(t, 2), round(t, 2) + 1, score=s) for t, s in sorted(made)]
    ordered = best_first(taken)
    assert sorted(f.t_s for f in ordered) == [f.t_s for f in taken]
    half = max(1, len(taken) // 2)
    assert len(covered(ordered[:half])) >= 0.6 * len(covered(taken[:half]))


def test_frames_far_from_what_is_covered_come_first() -> None:
    taken = [Frame(t, "change", t, t + 1, score=0.5) for t in (10.0, 12.0, 14.0, 200.0, 400.0)]
    assert {f.t_s for f in best_first(taken)[:3]} & {10.0, 12.0, 14.0} != {10.0, 12.0, 14.0}
    assert {200.0, 400.0} <= {f.t_s for f in best_first(taken)[:3]}


def test_importance_grows_with_newness_dwell_and_speech() -> None:
    levels = ("minimal", "low", "medium", "high", "critical")
    plain = Frame(5.0, "change", 0.0, 4.0, score=0.3)
    rank = levels.index(importance(plain))
    assert levels.index(importance(replace(plain, score=0.95))) > rank
    assert levels.index(importance(replace(plain, shows_until_s=60.0))) > rank
    talk = [SpeechSpan(0.0, 30.0, "mic")]
    assert levels.index(importance(replace(plain, shows_until_s=15.0), talk)) > levels.index(importance(plain))
    assert importance(Frame(5.0, "change", 0.0, 60.0, score=1.0), talk) == "critical"


def test_a_breaker_opens_waits_and_tries_again() -> None:
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    for _ in range(FAILURES):
        assert not breaker.open
        breaker.failed()
    assert breaker.open
    now[0] += AGAIN_S + 1
    assert not breaker.open
    breaker.failed()
    assert breaker.open
    now[0] += AGAIN_S + 1
    breaker.answered()
    assert not breaker.open
    breaker.failed(fatal=True)
    now[0] += 10 * AGAIN_S
    assert breaker.open


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0.1, 50)), max_size=30), st.floats(0, 150))
def test_lines_by_time_are_those_that_stand(spans: list[tuple[float, float]], t_s: float) -> None:
    lines = [line("x", start, start + length, name=str(k)) for k, (start, length) in enumerate(spans)]
    expected = {one.id for one in lines if one.start_s <= t_s < one.end_s}
    assert {one.id for one in LinesByTime(lines).at(t_s)} == expected


def test_motion_is_taken_around_a_moment() -> None:
    curve = Envelope("motion", 0.5, tuple(float(k) for k in range(40)))
    assert list(motion_around(curve, 0.0)) == [float(k) for k in range(16)]
    assert list(motion_around(curve, 19.5))[-1] == 39.0
    assert list(motion_around(None, 3.0)) == []


def test_near_pictures_and_same_text() -> None:
    one = Frame(1.0, "change", 0.0, 1.0, phash=0b1111)
    assert near(one, replace(one, phash=0b1100))
    assert not near(one, replace(one, phash=0xFFFFFFFF))
    assert not near(one, replace(one, phash=0))
    lines = [line(f"line {k} of text") for k in range(20)]
    assert same_text(lines, lines[:-1])
    assert not same_text(lines, lines[:10])
    assert not same_text([], [])


def test_stretches_of_work_that_matter_are_looked_at_first() -> None:
    """Of pages that were passed and a commit after tests that pass, the commit; of a still desktop nothing."""
    story = [("research", "A page", "Chromium")] * 4 + [("terminal", "commit “Turn wheels twice”", "Terminal")] * 2
    story += [("idle", "Desktop", "")] * 4
    taken = [Frame(20.0 * k + 5, "change", 20.0 * k, 20.0 * k + 20, score=0.5) for k in range(len(story))]
    changes = [Change(80.0, 0.9, "large"), Change(120.0, 0.9, "large")]
    context = MemoryContext(Recording("r", "r.mp4", "f", 1, 200.0), earlier={"scan": changes})
    stretches = Stretches(context, Envelope("motion", 0.5, (0.5, 0.35) * 120 + (0.0, 0.0) * 80))
    for frame, (activity, title, app) in zip(taken, story, strict=True):
        stretches.see(
            Description(frame.t_s, f"{title}.", activity, 0.9, (app,) if app else (), (), title, title if app else "")
        )
    weights = stretches.weights(taken, ())
    assert weights[taken[4].item] > weights[taken[0].item] > weights[taken[9].item]
    assert best_first(taken, (), (), weights)[0] in taken[4:6]
    assert stretches.weights(taken, ()) == weights
