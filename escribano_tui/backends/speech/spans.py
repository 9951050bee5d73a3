"""Speech spans from probabilities of speech, window by window."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from escribano_tui.domain.speech import NO_VOICE, TOO_SHORT

WINDOW = 512  # samples of a window of Silero VAD at 16 kHz
RATE = 16_000
WINDOW_S = WINDOW / RATE
PAD_S = 0.1  # spans begin and end this much outside of what was heard, in the silence
_NEGATIVE_BELOW = 0.15  # Silero VAD's own distance of the threshold that ends speech from the one that begins it
_SURE_ABOVE = 0.2  # of the threshold: what a span must reach somewhere (instruments that sing stay below, voices do not)
_SURE_WINDOWS = 8  # for this long on average: 0.26 s
_SMOOTH = 3  # windows on each side that the loudness at a cut is averaged over: 0.22 s in all


@dataclass(frozen=True, slots=True)
class SpanSettings:
    threshold: float = 0.5
    min_speech_s: float = 0.25
    min_silence_s: float = 0.5
    max_span_s: float = 20.0


class SpanMaker:
    """Takes (probability, loudness in dBFS) of one window after another and gives spans (s) as they become certain.

    Speech begins at `threshold` and ends when it has been 0.15 below that for `min_silence_s`. A span that grows longer
    than `max_span_s` is cut where it was quietest in its later two thirds. Spans shorter than `min_speech_s`, and those
    that nowhere sounded like a voice for a quarter of a second, are counted in `skipped`, by reason.
    """

    def __init__(self, settings: SpanSettings) -> None:
        self.skipped: Counter[str] = Counter()
        self._settings = settings
        self._off = max(settings.threshold - _NEGATIVE_BELOW, 0.01)
        self._sure = min(settings.threshold + _SURE_ABOVE, 0.95)
        self._silence = max(1, round(settings.min_silence_s / WINDOW_S))
        self._longest = max(8, int((settings.max_span_s - 2 * PAD_S) / WINDOW_S))
        self._pad = min(PAD_S, settings.min_silence_s / 2)
        self._now = 0  # index of the next window
        self._start: int | None = None
        self._last = 0  # last window with speech
        self._cut_before = False  # the open span begins where another was cut
        self._loudness: list[float] = []  # since _start
        self._speech: list[float] = []  # probabilities since _start

    @property
    def idle(self) -> bool:
        """Nothing is open: windows without speech can be passed over."""
        return self._start is None

    def pass_over(self, windows: int) -> None:
        """Windows that are known to hold no speech, while idle."""
        self._now += windows

    def push(self, probability: float, loudness: float) -> list[tuple[float, float]]:
        now, self._now = self._now, self._now + 1
        if self._start is None:
            if probability < self._settings.threshold:
                return []
            self._start, self._last, self._cut_before = now, now, False
            self._loudness, self._speech = [], []
        self._loudness.append(loudness)
        self._speech.append(probability)
        if probability >= self._off:
            self._last = now
        elif now - self._last >= self._silence:
            return self.flush()
        return self._cut() if len(self._loudness) >= self._longest else []

    def flush(self) -> list[tuple[float, float]]:
        """Close the span that is open, if any."""
        if self._start is None:
            return []
        start, end, pad_before = self._start, self._last + 1, not self._cut_before
        self._start = None
        return self._span(start, end, self._speech[: end - start], pad_before, True)

    def _cut(self) -> list[tuple[float, float]]:
        assert self._start is not None
        start, pad_before = self._start, not self._cut_before
        cut = start + _quietest(self._loudness, len(self._loudness) // 3)
        if cut > self._last:  # all that follows is silence
            return self.flush()
        speech = self._speech[: cut - start]
        self._loudness, self._speech = self._loudness[cut - start :], self._speech[cut - start :]
        self._start, self._cut_before = cut, True
        return self._span(start, cut, speech, pad_before, False)

    def _span(
        self, start: int, end: int, speech: list[float], pad_before: bool, pad_after: bool
    ) -> list[tuple[float, float]]:  # fmt: skip
        short = (end - start) * WINDOW_S < self._settings.min_speech_s
        if short or _surest(speech) < self._sure:
            self.skipped[TOO_SHORT if short else NO_VOICE] += 1
            return []
        return [
            (
                max(0.0, start * WINDOW_S - (self._pad if pad_before else 0.0)),
                end * WINDOW_S + (self._pad if pad_after else 0.0),
            )
        ]


def _surest(speech: list[float]) -> float:
    """The highest mean probability over a quarter of a second."""
    length = min(_SURE_WINDOWS, len(speech))
    return max(sum(speech[k : k + length]) for k in range(len(speech) - length + 1)) / length


def _quietest(loudness: list[float], first: int) -> int:
    """The index from `first` on whose surroundings are quietest."""

    def around(k: int) -> float:
        part = loudness[max(0, k - _SMOOTH) : k + _SMOOTH + 1]
        return sum(part) / len(part)

    return min(range(first, len(loudness)), key=around)
