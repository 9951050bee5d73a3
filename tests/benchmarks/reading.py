"""What the claims about reading rest on.

    python -m tests.benchmarks.reading [RECORDING] [--every 2.0] [--whole-every 1] [--rapidocr] [--quick]
    python -m tests.benchmarks.reading --screenshots FOLDER [--rapidocr]

On a grid of a recording (the shipped demo without one), all in one run: seconds of the processor to read what is new in
each frame, beside reading each frame whole with the same models (or with RapidOCR's own pipeline), and the share of the
lines found whole that are found incrementally. `--quick` reads the frames that the profile takes instead of a grid.
With screenshots: the share of the known lines (`NAME-lines.json`: png, lines) that are found, letters and digits compared.
"""

from __future__ import annotations

import argparse
import json
import re
import threading
import time
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from escribano_tui.backends.screen_text.rapidocr import load, scale_for, weights
from escribano_tui.backends.screen_text.spread import reading_threads
from escribano_tui.bootstrap import demo_recording, known_profiles
from escribano_tui.domain.evidence import Box, Change, Frame, ScreenLine
from escribano_tui.domain.layout import reading_order
from escribano_tui.domain.recording import Recording
from escribano_tui.media.engine import MediaEngine
from escribano_tui.pipeline.coverage_first import capped
from escribano_tui.pipeline.moments import Seen, moments
from escribano_tui.pipeline.read import Read
from escribano_tui.pipeline.reading.tracker import is_noise
from escribano_tui.ports import Availability, BackendInfo, Choice
from tests.benchmarks.timing import KEPT, keep
from tests.fakes import MemoryContext, OneBackend

STOP = threading.Event()
JPEG = [cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
Whole = Callable[[Any], list[str]]


class Here:
    """The reader in this process, so that its processor time is this one's."""

    def __init__(self) -> None:
        found = weights()
        assert found is not None, "rapidocr is not installed"
        self._engine = load(*map(str, found), threads=reading_threads())
        self.scale = 1.0
        self.recognised = 0

    def detect(self, image: Any) -> Sequence[Box]:
        return [Box(*box) for box in self._engine.detect(image, self.scale)]

    def recognise(self, lines: Sequence[Any]) -> Sequence[tuple[str, float]]:
        self.recognised += len(lines)
        return self._engine.recognise(lines) if lines else []

    def close(self) -> None:
        """Kept for the next phase."""

    def whole(self, image: Any) -> list[str]:
        self.scale = scale_for(image.shape[0])
        boxes = self.detect(image)
        said = self.recognise([np.ascontiguousarray(image[b.y : b.bottom, b.x : b.right]) for b in boxes])
        return [text for text, confidence in said if not is_noise(text, confidence, 0.5)]


class Kept:
    """Work pictures as the store of files keeps them, in memory."""

    def __init__(self, pictures: dict[str, bytes]) -> None:
        self._pictures = pictures

    def work(self, recording_id: str, name: str) -> Any:
        return cv2.imdecode(np.frombuffer(self._pictures[name], np.uint8), cv2.IMREAD_COLOR)

    def drop_pictures(self, recording_id: str, name: str) -> None:
        """What is never read leaves nothing."""
        self._pictures.pop(name, None)


def rapidocr_whole() -> Whole:
    """RapidOCR as it comes."""
    from rapidocr import RapidOCR

    engine = RapidOCR(params={"Global.log_level": "error"})

    def read(image: Any) -> list[str]:
        return list(engine(image).txts or ())

    return read


def squash(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", unicodedata.normalize("NFKC", text).lower())


def grid(media: MediaEngine, recording: Recording, every_s: float) -> list[Frame]:
    count = int(recording.duration_s / every_s)
    return [Frame(k * every_s + every_s / 2, "change", k * every_s, (k + 1) * every_s) for k in range(count)]


def quick(media: MediaEngine, recording: Recording) -> list[Frame]:
    """The moments that the quick profile takes."""
    settings = next(p for p in known_profiles().profiles if p.name == "quick")
    changes, motion = media.scan(
        recording, settings.scan.sensitivity, settings.scan.min_interval_s, STOP, lambda done, total: None
    )
    seen = Seen(recording.duration_s, changes, motion, media.keyframes(recording, STOP))
    taken, _ = capped(moments(seen, settings.frames), settings.frames.most_per_minute, seen)
    return [Frame(m.t_s, m.reason, *_span(m.t_s, changes, recording.duration_s)) for m in taken]


def _span(t_s: float, changes: Sequence[Change], end_s: float) -> tuple[float, float]:
    return max([0.0, *(c.t_s for c in changes if c.t_s <= t_s)]), min([end_s, *(c.t_s for c in changes if c.t_s > t_s)])


def of_recording(args: argparse.Namespace) -> None:
    media, reader = MediaEngine(), Here()
    recording = media.probe(Path(args.recording or demo_recording()))
    frames = quick(media, recording) if args.quick else grid(media, recording, args.every)
    pictures: dict[str, bytes] = {}
    for frame, picture in zip(frames, media.pictures(recording, [f.t_s for f in frames], STOP), strict=True):
        pictures[frame.item] = bytes(cv2.imencode(".jpg", picture.image, JPEG)[1])
    kept = Kept(pictures)
    reader.scale = scale_for(recording.height)
    serves = BackendInfo("screen_text", "rapidocr", "m", "RapidOCR", Availability(True))
    context = MemoryContext(
        recording, files=kept, media=media, backends=OneBackend(lambda options: reader),
        choice=Choice("screen_text", serves), earlier={"frames": frames},
    )  # fmt: skip
    began, clock = time.process_time(), time.perf_counter()
    Read().run(context)
    cpu_s, wall_s = time.process_time() - began, time.perf_counter() - clock
    share = wall_s / recording.duration_s
    print(f"{len(frames)} frames incrementally: {cpu_s:.1f} s of processor, {wall_s:.1f} s, {100 * share:.1f} % of the length")
    facts: dict[str, Any] = {"cpu_s": round(cpu_s, 2), "recognised": reader.recognised, "frames": len(frames)}
    if args.whole_every:
        facts |= compared(args, reader, kept, frames, context.mine(ScreenLine), cpu_s)
    keep(KEPT, Path(recording.path).name, {"what": "reading"}, {"reading": facts})


def compared(
    args: argparse.Namespace, reader: Here, kept: Kept, frames: Sequence[Frame], lines: Sequence[ScreenLine], cpu_s: float
) -> dict[str, Any]:
    """Reading every so many frames whole, held against what was read of them incrementally."""
    read = rapidocr_whole() if args.rapidocr else reader.whole
    spent, known, found = 0.0, 0, 0
    sample = frames[:: args.whole_every]
    for frame in sample:
        image = kept.work("", frame.item)
        began = time.process_time()
        texts = {squash(text) for text in read(image)} - {""}
        spent += time.process_time() - began
        there = reading_order((one for one in lines if one.start_s <= frame.t_s < one.end_s), lambda one: one.box)
        seen = squash("\n".join(line.text for line in there))
        known += len(texts)
        found += sum(text in seen for text in texts)
    times = spent / len(sample) * len(frames) / cpu_s
    print(f"whole: {spent / len(sample):.2f} s of processor a frame; {times:.1f} times as much in all")
    print(f"of {known} lines found whole, {100 * found / max(1, known):.1f} % are found incrementally")
    return {"times_faster_cpu": round(times, 2), "share_of_lines": round(found / max(1, known), 4)}


def of_screenshots(folder: Path, read: Whole) -> None:
    known = found = 0
    spent = 0.0
    rows = [row for file in sorted(folder.glob("*-lines.json")) for row in json.loads(file.read_text(encoding="utf-8"))]
    for row in rows:
        image = cv2.imread(str(folder / row["png"]))
        began = time.process_time()
        seen = squash("\n".join(read(image)))
        spent += time.process_time() - began
        wanted = [squash(line) for line in row["lines"] if squash(line)]
        known += len(wanted)
        found += sum(line in seen for line in wanted)
    print(f"{found} of {known} lines found ({found / max(1, known):.4f}), {spent / max(1, len(rows)):.2f} s of processor each")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording", nargs="?")
    parser.add_argument("--every", type=float, default=2.0, metavar="S")
    parser.add_argument("--whole-every", type=int, default=1, metavar="N", help="read every so many frames whole; 0 is none")
    parser.add_argument("--rapidocr", action="store_true", help="whole frames by RapidOCR's own pipeline")
    parser.add_argument("--quick", action="store_true", help="the frames of the quick profile")
    parser.add_argument("--screenshots", type=Path, metavar="FOLDER")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    if args.screenshots:
        of_screenshots(args.screenshots, rapidocr_whole() if args.rapidocr else Here().whole)
    else:
        of_recording(args)


if __name__ == "__main__":
    main()
