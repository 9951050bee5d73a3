"""Whisper on CTranslate2 (faster-whisper, MIT), with weights that are on this machine already."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

from escribano_tui.backends.fetch import fetchable
from escribano_tui.backends.offer import Model, Offer, Opening, Wanted
from escribano_tui.backends.speech.weights import Weights, find_weights, knows, pick
from escribano_tui.backends.speech.whisper import WhisperTranscriber
from escribano_tui.ports import Availability, BackendError, BackendInfo

if TYPE_CHECKING:
    from escribano_tui.ports import Sound

NAME = "faster-whisper"
FILES = ("model.bin", "config.json", "tokenizer.json")
_MOST_MB = 1_000  # larger ones (medium, large) take longer than the recording on a processor: they serve where named
_OVERHEAD = 1.6  # memory by size of the 8-bit weights on disk: buffers and the decoder's cache


class FasterWhisperModel:
    """Lives in a host process."""

    def __init__(self, folder: str) -> None:
        from faster_whisper import WhisperModel

        from escribano_tui.backends.host import thread_count

        self._model = WhisperModel(
            folder, device="auto", compute_type="auto", cpu_threads=thread_count(), local_files_only=True
        )

    def hear(self, samples: Sound, language: str, prompt: str, beam: int) -> dict[str, Any]:
        """Text with probabilities, in the form of `whisper.Answer`."""
        segments, info = self._model.transcribe(
            samples, language=language or None, initial_prompt=prompt or None, beam_size=beam, temperature=0.0,
            condition_on_previous_text=False, word_timestamps=True, vad_filter=False,
        )  # fmt: skip
        told = [
            {
                "text": s.text, "avg_logprob": s.avg_logprob, "no_speech_prob": s.no_speech_prob, "tokens": len(s.tokens),
                "words": [(float(w.start), float(w.end), w.word, float(w.probability)) for w in s.words or ()],
            }
            for s in segments
        ]  # fmt: skip
        return {"language": info.language, "segments": told}


def load(folder: str) -> FasterWhisperModel:
    """Factory of the host process."""
    return FasterWhisperModel(folder)


def _found(wanted: Wanted) -> Weights | None:
    return pick(find_weights(wanted.models, NAME, FILES), wanted.model, FILES, _MOST_MB)


def _look(wanted: Wanted) -> BackendInfo:
    weights = _found(wanted)
    why, remedy, fetch = "", "", None
    if importlib.util.find_spec("faster_whisper") is None or importlib.util.find_spec("ctranslate2") is None:
        why, remedy = "the faster-whisper package is not installed", "Install escribano-tui again with all of its dependencies."
    elif weights is None:
        why = f"the weights of {wanted.model} are not on this machine" if wanted.model else "no weights are on this machine"
        fetch = fetchable(f"{NAME}/{wanted.model or 'small'}")
        remedy = f"Fetch them with: escribano-tui models pull {NAME}/{wanted.model or 'small'}"
    elif not knows(weights.name, wanted.language):
        why, remedy = f"{weights.name} knows English only", f"Fetch another: escribano-tui models pull {NAME}/small"
        fetch = fetchable(f"{NAME}/small")
    return BackendInfo(
        "speech", NAME, weights.name if weights else wanted.model, "Whisper on CTranslate2",
        Availability(not why, why, remedy, fetch),
        size_mb=round(weights.size_mb * _OVERHEAD) if weights else 0, licence="MIT",
        languages=() if weights is None or knows(weights.name, "other") else ("en",),
    )  # fmt: skip


def _models(wanted: Wanted) -> list[Model]:
    found = find_weights(wanted.models, NAME, FILES) if importlib.util.find_spec("faster_whisper") else []
    return [Model(w.name, w.size_mb * _OVERHEAD, quick=w.size_mb <= _MOST_MB) for w in found if knows(w.name, wanted.language)]


def _open(opening: Opening) -> Any:
    weights = _found(opening.wanted)
    if weights is None:
        raise BackendError("the weights are not on this machine any more", fatal=True)
    lease = opening.hosts(
        f"{__name__}:load", {"folder": str(weights.folder)}, label=f"Whisper {weights.name}",
        size_mb=weights.size_mb * _OVERHEAD, load_timeout_s=300.0,
    )  # fmt: skip
    return WhisperTranscriber(lease, beam=int(opening.options.get("beam", 1)))


OFFER = Offer("speech", NAME, _look, _open, _models)
