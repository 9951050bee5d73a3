"""A run from the command line: to its end, with bars on stderr, cancelled by ctrl+c."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from escribano_tui.cli.failures import CANCELLED, DONE, FAILED, Problem

if TYPE_CHECKING:
    from escribano_tui.ports import House, RunOptions


def known_profile(house: House, *names: str) -> None:
    """Raises BadParameter where there is no profile of a name; says what is wrong with the owner's files."""
    known = [p.name for p in house.runs.profiles()]
    if not set(names) <= set(known):
        raise click.BadParameter(f"there is no profile of this name; there are: {', '.join(known)}.", param_hint="--profile")
    from escribano_tui import bootstrap
    from escribano_tui.domain.text import clean_line

    for problem in bootstrap.run_problems():
        click.echo(f"escribano-tui: {clean_line(problem, 600)}", err=True)


def run_to_the_end(house: House, recording_id: str, profile: str, options: RunOptions) -> int:
    """Run to the end with bars on stderr; returns the exit status."""
    return run_and_tell(house, recording_id, profile, options)[0]


def run_and_tell(house: House, recording_id: str, profile: str, options: RunOptions) -> tuple[int, str]:
    """Run to the end with bars on stderr; returns the exit status, and why where it failed."""
    from escribano_tui.cli.bars import Bars
    from escribano_tui.domain.text import clean_line
    from escribano_tui.ports import RunBusy

    with Bars(sys.stderr) as bars:
        try:
            if bars.live:
                bars.expect(house.runs.plan(recording_id, profile, options))
            started = house.runs.start(recording_id, profile, options, bars.sink)
        except RunBusy as why:
            raise Problem(str(why)) from why
        with interrupted(started.cancel):  # what was finished is kept
            while not started.wait(0.2):
                bars.refresh()
    state = started.state
    if state.state == "cancelled":
        click.echo("escribano-tui: cancelled; what was finished is kept.", err=True)
        return CANCELLED, ""
    if state.state != "finished":
        message = clean_line(state.message, 600)
        click.echo(f"escribano-tui: {message}", err=True)
        return FAILED, message
    return DONE, ""


@contextmanager
def interrupted(call: Callable[[], None]) -> Iterator[None]:
    """Until the end of the block ctrl+c and SIGTERM call this instead of ending the program."""

    def handle(*_: object) -> None:
        call()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
