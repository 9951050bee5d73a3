"""A server that speaks as Ollama and as OpenAI do about pictures, on threads of the test, and misbehaves when told to."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GOOD = {
    "activity": "coding", "apps": ["Geany"], "title": "normalize.py", "sentence": "Edits parse_time() in normalize.py",
    "topics": ["python"],
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """One request, whichever the protocol."""

    model: str
    prompt: str
    pictures: tuple[bytes, ...]
    temperature: float
    schema: bool
    body: dict[str, Any]


@dataclass
class Behaviour:
    """`answer` makes the text of a request. `trouble` is stall, cut, 500, 404, half (half a JSON), other (another format),
    or no-schema (it knows no response_format)."""

    answer: Callable[[Asked], str] = lambda asked: json.dumps(GOOD)
    trouble: str = ""
    models: tuple[str, ...] = ("qwen3-vl:2b", "llama3:8b")
    asked: list[Asked] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)  # ends a stall


def _asked(ollama: bool, body: dict[str, Any]) -> Asked:
    (message,) = body["messages"]
    if ollama:
        pictures = tuple(base64.b64decode(p) for p in message["images"])
        return Asked(
            body["model"], message["content"], pictures, body["options"]["temperature"], bool(body.get("format")), body
        )
    texts = [part["text"] for part in message["content"] if part["type"] == "text"]
    urls = [part["image_url"]["url"] for part in message["content"] if part["type"] == "image_url"]
    assert all(url.startswith("data:image/jpeg;base64,") for url in urls)
    pictures = tuple(base64.b64decode(url.partition(",")[2]) for url in urls)
    return Asked(body["model"], texts[0], pictures, body["temperature"], "response_format" in body, body)


class _Handler(BaseHTTPRequestHandler):
    behaviour: Behaviour
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        models = self.behaviour.models
        if self.path == "/api/tags":
            self._json(200, {"models": [{"model": m, "name": m, "size": 1_000_000} for m in models]})
        else:
            self._json(200, {"object": "list", "data": [{"id": m, "object": "model"} for m in models]})

    def do_POST(self) -> None:
        behaviour = self.behaviour
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        ollama = self.path == "/api/chat"
        asked = _asked(ollama, body)
        behaviour.asked.append(asked)
        text = behaviour.answer(asked)
        behaviour.arrived.set()
        trouble = behaviour.trouble
        if trouble in ("500", "404"):
            message = f'model "{asked.model}" not found' if trouble == "404" else "out of memory"
            self._json(int(trouble), {"error": message if ollama else {"message": message}})
        elif trouble == "no-schema" and asked.schema:
            self._json(400, {"error": {"message": "response_format json_schema is not supported"}})
        elif ollama:
            self._stream(asked.model, text, trouble)
        else:
            self._whole(asked.model, text, trouble)

    def _stream(self, model: str, text: str, trouble: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Connection", "close")
        self.end_headers()
        pieces = re.findall(r"\S+\s*|\s+", text)
        for piece in pieces[: len(pieces) // 2] if trouble in ("cut", "stall") else pieces:
            self._line({"model": model, "message": {"role": "assistant", "content": piece}, "done": False})
        if trouble == "stall":
            self.behaviour.release.wait(20)
        elif trouble == "half":
            self.wfile.write(b'{"model": "x", "mess\n')
        elif trouble == "other":
            self._line({"result": 42})
        elif trouble != "cut":
            self._line({"model": model, "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"})

    def _whole(self, model: str, text: str, trouble: str) -> None:
        if trouble == "stall":
            self.behaviour.release.wait(20)
        told: Any = {"model": model, "choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}
        data = json.dumps({"result": 42} if trouble == "other" else told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if trouble in ("cut", "half") else data)
        self.close_connection = True

    def _line(self, told: Any) -> None:
        self.wfile.write(json.dumps(told).encode() + b"\n")
        self.wfile.flush()

    def _json(self, status: int, told: Any) -> None:
        data = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is what some tests are about."""


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    """The URL of a server that behaves so."""
    handler = type("Handler", (_Handler,), {"behaviour": behaviour})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        behaviour.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
