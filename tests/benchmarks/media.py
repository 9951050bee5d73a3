"""What the speed claims of the media engine rest on.

    python -m tests.benchmarks.media [RECORDING]... [--truth JSON] [--rounds 3] [--hours H] [--without-scenedetect]
    python -m tests.benchmarks.media --compare

Without a recording, one is made (a minute at 1080p; `--hours 3` repeats it, or the one given, to that length). All is
measured in one run, in turns, and told as medians of ratios: a busy machine slows both. `NAME.json` beside a recording is
taken for its ground truth (`segments[].start_s`). Every run is kept as a line in runs.jsonl.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from escribano_tui.domain.profile import FramesSettings
from escribano_tui.domain.recording import Recording
from escribano_tui.media.decoder import shown_at
from escribano_tui.media.engine import MediaEngine
from escribano_tui.media.packets import read_packets
from escribano_tui.pipeline.coverage_first import capped
from escribano_tui.pipeline.moments import Seen, moments
from tests.benchmarks import rivals
from tests.benchmarks.long_films import piece, repeated
from tests.benchmarks.timing import KEPT, Took, compare, keep, median, peak_mb, ratio, timed

STOP = threading.Event()
MOST_FRAMES = 60  # so many are compared with a process each


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("recordings", nargs="*", type=Path)
    parser.add_argument("--truth", type=Path, help="ground truth; NAME.json beside a recording is found by itself")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hours", type=float, default=0.0, help="repeat the recording to this length")
    parser.add_argument("--without-scenedetect", action="store_true")
    parser.add_argument("--alone", action="store_true", help="our own times and memory only, no other program")
    parser.add_argument("--compare", action="store_true", help="the last run of each recording with the ones before")
    parser.add_argument("--kept", type=Path, default=KEPT)
    options = parser.parse_args()
    if options.compare:
        return 1 if compare(options.kept) else 0
    with tempfile.TemporaryDirectory() as folder:
        for path in options.recordings or [piece(Path(folder) / "made.mp4")]:
            truth = _truth(options.truth or path.with_suffix(".json"))
            if options.hours:
                path, truth = repeated(path, Path(folder) / f"{path.stem}-{options.hours:g}h.mp4", options.hours), []
            measures = measure(path, truth, options)
            show(path.name, measures)
            recording = MediaEngine().probe(path)
            facts = {"duration_s": recording.duration_s, "picture": f"{recording.width}x{recording.height}"}
            keep(options.kept, path.name, facts, measures)
    return 0


def _truth(path: Path) -> list[float]:
    if not path.is_file():
        return []
    return [segment["start_s"] for segment in json.loads(path.read_text(encoding="utf-8"))["segments"][1:]]


def measure(path: Path, truth: list[float], options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    recording = MediaEngine().probe(path)
    measures = _ours(recording)
    if not options.alone:
        measures |= _scans(path, recording, truth, options) | _frames(path, recording, options.rounds)
        if recording.tracks:
            measures |= _energy(path, recording, options.rounds)
    return measures


def _ours(recording: Recording) -> dict[str, dict[str, Any]]:
    """Scan, the frames that a quick run chooses, and 450 spread evenly: each from nothing, and the memory of it all."""
    measures: dict[str, dict[str, Any]] = {}
    _, took = timed(lambda: MediaEngine().scan(recording, 0.4, 0.5, STOP, lambda done, total: None))
    measures["scan, alone"] = median([took])
    for name, times in _wanted(recording).items():
        count, took = timed(lambda t=times: sum(1 for _ in MediaEngine().pictures(recording, t, STOP)))  # type: ignore[misc]
        measures[f"frames, {name}, alone"] = median([took]) | {"count": count}
    measures["memory"] = {"peak_mb": round(peak_mb())}
    return measures


def _wanted(recording: Recording) -> dict[str, list[float]]:
    """The times that a quick run chooses, and as many as the original took of three hours, spread evenly."""
    engine = MediaEngine()
    changes, motion = engine.scan(recording, 0.4, 0.5, STOP, lambda done, total: None)
    seen = Seen(recording.duration_s, changes, motion, engine.keyframes(recording, STOP))
    settings = FramesSettings()
    chosen = [m.t_s for m in capped(moments(seen, settings), settings.most_per_minute, seen)[0]]
    return {"chosen": chosen, "450 spread evenly": _evenly(recording, 450)}


def _evenly(recording: Recording, count: int) -> list[float]:
    return [recording.duration_s * (k + 0.5) / count for k in range(count)]


def _scans(path: Path, recording: Recording, truth: list[float], options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    def ours() -> list[float]:
        changes, _ = MediaEngine().scan(recording, 0.4, 0.5, STOP, lambda done, total: None)
        return [c.t_s for c in changes if c.size != "small"]

    others: dict[str, Callable[[], list[float]]] = {}
    if rivals.has_ffmpeg():
        others["scan / ffmpeg scene filter"] = lambda: rivals.ffmpeg_scenes(path)
        others["scan / ffmpeg, keyframes only"] = lambda: rivals.ffmpeg_scenes(path, keyframes_only=True)
    if rivals.has_scenedetect() and not options.without_scenedetect:
        for detector in ("content", "adaptive", "hash"):
            others[f"scan / PySceneDetect {detector}"] = lambda d=detector: rivals.scenedetect_scenes(path, d)  # type: ignore[misc]
    found, mine, took = _in_turns(ours, others, options.rounds)
    measures: dict[str, dict[str, Any]] = {"scan": median(mine) | _matched(truth, found["ours"], recording.duration_s)}
    for name, theirs in took.items():
        rates = _matched(truth, found[name], recording.duration_s)
        measures[name] = median(theirs) | ratio(theirs, mine) | rates
    return measures


def _in_turns(
    ours: Callable[[], Any], others: dict[str, Callable[[], Any]], rounds: int
) -> tuple[dict[str, Any], list[Took], dict[str, list[Took]]]:
    """What each gives, our times, and theirs, one after the other in every round."""
    found: dict[str, Any] = {}
    mine: list[Took] = []
    took: dict[str, list[Took]] = {name: [] for name in others}
    for _ in range(rounds):
        found["ours"], own = timed(ours)
        mine.append(own)
        for name, call in others.items():
            found[name], theirs = timed(call)
            took[name].append(theirs)
    return found, mine, took


def _matched(truth: list[float], found: list[float], duration_s: float, tolerance_s: float = 0.5) -> dict[str, float]:
    """Recall and precision of the true boundaries, and how many there were a minute."""
    rates = {"per_minute": round(60 * len(found) / duration_s, 1)}
    if truth:
        hits = sum(any(abs(f - t) <= tolerance_s for f in found) for t in truth)
        right = sum(any(abs(f - t) <= tolerance_s for t in truth) for f in found)
        rates |= {"recall": round(hits / len(truth), 3), "precision": round(right / max(1, len(found)), 3)}
    return rates


def _frames(path: Path, recording: Recording, rounds: int) -> dict[str, dict[str, Any]]:
    if not rivals.has_ffmpeg():
        return {}
    wanted = {"chosen": _wanted(recording)["chosen"], f"{MOST_FRAMES} spread evenly": _evenly(recording, MOST_FRAMES)}
    return {
        f"frames, {name} / a process each": _against_processes(path, recording, times, rounds) for name, times in wanted.items()
    }


def _against_processes(path: Path, recording: Recording, times: list[float], rounds: int) -> dict[str, Any]:
    some = times[:: max(1, len(times) // MOST_FRAMES)][:MOST_FRAMES]
    packets = read_packets(path)
    shown_s = packets.time_s[shown_at(packets, np.array(some) + recording.origin_s)]
    turned = recording.rotation % 180 != 0
    size = (recording.height, recording.width) if turned else (recording.width, recording.height)
    mine: list[Took] = []
    theirs: list[Took] = []
    unlike: list[float] = []
    engine = MediaEngine()
    engine.scan(recording, 0.4, 0.5, STOP, lambda done, total: None)  # as in a run: the packets have been read
    for _ in range(rounds):
        pictures, own = timed(lambda: [_gray(p.image) for p in engine.pictures(recording, some, STOP)])
        singles, took = timed(lambda: [_gray(rivals.ffmpeg_frame(path, float(s), *size)) for s in shown_s])
        mine.append(own)
        theirs.append(took)
        unlike = [_difference(one, other) for one, other in zip(pictures, singles, strict=True)]
    same = sum(1 for d in unlike if d < 2.0) / max(1, len(unlike))
    compared = {"count": len(some), "same_picture": round(same, 3), "worst_luma": round(max(unlike, default=0.0), 2)}
    return median(theirs) | ratio(theirs, mine) | compared


def _gray(image: Any) -> Any:
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image is not None else np.zeros((1, 1), np.uint8)


def _difference(one: Any, other: Any) -> float:
    """Mean absolute difference of brightness, of 255."""
    return float(cv2.absdiff(one, other).mean()) if one.shape == other.shape else 255.0


def _energy(path: Path, recording: Recording, rounds: int) -> dict[str, dict[str, Any]]:
    track = recording.tracks[0]
    others: dict[str, Callable[[], Any]] = {}
    if rivals.has_ffmpeg():
        others["energy / ffmpeg astats"] = lambda: rivals.ffmpeg_energy(path, 0.1, track.sample_rate)
    _, mine, took = _in_turns(lambda: MediaEngine().loudness(track, recording.duration_s, STOP), others, rounds)
    return {"energy": median(mine)} | {name: median(theirs) | ratio(theirs, mine) for name, theirs in took.items()}


def show(name: str, measures: dict[str, dict[str, Any]]) -> None:
    """The table, as the README shows it."""
    print(f"\n{name}\n")
    print("| what | wall s | processor s | times faster (wall) | (processor) | recall | precision | a minute | other |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    columns = ("wall_s", "cpu_s", "times_faster_wall", "times_faster_cpu", "recall", "precision", "per_minute")
    for what, values in measures.items():
        cells = [f"{values[c]:g}" if c in values else "" for c in columns]
        other = ", ".join(f"{k} {v:g}" for k, v in values.items() if k not in columns)
        print(f"| {what} | {' | '.join(cells)} | {other} |")
    faster = [v["times_faster_cpu"] for v in measures.values() if "times_faster_cpu" in v]
    if faster:
        print(f"\nmedian of all ratios: {statistics.median(faster):.1f}")


if __name__ == "__main__":
    sys.exit(main())
