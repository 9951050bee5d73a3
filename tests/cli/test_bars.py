"""Bars of a headless run: what will be skipped, how long it takes, and lines that fit the terminal."""

from __future__ import annotations

import io

from escribano_tui.cli.bars import Bars
from escribano_tui.domain import events as ev
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.session import PlannedPhase, RunPlan

PLAN = RunPlan(
    Recording("", "", "", 0, 60.0, 0, 0), "quick", "",
    (
        PlannedPhase("scan", "", estimate_s=1.0, reuses="all"),
        PlannedPhase("read", "", estimate_s=40.0),
        PlannedPhase("transcribe", "", estimate_s=10.0),
        PlannedPhase("refine", "", skip="This profile transcribes once."),
    ),
    40.0, "",
)  # fmt: skip


class Terminal(io.StringIO):
    """One that says that it is a terminal, of unknown width."""

    def isatty(self) -> bool:
        return True

    @property
    def last(self) -> list[str]:
        """The lines that were drawn last."""
        drawn = self.getvalue().rpartition("A\x1b[2K")[2] if "A\x1b[2K" in self.getvalue() else self.getvalue()
        return drawn.replace("\x1b[2K", "").replace("\x1b[J", "").splitlines()


def line(drawn: list[str], name: str) -> str:
    return next(text for text in drawn if text[2:].startswith(name))


def test_what_is_planned_is_said_before_it_begins_and_the_whole_below() -> None:
    terminal = Terminal()
    with Bars(terminal) as bars:
        bars.expect(PLAN)
        bars.refresh()
        assert line(terminal.last, "refine").startswith("– refine      will be skipped  This profile")
        assert "from an earlier run" in line(terminal.last, "scan")
        assert "about 0:40" in line(terminal.last, "read")
        bars.sink(ev.PhaseStarted("read", 0.0, 40))
        bars.sink(ev.PhaseProgressed("read", 20.0, 20, 40, note="ø" * 200))
        bars.refresh()
        assert "20/40" in line(terminal.last, "read")
        assert line(terminal.last, "in all").endswith("left")
        assert "██████████░" in line(terminal.last, "in all"), "half of the time, though most phases have not begun"
        assert all(len(text) <= 79 for text in terminal.last)
        bars.sink(ev.RunEnded("finished", 40.0))
    assert not any("in all" in text for text in terminal.last)
