"""Commands on the rules that the owner accepted: list them, take one out."""

from __future__ import annotations

import json

import click

from escribano_tui.cli.failures import Problem
from escribano_tui.cli.runs import open_house


@click.group("rules", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def rules(context: click.Context, as_json: bool) -> None:
    """The rules that you made of your labels in the review, as they stand in your cues.

    Of several rules that fit, the last one counts. They hold from the next run on.

    \b
    Examples:
      escribano-tui rules
      escribano-tui rules remove 2
    """
    if context.invoked_subcommand is not None:
        return
    from escribano_tui.domain.learning import sentence_of, table_of
    from escribano_tui.domain.text import clean_line, json_safe

    with open_house() as house:
        try:
            known = house.rules.list()
        except ValueError as why:
            raise Problem(str(why)) from why
    if as_json:
        rows = [{"n": n, "says": sentence_of(rule), "rule": table_of(rule)} for n, rule in enumerate(known, 1)]
        click.echo(json_safe(json.dumps(rows, ensure_ascii=False, indent=1)))
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
    from escribano_tui.domain.learning import sentence_of
    from escribano_tui.domain.text import clean_line

    with open_house() as house:
        try:
            gone = house.rules.remove(n)
        except (ValueError, LookupError) as why:
            raise Problem(str(why.args[0] if why.args else why)) from why
    click.echo(f"Removed: {clean_line(sentence_of(gone))} It holds no more from the next run on.")
