"""Ollama, by its own client: the context is sized to the need, and the model is one that fits this machine's memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from escribano_tui.backends.memory import total_mb
from escribano_tui.backends.offer import Offer, Opening, Wanted
from escribano_tui.backends.web import LOOK_TIMEOUT_S, host_elsewhere
from escribano_tui.backends.writing import prompts
from escribano_tui.backends.writing.deterministic import formats_of
from escribano_tui.backends.writing.model import ModelWriter
from escribano_tui.backends.writing.streaming import STALL_S, pumped
from escribano_tui.domain.text import clean_line
from escribano_tui.ports import Availability, BackendError, BackendInfo, Stop

if TYPE_CHECKING:
    from ollama import Client

NAME = "ollama"
LOCAL = "http://127.0.0.1:11434"
TEMPERATURE = 0.2
KEEP_ALIVE = "10m"
_LEAST_CONTEXT, _STEP = 2048, 1024
MEMORY_SHARE = 0.6  # of this machine's memory that a model may take
_NO_WRITER = re.compile(r"embed|bge-|minilm|rerank|whisper|guard", re.I)


class OllamaTalk:
    """A `Talk` with one model of an Ollama server."""

    def __init__(self, url: str, model: str, stall_s: float = STALL_S, first_s: float | None = None) -> None:
        self._url = url
        self._model = model
        self._stall_s = stall_s
        self._first_s = first_s if first_s is not None else 4 * stall_s

    @property
    def model(self) -> str:
        return self._model

    def stream(self, messages: Sequence[Mapping[str, str]], most_tokens: int, stop: Stop) -> Iterator[str]:
        connection = client(self._url, self._first_s + 5)
        need = sum(prompts.tokens(m["content"]) for m in messages) + most_tokens
        options = {
            "num_ctx": max(_LEAST_CONTEXT, -(-need // _STEP) * _STEP), "num_predict": most_tokens, "temperature": TEMPERATURE,
        }  # fmt: skip
        return pumped(
            lambda: _answer(connection, self._model, messages, options), connection.close, stop, self._first_s,
            self._stall_s,
        )  # fmt: skip

    def close(self) -> None:
        """Ollama lets go of the model by itself."""


def client(url: str, timeout_s: float) -> Client:
    """A client that asks no proxy for this machine."""
    from ollama import Client

    return Client(host=url or LOCAL, timeout=timeout_s, trust_env=bool(host_elsewhere(url or LOCAL)))


def _answer(connection: Client, model: str, messages: Sequence[Mapping[str, str]], options: dict[str, Any]) -> Iterator[str]:
    """Pieces of the text. Raises BackendError for an error of the server, or an answer that breaks off."""
    import httpx
    import ollama
    from pydantic import ValidationError

    ended = False
    try:
        asked = [dict(m) for m in messages]
        for part in connection.chat(model, messages=asked, stream=True, think=False, options=options, keep_alive=KEEP_ALIVE):
            ended = ended or bool(part.done)
            if part.message.content:
                yield part.message.content
    except ollama.ResponseError as problem:
        raise BackendError(f"Ollama said: {clean_line(problem.error, 200)}", fatal=problem.status_code == 404) from problem
    except (httpx.HTTPError, httpx.StreamError, ConnectionError) as problem:
        raise BackendError(f"Ollama did not answer ({type(problem).__name__})") from problem
    except (ValueError, ValidationError) as problem:
        raise BackendError("its answer is not what Ollama sends") from problem
    if not ended:
        raise BackendError("its answer broke off")


# ---------------------------------------------------------------- which model


def best_model(sizes: Mapping[str, int], memory_mb: float) -> str:
    """The largest model that can write and fits the memory; empty where none does. Sizes are in bytes.

    >>> best_model({"qwen3:8b": 5_000_000_000, "llama3:70b": 40_000_000_000, "nomic-embed-text": 300_000_000}, 16_000)
    'qwen3:8b'
    """
    most = memory_mb * 1e6 * MEMORY_SHARE
    fitting = {name: size for name, size in sizes.items() if size <= most and not _NO_WRITER.search(name)}
    return max(fitting, key=lambda name: (fitting[name], name), default="")


def find_model(
    url: str, model: str, best: Callable[[Mapping[str, int], float], str], none: Availability, other: str
) -> tuple[str, int, Availability]:
    """The model of an Ollama that serves, its size in bytes, and whether it does.

    `best` chooses by sizes and memory where no model is named; `none` is told where it finds nothing, `other` is what else
    a profile could name.
    """
    availability, size = Availability(True), 0
    try:
        sizes = installed(url)
        full = {name.removesuffix(":latest"): name for name in sizes}
        model = model or best(sizes, float("inf") if url and host_elsewhere(url) else total_mb())
        size = sizes.get(full.get(model.removesuffix(":latest"), ""), 0)
        if not model:
            availability = none
        elif model.removesuffix(":latest") not in full:
            availability = Availability(False, f"Ollama does not have {model}", f"ollama pull {model}")
    except BackendError as problem:
        remedy = f"Start Ollama (ollama serve), or name another {other} in your profile."
        availability = Availability(False, str(problem), remedy)
    return model, size, availability


def _look(wanted: Wanted) -> BackendInfo:
    elsewhere = host_elsewhere(wanted.url) if wanted.url else ""
    none = Availability(False, "Ollama has no model that can write and fits the memory", "ollama pull qwen3:4b")
    model, size, availability = find_model(wanted.url, wanted.model, best_model, none, "writer")
    label = f"{model} on Ollama" if model else "Ollama"
    return BackendInfo("writing", NAME, model, label, availability, size_mb=size // 1_000_000, leaves_machine=elsewhere)


def installed(url: str) -> dict[str, int]:
    """Models and their sizes in bytes. Raises BackendError where Ollama does not answer."""
    import httpx
    import ollama

    try:
        connection = client(url, LOOK_TIMEOUT_S)
        try:
            return {str(m.model): int(m.size or 0) for m in connection.list().models if m.model}
        finally:
            connection.close()  # type: ignore[no-untyped-call]
    except (httpx.HTTPError, httpx.InvalidURL, ConnectionError) as problem:
        raise BackendError("Ollama did not answer") from problem
    except (ollama.ResponseError, ValueError, AttributeError, TypeError) as problem:
        raise BackendError("it did not answer as Ollama does") from problem


def _open(opening: Opening) -> ModelWriter:
    stall_s = float(opening.options.get("stall_s", STALL_S))
    talk = OllamaTalk(opening.wanted.url, opening.info.model, stall_s)
    return ModelWriter(NAME, talk, formats_of(opening.options), int(opening.options.get("at_once", 2)))


OFFER = Offer("writing", NAME, _look, _open)
