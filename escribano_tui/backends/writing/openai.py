"""Any server with `/v1/chat/completions` as OpenAI's has it (llama.cpp, vLLM, mlx_lm.server, LM Studio, a hosted one)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from escribano_tui.backends.offer import Offer, Opening, Wanted
from escribano_tui.backends.web import api_base, client, find_model, host_elsewhere
from escribano_tui.backends.writing.deterministic import formats_of
from escribano_tui.backends.writing.model import ModelWriter
from escribano_tui.backends.writing.streaming import STALL_S, pumped
from escribano_tui.domain.text import clean_line
from escribano_tui.ports import BackendError, BackendInfo, Stop

if TYPE_CHECKING:
    import httpx

NAME = "openai"
TEMPERATURE = 0.2
_TOLD = 200


class ServerTalk:
    """A `Talk` over HTTP with server-sent events; `stall_s` is how long it may say nothing."""

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
        body = {
            "model": self._model, "messages": [dict(m) for m in messages], "stream": True, "max_tokens": most_tokens,
            "temperature": TEMPERATURE,
        }  # fmt: skip
        return pumped(
            lambda: _answer(connection, f"{api_base(self._url)}/chat/completions", body), connection.close, stop, self._first_s,
            self._stall_s,
        )  # fmt: skip

    def close(self) -> None:
        """Nothing is kept between calls."""


def _answer(connection: httpx.Client, url: str, body: dict[str, Any]) -> Iterator[str]:
    """Pieces of the text. Raises BackendError for an error of the server, or an answer that breaks off."""
    import httpx

    try:
        with connection.stream("POST", url, json=body) as answer:
            if not answer.is_success:
                answer.read()
                raise BackendError(f"the server answered {answer.status_code}{_reason(answer.text)}", raw=answer.text[:_TOLD])
            ended = False
            for line in answer.iter_lines():
                piece, last = _event(line)
                ended = ended or last
                if piece:
                    yield piece
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as problem:
        raise BackendError(f"the server did not answer ({type(problem).__name__})") from problem
    if not ended:
        raise BackendError("its answer broke off")


def _event(line: str) -> tuple[str, bool]:
    """The text of a line of the stream, and whether it says that the answer is whole. Raises BackendError."""
    if not line.startswith("data:"):
        return "", False
    data = line[5:].strip()
    if data == "[DONE]":
        return "", True
    try:
        told = json.loads(data)
        if "error" in told:
            raise BackendError(f"the server said: {clean_line(str(told['error']), _TOLD)}")
        choice = told["choices"][0] if told.get("choices") else {}
        piece = (choice.get("delta") or {}).get("content") or ""
        return str(piece), bool(choice.get("finish_reason"))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as problem:
        raise BackendError("its answer is not what a server of this kind sends", raw=data[:_TOLD]) from problem


def _reason(text: str) -> str:
    """The reason that an error's JSON gives."""
    try:
        told = json.loads(text)
        error = told.get("error", told.get("detail", "")) if isinstance(told, dict) else ""
        reason = error.get("message", "") if isinstance(error, dict) else error
    except (ValueError, AttributeError):
        return ""
    return f": {clean_line(str(reason), _TOLD)}" if reason else ""


def _look(wanted: Wanted) -> BackendInfo:
    model, availability = find_model(wanted.url, wanted.model, "summarize.url")
    elsewhere = host_elsewhere(wanted.url) if wanted.url else ""
    shown = clean_line(PurePath(model).stem if model.endswith(".gguf") else model, 60)  # llama.cpp names its file
    return BackendInfo("writing", NAME, model, f"{shown or 'a model'} on a server", availability, leaves_machine=elsewhere)


def _open(opening: Opening) -> ModelWriter:
    stall_s = float(opening.options.get("stall_s", STALL_S))
    talk = ServerTalk(opening.wanted.url, opening.info.model, stall_s)
    return ModelWriter(NAME, talk, formats_of(opening.options), int(opening.options.get("at_once", 2)))


OFFER = Offer("writing", NAME, _look, _open)
