"""Commands on the rules that the owner accepted: list them, change one, take one out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from escribano_tui.cli.failures import Problem
from escribano_tui.cli.house import open_house
from escribano_tui.cli.printing import print_json

if TYPE_CHECKING:
    from escribano_tui.domain.learning import Affected


@click.group("rules", short_help="The rules that you made of your labels.", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def rules(context: click.Context, as_json: bool) -> None:
    """The rules that you made of your labels in the review, as they stand in your cues.

    Of several rules that fit, the last one counts. They hold from the next run on.

    \b
    Examples:
      escribano-tui rules
      escribano-tui rules edit 2 --title "Sprint board"
      escribano-tui rules remove 2
    """
    if context.invoked_subcommand is not None:
        return
    from escribano_tui.domain.ruling import sentence_of, table_of
    from escribano_tui.domain.text import clean_line

    with open_house() as house:
        try:
            known = house.rules.list()
        except ValueError as why:
            raise Problem(str(why)) from why
    if as_json:
        rows = [{"n": n, "says": sentence_of(rule), "rule": table_of(rule)} for n, rule in enumerate(known, 1)]
        print_json(rows)
        return
    for n, rule in enumerate(known, 1):
        click.echo(f"{n:>3}  {clean_line(sentence_of(rule))}")
    if not known:
        click.echo("No rules yet. In the review, `L` makes one of a label.", err=True)


@rules.command("remove")
@click.argument("n", type=click.IntRange(min=1))
def remove_rule(n: int) -> None:
    """Take rule N out, as `escribano-tui rules` numbers them. The next run drafts without it.

    \b
    Example:
      escribano-tui rules remove 2
    """
    from escribano_tui.domain.ruling import sentence_of
    from escribano_tui.domain.text import clean_line

    with open_house() as house:
        try:
            gone = house.rules.remove(n)
        except (ValueError, LookupError) as why:
            raise Problem(str(why.args[0] if why.args else why)) from why
    click.echo(f"Removed: {clean_line(sentence_of(gone))} It holds no more from the next run on.")


@rules.command("edit")
@click.argument("n", type=click.IntRange(min=1))
@click.option("--activity", help="The label that it gives; empty for none (of a rule that says personal).")
@click.option("--program", help="The program in front.")
@click.option("--site", help="A host, or a kind of page by its name in the cues.")
@click.option("--title", help="What the title or document holds.")
@click.option("--any-look", is_flag=True, help="Take the picture out that a window must look like.")
@click.option("--personal/--not-personal", default=None, help="Whether it marks segments as personal.")
@click.option("--dry-run", is_flag=True, help="Only say what it would change.")
def edit_rule(
    n: int, activity: str | None, program: str | None, site: str | None, title: str | None, any_look: bool,
    personal: bool | None, dry_run: bool,
) -> None:  # fmt: skip
    """Change rule N, as `escribano-tui rules` numbers them. What is not named stays; an empty text takes a field out.

    Says which segments of the library the next run would label otherwise.

    \b
    Examples:
      escribano-tui rules edit 2 --activity research
      escribano-tui rules edit 2 --site "" --title "Sprint board" --dry-run
    """
    from dataclasses import replace

    from escribano_tui.domain.ruling import labels_of, sentence_of, wrong_with
    from escribano_tui.domain.text import clean_line

    told = {"activity": activity, "program": program, "site": site, "title": title, "personal": personal}
    given: dict[str, Any] = {k: clean_line(v) if isinstance(v, str) else v for k, v in told.items() if v is not None}
    if any_look:
        given |= {"likeness": (), "seen": ""}
    if not given:
        raise click.UsageError("Say what to change: --activity, --program, --site, --title, --any-look or --personal.")
    with open_house() as house:
        try:
            known = house.rules.list()
            if n > len(known):
                raise LookupError(f"There is no rule {n}.")
            rule = replace(known[n - 1], **given)
            if wrong := wrong_with(rule):
                raise ValueError(wrong)
            preview = house.rules.preview(rule)
            if not dry_run:
                house.rules.replace(n, rule, known[n - 1])
        except (ValueError, LookupError) as why:
            raise Problem(str(why.args[0] if why.args else why)) from why
    click.echo(f"{'Would be' if dry_run else 'Now'}: {clean_line(sentence_of(rule))}")
    for affected in preview.elsewhere:
        click.echo(_changed(affected, labels_of(rule)))
    if not preview.elsewhere:
        click.echo("It changes no segment that is drafted now; it holds for what comes.")


def _changed(affected: Affected, labels: str) -> str:
    from escribano_tui.domain.text import clean_line
    from escribano_tui.domain.times import cite

    segment = affected.segment
    place = f"{affected.recording_name} {cite(segment.start_s, segment.end_s)}"
    told = f"  {place}  {segment.activity} → {labels}  {segment.title}"
    return clean_line(told).rstrip()
