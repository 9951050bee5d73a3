"""Commands that look at a file: open, demo, run, scan."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from escribano_tui.cli.failures import DONE
from escribano_tui.cli.house import open_app, open_house
from escribano_tui.cli.printing import print_json
from escribano_tui.cli.running import known_profile, run_to_the_end
from escribano_tui.domain.events import PHASES

FILE = click.Path(path_type=Path, readable=False)


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
        known_profile(house, profile)
        recording = house.library.add(bootstrap.demo_recording())
        status = run_to_the_end(house, recording.id, profile, RunOptions())
        if status == DONE:
            view = house.summaries.view(recording.id, "card")
            click.echo(view.markdown, nl=False)
        return status


@click.command("run", short_help="Draft the log of FILE, without the app.")
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


@click.command("scan", short_help="Only look for changes of the picture in FILE.")
@click.argument("file", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print {recording, changes} as JSON.")
def scan(file: Path, as_json: bool) -> None:
    """Only look for changes of the picture in FILE: takes seconds for hours. Nothing is kept.

    \b
    Example:
      escribano-tui scan --json recording.mp4
    """
    from escribano_tui import bootstrap
    from escribano_tui.domain.times import clock, duration

    recording, changes = bootstrap.scan_file(file)
    if as_json:
        rows = [{"t_s": c.t_s, "score": c.score, "size": c.size} for c in changes]
        print_json({"recording": bootstrap.recording_facts(recording), "changes": rows})
        return
    click.echo(
        f"{duration(recording.duration_ms)} {recording.width}x{recording.height} {recording.video_codec}: "
        f"{len(changes)} changes"
    )
    for change in changes:
        if change.size != "small":
            click.echo(f"{clock(change.t_s):>8}  {change.size:<6}  {change.score:.2f}")
