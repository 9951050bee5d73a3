"""How soon a key is answered: `python -m tests.benchmarks.keys [FILE [COUNT]]`.

The real app in a pseudo-terminal of 120x40, on a review of 5,000 segments and 100,000 lines of screen text with pictures:
`j` and `k` at the pace of a hand, each timed from the key to the screen that shows the selection and the time cursor at
their new place. Then the same while a quick run of the demo works in the same app, and the screen updates of the run
screen; in both, how late the event loop answers (see watched.py). One line of JSON is printed, and kept in FILE.
"""

from __future__ import annotations

import json
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from escribano_tui.bootstrap import build_house, demo_recording
from escribano_tui.config.paths import Paths
from escribano_tui.config.places import Places
from escribano_tui.domain.session import PhaseRecord
from escribano_tui.domain.times import clock
from escribano_tui.media.files import RecordingFiles
from escribano_tui.store.library import LibraryStore
from tests.benchmarks.terminal import Terminal
from tests.benchmarks.timing import keep
from tests.ui import fake_session

SEGMENTS, LINES, PICTURES = 5000, 100_000, 30
STEP_MS = 10_000  # every segment is as long
PAUSES_S = (0.02, 0.2)  # between keys, at random: before and after the evidence is fetched
UPDATES_S = 4.0


def make_library(paths: Paths) -> None:
    """A drafted recording of 14 hours, made straight into the store, and the demo, new."""
    house = build_house(paths)
    house.library.add(demo_recording())  # first, so that it stands below the large one
    house.close()
    store = LibraryStore(paths.library)
    timeline, evidence = fake_session.large(SEGMENTS, LINES)
    recording = fake_session.recording("large0000001", "long.mp4", timeline.duration_ms)
    store.recordings.save(recording)
    run = store.runs.begin(recording.id, "quick")
    folder = RecordingFiles(paths.media).folder(recording.id)
    fake_session.draw_thumbnails(folder)
    names = sorted(p.name for p in folder.iterdir())
    frames = [_with_thumbnail(f, names[k % len(names)]) for k, f in enumerate(evidence.frames)]
    parts: dict[str, list[Any]] = {
        "scan": list(evidence.changes),
        "frames": frames,
        "read": list(evidence.lines),
        "subjects": [*timeline.segments, *timeline.subjects],
    }
    for name, items in parts.items():
        output = store.outputs.open(recording.id, name, "large", "", "")
        for k in range(0, len(items), 5000):
            store.outputs.put(output.id, str(k), items[k : k + 5000])
        output = store.outputs.close(output.id, "finished", 1.0, 1.0, "")
        store.runs.phase(run.id, PhaseRecord(name, "finished", output_id=output.id))
    store.runs.end(run.id, "finished", 1.0)
    store.close()
    places = Places(paths.home / "places.json")
    places.set_flag("review-guide", True)
    places.save()


def _with_thumbnail(frame: Any, name: str) -> Any:
    from dataclasses import replace

    return replace(frame, thumbnail=name)


def stood(pid: int) -> float:
    """Seconds that the app's main thread and this process were ready and had no processor (Linux)."""
    return sum(int(Path(f"/proc/{one}/task/{one}/schedstat").read_text().split()[1]) for one in (pid, os.getpid())) / 1e9


@dataclass(frozen=True, slots=True)
class Answered:
    """A key press: seconds until its answer, and how many of them went by for lack of a free processor."""

    took_s: float
    stood_s: float


def press_keys(terminal: Terminal, count: int, chance: random.Random, at: int = 0) -> tuple[list[Answered], int]:
    """(each key and its answer, the segment that is chosen at the end), from the segment `at` on."""
    took: list[Answered] = []
    for _ in range(count):
        terminal.watch(chance.uniform(*PAUSES_S))
        down = at == 0 or (at < SEGMENTS - 1 and chance.random() < 0.75)
        at += 1 if down else -1
        since, before, began = len(terminal.drawn), stood(terminal.pid), time.perf_counter()
        terminal.press("j" if down else "k")
        terminal.until("▸", f"{clock(at * STEP_MS / 1000)}.0", since=since, within_s=10)
        took.append(Answered(time.perf_counter() - began, stood(terminal.pid) - before))
    return took, at


def told(took: list[Answered]) -> dict[str, float]:
    ranked = sorted(one.took_s for one in took)
    on_an_idle_machine = sorted(max(0.0, one.took_s - one.stood_s) for one in took)
    return {
        "keys": len(ranked),
        "p95_less_waits_ms": round(1000 * on_an_idle_machine[min(len(took) - 1, len(took) * 95 // 100)], 1),
        "median_ms": round(1000 * statistics.median(ranked), 1),
        "p95_ms": round(1000 * ranked[min(len(ranked) - 1, len(ranked) * 95 // 100)], 1),
        "worst_ms": round(1000 * ranked[-1], 1),
    }


def loop_told(terminal: Terminal, kept: Path) -> dict[str, Any]:
    """What the watch on the event loop has measured since it was asked last."""
    kept.unlink(missing_ok=True)
    os.kill(terminal.pid, signal.SIGUSR1)
    while not kept.exists() or not kept.read_text("utf-8").endswith("}"):
        terminal.watch(0.05)
    measured: dict[str, Any] = json.loads(kept.read_text("utf-8"))
    return measured


def updates(terminal: Terminal, for_s: float) -> float:
    """Screen updates a second."""
    before, began = terminal.updates, time.monotonic()
    terminal.watch(for_s)
    return (terminal.updates - before) / (time.monotonic() - began)


def measure(paths: Paths, count: int) -> dict[str, dict[str, Any]]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("ESCRIBANO_")}
    environ |= {"ESCRIBANO_HOME": str(paths.home), "ESCRIBANO_CONFIG_DIR": str(paths.config)}
    environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    chance = random.Random(7)
    measures: dict[str, dict[str, Any]] = {}
    kept = paths.home / "watched.json"
    with Terminal([sys.executable, "-m", "tests.benchmarks.watched", str(kept)], environ) as terminal:
        terminal.until("long.mp4", "demo.mp4")
        terminal.watch(1.0)
        since, began = len(terminal.drawn), time.perf_counter()
        terminal.press("\r")
        terminal.until("5,000 segments", "▲ 0:00.0", since=since)
        opened = time.perf_counter() - began
        terminal.watch(2.0)
        loop_told(terminal, kept)
        took, at = press_keys(terminal, count, chance)
        measures["a review of 5,000 segments"] = told(took) | {"open_s": round(opened, 2)} | loop_told(terminal, kept)
        since = len(terminal.drawn)
        terminal.press("\x1b")
        terminal.until("Library", since=since)
        terminal.watch(0.5)
        terminal.press("j")
        terminal.watch(0.5)
        since = len(terminal.drawn)
        terminal.press("\r")
        terminal.until("Nothing leaves this machine", since=since)
        terminal.press("\r")
        terminal.until("read", "describe", "drafted so far: 1", since=since)
        measures["the run screen"] = {"updates_a_second": round(updates(terminal, UPDATES_S), 1)}
        terminal.press("\x1b")
        terminal.until("left", since=len(terminal.drawn))
        terminal.watch(0.3)
        since = len(terminal.drawn)
        terminal.press("k\r")
        terminal.until("5,000 segments", since=since)
        terminal.watch(0.5)
        loop_told(terminal, kept)
        since, before, began = len(terminal.drawn), terminal.updates, time.monotonic()
        took = []
        while len(took) < count and "demo.mp4: finished" not in terminal.said(since):
            more, at = press_keys(terminal, 5, chance, at)
            took += more
        measures["while a run works"] = told(took) | {
            "updates_a_second": round((terminal.updates - before) / (time.monotonic() - began), 1)
        }
        measures["while a run works"] |= loop_told(terminal, kept)
        measures["the app"] = {"memory_mb": round(terminal.memory_mb())}
    return measures


def main() -> None:
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    with tempfile.TemporaryDirectory() as home:
        paths = Paths(Path(home) / "home", Path(home) / "config")
        make_library(paths)
        measures = measure(paths, count)
        kept = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(home) / "keys.jsonl"
        keep(kept, "keys", {"segments": SEGMENTS, "lines": LINES}, measures)
        print(json.dumps(json.loads(kept.read_text("utf-8").splitlines()[-1]), ensure_ascii=False))


if __name__ == "__main__":
    main()
