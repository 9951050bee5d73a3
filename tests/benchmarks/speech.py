"""What the claims of the speech lane rest on: `python -m tests.benchmarks.speech [RECORDING] [--truth JSON] [--hours 5]`.

Processor seconds (of this process and its hosts) beside wall seconds: the former hold on a busy machine too. Each run is
kept as a line of JSON. Without a recording: a warm model, silence of hours, sounds without speech, and how much the words
of the wheel's human voices depend on where a span is cut.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from escribano_tui.backends.registry import Registry
from escribano_tui.domain.evidence import LeftOut, SpeechSpan, Utterance
from escribano_tui.media.engine import MediaEngine
from escribano_tui.pipeline.listen import Listen
from escribano_tui.pipeline.transcribe import Transcribe
from tests.benchmarks.timing import KEPT, keep, peak_mb
from tests.fakes import MemoryContext, SoundMedia, sound_recording
from tests.sounds import BECKETT, RATE, TWO_CITIES, Sound, hiss, music, silence, typing, voice, word_error_rate

Measures = dict[str, dict[str, Any]]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording", nargs="?", type=Path, help="listen to it and write it down")
    parser.add_argument("--truth", type=Path, help="JSON with `speech`: texts with start_s and end_s")
    parser.add_argument("--hours", type=float, default=5.0, help="length of the silent recording")
    parser.add_argument("--minutes", type=float, default=30.0, help="length of each sound without speech")
    parser.add_argument("--keep", type=Path, default=KEPT, help="the file that the run is added to")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        registry = Registry(Path(folder) / "models", Path(folder) / "log")
        try:
            if args.recording:
                measures = _recording(registry, args.recording, args.truth)
            else:
                measures = _warm(registry) | _silence(registry, Path(folder), args.hours)
                measures |= _no_speech(registry, args.minutes) | _cuts(registry)
        finally:
            registry.close()
    for what, values in measures.items():
        print(f"{what}: {', '.join(f'{k} {v}' for k, v in values.items())}")
    keep(args.keep, args.recording.name if args.recording else "speech", {"what": "speech"}, measures)
    return 0


def _warm(registry: Registry) -> Measures:
    choice = registry.choose("speech", ["moonshine"])
    transcriber = registry.open(choice, {})
    sound = voice("two_cities")[: 10 * RATE]
    transcriber.transcribe(sound)
    warm = [_timed(registry, lambda: transcriber.transcribe(sound)) for _ in range(7)]
    again = [_timed(registry, lambda: registry.open(choice, {}))[1] for _ in range(7)]
    (model,) = registry.residents().models
    return {
        "10 s of speech, warm": {
            "cpu_s": round(statistics.median(c for c, _ in warm), 3), "wall_s": round(statistics.median(w for _, w in warm), 3)
        },
        "second load of a resident model": {"wall_ms": round(1000 * statistics.median(again), 3)},
        "Moonshine": {"memory_mb": round(model.size_mb), "load_s": round(model.load_s, 2)},
    }  # fmt: skip


def _silence(registry: Registry, folder: Path, hours: float) -> Measures:
    """A silent recording of hours, encoded, decoded and listened to."""
    path = _encoded(folder / "silence.m4a", hours * 3600)
    media = MediaEngine()
    recording = media.probe(path)
    context = MemoryContext(recording, media=media, backends=registry, choice=registry.choose("speech_spans", ["auto"]))
    before_mb = peak_mb()
    busy, wall = _timed(registry, lambda: Listen().run(context))
    hosts = sum(m.size_mb for m in registry.residents().models if m.port == "speech_spans")
    return {
        f"{hours:g} hours of silence": {
            "cpu_s": round(busy, 1), "wall_s": round(wall, 1), "spans": len(context.mine(SpeechSpan)),
            "peak_mb": round(peak_mb() + hosts), "more_than_before_mb": round(peak_mb() - before_mb),
        }
    }  # fmt: skip


def _encoded(path: Path, seconds: float) -> Path:
    import av

    with av.open(str(path), "w", format="mp4") as out:
        stream = out.add_stream("aac", rate=RATE, layout="mono")
        frame_s = 1024
        for k in range(int(seconds * RATE / frame_s)):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, frame_s), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = RATE, k * frame_s
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def _no_speech(registry: Registry, minutes: float) -> Measures:
    seconds = minutes * 60
    minute = 60 * RATE
    sounds = {
        "silence": silence(seconds),
        "low noise": np.tile(hiss(60, 0.01), int(minutes) + 1)[: int(seconds * RATE)],
        "typing": np.concatenate([typing(60, k) for k in range(int(minutes))]),
        "music": np.concatenate([music(60, k) for k in range(int(minutes))]),
    }
    measures: Measures = {}
    for name, sound in sounds.items():
        first = _context(registry, {"mic": sound})
        busy, wall = _timed(registry, lambda first=first: Listen().run(first))
        second = _written_down(registry, first)
        lines = second.mine(Utterance)
        measures[f"{len(sound) / minute:g} minutes of {name}"] = {
            "cpu_s": round(busy, 1), "wall_s": round(wall, 1), "spans": len(first.mine(SpeechSpan)),
            "kept": sum(not u.doubtful for u in lines), "doubtful": sum(u.doubtful for u in lines),
            "left_out": len(second.mine(LeftOut)),
        }  # fmt: skip
    return measures


def _cuts(registry: Registry, times: int = 5) -> Measures:
    """Word error rates of the human voices over spans whose edges lie up to 0.1 s elsewhere."""
    measures: Measures = {}
    for name, text in (("two_cities", TWO_CITIES), ("beckett", BECKETT)):
        sounds = {"mic": np.concatenate([silence(1), voice(name), silence(1)])}
        first = _context(registry, sounds)
        Listen().run(first)
        rates = []
        for seed in range(times):
            rng = np.random.default_rng(seed)
            shift = [
                (rng.uniform(-0.06, 0.08), rng.uniform(-0.08, 0.1)) if seed else (0.0, 0.0) for _ in first.mine(SpeechSpan)
            ]
            spans = [
                SpeechSpan(max(0.0, s.start_s + a), s.end_s + b, s.track)
                for s, (a, b) in zip(first.mine(SpeechSpan), shift, strict=True)
            ]
            second = _written_down(registry, first, spans)
            rates.append(word_error_rate(text, " ".join(u.text for u in second.mine(Utterance))))
        mean, spread = statistics.mean(rates), statistics.pstdev(rates)
        measures[f"{name}, cut {times} ways"] = {"wer": round(mean, 3), "sd": round(spread, 3), "worst": round(max(rates), 3)}
    return measures


def _recording(registry: Registry, path: Path, truth: Path | None) -> Measures:
    media = MediaEngine()
    recording = media.probe(path)
    first = MemoryContext(recording, media=media, backends=registry, choice=registry.choose("speech_spans", ["auto"]))
    listened = _timed(registry, lambda: Listen().run(first))
    second: list[MemoryContext] = []
    wrote = _timed(registry, lambda: second.append(_written_down(registry, first)))
    lines = second[0].mine(Utterance)
    for u in lines:
        print(f"  {u.start_s:8.2f} {u.end_s:8.2f} {u.confidence:.2f}{' ?' if u.doubtful else '  '} {u.text}")
    share = (listened[0] + wrote[0]) / recording.duration_s
    measures: Measures = {
        "listen": {"cpu_s": round(listened[0], 2), "wall_s": round(listened[1], 2)},
        "transcribe": {"cpu_s": round(wrote[0], 2), "wall_s": round(wrote[1], 2), "lines": len(lines)},
        "speech lane": {"share_of_length_cpu": round(share, 4)},
    }
    if truth is not None:
        told = json.loads(truth.read_text(encoding="utf-8"))["speech"]
        rate = word_error_rate(" ".join(s["text"] for s in told), " ".join(u.text for u in lines))
        measures["words"] = {"wer": round(rate, 4)}
    return measures


def _context(registry: Registry, sounds: dict[str, Sound]) -> MemoryContext:
    choice = registry.choose("speech_spans", ["auto"])
    return MemoryContext(sound_recording(sounds), media=SoundMedia(sounds), backends=registry, choice=choice)


def _written_down(registry: Registry, first: MemoryContext, spans: list[SpeechSpan] | None = None) -> MemoryContext:
    context = MemoryContext(
        first.recording, media=first.media, backends=registry, choice=registry.choose("speech", ["moonshine"]),
        earlier={"listen": first.mine(SpeechSpan) if spans is None else spans},
    )  # fmt: skip
    context.may_replace = True
    Transcribe().run(context)
    return context


def _timed(registry: Registry, call: Callable[[], Any]) -> tuple[float, float]:
    """(processor seconds, wall seconds)."""
    before, began = _processor_s(registry), time.perf_counter()
    call()
    return _processor_s(registry) - before, time.perf_counter() - began


def _processor_s(registry: Registry) -> float:
    """Of this process and of the hosts that run."""
    hosts = [entry.host.pid for entry in registry._residency._entries.values()]
    return time.process_time() + sum(_of(pid) for pid in hosts if pid)


def _of(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
