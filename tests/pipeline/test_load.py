"""How phases share the machine."""

from __future__ import annotations

import pytest

from escribano_tui.pipeline import load as module
from escribano_tui.pipeline.load import Busy, Load, part_of
from escribano_tui.ports import Availability, BackendInfo, Choice


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def test_a_phase_that_shares_the_machine_has_done_less(clock: Clock) -> None:
    load = Load()
    read, frames, elsewhere = Busy(load, "read", 1.0), Busy(load, "frames", 0.5), Busy(load, "describe", 0.0)
    for busy in (read, frames, elsewhere):
        busy.work()
    clock.now = 3.0
    assert (read.seconds, elsewhere.seconds) == (pytest.approx(2.0), 3.0), "what waits for another machine is not slower"
    frames.rest()
    clock.now = 5.0
    assert read.seconds == pytest.approx(4.0)
    assert frames.seconds == pytest.approx(2.0), "waiting is no work"


def test_parts_of_the_machine() -> None:
    def choice(embedded: bool) -> Choice:
        return Choice("screen_text", BackendInfo("screen_text", "x", "m", "X", Availability(True), embedded=embedded))

    assert [part_of("read", choice(True), cores) for cores in (1, 2, 12)] == [1.0, 1.0, 0.5]
    assert part_of("frames", None, 4) == 0.25
    assert part_of("describe", choice(False), 2) == 0.0
    assert part_of("segment", None, 2) == 0.0
