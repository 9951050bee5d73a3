"""A Dask cluster gives the same library as one after the other, also when a worker dies in the middle."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("distributed")

from distributed import default_client

from escribano_tui import bootstrap
from escribano_tui.config.paths import Paths
from escribano_tui.domain.events import RunState
from escribano_tui.domain.queue import Waiting
from escribano_tui.ports import House, RunOptions
from escribano_tui.serve import cluster
from escribano_tui.serve.batch import work_off
from tests.media.films import Film, Scene, shoot


def films(folder: Path, count: int) -> list[Path]:
    folder.mkdir()
    return [
        shoot(folder / f"-{k} film.mp4", Film((Scene(0, 2 * k + 1), Scene(2, 2 * k + 2)), length_s=4.0, fps=5))
        for k in range(count)
    ]


def house_at(folder: Path) -> House:
    return bootstrap.build_house(Paths(folder / "state", folder / "config"))


def told(house: House) -> dict[str, Any]:
    """Every session as exported, but for when it was made and how long it took."""
    sessions = {}
    for row in house.library.rows():
        text = house.exports.export(row.id, "json")
        document = json.loads(re.sub(r'"(wall_s|busy_s|created_at)": ("[^"]*"|[\d.]+)', r'"\1": 0', text))
        document["run"].pop("id")
        document["run"].pop("started_at")
        sessions[row.id] = document
    return sessions


def differences(expected: Any, found: Any, at: str = "") -> Iterator[str]:
    """Where two documents are not alike, and how."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted({*expected, *found}):
            yield from differences(expected.get(key), found.get(key), f"{at}/{key}")
    elif expected != found:
        yield f"{at}: {expected} is {found}"


def one_after_the_other(house: House, paths: list[Path]) -> None:
    def run(recording_id: str, profile: str) -> tuple[int, str]:
        started = house.runs.start(recording_id, profile, RunOptions(), lambda event: None)
        started.wait()
        return (0, "") if started.state.state == "finished" else (1, started.state.message)

    for path in paths:
        house.queue.put(path, "quick")
    assert work_off(house, run, lambda waiting: None)


@pytest.mark.parametrize("count", [2, pytest.param(8, marks=pytest.mark.slow)])
def test_a_cluster_gives_the_same_library_though_a_worker_dies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setenv("ESCRIBANO_HOME", str(tmp_path / "state of nobody"))
    monkeypatch.setenv("ESCRIBANO_CONFIG_DIR", str(tmp_path / "config of nobody"))
    paths = films(tmp_path / "films", count)
    broken = tmp_path / "films" / "broken.mp4"
    broken.write_bytes(b"no film")
    house = house_at(tmp_path / "one")
    one_after_the_other(house, paths)
    expected = told(house)
    house.close()

    pids: dict[str, int] = {}  # asked for before they work: a worker at work answers late
    killed: list[int] = []
    ended: list[Waiting] = []
    schemes: set[str] = set()

    def kill_one_at_work() -> None:
        client = default_client()
        schemes.add(client.scheduler.address.split(":")[0])
        killed.append(pids[next(address for address, tasks in client.processing().items() if tasks)])
        os.kill(killed[0], signal.SIGKILL)

    killer = threading.Thread(target=kill_one_at_work)

    def show(waiting: Waiting, state: RunState) -> None:
        if not killer.ident:
            killer.start()

    def tell(waiting: Waiting) -> None:
        if not pids:
            pids.update(default_client().run(os.getpid))
        if waiting.state != "running":
            ended.append(waiting)

    house = house_at(tmp_path / "many")
    for path in [*paths, broken]:
        house.queue.put(path, "quick")
    cluster.work_off_on(house, "local", tell, show)
    killer.join(60)
    assert killed
    assert schemes == {"tls"}
    assert {w.path: w.state for w in ended} == {str(p): "finished" for p in paths} | {str(broken): "failed"}
    assert list(differences(expected, told(house))) == []
    assert all(row.state in ("finished", "failed") for row in house.queue.rows())
    house.close()
