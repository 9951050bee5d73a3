"""Hands the queue to a Dask cluster: a worker runs the same pipeline and sends back what this library takes in.

Workers never touch the library: each works in a folder of its own, and what comes back is a packed session. The recording
has to be where the worker can read it, under the same path.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from escribano_tui.config.paths import Paths, find_paths
from escribano_tui.domain.events import Event, RunState
from escribano_tui.domain.progress import dump_state, load_state
from escribano_tui.domain.queue import Waiting
from escribano_tui.domain.recording import UnusableInput
from escribano_tui.domain.text import clean_line
from escribano_tui.ports import House, RunOptions

TOPIC: Final = "escribano-tui"
RETRIES: Final = 3  # a worker that died with a recording: how often it is given to another one
TELL_S: Final = 1.0
MOST_SETTINGS: Final = 1_000_000  # bytes of an owner's file that goes with a job
_SETTINGS: Final = ("profiles.toml", "cues.toml", "settings.toml", "prompts/*", "templates/*")


@dataclass(frozen=True, slots=True)
class Job:
    """A recording for a worker. `settings` are the owner's files that a run goes by, by their path in the settings folder."""

    number: int
    path: str
    profile: str
    settings: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a worker sends back: `packed` is the session as one file, empty where `state` is failed."""

    state: str
    packed: bytes = b""
    message: str = ""


# ---------------------------------------------------------------- on the worker


def run_there(job: Job) -> Outcome:
    """Run a recording in a folder of its own. What the recording cannot give is an outcome; only a dying worker raises."""
    from distributed import get_worker

    worker = get_worker()
    with tempfile.TemporaryDirectory(prefix="escribano-", dir=worker.local_directory) as folder:
        teller = _Teller(lambda state: worker.log_event(TOPIC, {"job": job.number, "state": dump_state(state)}))
        return run_in(Path(folder), job, teller.take)


@dataclass
class _Teller:
    """Takes events from any thread and tells the state that they come to at most once a second."""

    tell: Callable[[RunState], None]
    _state: RunState = field(default_factory=RunState)
    _told_s: float = float("-inf")
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def take(self, event: Event) -> None:
        with self._guard:
            self._state = self._state.apply(event)
            if time.monotonic() - self._told_s >= TELL_S:
                self._told_s = time.monotonic()
                self.tell(self._state)


def run_in(folder: Path, job: Job, sink: Callable[[Event], None]) -> Outcome:
    """The same pipeline, on a library that lives in `folder` only as long as this run."""
    from escribano_tui import bootstrap

    bootstrap.private()
    paths = Paths(folder / "state", folder / "settings")
    for name, data in job.settings:
        target = paths.config / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.write_bytes(data)
    own_models = find_paths().models
    if own_models.is_dir():
        paths.home.mkdir(mode=0o700, parents=True)
        paths.models.symlink_to(own_models)
    house = bootstrap.build_house(paths)
    try:
        recording = house.library.add(Path(job.path))
        run = house.runs.start(recording.id, job.profile, RunOptions(), sink)
        run.wait()
        if run.state.state != "finished":
            return Outcome("failed", message=clean_line(run.state.message or "The run did not finish.", 300))
        packed = folder / "packed"
        house.packing.pack(recording.id, packed)
        return Outcome("finished", packed.read_bytes())
    except (UnusableInput, LookupError) as why:
        return Outcome("failed", message=clean_line(str(why.args[0] if why.args else why), 300))
    finally:
        house.close()
        shutil.rmtree(paths.home, ignore_errors=True)


# ---------------------------------------------------------------- at home


def work_off_on(
    house: House, address: str, tell: Callable[[Waiting], None], show: Callable[[Waiting, RunState], None], workers: int = 2
) -> None:
    """Run all that waits on a cluster: its address, or `local` for workers on this machine. One library takes all in.

    `tell` hears of each as it is handed out and as it ends, `show` how far each is, from another thread. Raises OSError
    where there is no such cluster.
    """
    with _client(address, workers) as client:
        handed: dict[int, Waiting] = {}

        def heard(event: tuple[Any, Any]) -> None:
            told = event[1]
            if told["job"] in handed:
                show(handed[told["job"]], load_state(told["state"]))

        client.subscribe_topic(TOPIC, heard)
        executor = client.get_executor(pure=False, retries=RETRIES)
        settings = tuple(_own_settings(find_paths().config))
        futures: dict[Future[Outcome], Waiting] = {}
        while (waiting := house.queue.take()) is not None:
            handed[waiting.id] = waiting
            tell(waiting)
            futures[executor.submit(run_there, Job(waiting.id, waiting.path, waiting.profile, settings))] = waiting
        try:
            for future in as_completed(futures):
                waiting = futures.pop(future)
                tell(_taken_in(house, waiting, future))
        finally:  # cut short: what has not come back waits again
            for future, waiting in futures.items():
                future.cancel()
                house.queue.end(waiting, "waiting")


def _taken_in(house: House, waiting: Waiting, future: Future[Outcome]) -> Waiting:
    """Put what a worker sent back into the library; how it ended."""
    recording_id = ""
    try:
        outcome = future.result()
        state, message = outcome.state, outcome.message
        if state == "finished":
            recording_id = _unpack(house, outcome.packed)
    except UnusableInput as why:
        state, message = "failed", str(why)
    except CancelledError:
        state, message = "failed", "The cluster gave it up."
    except Exception as why:  # noqa: BLE001 - whatever a cluster raises becomes a sentence, and the rest goes on
        state, message = "failed", clean_line(f"The cluster could not run it: {type(why).__name__}: {why}", 300)
    house.queue.end(waiting, state, recording_id, message)
    return replace(waiting, state=state, recording_id=recording_id, message=message)


def _unpack(house: House, packed: bytes) -> str:
    with tempfile.TemporaryDirectory(prefix="escribano-") as folder:
        file = Path(folder, "packed")
        file.write_bytes(packed)
        return house.packing.unpack(file).recording_id


@contextmanager
def _client(address: str, workers: int) -> Iterator[Any]:
    from distributed import Client, LocalCluster
    from distributed.security import Security

    if address != "local":
        with Client(address, timeout="10s") as client:
            yield client
        return
    # Whoever reaches a scheduler can run code: other users of this machine are kept out by a key of this run alone.
    security = Security.temporary()
    with (
        tempfile.TemporaryDirectory(prefix="escribano-") as folder,
        LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, local_directory=folder,
            host="tls://127.0.0.1", security=security,
        ) as cluster,
        Client(cluster, security=security) as client,
    ):  # fmt: skip
        yield client


def _own_settings(folder: Path) -> Iterator[tuple[str, bytes]]:
    for pattern in _SETTINGS:
        for path in sorted(folder.glob(pattern)):
            if path.is_file() and os.path.getsize(path) <= MOST_SETTINGS:
                yield str(path.relative_to(folder)), path.read_bytes()
