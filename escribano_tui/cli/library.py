"""Commands on the library: list, show, search, summary, export."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from escribano_tui.cli.house import open_house
from escribano_tui.cli.printing import print_json

if TYPE_CHECKING:
    from escribano_tui.domain.session import Found


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_recordings(as_json: bool) -> None:
    """The recordings of the library, newest first.

    \b
    Example:
      escribano-tui list
    """
    from escribano_tui.domain.times import duration, durations

    with open_house() as house:
        rows = house.library.rows()
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    for row in rows:
        printed = durations([ms for _, ms in row.activities])
        times = ", ".join(f"{activity} {time}" for (activity, _), time in list(zip(row.activities, printed, strict=True))[:3])
        missing = "  (file is gone)" if row.missing else ""
        date = row.started_at[:16].replace("T", " ")
        click.echo(
            f"{row.id}  {date:16}  {duration(round(row.duration_s * 1000)):>8}  {row.state:<9}  {row.name}{missing}  {times}"
        )
    if not rows:
        click.echo("Nothing here yet. `escribano-tui run FILE` takes a recording in; `escribano-tui demo` tries it.", err=True)


@click.command("show")
@click.argument("ident", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print the whole session as JSON.")
def show(ident: str, as_json: bool) -> None:
    """The segments of a session, with your corrections. ID is the beginning of an id, or a path.

    \b
    Example:
      escribano-tui show 3f2a
    """
    from escribano_tui.domain.text import clean_line
    from escribano_tui.domain.times import cite, duration, durations

    with open_house() as house:
        recording = house.library.find(ident)
        if as_json:
            click.echo(house.exports.export(recording.id, "json"), nl=False)
            return
        session = house.sessions.open(recording.id)
        taken, not_taken = (
            len(house.sessions.outline(recording.id).frames),
            house.sessions.coverage(recording.id).frames_left_out,
        )
    timeline = session.timeline
    labels = {s.id: s.label for s in timeline.subjects}
    click.echo(f"{clean_line(Path(recording.path).name)}  {duration(recording.duration_ms)}  revision {session.revision}")
    reasons = ", ".join(f"{count} {why}" for why, count in not_taken)
    click.echo(f"{taken} picture{'' if taken == 1 else 's'} looked at" + (f"; left out: {reasons}" if reasons else ""))
    printed = durations([s.duration_ms for s in timeline.segments])
    for segment, length in zip(timeline.segments, printed, strict=True):
        mark = "✓" if segment.reviewed else " "
        app = segment.apps[0] if segment.apps else ""
        line = f"{mark} {cite(segment.start_s, segment.end_s):>8} {length:>7}  {segment.activity:<13} {segment.title}"
        click.echo(f"{line}  · {app}  · {labels[segment.subject_id]}" if app else f"{line}  · {labels[segment.subject_id]}")
    for misfit in session.misfits:
        click.echo(f"! revision {misfit.revision} no longer fits: {misfit.said} ({misfit.why})")


@click.command(
    "search", short_help="Search all that was said, shown and written.", context_settings={"ignore_unknown_options": True}
)
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="At most this many moments.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def search(query: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Search what was said, shown, described, titled and summarised, with your corrections.

    Words are found by their beginnings, all of them in one place. "two words" stand side by side, -word must not be
    there. Filters: activity: app: subject: recording: after: before: on: said: screen: title: described: summary:
    personal:

    \b
    Examples:
      escribano-tui search failing test
      escribano-tui search 'parser activity:debugging after:2026-11-01'
      escribano-tui search 'said:"no such table" app:kate' --json
    """

    with open_house() as house:
        found = house.search.find(_as_typed(query), limit, a_recording=limit, patience_s=float("inf"))
    if as_json:
        rows = [asdict(hit) for hit in found.hits]
        print_json(rows)
    else:
        _print_found(found)
    for problem in found.problems:
        click.echo(f"escribano-tui: {problem}", err=True)


def _as_typed(words: tuple[str, ...]) -> str:
    """The shell has taken the quotes away from several words in one argument of many: they stand side by side."""
    if len(words) == 1:
        return words[0]
    return " ".join(f'"{w}"' if " " in w and '"' not in w and ":" not in w else w for w in words)


def _print_found(found: Found) -> None:
    from escribano_tui.domain.times import cite
    from escribano_tui.domain.wording import excerpt_around

    bold = sys.stdout.isatty()
    for group in found.groups:
        date = group.started_at[:16].replace("T", " ")
        click.echo(f"{group.recording_id}  {date}  {group.recording_name}")
        for hit in group.hits:
            text, marked = excerpt_around(hit.text, hit.marks, 100)
            for a, b in reversed(marked) if bold else ():
                text = f"{text[:a]}{click.style(text[a:b], bold=True, underline=True)}{text[b:]}"
            flags = f"{f'  ({hit.times} times)' if hit.times > 1 else ''}{'  [personal]' if hit.personal else ''}"
            click.echo(f"  {cite(hit.t_s):>8}  {hit.kind:<11}  {text}{flags}")
        if group.more:
            click.echo(f"            and {group.more} more places")
    if not found.hits:
        click.echo("Nothing found.", err=True)


@click.command("summary")
@click.argument("ident", metavar="ID")
@click.option("--format", "format", default="card", show_default=True, help="card, standup or narrative.")
@click.option("--regenerate", is_flag=True, help="Write it again from what is corrected by now.")
@click.option("--edit", is_flag=True, help="Change the text in $EDITOR; your changes outlive its being written again.")
def summary(ident: str, format: str, regenerate: bool, edit: bool) -> None:
    """Print the summary of a session as Markdown.

    \b
    Examples:
      escribano-tui summary 3f2a
      escribano-tui summary 3f2a --format standup --regenerate
      escribano-tui summary 3f2a --edit
    """
    from escribano_tui.domain.text import clean_line

    with open_house() as house:
        if format not in house.summaries.formats():
            raise click.BadParameter(f"there are: {', '.join(house.summaries.formats())}.", param_hint="--format")
        recording = house.library.find(ident)
        view = house.summaries.view(recording.id, format)
        if regenerate or view.summary is None:
            house.summaries.regenerate(recording.id, format)
            view = house.summaries.view(recording.id, format)
        if edit and view.summary is not None:
            edited = click.edit(view.markdown, extension=".md")
            if edited is not None:
                view = house.summaries.rewrite(recording.id, format, view.summary.id, edited)
        click.echo(view.markdown, nl=not view.markdown.endswith("\n"))
    if view.summary is not None and view.summary.note:
        click.echo(f"escribano-tui: {clean_line(view.summary.note)}", err=True)
    if view.waiting:
        n = len(view.waiting)
        told = "1 of your own changes waits" if n == 1 else f"{n} of your own changes wait"
        click.echo(f"escribano-tui: {told} for a decision, in the app: what they are about was written anew.", err=True)
    if view.stale:
        click.echo(f"escribano-tui: older than your corrections ({view.changed}); --regenerate writes it again.", err=True)


@click.command("export")
@click.argument("ident", metavar="ID")
@click.option("--format", "format", default="json", show_default=True, help="json, md, srt, vtt, csv, html or truth.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, readable=False), help="Write to this file instead of to stdout."
)
def export_session(ident: str, format: str, output: Path | None) -> None:
    """Export a session with all corrections applied.

    \b
    Examples:
      escribano-tui export 3f2a --format json
      escribano-tui export recording.mp4 --format vtt -o recording.vtt
    """
    with open_house() as house:
        if format not in house.exports.formats():
            raise click.BadParameter(f"there are: {', '.join(house.exports.formats())}.", param_hint="--format")
        recording = house.library.find(ident)
        if output is not None:
            house.exports.write(recording.id, format, output)
            return
        text = house.exports.export(recording.id, format)
    click.echo(text, nl=not text.endswith("\n"))


@click.command("pack", short_help="Write a whole session into one file.")
@click.argument("ident", metavar="ID")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, readable=False), help="Where to; else ID.escribano in this folder."
)
def pack(ident: str, output: Path | None) -> None:
    """Write a whole session, with its corrections and thumbnails, into one file for another library.

    The recording itself is not in it.

    \b
    Example:
      escribano-tui pack 3f2a -o standup.escribano
    """
    with open_house() as house:
        recording = house.library.find(ident)
        target = output or Path(f"{recording.id}.escribano")
        house.packing.pack(recording.id, target)
    click.echo(target)


@click.command("unpack", short_help="Take a packed session into this library.")
@click.argument("file", type=click.Path(path_type=Path, readable=False))
def unpack(file: Path) -> None:
    """Take a packed session into this library; what is here already stays.

    \b
    Example:
      escribano-tui unpack standup.escribano
    """
    with open_house() as house:
        carried = house.packing.unpack(file)
    for note in carried.notes:
        click.echo(f"escribano-tui: {note}", err=True)
    click.echo(carried.recording_id)
