"""The command line: every command of the contract, each with an example in its help."""

from __future__ import annotations

import sys

import click

from escribano_tui import __version__
from escribano_tui.cli.evaluate import evaluate
from escribano_tui.cli.keep import keep
from escribano_tui.cli.library import export_session, list_recordings, pack, search, show, summary, unpack
from escribano_tui.cli.machine import config, doctor, models, profiles
from escribano_tui.cli.report import report, threads
from escribano_tui.cli.rules import rules
from escribano_tui.cli.runs import demo, open_file, run, scan
from escribano_tui.cli.serve import batch, latest, mcp, queue, watch

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


class Commands(click.Group):
    """Lists commands in the order in which one needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=Commands, invoke_without_command=True, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="escribano-tui")
@click.pass_context
def cli(context: click.Context) -> None:
    """Turns a screen recording into a session log that you trust, on your own machine.

    Without a command it opens the full-screen app on your library.

    \b
    Examples:
      escribano-tui demo
      escribano-tui open "Screen Recording 2026-11-20 at 09.14.mov"
      escribano-tui run --profile thorough recording.mp4
    """
    if context.invoked_subcommand is None:
        from escribano_tui.cli.house import open_app

        open_app()


for command in (
    open_file, demo, run, scan, list_recordings, show, search, summary, report, threads, keep, export_session, rules, doctor,
    profiles, models, config, evaluate, latest, batch, queue, watch, pack, unpack, mcp,
):  # fmt: skip
    cli.add_command(command)


def main() -> None:
    """Entry point: exit status 0 done, 1 failed, 2 wrong usage, 3 the input cannot be used, 130 cancelled."""
    from escribano_tui.cli.failures import guarded

    sys.exit(guarded(cli))
