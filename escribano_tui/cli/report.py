"""Commands that look at many recordings: report, threads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from escribano_tui.cli.house import open_house
from escribano_tui.cli.printing import print_json

if TYPE_CHECKING:
    from escribano_tui.domain.rollup import RollUp, Share
    from escribano_tui.domain.threads import Thread
    from escribano_tui.ports import House

_BAR_CELLS = 30


@click.command("report", short_help="Sum up all recordings of some days.")
@click.argument("days", nargs=-1)
@click.option("--format", "format", help="Tell these days: standup, card or narrative, each moment with its recording.")
@click.option("--zone", help="Time zone in which days begin, such as Europe/Berlin; this machine's where it is not given.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; times in milliseconds.")
def report(days: tuple[str, ...], format: str | None, zone: str | None, as_json: bool) -> None:
    """Sum up all recordings of some days: time by activity, subject and program, idle and personal apart.

    DAYS is a day, month or word (today, yesterday, monday, week, lastweek, month, 2026-11-20, 2026-11, 7d), or two of
    them: from the first to the last. Without it: this week.

    \b
    Examples:
      escribano-tui report
      escribano-tui report lastweek --format standup
      escribano-tui report 2026-11-01 2026-11-15 --json
    """
    from escribano_tui.config.zone import named_zone

    asked = named_zone(zone) if zone else None
    with open_house() as house:
        first, end = span_of(days or ("week",), house.rollups.today())
        if format is not None:
            if format not in house.rollups.formats():
                raise click.BadParameter(f"there are: {', '.join(house.rollups.formats())}.", param_hint="--format")
            markdown = house.rollups.write(first, end, format, zone=asked).markdown
            if as_json:
                _echo_json({"first": first, "end": end, "format": format, "markdown": markdown})
            else:
                click.echo(markdown, nl=False)
            return
        rolled = house.rollups.roll_up(first, end, asked)
    if as_json:
        _echo_json(as_data(rolled))
    else:
        _print(rolled)


def span_of(days: Sequence[str], today: date) -> tuple[date, date]:
    """(first day, the day after the last). Raises BadParameter."""
    from escribano_tui.domain.query import days_of

    spans = [days_of(word, today) for word in days]
    for word, span in zip(days, spans, strict=True):
        if span is None:
            raise click.BadParameter(
                f"“{word}” is no day, such as 2026-11-20, 2026-11, yesterday, lastweek.", param_hint="DAYS"
            )
    found = [s for s in spans if s is not None]
    if len(found) == 1 and len(days) == 1 and days[0][-1:] in "dwmy" and days[0][:-1].isdigit():
        return found[0][0], today + timedelta(days=1)  # 7d is up to today
    if len(found) > 2 or found[0][0] >= found[-1][1]:
        raise click.BadParameter("give one day, or the first and the last one.", param_hint="DAYS")
    return found[0][0], found[-1][1]


def as_data(rolled: RollUp) -> dict[str, object]:
    """As JSON has it: dates as text, the sum with it."""
    return {**asdict(rolled), "recorded_ms": rolled.recorded_ms}


def _echo_json(data: object) -> None:

    print_json(data)


def _print(rolled: RollUp) -> None:
    from escribano_tui.domain.times import durations

    last = rolled.end - timedelta(days=1)
    span = str(rolled.first) if rolled.first == last else f"{rolled.first} to {last}"
    if not rolled.parts:
        click.echo(f"{span}: nothing was recorded.")
        return
    parts = [rolled.work_ms, rolled.idle_ms, rolled.personal_ms, rolled.undrafted_ms]
    kinds = ("at work", "idle", "personal", "not drafted")
    told = [f"{t} {kind}" for t, kind, ms in zip(durations(parts), kinds, parts, strict=True) if ms]
    total = durations([sum(parts)])[0]
    click.echo(f"{span}: {total} recorded in {_count(len(rolled.parts))}: {', '.join(told)}")
    for title, shares in (("Activities", rolled.activities), ("Subjects", rolled.threads), ("Programs", rolled.programs)):
        _print_shares(title, shares)
    if len(rolled.days) > 1:
        click.echo("\nDays")
        for day, time in zip(rolled.days, durations([d.work_ms for d in rolled.days]), strict=True):
            if day.recorded_ms:
                click.echo(f"  {day.day} {day.day:%a}  {time:>8}")


def _count(recordings: int) -> str:
    return "1 recording" if recordings == 1 else f"{recordings} recordings"


def _print_shares(title: str, shares: Sequence[Share]) -> None:
    from escribano_tui.domain.text import clean_line
    from escribano_tui.domain.times import durations

    if not shares:
        return
    click.echo(f"\n{title}")
    for share, time in zip(shares, durations([s.ms for s in shares]), strict=True):
        bar = "█" * max(1, round(share.ms / shares[0].ms * _BAR_CELLS))
        click.echo(f"  {clean_line(share.name, 40):<40} {time:>8}  {bar}")


# ---------------------------------------------------------------- threads


@click.group("threads", short_help="Threads of work over all recordings.", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def threads(context: click.Context, as_json: bool) -> None:
    """Threads of work over all recordings, and correcting which subjects are one thread.

    \b
    Examples:
      escribano-tui threads
      escribano-tui threads join 5454bd38 781bb1c5
      escribano-tui threads undo
    """
    if context.invoked_subcommand is not None:
        return
    with open_house() as house:
        found = house.rollups.threads()
    if as_json:
        _echo_json([asdict(t) for t in found])
        return
    for thread in found:
        many = "recording " if thread.recordings == 1 else "recordings"
        click.echo(f"{thread.key}  {thread.recordings:>4} {many}  {thread.label}")
        for subject in thread.subjects if len(thread.subjects) > 1 else ():
            click.echo(f"            {subject.recording_id}  {subject.label}")


def _thread(house: House, key: str) -> Thread:
    found = [t for t in house.rollups.threads() if t.key.startswith(key)] if len(key) >= 4 else []
    if len(found) != 1:
        raise LookupError(f"No thread is known as “{key}”; `escribano-tui threads` shows them.")
    return found[0]


@threads.command("join")
@click.argument("first")
@click.argument("second")
def join(first: str, second: str) -> None:
    """Two threads are the same.

    \b
    Example:
      escribano-tui threads join 5454bd38 781bb1c5
    """
    from escribano_tui.domain.threads import Join

    with open_house() as house:
        house.rollups.correct(Join(_thread(house, first).subjects[0], _thread(house, second).subjects[0]))


@threads.command("part")
@click.argument("thread")
@click.argument("recording")
def part(thread: str, recording: str) -> None:
    """The subject of RECORDING in THREAD is a thread of its own.

    \b
    Example:
      escribano-tui threads part 5454bd38 3f2a
    """
    from escribano_tui.domain.threads import Part

    with open_house() as house:
        known, recording_id = _thread(house, thread), house.library.find(recording).id
        subject = next((s for s in known.subjects if s.recording_id == recording_id), None)
        if subject is None:
            raise LookupError("This thread is not in that recording.")
        house.rollups.correct(Part(subject))


@threads.command("name")
@click.argument("thread")
@click.argument("label")
def name(thread: str, label: str) -> None:
    """Call a thread by another name.

    \b
    Example:
      escribano-tui threads name 5454bd38 "Label import"
    """
    from escribano_tui.domain.text import clean_line
    from escribano_tui.domain.threads import Name

    with open_house() as house:
        house.rollups.correct(Name(_thread(house, thread).subjects[0], clean_line(label)))


@threads.command("undo")
def undo() -> None:
    """Take the last correction of a thread back.

    \b
    Example:
      escribano-tui threads undo
    """
    with open_house() as house:
        click.echo(f"Undid: {house.rollups.undo()}")


@threads.command("redo")
def redo() -> None:
    """Bring the last correction taken back again.

    \b
    Example:
      escribano-tui threads redo
    """
    with open_house() as house:
        click.echo(f"Redid: {house.rollups.redo()}")
