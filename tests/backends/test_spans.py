"""Speech spans from probabilities: properties that hold whatever the model says, and the cases that matter."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.backends.speech.spans import PAD_S, WINDOW_S, SpanMaker, SpanSettings

WINDOWS = st.lists(st.tuples(st.sampled_from([0.02, 0.3, 0.4, 0.6, 0.95]), st.floats(-90, -10)), max_size=600)


def spans(windows: list[tuple[float, float]], settings: SpanSettings | None = None) -> list[tuple[float, float]]:
    maker = SpanMaker(settings or SpanSettings())
    found = [span for probability, loudness in windows for span in maker.push(probability, loudness)]
    return [*found, *maker.flush()]


def windows(*parts: tuple[float, float]) -> list[tuple[float, float]]:
    """(seconds, probability) after one another."""
    return [(probability, -20.0) for seconds, probability in parts for _ in range(round(seconds / WINDOW_S))]


@given(WINDOWS, st.floats(0.1, 2.0), st.floats(5.0, 10.0))
def test_spans_are_in_order_apart_and_bounded(made: list[tuple[float, float]], silence: float, longest: float) -> None:
    found = spans(made, SpanSettings(min_silence_s=silence, max_span_s=longest))
    for (_, end), (start, _) in pairwise(found):
        assert start >= end - 1e-9
    for start, end in found:
        assert 0 <= start < end <= len(made) * WINDOW_S + PAD_S + 1e-9
        assert end - start <= longest + 1e-9


@given(WINDOWS)
def test_sure_speech_is_always_in_a_span(made: list[tuple[float, float]]) -> None:
    """Half a second of certainty is never lost, wherever it lies."""
    at = len(made)
    found = spans([*made, *windows((0.5, 0.99), (1.0, 0.0))])
    middle = at * WINDOW_S + 0.25
    assert any(start <= middle <= end for start, end in found)


def test_a_pause_ends_a_span_and_a_breath_does_not() -> None:
    found = spans(windows((1, 0), (2, 0.9), (0.4, 0.0), (2, 0.9), (2, 0.0), (1, 0.9), (2, 0)))
    assert [(round(a), round(b)) for a, b in found] == [(1, 5), (7, 8)]


def test_what_is_short_or_never_sure_is_counted_not_told() -> None:
    maker = SpanMaker(SpanSettings())
    made = windows((1, 0), (0.15, 0.9), (2, 0), (3, 0.6), (2, 0))
    assert [s for p, level in made for s in maker.push(p, level)] + maker.flush() == []
    assert maker.skipped == {"too short": 1, "no voice": 1}


def test_a_long_span_is_cut_where_it_is_quietest() -> None:
    made = windows((1, 0), (30, 0.9), (1, 0))
    quiet = round(13.0 / WINDOW_S)
    made[quiet : quiet + 5] = [(0.9, -60.0)] * 5
    found = spans(made, SpanSettings(max_span_s=20.0))
    assert len(found) == 2
    assert abs(found[0][1] - 13.08) < 0.2
    assert found[1][0] == found[0][1]


def test_passing_over_keeps_the_clock() -> None:
    maker = SpanMaker(SpanSettings())
    maker.pass_over(1000)
    found = [s for p, level in windows((1, 0.9), (1, 0)) for s in maker.push(p, level)]
    assert abs(found[0][0] - (1000 * WINDOW_S - PAD_S)) < 1e-9
