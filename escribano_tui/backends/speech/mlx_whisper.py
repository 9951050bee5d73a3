"""Whisper on MLX (mlx-whisper, MIT): the fast way on Apple silicon; runs with mlx[cpu] on Linux too."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

from escribano_tui.backends.fetch import fetchable
from escribano_tui.backends.offer import Model, Offer, Opening, Wanted
from escribano_tui.backends.speech.weights import Weights, find_weights, knows, pick
from escribano_tui.backends.speech.whisper import Answer, WhisperTranscriber, answer_of
from escribano_tui.ports import Availability, BackendError, BackendInfo

if TYPE_CHECKING:
    from escribano_tui.ports import Sound

NAME = "mlx-whisper"
FILES = ("config.json", "weights.*")
_OVERHEAD = 1.3  # memory by size of the weights on disk


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


def _found(wanted: Wanted) -> Weights | None:
    return pick(find_weights(wanted.models, NAME, FILES), wanted.model, FILES)


def _look(wanted: Wanted) -> BackendInfo:
    weights = _found(wanted)
    why, remedy, fetch = "", "", None
    if importlib.util.find_spec("mlx_whisper") is None or importlib.util.find_spec("mlx") is None:
        why, remedy = "mlx-whisper is not installed", "On Apple silicon: install escribano-tui[mlx]."
    elif weights is None:
        why = f"the weights of {wanted.model} are not on this machine" if wanted.model else "no weights are on this machine"
        fetch = fetchable(f"{NAME}/{wanted.model or 'small'}")
        remedy = f"Fetch them with: escribano-tui models pull {NAME}/{wanted.model or 'small'}"
    elif not knows(weights.name, wanted.language):
        why, remedy = f"{weights.name} knows English only", f"Fetch another: escribano-tui models pull {NAME}/small"
        fetch = fetchable(f"{NAME}/small")
    return BackendInfo(
        "speech", NAME, weights.name if weights else wanted.model, "Whisper on MLX", Availability(not why, why, remedy, fetch),
        size_mb=round(weights.size_mb * _OVERHEAD) if weights else 0, licence="MIT",
        languages=() if weights is None or knows(weights.name, "other") else ("en",),
    )  # fmt: skip


def _models(wanted: Wanted) -> list[Model]:
    found = find_weights(wanted.models, NAME, FILES) if importlib.util.find_spec("mlx_whisper") else []
    return [Model(w.name, w.size_mb * _OVERHEAD) for w in found if knows(w.name, wanted.language)]


def _open(opening: Opening) -> Any:
    weights = _found(opening.wanted)
    if weights is None:
        raise BackendError("the weights are not on this machine any more", fatal=True)
    lease = opening.hosts(
        f"{__name__}:load", {"folder": str(weights.folder)}, label=f"Whisper {weights.name} on MLX",
        size_mb=weights.size_mb * _OVERHEAD, load_timeout_s=300.0,
    )  # fmt: skip
    return WhisperTranscriber(lease, beam=int(opening.options.get("beam", 1)))


OFFER = Offer("speech", NAME, _look, _open, _models)
