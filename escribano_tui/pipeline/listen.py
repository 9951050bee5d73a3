"""Phase `listen`: where somebody speaks, and how loud it is, on every track."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from escribano_tui.domain.evidence import Envelope, LeftOut, SpeechSpan
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording, Track
from escribano_tui.ports import BackendError, PhaseContext, SpeechSpotter

if TYPE_CHECKING:
    from escribano_tui.ports import Sound

RATE = 16_000
STEP_S = 0.1
SILENCE_DBFS = -120.0


class Listen:
    """An item is a span (named by its track and start) or, when a track is through, the track itself."""

    name = "listen"
    version = 1
    port = "speech_spans"

    def skip(self, recording: Recording, profile: Profile) -> str:
        return "" if recording.tracks else "This recording has no sound."

    def run(self, context: PhaseContext) -> None:
        for number, track in enumerate(context.recording.tracks):
            context.check()
            if track.name in context.done():
                continue
            try:
                _listen_to(context, track, number)
            except BackendError as problem:
                if problem.fatal:
                    raise
                context.fail(track.name, str(problem), problem.raw)
        spans = context.mine(SpeechSpan)
        context.note(_said(spans, context.mine(LeftOut)))


def _listen_to(context: PhaseContext, track: Track, number: int) -> None:
    done = context.done()
    length_s = context.recording.duration_s
    loudness = _Loudness(length_s)
    spotter = _open(context)
    took_s = sound_s = 0.0
    try:
        first_s: float | None = None
        count = 0
        for start_s, samples in context.media.sound_blocks(track, context.stop, rate=RATE):
            context.check()
            first_s = start_s if first_s is None else first_s
            loudness.add(start_s, samples)
            began = time.perf_counter()
            found = spotter.feed(samples)
            if start_s > first_s:  # the first call waits for the model to load
                took_s, sound_s = took_s + time.perf_counter() - began, sound_s + len(samples) / RATE
            count += _hand_on(context, track, done, first_s, found)
            at_s = number * length_s + min(start_s + len(samples) / RATE, length_s)
            context.progress(round(at_s), round(len(context.recording.tracks) * length_s), f"{count} spans")
        _hand_on(context, track, done, first_s or 0.0, spotter.finish())
        skipped = [LeftOut(track.name, 0.0, length_s, why, count) for why, count in sorted(spotter.skipped.items())]
    finally:
        spotter.close()
        context.measured(sound_s, took_s)
    context.put(track.name, [loudness.envelope(track.name), *skipped])


def _open(context: PhaseContext) -> SpeechSpotter:
    if context.choice is None:
        raise BackendError("nothing here finds speech", fatal=True)
    options = {**asdict(context.profile.listen), "stop": context.stop}
    spotter: SpeechSpotter = context.backends.open(context.choice, options)
    return spotter


def _hand_on(
    context: PhaseContext, track: Track, done: frozenset[str], first_s: float, found: Sequence[tuple[float, float]]
) -> int:
    """Store the spans that lie inside of the recording, those of an earlier run that stopped half-way left out."""
    end_s = context.recording.duration_s
    for start, end in found:
        span = SpeechSpan(round(max(0.0, first_s + start), 3), round(min(end_s, first_s + end), 3), track.name)
        if span.duration_s > 0 and span.item not in done:
            context.put(span.item, [span])
    return len(found)


class _Loudness:
    """The loudness envelope, from the same blocks that speech is looked for in: one decoding pass serves both."""

    def __init__(self, duration_s: float) -> None:
        self._power = np.zeros(max(1, int(np.ceil(duration_s / STEP_S - 1e-9))))
        self._count = np.zeros(len(self._power))

    def add(self, start_s: float, samples: Sound) -> None:
        step = round(STEP_S * RATE)
        first = round(start_s * RATE)
        samples = samples[max(0, -first) : max(0, len(self._power) * step - first)]
        first = max(0, first)
        if not len(samples):
            return
        edges = np.unique(np.concatenate([[0], np.arange(-first % step, len(samples), step)]))
        where = (first + edges) // step
        self._power[where] += np.add.reduceat(np.square(samples, dtype=np.float64), edges)
        self._count[where] += np.diff(edges, append=len(samples))

    def envelope(self, track: str) -> Envelope:
        mean = self._power / np.maximum(self._count, 1)
        dbfs = np.maximum(10 * np.log10(np.maximum(mean, 1e-12)), SILENCE_DBFS)
        return Envelope(f"loudness:{track}", STEP_S, tuple(np.round(dbfs, 2).tolist()))


def _said(spans: Sequence[SpeechSpan], left_out: Sequence[LeftOut]) -> str:
    minutes, seconds = divmod(round(sum(s.duration_s for s in spans)), 60)
    counts: Counter[str] = Counter()
    for one in left_out:
        counts[one.why] += one.count
    return ", ".join([f"{minutes}:{seconds:02d} of speech in {len(spans)} spans", *(f"{n} {why}" for why, n in counts.items())])
