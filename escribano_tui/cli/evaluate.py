"""The command evaluate: how good are the drafts of a recording with a ground truth?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from escribano_tui.cli.failures import DONE, Problem
from escribano_tui.cli.printing import print_json
from escribano_tui.cli.running import known_profile, run_to_the_end
from escribano_tui.domain.text import clean_line

SHOWN = (
    "boundary_1s_f1", "boundary_2s_f1", "boundary_5s_f1", "activity_accuracy", "app_accuracy", "screen_text_recall",
    "screen_text_astray", "word_error_rate", "words_heard_without_speech_count", "scan_recall_0.5s",
    "scan_changes_per_minute", "frames_described_per_true_segment", "segments_true_count", "segments_found_count",
    "tiling_faults_count", "segments_in_no_or_two_subjects_count", "subjects_count", "corrections_per_hour",
)  # fmt: skip
FAR_S = 1.0  # a truth that ends so far off may be that of another recording


@click.command("evaluate", short_help="Measure drafts of RECORDING against a ground truth.")
@click.argument("truth", type=click.Path(path_type=Path, readable=False, exists=True, dir_okay=False))
@click.argument("recording", type=click.Path(path_type=Path, readable=False))
@click.option("--profile", "profiles", multiple=True, default=("quick",), show_default=True, help="May be given several times.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def evaluate(truth: Path, recording: Path, profiles: tuple[str, ...], as_json: bool) -> int:
    """Measure drafts of RECORDING against a ground truth, for several profiles side by side.

    TRUTH is a JSON file as `export --format truth` writes it from a reviewed session. The machine's draft is measured,
    without your corrections. Your library stays as it is.

    \b
    Example:
      escribano-tui evaluate truth.json recording.mp4 --profile quick --profile thorough
    """
    from escribano_tui.bootstrap import house_aside, private
    from escribano_tui.config.paths import find_paths
    from escribano_tui.domain.evaluation import evaluate as measure
    from escribano_tui.ports import RunOptions
    from escribano_tui.terminal import quiet

    told = _read(truth)
    figures: dict[str, dict[str, Any]] = {}
    private()
    with quiet(find_paths().log), house_aside(recording) as (house, found):
        if abs(found.duration_s - told["duration_s"]) > FAR_S:
            click.echo(f"This truth is of {told['duration_s']:g} s, the recording lasts {found.duration_s:g} s.", err=True)
        known_profile(house, *profiles)
        for profile in profiles:
            status = run_to_the_end(house, found.id, profile, RunOptions())
            if status != DONE:
                return status
            figures[profile] = measure(told, json.loads(house.exports.draft(found.id)))
    if as_json:
        print_json(figures)
    else:
        _table(figures)
    return DONE


def _read(truth: Path) -> dict[str, Any]:
    from escribano_tui.domain.evaluation import wrong_with_truth

    try:
        told = json.loads(truth.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as why:
        raise Problem(f"{clean_line(truth.name)} is not a ground truth: it is no JSON ({clean_line(str(why))}).", 3) from why
    if wrong := wrong_with_truth(told):
        raise Problem(f"{clean_line(truth.name)} is not a ground truth: {wrong}.", 3)
    return dict(told)


def _table(figures: dict[str, dict[str, Any]]) -> None:
    """One column a profile, as wide as its name needs."""
    widths = {name: max(12, len(clean_line(name)) + 2) for name in figures}
    click.echo(f"{'':<38}" + "".join(f"{clean_line(name):>{width}}" for name, width in widths.items()))
    for row in SHOWN:
        click.echo(f"{row:<38}" + "".join(f"{_shown(figures[name][row]):>{width}}" for name, width in widths.items()))
    for kind in ("relabel", "split", "merge", "move"):
        row = f"  of them {kind}"
        click.echo(f"{row:<38}" + "".join(f"{figures[n]['corrections'][kind]:>{width}}" for n, width in widths.items()))
    for name, found in figures.items():
        click.echo(f"\n{clean_line(name)}: how sure, and how much of that was right")
        for band in found["reliability"]:
            click.echo(f"  said {band['said']:.2f}  right {band['right']:.2f}  ({band['seconds']:.0f} s)")


def _shown(value: float | int | None) -> str:
    return "–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
