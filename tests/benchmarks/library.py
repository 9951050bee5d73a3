"""A library of 2,000 recordings: search as one types, the library's screen, a month's roll-up, a row written meanwhile.

    python -m tests.benchmarks.library FOLDER [--recordings 2000] [--lines 1000000] [--utterances 200000]

The library is made in FOLDER where it is not there yet (some minutes), and kept for the next time. Times are of the
processor and of the clock: on a machine that is busy with other things the first are the ones to look at.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from escribano_tui.bootstrap import build_house
from escribano_tui.config.paths import Paths
from escribano_tui.domain.evidence import Utterance
from escribano_tui.ports import House
from escribano_tui.store.library import LibraryStore
from escribano_tui.ui.app import EscribanoApp
from tests.benchmarks.made_library import Size, fill
from tests.benchmarks.timing import KEPT, keep

TYPED = (
    "parser", "parser bug", "failing test", '"the parser"', "import string", "activity:debugging error", "stalmor",
    "branch merge commit", "station label after:2026-01-01", "said:request", "bren", "zzzz", "title:config", "user.name",
    "personal:no label", "app:kate index",
)  # fmt: skip


def spread(values: list[float]) -> dict[str, float]:
    """Median and 95th percentile, in ms."""
    ordered = sorted(values)
    return {
        "median_ms": round(1000 * ordered[len(ordered) // 2], 2),
        "p95_ms": round(1000 * ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 2),
    }


def measured(calls: list[Callable[[], object]]) -> dict[str, float]:
    """Spread of several calls, of the processor (this thread's) and of the clock."""
    cpu, wall = [], []
    for call in calls:
        began, used = time.perf_counter(), time.thread_time()
        call()
        cpu.append(time.thread_time() - used)
        wall.append(time.perf_counter() - began)
    return {f"cpu_{k}": v for k, v in spread(cpu).items()} | {f"wall_{k}": v for k, v in spread(wall).items()}


def typing(house: House) -> dict[str, float]:
    """Every keystroke of every query, as the search screen asks."""
    house.search.find("warm")
    keys = [query[:k] for query in TYPED for k in range(1, len(query) + 1)]
    return measured([lambda text=text: house.search.find(text) for text in keys])  # type: ignore[misc]


def opening(house: House) -> dict[str, float]:
    """From the app's start, without a terminal, until the rows of the library stand on its screen."""

    async def once() -> None:
        app = EscribanoApp(house)
        async with app.run_test(size=(120, 40)) as pilot:
            while not getattr(app.screen, "loaded", False):
                await pilot.pause()

    return measured([lambda: asyncio.run(once()) for _ in range(5)])


def writing(library: Path, house: House) -> dict[str, float]:
    """A transcript row, while another thread searches without a pause."""
    store = LibraryStore(library)
    recording_id = store.overviews.rows()[0].id
    output = store.outputs.open(recording_id, "transcribe", "benchmark", "", "")
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            house.search.find("parser")

    reader = threading.Thread(target=read)
    reader.start()
    try:
        return measured([lambda k=k: _put(store, output.id, k) for k in range(300)])  # type: ignore[misc]
    finally:
        stop.set()
        reader.join()
        store.outputs.clear(output.id)
        store.close()


def _put(store: LibraryStore, output_id: int, k: int) -> None:
    row = Utterance(f"b{k}", float(k), k + 1.0, "the parser fails on a label with a trailing blank", "mic")
    store.outputs.put(output_id, f"b{k}", [row])


def weights(library: Path, text_bytes: int) -> dict[str, float]:
    """The file, the rows and the search index, in times of the text that was put in."""
    with sqlite3.connect(library) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        index = db.execute("SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%\\_fts%' ESCAPE '\\'").fetchone()[0]
        free = db.execute("PRAGMA freelist_count").fetchone()[0] * db.execute("PRAGMA page_size").fetchone()[0]
    whole = library.stat().st_size - free
    return {
        "text_mb": round(text_bytes / 1e6, 1),
        "file_times_text": round(whole / text_bytes, 2),
        "index_times_text": round(index / text_bytes, 2),
    }


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    for name, value in (("recordings", 2_000), ("lines", 1_000_000), ("utterances", 200_000)):
        asked.add_argument(f"--{name}", type=int, default=value)
    asked.add_argument("--keep", action="store_true", help="add the figures to the kept runs")
    given = asked.parse_args()
    size = Size(given.recordings, given.lines, given.utterances)
    paths = Paths(given.folder, given.folder / "config")
    told = given.folder / "text.json"
    if not told.exists():
        told.parent.mkdir(parents=True, exist_ok=True)
        told.write_text(json.dumps(fill(paths.library, size)))
    house = build_house(paths)
    began = time.process_time()
    house.rollups.threads()  # takes in what has changed
    measures: dict[str, dict[str, float]] = {
        "taking in": {"cpu_s": round(time.process_time() - began, 2)},
        "typing": typing(house),
        "library rows": measured([house.library.rows for _ in range(10)]),
        "library screen": opening(house),
        "a month": measured([lambda: house.rollups.roll_up(date(2025, 11, 1), date(2025, 12, 1)) for _ in range(10)]),
        "a row meanwhile": writing(paths.library, house),
        "weight": weights(paths.library, json.loads(told.read_text())),
    }
    house.close()
    for name, figures in measures.items():
        print(f"{name:18s} {'  '.join(f'{k} {v}' for k, v in figures.items())}")
    if given.keep:
        keep(KEPT, "made library", {"recordings": size.recordings, "lines": size.lines}, measures)


if __name__ == "__main__":
    main()
