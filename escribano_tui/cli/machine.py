"""Commands about this machine: doctor, profiles, models, config."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING

import click

from escribano_tui.cli.failures import DONE, FAILED, Problem
from escribano_tui.cli.house import open_house
from escribano_tui.cli.printing import print_json

if TYPE_CHECKING:
    from escribano_tui.domain.session import Check


@click.command("doctor", short_help="What works on this machine, and what does not.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json: bool) -> int:
    """What works on this machine, what does not, and what to do about it.

    Exit status 1 where something that a run needs is missing or cannot be used.

    \b
    Example:
      escribano-tui doctor
    """
    with open_house() as house:
        checks = house.doctor.checks()
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        _print_checks(checks)
    return FAILED if any(check.state == "fail" for check in checks) else DONE


def _print_checks(checks: Sequence[Check]) -> None:
    from escribano_tui.domain.text import clean_line

    marks = {"ok": "✓", "warn": "!", "fail": "✗"}
    area = ""
    for check in checks:
        if check.area != area:
            area = check.area
            click.echo(f"{area}")
        click.echo(f"  {marks[check.state]} {check.name}: {clean_line(check.detail, 300)}")
        if check.remedy:
            click.echo(f"      {clean_line(check.remedy, 300)}")


@click.command("profiles")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--fields", "with_fields", is_flag=True, help="Explain every field with its bounds.")
def profiles(as_json: bool, with_fields: bool) -> None:
    """The profiles that there are, and their settings.

    \b
    Examples:
      escribano-tui profiles
      escribano-tui profiles --fields
    """
    from escribano_tui import bootstrap

    known = bootstrap.known_profiles()
    for problem in known.problems:
        click.echo(f"escribano-tui: {problem}", err=True)
    if with_fields:
        _explain_fields()
    elif as_json:
        print_json([asdict(p) for p in known.profiles])
    else:
        for profile in known.profiles:
            click.echo(f"{profile.name:<12} {profile.description}")


def _explain_fields() -> None:
    from escribano_tui.domain.profile import SECTIONS, Profile

    for section in SECTIONS:
        click.echo(f"[{section}]")
        settings = getattr(Profile("x"), section)
        for field in fields(settings):
            meta = field.metadata
            value = getattr(settings, field.name)
            bounds = f", {meta['low']:g} to {meta['high']:g}" if meta.get("low") is not None else ""
            choices = f", one of {', '.join(meta['choices'])}" if meta.get("choices") else ""
            unit = f" {meta['unit']}" if meta.get("unit") else ""
            shown = json.dumps(list(value) if isinstance(value, tuple) else value)
            click.echo(f"  {field.name} = {shown}{unit}{bounds}{choices}: {meta['help']}")


@click.group("models", short_help="Backends and models: which serves, and why.", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def models(context: click.Context, as_json: bool) -> None:
    """Backends and models by what they do: which serves, and why the others do not.

    \b
    Example:
      escribano-tui models
      escribano-tui models pull faster-whisper/small
    """
    from escribano_tui import bootstrap

    if context.invoked_subcommand is not None:
        return
    ports = bootstrap.known_backends()
    if as_json:
        rows = [asdict(info) for infos in ports.values() for info in infos]
        print_json(rows)
        return
    for does, infos in ports.items():
        click.echo(does)
        serving = next((i for i in infos if i.availability.ok), None)
        for info in infos:
            mark = "▸" if info is serving else "·" if info.availability.ok else "✗"
            facts = ", ".join(f for f in (info.model, f"{info.size_mb} MB" if info.size_mb else "", info.licence) if f)
            why = (
                ""
                if info.availability.ok
                else ": " + ". ".join(t for t in (info.availability.why, info.availability.remedy) if t)
            )
            click.echo(f"  {mark} {info.label}{f' ({facts})' if facts else ''}{why}".rstrip())


@models.command("pull", short_help="Fetch the weights of a model.")
@click.argument("name")
def pull_model(name: str) -> int:
    """Fetch the weights of a model: FAMILY/NAME, or FAMILY/OWNER/REPOSITORY of the Hugging Face hub.

    Nothing else in this program fetches anything. A fetch that was broken off goes on where it stopped.

    \b
    Example:
      escribano-tui models pull faster-whisper/small
    """
    from escribano_tui import bootstrap
    from escribano_tui.ports import BackendError

    with click.progressbar(length=1, label=name, file=sys.stderr, width=30) as bar:

        def progress(done: int, total: int, file: str) -> None:
            bar.length = max(1, total)
            bar.update(done - bar.pos)

        try:
            folder = bootstrap.pull_model(name, progress)
        except BackendError as problem:
            raise Problem(f"It was not fetched: {problem}.") from problem
    click.echo(str(folder))
    return DONE


@click.command("config", short_help="Where things are kept, and what you can change.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def config(as_json: bool) -> None:
    """Where things are kept, and which files you can write to change them.

    \b
    Example:
      escribano-tui config
    """
    from escribano_tui.config.paths import find_paths

    paths = find_paths()
    rows = {
        "state": paths.home, "library": paths.library, "media": paths.media, "models": paths.models, "log": paths.log,
        "settings": paths.config, "profiles": paths.own_profiles, "themes": paths.own_themes, "cues": paths.own_cues,
        "templates": paths.own_templates, "prompts": paths.own_prompts, "keys": paths.own_keys, "limits": paths.own_settings,
    }  # fmt: skip
    if as_json:
        print_json({name: str(path) for name, path in rows.items()})
        return
    for name, path in rows.items():
        click.echo(f"{name:<9} {path}{'' if path.exists() else '  (not there yet)'}")
