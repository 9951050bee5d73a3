"""Times of processor and clock, medians of rounds, and runs kept as lines of JSON."""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

KEPT = Path(__file__).with_name("runs.jsonl")
SLOWER = 1.3  # a ratio that fell by this factor is told as a slow-down


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock and of the processor, child processes included."""

    wall_s: float
    cpu_s: float


def timed(call: Callable[[], T]) -> tuple[T, Took]:
    """What the call gives, and what it took."""
    began, used = time.perf_counter(), _processor_s()
    result = call()
    return result, Took(time.perf_counter() - began, _processor_s() - used)


def _processor_s() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak_mb() -> float:
    """The most memory that this process ever held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if platform.system() == "Linux" else peak / 2**20


def median(took: list[Took]) -> dict[str, float]:
    return {
        "wall_s": round(statistics.median(t.wall_s for t in took), 4),
        "cpu_s": round(statistics.median(t.cpu_s for t in took), 4),
    }


def ratio(theirs: list[Took], ours: list[Took]) -> dict[str, float]:
    """Medians over the rounds of their time by ours: above 1 is faster."""
    pairs = list(zip(theirs, ours, strict=True))
    return {
        "times_faster_wall": round(statistics.median(t.wall_s / o.wall_s for t, o in pairs), 2),
        "times_faster_cpu": round(statistics.median(t.cpu_s / max(o.cpu_s, 1e-4) for t, o in pairs), 2),
    }


def keep(path: Path, file: str, facts: dict[str, Any], measures: dict[str, dict[str, Any]]) -> None:
    """Add a run as a line of JSON."""
    machine = {"system": platform.system(), "cores": os.cpu_count(), "python": platform.python_version()}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    line = {"at": at, "machine": machine, "file": file, **facts, "measures": measures}
    with path.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(line, sort_keys=True) + "\n")


def compare(path: Path) -> int:
    """Print how the last run of each file differs from the ones before; the number of slow-downs."""
    runs: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        run = json.loads(line)
        runs.setdefault((run["file"], run["machine"]["cores"]), []).append(run)
    slower = 0
    for (file, cores), all_of in sorted(runs.items()):
        last, before = all_of[-1], all_of[:-1]
        print(f"{file}, {cores} cores: {len(before)} earlier run{'' if len(before) == 1 else 's'}")
        for name, now in last["measures"].items():
            slower += _compared(name, now, [run["measures"][name] for run in before if name in run["measures"]])
    return slower


def _compared(name: str, now: dict[str, Any], before: list[dict[str, Any]]) -> int:
    slow = 0
    for key, value in now.items():
        earlier = [run[key] for run in before if isinstance(run.get(key), int | float)]
        if not key.startswith("times_faster") or not earlier:
            continue
        usual = statistics.median(earlier)
        is_slow = value < usual / SLOWER
        slow += is_slow
        print(f"  {name:42s} {key[13:]:5s} {value:9.2f} was {usual:9.2f}{'  SLOWER' if is_slow else ''}")
    return slow
