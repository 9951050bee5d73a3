"""A vision model on Ollama, by its own client: one picture a request, held to the schema, the context sized to need."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from escribano_tui.backends.offer import Offer, Wanted
from escribano_tui.backends.vision.answers import SCHEMA
from escribano_tui.backends.vision.model import describer
from escribano_tui.backends.vision.prompts import load_prompt
from escribano_tui.backends.web import host_elsewhere
from escribano_tui.backends.writing.ollama import KEEP_ALIVE, MEMORY_SHARE, client, find_model
from escribano_tui.backends.writing.streaming import pumped
from escribano_tui.domain.text import clean_line
from escribano_tui.ports import Availability, BackendError, BackendInfo, Stop

NAME = "ollama"
VERSION = "1"
_CONTEXT_STEP, _LEAST_CONTEXT = 1024, 4096
_PICTURE_TOKENS = 2048  # of a picture of some 1000 px, with room: families take 300 to 1600
# Names of models that see.
_SEES = re.compile(
    r"qwen[\d.]*-?vl|gemma3(?!:1b|:270m)|gemma-3|minicpm-v|llama3\.2-vision|granite3\.2-vision|llava|moondream|vision", re.I
)
_TOLD = 200


class OllamaAsker:
    """One model of an Ollama server."""

    def __init__(self, url: str, model: str, max_tokens: int, timeout_s: float, stop: Stop) -> None:
        self.model = model
        self._url = url
        self._max_tokens = max_tokens
        self._timeout_s = timeout_s
        self._stop = stop

    def ask(self, pictures: Sequence[bytes], prompt: str, temperature: float) -> Sequence[str | BackendError]:
        """A model that is not there, or a server that does not answer, ends the batch: the rest would wait in vain."""
        answers: list[str | BackendError] = []
        for picture in pictures:
            answers.append(self._one(picture, prompt, temperature))
            last = answers[-1]
            if isinstance(last, BackendError) and not last.raw:
                answers += [last] * (len(pictures) - len(answers))
                break
        return answers

    def close(self) -> None:
        """Ollama lets go of the model by itself."""

    def _one(self, picture: bytes, prompt: str, temperature: float) -> str | BackendError:
        connection = client(self._url, self._timeout_s + 5)
        need = len(prompt) // 3 + _PICTURE_TOKENS + self._max_tokens
        options = {
            "num_ctx": max(_LEAST_CONTEXT, -(-need // _CONTEXT_STEP) * _CONTEXT_STEP), "num_predict": self._max_tokens,
            "temperature": temperature, "seed": 0,
        }  # fmt: skip
        wait = self._timeout_s
        try:
            pieces = pumped(
                lambda: _pieces(connection, self.model, prompt, picture, options),
                connection.close,
                self._stop,
                wait,
                wait,
                wait,
            )
            return "".join(pieces)
        except BackendError as problem:
            return problem


def _pieces(connection: Any, model: str, prompt: str, picture: bytes, options: Mapping[str, Any]) -> Iterator[str]:
    """Pieces of the answer. Raises BackendError; with a raw answer where the server lives and said something else."""
    import httpx
    import ollama
    from pydantic import ValidationError

    message = {"role": "user", "content": prompt, "images": [picture]}
    said = ""
    ended = False
    try:
        for part in connection.chat(
            model, messages=[message], stream=True, format=SCHEMA, options=dict(options), keep_alive=KEEP_ALIVE
        ):
            ended = ended or bool(part.done)
            said += part.message.content or ""
            yield part.message.content or ""
    except ollama.ResponseError as problem:
        gone = problem.status_code == 404
        told = clean_line(str(problem.error), _TOLD)
        raise BackendError(f"Ollama said: {told}", raw="" if gone else told or "(error)", fatal=gone) from problem
    except (httpx.HTTPError, httpx.StreamError, ConnectionError) as problem:
        raise BackendError(f"Ollama did not answer ({type(problem).__name__})") from problem
    except (ValueError, ValidationError) as problem:
        raise BackendError("its answer is not what Ollama sends", raw=said or "(other format)") from problem
    if not ended:
        raise BackendError("its answer broke off", raw=said or "(empty)")


# ---------------------------------------------------------------- which model


def best_model(sizes: Mapping[str, int], memory_mb: float) -> str:
    """The largest model that sees and fits the memory; empty where there is none.

    >>> best_model({"qwen3-vl:2b": 2_000_000_000, "llava:34b": 20_000_000_000, "qwen3:8b": 5_000_000_000}, 16_000)
    'qwen3-vl:2b'
    """
    seeing = {name: size for name, size in sizes.items() if _SEES.search(name) and size / 1e6 <= memory_mb * MEMORY_SHARE}
    return max(seeing, key=lambda name: (bool(re.search(r"qwen[\d.]*-?vl", name, re.I)), seeing[name], name), default="")


def _look(wanted: Wanted) -> BackendInfo:
    elsewhere = host_elsewhere(wanted.url) if wanted.url else ""
    none = Availability(False, "Ollama has no vision model that fits the memory", "ollama pull qwen3-vl:2b")
    model, size, availability = find_model(wanted.url, wanted.model, best_model, none, "vision backend")
    label = f"{model} on Ollama" if model else "Ollama"
    version = f"{VERSION}+{load_prompt(wanted.own_prompts).digest}"
    return BackendInfo(
        "vision", NAME, model, label, availability, size_mb=size // 1_000_000, leaves_machine=elsewhere, version=version
    )


OFFER = Offer("vision", NAME, _look, partial(describer, NAME, OllamaAsker))
