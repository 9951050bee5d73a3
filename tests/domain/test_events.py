"""A run's state is what its events tell."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.domain.events import (
    PHASES,
    Event,
    ItemFailed,
    PhaseCancelled,
    PhaseFailed,
    PhaseFinished,
    PhaseProgressed,
    PhaseSkipped,
    PhaseStarted,
    RunEnded,
    RunState,
)

names = st.sampled_from(PHASES)
times = st.floats(0, 1e5)
events = st.one_of(
    st.builds(PhaseStarted, names, times),
    st.builds(PhaseProgressed, names, times, st.integers(0, 99), st.one_of(st.none(), st.integers(0, 99))),
    st.builds(PhaseFinished, names, times, st.integers(0, 99)),
    st.builds(PhaseSkipped, names, times, st.text(max_size=5)),
    st.builds(PhaseFailed, names, times, st.text(max_size=5)),
    st.builds(PhaseCancelled, names, times),
    st.builds(ItemFailed, names, st.text(max_size=5), st.text(max_size=5)),
    st.builds(RunEnded, st.just("finished"), times),
)


@given(st.lists(events, max_size=30))
def test_any_events_give_a_state_that_can_be_drawn(some: list[Event]) -> None:
    state = RunState()
    for event in some:
        state = state.apply(event)
    assert set(state.phases) == set(PHASES)
    for phase in state.phases.values():
        assert phase.share is None or 0 <= phase.share <= 1
        assert phase.left_s is None or phase.left_s >= 0
        assert phase.rate == phase.rate
    assert len(state.failures) == sum(isinstance(e, ItemFailed) for e in some)


def test_the_time_left_follows_the_rate() -> None:
    state = RunState()
    for event in (PhaseStarted("read", 10.0, 40), PhaseProgressed("read", 12.0, 10, 40)):
        state = state.apply(event)
    read = state.phases["read"]
    assert read.share == 0.25
    assert read.left_s is not None
    assert 6.0 <= read.left_s <= 7.0


def test_what_was_done_before_does_not_make_it_look_fast() -> None:
    state = RunState()
    for event in (PhaseStarted("read", 0.0, 100, done=80), PhaseProgressed("read", 10.0, 90, 100)):
        state = state.apply(event)
    left = state.phases["read"].left_s
    assert left is not None
    assert 9.0 <= left <= 12.0
