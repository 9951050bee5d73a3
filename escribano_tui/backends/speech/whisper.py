"""What all Whisper models have in common: their answers, and how sure they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from escribano_tui.backends.offer import Lease
from escribano_tui.backends.speech.samples import RATE, sane
from escribano_tui.domain.evidence import Word
from escribano_tui.ports import Heard

if TYPE_CHECKING:
    from escribano_tui.ports import Sound

# Whisper's own limits: silence where both hold.
NO_SPEECH = 0.6
LEAST_LOG_PROBABILITY = -1.0


class Segment(TypedDict):
    """One stretch of an answer. `words` are (start s, end s, text, probability)."""

    text: str
    avg_logprob: float
    no_speech_prob: float
    tokens: int
    words: Sequence[tuple[float, float, str, float]]


class Answer(TypedDict):
    language: str
    segments: Sequence[Segment]


class WhisperTranscriber:
    """A Transcriber over a Whisper model in a host process (method `hear`), with times of words.

    The confidence is the geometric mean of the probabilities of its tokens, as the decoder gives them. Decoded at
    temperature 0 alone: the same sound gives the same text, and a span that loops is judged by the phase.
    """

    def __init__(self, lease: Lease, beam: int = 1) -> None:
        self._lease = lease
        self._beam = beam
        lease.warm_soon()

    def transcribe(
        self, samples: Sound, language: str = "", prompt: str = "", margins_s: tuple[float, float] = (0.0, 0.0)
    ) -> Heard:
        samples = sane(samples)
        seconds = len(samples) / RATE
        code = language.split("-")[0].lower()
        answer: Answer = self._lease.call("hear", samples, code, prompt, self._beam, timeout_s=60 + 10 * seconds)
        return heard_of(answer, seconds)

    def close(self) -> None:
        self._lease.close()


def heard_of(answer: Answer, seconds: float) -> Heard:
    """An answer as a Heard; what the model itself takes for silence is left out."""
    segments = [s for s in answer["segments"] if not _silent(s)]
    tokens = sum(s["tokens"] for s in segments)
    surprise = sum(s["avg_logprob"] * s["tokens"] for s in segments)
    return Heard(
        text=" ".join(s["text"].strip() for s in segments).strip(),
        confidence=math.exp(min(0.0, surprise / tokens)) if tokens else 0.0,
        words=tuple(_in_order([w for s in segments for w in s["words"]], seconds)),
        language=answer["language"],
    )


def _silent(segment: Segment) -> bool:
    return segment["no_speech_prob"] > NO_SPEECH and segment["avg_logprob"] < LEAST_LOG_PROBABILITY


def _in_order(words: Sequence[tuple[float, float, str, float]], seconds: float) -> list[Word]:
    """Words whose times lie inside and never go backwards, whatever the alignment gave."""
    found: list[Word] = []
    now = 0.0
    for start, end, text, probability in words:
        if not text.strip():
            continue
        first = min(max(float(start), now), seconds)
        now = min(max(float(end), first), seconds)
        found.append(Word(round(first, 3), round(now, 3), text.strip(), min(1.0, max(0.0, float(probability)))))
    return found


def answer_of(told: dict[str, Any]) -> Answer:
    """An answer in the form that OpenAI's whisper, mlx-whisper and servers with `verbose_json` share."""
    segments: list[Segment] = []
    for s in told.get("segments") or ():
        words = [
            (float(w["start"]), float(w["end"]), str(w["word"]), float(w.get("probability", 1.0))) for w in s.get("words") or ()
        ]
        tokens = len(s.get("tokens") or ()) or max(1, len(str(s.get("text", "")).split()))
        segments.append(
            {
                "text": str(s.get("text", "")), "avg_logprob": _number(s.get("avg_logprob")),
                "no_speech_prob": _number(s.get("no_speech_prob")), "tokens": tokens, "words": words,
            }
        )  # fmt: skip
    return {"language": str(told.get("language") or ""), "segments": segments}


def _number(value: Any) -> float:
    """A log probability or probability; one that is not a number (half precision overflows) counts as surely wrong."""
    number = float(value or 0.0)
    return number if math.isfinite(number) else -100.0
