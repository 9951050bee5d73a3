"""Other doors to the same library: latest, batch, queue, watch, mcp."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

import click

from escribano_tui.cli.failures import CANCELLED, DONE, FAILED, Problem
from escribano_tui.cli.house import open_house
from escribano_tui.cli.printing import print_json
from escribano_tui.cli.running import interrupted, known_profile, run_and_tell, run_to_the_end

if TYPE_CHECKING:
    from escribano_tui.domain.events import RunState
    from escribano_tui.domain.queue import Waiting
    from escribano_tui.ports import House

FOLDER = click.Path(path_type=Path, readable=False)
PROFILE = click.option("--profile", default="quick", show_default=True, help="Named settings: quick, thorough, or your own.")


@click.command("latest")
@click.argument("folder", type=FOLDER, required=False)
@PROFILE
@click.option("--json", "as_json", is_flag=True, help="Print the session as JSON instead of the recording's id.")
def latest(folder: Path | None, profile: str, as_json: bool) -> int:
    """Run the newest recording of FOLDER.

    \b
    Example:
      escribano-tui latest ~/Videos/Screencasts
    """
    from escribano_tui.ports import RunOptions
    from escribano_tui.serve.batch import newest_in

    newest = newest_in(_given(folder))
    with open_house() as house:
        known_profile(house, profile)
        recording = house.library.add(newest)
        status = run_to_the_end(house, recording.id, profile, RunOptions())
        if status == DONE:
            click.echo(house.exports.export(recording.id, "json") if as_json else recording.id, nl=not as_json)
        return status


@click.command("batch", short_help="Run all recordings of FOLDER, by the queue.")
@click.argument("folder", type=FOLDER, required=False)
@PROFILE
@click.option("--deep", is_flag=True, help="Folders inside of FOLDER, too.")
@click.option("--dask", metavar="ADDRESS", help="Hand them to a Dask cluster, or with `local` to workers on this machine.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="How many with `--dask local`.")
@click.option("--json", "as_json", is_flag=True, help="Print what became of each as JSON.")
def batch(folder: Path | None, profile: str, deep: bool, dask: str | None, workers: int, as_json: bool) -> int:
    """Put all recordings of FOLDER into the queue and work it off; without FOLDER, go on with what waits.

    The queue is kept in the library: what was cancelled or cut short waits until the next time.

    \b
    Examples:
      escribano-tui batch ~/Videos/Screencasts
      escribano-tui batch
      escribano-tui batch /shared/recordings --dask tcp://10.0.0.5:8786
    """
    from escribano_tui.serve.batch import recordings_in

    with open_house() as house:
        known_profile(house, profile)
        asked = {put.id for path in (recordings_in(folder, deep) if folder else ()) if (put := _put(house, path, profile))}
        with house.queue.working() as mine:
            status = (_on_cluster(house, dask, workers) if dask else _work_off(house)) if mine else DONE
        if not mine:
            click.echo("escribano-tui: another escribano-tui works the queue off; it takes these, too.", err=True)
        rows = [row for row in house.queue.rows() if not folder or row.id in asked]
    if as_json:
        _print(rows)
    failed = sum(row.state == "failed" for row in rows)
    if failed and status == DONE:
        click.echo(f"escribano-tui: {failed} of {len(rows)} failed; `escribano-tui queue` says why.", err=True)
        return FAILED
    return status


@click.command("queue", short_help="What waits to be run, what runs, how the others ended.")
@click.option("--remove", type=click.IntRange(1, 10**9), metavar="NUMBER", help="Take one out that is not running.")
@click.option("--clear", is_flag=True, help="Forget those that have ended.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def queue(remove: int | None, clear: bool, as_json: bool) -> None:
    """What waits to be run, what runs, and how the others ended.

    \b
    Example:
      escribano-tui queue --clear
    """
    from escribano_tui.domain.text import clean_line

    with open_house() as house:
        if remove is not None and not house.queue.remove(remove):
            raise Problem(f"There is no number {remove} in the queue that could be taken out.")
        if clear:
            house.queue.clear_ended()
        rows = house.queue.rows()
    if as_json:
        _print(rows)
        return
    for row in rows:
        about = row.message or row.recording_id
        click.echo(f"{row.id:>4}  {row.state:<8}  {row.profile:<9}  {clean_line(os.path.basename(row.path), 60)}  {about}")
    if not rows:
        click.echo("The queue is empty. `escribano-tui batch FOLDER` puts recordings into it.", err=True)


@click.command("watch", short_help="Take every recording that comes into FOLDERS.")
@click.argument("folders", type=FOLDER, nargs=-1)
@PROFILE
@click.option("--existing", is_flag=True, help="Take what is there already, too.")
@click.option(
    "--still", type=click.FloatRange(min=0.2), default=10.0, show_default=True, metavar="SECONDS",
    help="A file is taken when nothing was written to it for so long.",
)  # fmt: skip
def watch(folders: tuple[Path, ...], profile: str, existing: bool, still: float) -> int:
    """Take every recording that comes into FOLDERS, once it has stopped growing. ctrl+c ends it.

    \b
    Example:
      escribano-tui watch ~/Videos/Screencasts
    """
    from escribano_tui.domain.text import clean_line
    from escribano_tui.serve.watch import watch as watch_folders

    wanted = [_given(folder) for folder in folders or (None,)]
    # A signal may come in the middle of a wait for what comes: an Event would wait for itself then, this queue does not.
    came: SimpleQueue[bool] = SimpleQueue()  # whether there is more to do, or an end is wanted
    stop = threading.Event()
    wrong: list[LookupError] = []

    def end() -> None:
        came.put(False)

    # A run that is under way has its own handlers meanwhile.
    with open_house() as house, interrupted(end):
        known_profile(house, profile)

        def take(path: Path) -> None:
            if _put(house, path, profile):
                came.put(True)

        def ready() -> None:
            named = ", ".join(clean_line(str(folder), 200) for folder in wanted)
            click.echo(f"escribano-tui: watching {named}; ctrl+c ends it.", err=True)

        def look() -> None:
            try:
                watch_folders(wanted, take, stop, still, existing, ready)
            except LookupError as why:
                wrong.append(why)
            finally:
                end()

        watcher = threading.Thread(target=look, name="watch", daemon=True)
        with house.queue.working() as mine:
            if not mine:
                raise Problem("Another escribano-tui works the queue off already; it can be ended, or left to do it.")
            watcher.start()
            status = _serve(house, came)
        stop.set()
        watcher.join()
    if wrong:
        raise wrong[0]
    return status


def _serve(house: House, came: SimpleQueue[bool]) -> int:
    """Work off what comes until told to stop."""
    while True:
        if _work_off(house) == CANCELLED:
            return CANCELLED
        if not came.get():
            return DONE


@click.command("mcp", short_help="Serve the library to agents over stdin and stdout.")
@click.option("--allow-edits", is_flag=True, help="Agents may relabel, retitle, undo, and write summaries again.")
@click.option("--personal", is_flag=True, help="Personal segments are given out, too.")
def mcp(allow_edits: bool, personal: bool) -> None:
    """Serve the library to agents over stdin and stdout (Model Context Protocol); read-only unless told otherwise.

    \b
    Example, as the command of a server in an agent's settings:
      escribano-tui mcp
    """
    try:
        from escribano_tui.serve.mcp import serve
    except ModuleNotFoundError as why:
        raise Problem('This needs the Python SDK of MCP: pip install "escribano-tui[mcp]".') from why
    with open_house() as house:
        serve(house, allow_edits, personal)


def _given(folder: Path | None) -> Path:
    """The folder, or a sentence that suggests some."""
    if folder is not None:
        return folder
    from escribano_tui.config.folders import recorder_folders

    likely = ", ".join(str(path) for path in recorder_folders())
    here = f"Recorders of this system use: {likely}." if likely else "None of those that recorders use is on this machine."
    raise click.UsageError(f"Say which folder. {here}")


def _put(house: House, path: Path, profile: str) -> Waiting | None:
    """Put a file into the queue; None where it has gone since it was found, which is said and stops nothing."""
    try:
        return house.queue.put(path, profile)
    except LookupError as why:
        click.echo(f"escribano-tui: {why.args[0]}", err=True)
        return None


def _work_off(house: House) -> int:
    """Work off the queue with bars on stderr; returns the exit status."""
    from escribano_tui.ports import RunOptions
    from escribano_tui.serve.batch import work_off

    def run(recording_id: str, profile: str) -> tuple[int, str]:
        return run_and_tell(house, recording_id, profile, RunOptions())

    return DONE if work_off(house, run, _tell) else CANCELLED


def _on_cluster(house: House, address: str, workers: int) -> int:
    """Work off the queue on a cluster, with a bar for each recording; returns the exit status."""
    import logging

    from escribano_tui.cli.bars import Board

    try:
        import distributed  # noqa: F401
    except ModuleNotFoundError as why:
        raise Problem('This needs Dask: pip install "escribano-tui[dask]".') from why
    from escribano_tui.serve.cluster import work_off_on

    logging.getLogger("distributed").setLevel(logging.ERROR)
    board = Board(sys.stderr)

    def show(waiting: Waiting, state: RunState) -> None:
        board.show(waiting.id, os.path.basename(waiting.path), state)

    def tell(waiting: Waiting) -> None:
        with board.aside(waiting.id):
            _tell(waiting)

    try:
        work_off_on(house, address, tell, show, workers)
    except KeyboardInterrupt:
        click.echo("escribano-tui: cancelled; what has come back is kept, the rest waits.", err=True)
        return CANCELLED
    except (OSError, ValueError) as why:
        raise Problem(f"There is no Dask cluster at {address}: {why}.") from why
    return DONE


def _tell(waiting: Waiting) -> None:
    from escribano_tui.domain.text import clean_line

    name = clean_line(os.path.basename(waiting.path), 120)
    told = {"running": f"{name}:", "waiting": f"{name} waits again."}.get(waiting.state, f"{name} {waiting.state}.")
    click.echo(f"escribano-tui: {told}{' ' + waiting.message if waiting.message else ''}", err=True)
    sys.stderr.flush()


def _print(rows: list[Waiting]) -> None:

    print_json([asdict(row) for row in rows])
