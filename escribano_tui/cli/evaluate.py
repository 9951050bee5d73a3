"""The command evaluate: how good are the drafts of a recording with a ground truth?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from escribano_tui.cli.failures import DONE, Problem
from escribano_tui.cli.runs import open_house, run_to_the_end

SHOWN = (
    "boundary_2s_f1", "boundary_5s_f1", "activity_accuracy", "app_accuracy", "screen_text_recall", "word_error_rate",
    "corrections_per_hour", "tiling_faults_count", "segments_in_no_or_two_subjects_count", "segments_true_count",
    "segments_found_count", "scan_recall_0.5s", "scan_changes_per_minute",
)  # fmt: skip


@click.command("evaluate")
@click.argument("truth", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("recording", type=click.Path(path_type=Path))
@click.option("--profile", "profiles", multiple=True, default=("quick",), show_default=True, help="May be given several times.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def evaluate(truth: Path, recording: Path, profiles: tuple[str, ...], as_json: bool) -> int:
    """Measure drafts of RECORDING against a ground truth, for several profiles side by side.

    TRUTH is a JSON file as `export --format truth` writes it from a reviewed session. The machine's draft is measured,
    without your corrections.

    \b
    Example:
      escribano-tui evaluate truth.json recording.mp4 --profile quick --profile thorough
    """
    from escribano_tui.domain.evaluation import evaluate as measure
    from escribano_tui.ports import RunOptions

    told = _read(truth)
    figures: dict[str, dict[str, Any]] = {}
    with open_house() as house:
        found = house.library.add(recording)
        for profile in profiles:
            status = run_to_the_end(house, found.id, profile, RunOptions())
            if status != DONE:
                return status
            figures[profile] = measure(told, json.loads(house.exports.draft(found.id)))
    if as_json:
        json.dump(figures, sys.stdout, ensure_ascii=False, indent=1)
        click.echo()
    else:
        _table(figures)
    return DONE


def _read(truth: Path) -> dict[str, Any]:
    try:
        told = json.loads(truth.read_text(encoding="utf-8"))
        starts = [(s["start_s"], s["end_s"], s["activity"]) for s in told["segments"]]
    except (ValueError, KeyError, TypeError) as why:
        raise Problem(f"{truth.name} is not a ground truth: it needs duration_s and segments ({why}).", 3) from why
    if not starts or "duration_s" not in told:
        raise Problem(f"{truth.name} is not a ground truth: it needs duration_s and at least one segment.", 3)
    return dict(told)


def _table(figures: dict[str, dict[str, Any]]) -> None:
    click.echo(f"{'':<38}" + "".join(f"{name:>12}" for name in figures))
    for row in SHOWN:
        click.echo(f"{row:<38}" + "".join(f"{_shown(f[row]):>12}" for f in figures.values()))
    for name, found in figures.items():
        click.echo(f"\n{name}: corrections {', '.join(f'{n} {kind}' for kind, n in found['corrections'].items())}")
        for band in found["reliability"]:
            click.echo(f"  said {band['said']:.2f}  right {band['right']:.2f}  ({band['seconds']:.0f} s)")


def _shown(value: float | int | None) -> str:
    return "–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
