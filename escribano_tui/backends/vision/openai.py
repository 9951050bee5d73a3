"""Any server with `/v1/chat/completions` that takes pictures (mlx_vlm.server, llama.cpp, vLLM, LM Studio, a hosted one)."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from escribano_tui.backends.offer import Offer, Wanted
from escribano_tui.backends.vision.answers import SCHEMA
from escribano_tui.backends.vision.model import describer
from escribano_tui.backends.vision.prompts import load_prompt
from escribano_tui.backends.web import api_base, ask, find_model, host_elsewhere
from escribano_tui.domain.text import clean_line
from escribano_tui.ports import BackendError, BackendInfo, Stop

if TYPE_CHECKING:
    import httpx

NAME = "openai"
VERSION = "1"
_TOLD = 200
_SCHEMA_FORMAT = {"type": "json_schema", "json_schema": {"name": "frame", "strict": True, "schema": SCHEMA}}


class ServerAsker:
    """One model of a server; one picture a request."""

    def __init__(self, url: str, model: str, max_tokens: int, timeout_s: float, stop: Stop) -> None:
        self.model = model
        self._url = url
        self._max_tokens = max_tokens
        self._timeout_s = timeout_s
        self._stop = stop
        self._schema = True  # until the server says that it knows no schemas

    def ask(self, pictures: Sequence[bytes], prompt: str, temperature: float) -> Sequence[str | BackendError]:
        answers: list[str | BackendError] = []
        for picture in pictures:
            try:
                answers.append(self._one(picture, prompt, temperature))
            except BackendError as problem:
                answers.append(problem)
                if not problem.raw:  # it does not answer: the rest would wait in vain
                    answers += [problem] * (len(pictures) - len(answers))
                    break
        return answers

    def close(self) -> None:
        """Nothing is kept between calls."""

    def _one(self, picture: bytes, prompt: str, temperature: float) -> str:
        try:
            return self._send(picture, prompt, temperature)
        except BackendError as problem:
            if not (self._schema and "answered 4" in str(problem) and "response_format" in problem.raw):
                raise
            self._schema = False
            return self._send(picture, prompt, temperature)

    def _send(self, picture: bytes, prompt: str, temperature: float) -> str:
        address = "data:image/jpeg;base64," + base64.b64encode(picture).decode()
        content = [{"type": "image_url", "image_url": {"url": address}}, {"type": "text", "text": prompt}]
        body: dict[str, Any] = {
            "model": self.model, "messages": [{"role": "user", "content": content}], "max_tokens": self._max_tokens,
            "temperature": temperature, "seed": 0, "stream": False,
        }  # fmt: skip
        if self._schema:
            body["response_format"] = _SCHEMA_FORMAT
        url = f"{api_base(self._url)}/chat/completions"
        answer = ask(self._url, self._timeout_s, self._stop, lambda connection: connection.post(url, json=body))
        return _content(answer)


def _content(answer: httpx.Response) -> str:
    """The text of an answer. Raises BackendError with what came instead."""
    try:
        told = answer.json()["choices"][0]["message"]["content"]
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, IndexError, TypeError) as problem:
        raw = clean_line(answer.text, _TOLD) or "(empty)"
        raise BackendError("its answer is not what a server of this kind sends", raw=raw) from problem
    return told if isinstance(told, str) else ""


def _look(wanted: Wanted) -> BackendInfo:
    model, availability = find_model(wanted.url, wanted.model, "describe.url")
    elsewhere = host_elsewhere(wanted.url) if wanted.url else ""
    version = f"{VERSION}+{load_prompt(wanted.own_prompts).digest}"
    label = f"{model or 'a model'} on a server"
    return BackendInfo("vision", NAME, model, label, availability, leaves_machine=elsewhere, version=version)


OFFER = Offer("vision", NAME, _look, partial(describer, NAME, ServerAsker))
