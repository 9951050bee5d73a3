"""Commands that look at a file: open, demo, run, scan."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escribano_tui.cli.failures import CANCELLED, DONE, FAILED, Problem

if TYPE_CHECKING:
    from escribano_tui.ports import House, RunOptions

FILE = click.Path(path_type=Path, readable=False)
PHASES = (
    "probe", "scan", "frames", "read", "describe", "listen", "transcribe", "refine", "segment", "align", "subjects",
    "summarize",
)  # fmt: skip


@contextmanager
def open_house() -> Iterator[House]:
    """The house for one command, closed behind it; library noise goes to the log."""
    from escribano_tui import bootstrap
    from escribano_tui.config.paths import find_paths
    from escribano_tui.terminal import quiet

    bootstrap.private()
    paths = find_paths()
    with quiet(paths.log):
        house = bootstrap.build_house(paths)
        try:
            yield house
        finally:
            house.close()


def open_app(opening: Path | None = None, demo: bool = False) -> None:
    """The full-screen app. Raises Problem where there is no terminal."""
    from escribano_tui import bootstrap

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Problem("The full-screen app needs a terminal; `escribano-tui run FILE` works without one.")
    bootstrap.private()
    bootstrap.run_app(opening, demo)


@click.command("open")
@click.argument("file", type=FILE)
def open_file(file: Path) -> None:
    """Open the app on choosing a profile for FILE.

    \b
    Example:
      escribano-tui open ~/Movies/standup.mov
    """
    open_app(file)


@click.command("demo")
@click.option("--profile", default="quick", show_default=True, help="Profile to run with where there is no terminal.")
def demo(profile: str) -> int:
    """Try it on a small recording that ships with the package.

    In a terminal it opens the app; elsewhere it runs and prints the session card.

    \b
    Example:
      escribano-tui demo
    """
    from escribano_tui import bootstrap

    if sys.stdin.isatty() and sys.stdout.isatty():
        open_app(demo=True)
        return DONE
    from escribano_tui.ports import RunOptions

    with open_house() as house:
        recording = house.library.add(bootstrap.demo_recording())
        status = run_to_the_end(house, recording.id, profile, RunOptions())
        if status == DONE:
            view = house.summaries.view(recording.id, "card")
            click.echo(view.markdown, nl=False)
        return status


@click.command("run")
@click.argument("file", type=FILE)
@click.option("--profile", default="quick", show_default=True, help="Named settings: quick, thorough, or your own.")
@click.option("--force", is_flag=True, help="Compute all again.")
@click.option(
    "--force-phase",
    "force_phases",
    multiple=True,
    metavar="PHASE",
    type=click.Choice(PHASES),
    help="That phase and what follows.",
)
@click.option("--retry-failed", is_flag=True, help="Only the items that failed.")
@click.option("--mic", type=FILE, metavar="FILE", help="An audio file recorded beside it: the microphone.")
@click.option("--system", type=FILE, metavar="FILE", help="An audio file recorded beside it: the system's sound.")
@click.option("--budget", type=click.FloatRange(min=1), metavar="SECONDS", help="Take about so long, and say what is left out.")
@click.option("--json", "as_json", is_flag=True, help="Print the session as JSON instead of the recording's id.")
def run(
    file: Path, profile: str, force: bool, force_phases: tuple[str, ...], retry_failed: bool, mic: Path | None,
    system: Path | None, budget: float | None, as_json: bool,
) -> int:  # fmt: skip
    """Watch and listen to FILE and draft its log, without the app. Bars go to stderr.

    What an earlier run has finished is taken from the store. ctrl+c cancels and keeps what was finished.

    \b
    Examples:
      escribano-tui run recording.mp4
      escribano-tui run --profile thorough --json recording.mp4 > session.json
      escribano-tui run -- -odd-name.mp4
    """
    from escribano_tui.ports import RunOptions

    options = RunOptions(force, tuple(force_phases), retry_failed, mic, system, budget)
    with open_house() as house:
        known_profile(house, profile)
        recording = house.library.add(file)
        if budget is not None:
            for left_out in house.runs.plan(recording.id, profile, options).leaves_out:
                click.echo(f"escribano-tui: left out for the budget: {left_out}.", err=True)
        status = run_to_the_end(house, recording.id, profile, options)
        if status == DONE:
            click.echo(house.exports.export(recording.id, "json") if as_json else recording.id, nl=not as_json)
        return status


def known_profile(house: House, name: str) -> None:
    known = [p.name for p in house.runs.profiles()]
    if name not in known:
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


@click.command("scan")
@click.argument("file", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print {recording, changes} as JSON.")
def scan(file: Path, as_json: bool) -> None:
    """Only look for changes of the picture in FILE: takes seconds for hours. Nothing is kept.

    \b
    Example:
      escribano-tui scan --json recording.mp4
    """
    from escribano_tui import bootstrap
    from escribano_tui.domain.text import json_safe
    from escribano_tui.domain.times import clock, duration

    recording, changes = bootstrap.scan_file(file)
    if as_json:
        rows = [{"t_s": c.t_s, "score": c.score, "size": c.size} for c in changes]
        told = {"recording": bootstrap.recording_facts(recording), "changes": rows}
        click.echo(json_safe(json.dumps(told, ensure_ascii=False, indent=1)))
        return
    click.echo(
        f"{duration(recording.duration_ms)} {recording.width}x{recording.height} {recording.video_codec}: "
        f"{len(changes)} changes"
    )
    for change in changes:
        if change.size != "small":
            click.echo(f"{clock(change.t_s):>8}  {change.size:<6}  {change.score:.2f}")
