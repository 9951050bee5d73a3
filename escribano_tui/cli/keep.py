"""Commands on what is kept: its weight, rules, check and backup."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TypeVar

import click

from escribano_tui.cli.failures import DONE, FAILED, Problem
from escribano_tui.cli.house import open_house
from escribano_tui.cli.printing import print_json

T = TypeVar("T")


@click.group("keep", short_help="What the library weighs; its rules, check and backup.", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def keep(context: click.Context, as_json: bool) -> None:
    """What the library weighs and where; its rules, its check and its backup.

    \b
    Examples:
      escribano-tui keep
      escribano-tui keep backup ~/escribano.zip
      escribano-tui keep rules --pictures-days 90
      escribano-tui keep check
    """
    if context.invoked_subcommand is not None:
        return
    from escribano_tui.domain.keeping import size

    with open_house() as house:
        weights = house.keeping.weigh()
    if as_json:
        print_json([asdict(w) for w in weights])
        return
    for area in dict.fromkeys(w.area for w in weights):
        of_area = [w for w in weights if w.area == area]
        click.echo(f"{area:<10} {size(sum(w.bytes for w in of_area)):>10}  {of_area[0].path}")
        for weight in of_area if len(of_area) > 1 else ():
            click.echo(f"  {weight.name:<28} {size(weight.bytes):>10}")


@keep.command("rules")
@click.option("--pictures-days", type=click.IntRange(0, 36_500), help="Pictures of older recordings go; 0 keeps them for good.")
@click.option(
    "--gone", type=click.Choice(["keep", "pictures", "forget"]), help="What becomes of recordings whose file is gone."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rules(pictures_days: int | None, gone: str | None, as_json: bool) -> None:
    """Show the rules, or change them. They are applied by `keep tidy`, and when the app closes.

    `forget` leaves a session alone that you have corrected: then only its pictures go.

    \b
    Examples:
      escribano-tui keep rules
      escribano-tui keep rules --pictures-days 90 --gone pictures
    """
    with open_house() as house:
        now = _loaded(house.keeping.rules)
        given = {"pictures_days": pictures_days, "gone": gone}
        wanted = replace(now, **{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]
        if wanted != now:
            house.keeping.set_rules(wanted)
    if as_json:
        print_json(asdict(wanted))
        return
    kept = f"for {wanted.pictures_days} days" if wanted.pictures_days else "for good"
    told = {"keep": "are kept", "pictures": "lose their pictures", "forget": "are forgotten, unless you corrected them"}
    click.echo(f"Pictures are kept {kept}.\nRecordings whose file is gone {told[wanted.gone]}.")


def _loaded(load: Callable[[], T]) -> T:
    """What it gives; settings that cannot be used are one sentence."""
    try:
        return load()
    except ValueError as why:
        raise Problem(str(why)) from why


@keep.command("tidy")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def tidy(dry_run: bool, as_json: bool) -> None:
    """Let go of what the rules let go.

    \b
    Example:
      escribano-tui keep tidy --dry-run
    """
    from escribano_tui.domain.keeping import size

    with open_house() as house:
        done = _loaded(house.keeping.due if dry_run else house.keeping.tidy)
        if not dry_run:
            house.library.purge()
    if as_json:
        print_json([asdict(d) for d in done])
        return
    for due in done:
        what = "the session" if due.forget else "its pictures"
        click.echo(f"{due.recording_id}  {size(due.bytes):>10}  {what}: {due.name} ({due.why})")
    if not done:
        click.echo("There is nothing to let go.", err=True)


@keep.command("check", short_help="Check the library: file, indexes, journals, sessions.")
@click.option("--repair", is_flag=True, help="Make search indexes and overviews anew.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(repair: bool, as_json: bool) -> int:
    """Check the library: its file, its search indexes, every journal and session. Exit status 1 where it is not sound.

    \b
    Example:
      escribano-tui keep check
    """
    with open_house() as house:
        if repair:
            house.keeping.repair()
        if sys.stderr.isatty():
            click.echo("escribano-tui: looking at every page and every session; a large library takes a minute.", err=True)
        problems = house.keeping.check()
    if as_json:
        print_json(problems)
    else:
        for problem in problems:
            click.echo(problem)
        if not problems:
            click.echo("The library is sound.")
    return FAILED if problems else DONE


@keep.command("backup", short_help="Copy the library and its pictures into FILE, a zip.")
@click.argument("file", type=click.Path(path_type=Path, readable=False, dir_okay=False))
@click.option("--no-pictures", is_flag=True, help="Only the library, without thumbnails.")
@click.option("--over", is_flag=True, help="Write over a file that is there.")
def backup(file: Path, no_pictures: bool, over: bool) -> None:
    """Write a copy of the library and its pictures into FILE, a zip, also while the app is open.

    To go back to it, unpack it into an empty folder and start with ESCRIBANO_HOME set to that folder.

    \b
    Example:
      escribano-tui keep backup ~/Backups/escribano.zip
    """
    from escribano_tui.domain.keeping import size

    if file.exists() and not over:
        raise Problem(f"{file} is there already; --over writes over it.")
    with open_house() as house:
        written = house.keeping.backup(file, not no_pictures)
    click.echo(f"{file}  {size(written)}")
