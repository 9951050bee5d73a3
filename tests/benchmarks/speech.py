"""What the speed claims of the speech lane rest on: `python -m tests.benchmarks.speech [RECORDING]`.

Processor seconds (of this process and its hosts) beside wall seconds: the former hold on a busy machine too.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from escribano_tui.backends.registry import Registry
from escribano_tui.domain.evidence import SpeechSpan, Utterance
from escribano_tui.media.engine import MediaEngine
from escribano_tui.pipeline.listen import Listen
from escribano_tui.pipeline.transcribe import Transcribe
from tests.fakes import MemoryContext, SoundMedia, sound_recording
from tests.sounds import RATE, silence, voice

HOURS = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        registry = Registry(Path(folder) / "models", Path(folder) / "log")
        try:
            _warm(registry)
            _silence(registry)
            if len(sys.argv) > 1:
                _recording(registry, Path(sys.argv[1]))
        finally:
            registry.close()


def _warm(registry: Registry) -> None:
    choice = registry.choose("speech", ["moonshine"])
    transcriber = registry.open(choice, {})
    sound = voice("beckett")[: 10 * RATE]
    transcriber.transcribe(sound)
    times = [_timed(registry, lambda: transcriber.transcribe(sound))[1] for _ in range(7)]
    print(f"10 s of speech, warm: {sorted(times)[3]:.3f} s (median of 7)")
    times = [_timed(registry, lambda: registry.open(choice, {}))[1] for _ in range(7)]
    print(f"second load of a resident model: {1000 * sorted(times)[3]:.2f} ms")


def _silence(registry: Registry) -> None:
    hour = {"mic": silence(3600.0)}
    context = _context(registry, hour)
    busy, wall = _timed(registry, lambda: Listen().run(context))
    print(f"{HOURS} hours of silence: {HOURS * wall:.1f} s, {HOURS * busy:.1f} s of processor, without decoding")
    noise = {"mic": np.tile(np.random.default_rng(0).standard_normal(60 * RATE).astype(np.float32) * 0.01, 60)}
    context = _context(registry, noise)
    busy, wall = _timed(registry, lambda: Listen().run(context))
    print(f"{HOURS} hours of noise: {HOURS * wall:.1f} s, {HOURS * busy:.1f} s of processor, without decoding")


def _context(registry: Registry, sounds: dict[str, Any]) -> MemoryContext:
    choice = registry.choose("speech_spans", ["auto"])
    return MemoryContext(sound_recording(sounds), media=SoundMedia(sounds), backends=registry, choice=choice)


def _recording(registry: Registry, path: Path) -> None:
    media = MediaEngine()
    recording = media.probe(path)
    first = MemoryContext(recording, media=media, backends=registry, choice=registry.choose("speech_spans", ["auto"]))
    busy, wall = _timed(registry, lambda: Listen().run(first))
    spans = first.mine(SpeechSpan)
    print(f"listen: {wall:.1f} s, {busy:.1f} s of processor; {first.notes[-1]}")
    second = MemoryContext(
        recording, media=media, backends=registry, choice=registry.choose("speech", ["auto"]), earlier={"listen": spans}
    )
    busy, wall = _timed(registry, lambda: Transcribe().run(second))
    share = 100 * wall / recording.duration_s
    print(f"transcribe: {wall:.1f} s, {busy:.1f} s of processor ({share:.1f} % of the recording)")
    for utterance in second.mine(Utterance):
        print(f"  {utterance.start_s:8.2f} {utterance.end_s:8.2f} {utterance.confidence:.2f} {utterance.text}")
    for resident in registry.residents().models:
        print(f"{resident.label}: {resident.size_mb:.0f} MB, loaded in {resident.load_s:.2f} s")


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
    main()
