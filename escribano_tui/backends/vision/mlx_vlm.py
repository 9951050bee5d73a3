"""mlx-vlm (MIT), the fast way on Apple silicon: batches of pictures with one prompt each, weights kept in a host."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from escribano_tui.backends.fetch import fetchable
from escribano_tui.backends.offer import Lease, Offer, Opening, Wanted
from escribano_tui.backends.speech.weights import Weights, find_weights, pick
from escribano_tui.backends.vision.model import ModelDescriber
from escribano_tui.backends.vision.prompts import load_prompt
from escribano_tui.ports import Availability, BackendError, BackendInfo

NAME = "mlx-vlm"
VERSION = "1"
FILES = ("config.json", "*.safetensors")
_OVERHEAD = 1.5  # memory by size of the weights on disk: pictures and the cache of a batch
_DEFAULT = "Qwen3-VL-2B-Instruct-4bit"
_LOAD_S = 300.0


class MlxVlmModel:
    """Lives in a host process."""

    def __init__(self, folder: str) -> None:
        from mlx_vlm import load as load_model

        self._folder = folder
        self._model, self._processor = load_model(folder)

    def look(self, pictures: Sequence[bytes], prompt: str, max_tokens: int, temperature: float) -> list[str]:
        """One answer for each JPEG: `batch_generate` keeps one picture a prompt, so that small models mix none up."""
        import io

        from mlx_vlm import batch_generate
        from PIL import Image

        images = [Image.open(io.BytesIO(picture)).convert("RGB") for picture in pictures]
        told = batch_generate(  # it puts each prompt into the model's chat template itself
            self._model, self._processor, images=images, prompts=[prompt] * len(images), max_tokens=max_tokens,
            verbose=False, sampler=_sampler(temperature),
        )  # fmt: skip
        return [str(text) for text in told.texts]


def _sampler(temperature: float) -> Callable[[Any], Any] | None:
    """Draws the next token of each row of (rows, tokens) log-probabilities; None is the likeliest."""
    import mlx.core as mx

    if temperature <= 0:
        return None
    return lambda logprobs: mx.random.categorical(logprobs / temperature)


def load(folder: str) -> MlxVlmModel:
    """Factory of the host process."""
    return MlxVlmModel(folder)


class MlxVlmAsker:
    """The model in its host; a call that hangs or crashes ends the host, not the phase."""

    def __init__(self, lease: Lease, model: str, max_tokens: int, timeout_s: float) -> None:
        self.model = model
        self._lease = lease
        self._max_tokens = max_tokens
        self._timeout_s = timeout_s

    def ask(self, pictures: Sequence[bytes], prompt: str, temperature: float) -> Sequence[str | BackendError]:
        """A batch that took the host down is asked for again picture by picture, so that one bad picture costs itself."""
        try:
            return self._call(pictures, prompt, temperature)
        except BackendError as problem:
            if problem.fatal or len(pictures) == 1:
                return [problem] * len(pictures)
        answers: list[str | BackendError] = []
        for picture in pictures:
            try:
                answers += self._call([picture], prompt, temperature)
            except BackendError as problem:
                answers.append(problem)
        return answers

    def close(self) -> None:
        self._lease.close()

    def _call(self, pictures: Sequence[bytes], prompt: str, temperature: float) -> list[str | BackendError]:
        wait = self._timeout_s * len(pictures)
        told = self._lease.call("look", list(pictures), prompt, self._max_tokens, temperature, timeout_s=wait)
        return list(told)


def _found(wanted: Wanted) -> Weights | None:
    seeing = [w for w in find_weights(wanted.models, NAME, FILES) if _sees(w.folder)]
    return pick(seeing, wanted.model, FILES)


def _sees(folder: Path) -> bool:
    """Whether the model of a folder takes pictures."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and bool(config.get("vision_config"))


def _look(wanted: Wanted) -> BackendInfo:
    weights = _found(wanted)
    availability = Availability(True)
    if importlib.util.find_spec("mlx_vlm") is None or importlib.util.find_spec("mlx") is None:
        availability = Availability(False, "mlx-vlm is not installed", "On Apple silicon: install escribano-tui[mlx].")
    elif weights is None:
        why = f"the weights of {wanted.model} are not on this machine" if wanted.model else "no weights are on this machine"
        name = f"{NAME}/{wanted.model or _DEFAULT}"
        availability = Availability(False, why, f"Fetch them with: escribano-tui models pull {name}", fetchable(name))
    model = weights.name if weights else wanted.model
    version = f"{VERSION}+{load_prompt(wanted.own_prompts).digest}"
    info = BackendInfo("vision", NAME, model, "mlx-vlm", availability, licence="MIT", version=version)
    return replace(info, label=f"{model} on MLX", size_mb=round(weights.size_mb * _OVERHEAD)) if weights else info


def _open(opening: Opening) -> ModelDescriber:
    weights = _found(opening.wanted)
    if weights is None:
        raise BackendError("the weights are not on this machine any more", fatal=True)
    lease = opening.hosts(
        f"{__name__}:load", {"folder": str(weights.folder)}, label=f"{weights.name} on MLX",
        size_mb=weights.size_mb * _OVERHEAD, load_timeout_s=_LOAD_S,
    )  # fmt: skip
    options = opening.options
    asker = MlxVlmAsker(lease, weights.name, int(options.get("max_tokens", 300)), float(options.get("timeout_s", 60.0)))
    return ModelDescriber(NAME, asker, load_prompt(opening.wanted.own_prompts))


OFFER = Offer("vision", NAME, _look, _open)
