"""Whisper on CTranslate2 (faster-whisper, MIT), with weights that are on this machine already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from escribano_tui.backends.speech.whisper_family import WhisperFamily

if TYPE_CHECKING:
    from escribano_tui.ports import Sound

MOST_MB = 1_000  # larger ones (medium, large) take longer than the recording on a processor: they serve where named


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


# The overhead is that of the 8-bit weights: buffers and the decoder's cache.
OFFER = WhisperFamily(
    "faster-whisper", "Whisper on CTranslate2", ("model.bin", "config.json", "tokenizer.json"),
    ("faster_whisper", "ctranslate2"),
    ("the faster-whisper package is not installed", "Install escribano-tui again with all of its dependencies."),
    f"{__name__}:load", overhead=1.6, most_mb=MOST_MB,
).offer()  # fmt: skip
