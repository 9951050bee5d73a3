"""Whisper on MLX (mlx-whisper, MIT): the fast way on Apple silicon; runs with mlx[cpu] on Linux too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escribano_tui.backends.speech.whisper import Answer, answer_of
from escribano_tui.backends.speech.whisper_family import WhisperFamily

if TYPE_CHECKING:
    from escribano_tui.ports import Sound


class MlxWhisperModel:
    """Lives in a host process. mlx-whisper keeps the model that it loaded last."""

    def __init__(self, folder: str) -> None:
        import mlx.core as mx
        from mlx_whisper.transcribe import ModelHolder

        self._folder = folder
        model = ModelHolder.get_model(folder, mx.float16)
        self._half = model.encoder.conv1.weight.dtype == mx.float16  # weights keep the type that they are stored in

    def hear(self, samples: Sound, language: str, prompt: str, beam: int) -> Answer:
        """Text with probabilities. This library has no beam search yet, so `beam` has no effect."""
        from mlx_whisper import transcribe

        told = transcribe(
            samples, path_or_hf_repo=self._folder, language=language or None, initial_prompt=prompt or None,
            temperature=0.0, condition_on_previous_text=False, word_timestamps=True, verbose=None,
            fp16=self._half,
        )  # fmt: skip
        return answer_of(told)


def load(folder: str) -> MlxWhisperModel:
    """Factory of the host process."""
    return MlxWhisperModel(folder)


OFFER = WhisperFamily(
    "mlx-whisper", "Whisper on MLX", ("config.json", "weights.*"), ("mlx_whisper", "mlx"),
    ("mlx-whisper is not installed", "On Apple silicon: install escribano-tui[mlx]."), f"{__name__}:load", overhead=1.3,
).offer()  # fmt: skip
