"""Servers that speak the protocols of Ollama and of OpenAI, on threads of the test, and misbehave when told to."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Facts = list[dict[str, Any]]
Answer = Callable[[Facts], str]


def faithful(facts: Facts) -> str:
    """Words each fact as it stands."""
    return "\n".join(f"[{f['fact']}] {f['text']}" for f in facts)


@dataclass
class Behaviour:
    """`answer` makes the text of a prompt's facts. `trouble` is stall, cut, 500, 404, half (half a JSON), other (another
    format), context (too long a prompt) or empty."""

    answer: Answer = faithful
    whole: Callable[[str], str] | None = None  # makes the answer to any prompt instead
    trouble: str = ""
    models: tuple[str, ...] = ("tiny",)
    asked: list[dict[str, Any]] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)  # ends a stall

    def text(self, body: dict[str, Any]) -> str:
        self.asked.append(body)
        if self.whole is not None:
            return self.whole(body["messages"][-1]["content"])
        lines = body["messages"][-1]["content"].splitlines()
        found = [re.fullmatch(r"\[(\d+)\] ([\w' ]+): (.*)", line) for line in lines]
        assert all(found), lines
        return self.answer([{"fact": int(f[1]), "kind": f[2], "text": f[3]} for f in found if f])


class _Handler(BaseHTTPRequestHandler):
    behaviour: Behaviour
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        models = self.behaviour.models
        if self.path == "/api/tags":
            self._json(200, {"models": [{"model": m, "name": m, "size": 1_000_000} for m in models]})
        elif self.path == "/v1/models":
            self._json(200, {"object": "list", "data": [{"id": m, "object": "model"} for m in models]})
        else:
            self._json(404, {"error": "no such page"})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = self.behaviour.text(body)
        trouble = self.behaviour.trouble
        ollama = self.path == "/api/chat"
        if trouble in ("500", "404"):
            message = "model not found" if trouble == "404" else "out of memory"
            return self._json(int(trouble), {"error": message if ollama else {"message": message}})
        if trouble == "context" and len(body["messages"][-1]["content"].splitlines()) > 1:
            message = "the request exceeds the available context size"
            return self._json(400, {"error": message if ollama else {"message": message}})
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson" if ollama else "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        pieces = [] if trouble == "empty" else re.findall(r"\S+\s*|\s+", text)
        if trouble in ("cut", "stall"):
            pieces = pieces[: len(pieces) // 2]
        for piece in pieces:
            self._send(self._piece(ollama, body["model"], piece))
        if trouble == "stall":
            self.behaviour.release.wait(20)
        elif trouble == "half":
            self._send('{"model": "x", "mess\n' if ollama else 'data: {"choices": [{"del\n\n')
        elif trouble == "other":
            self._send('{"result": 42}\n' if ollama else 'data: {"choices": "none"}\n\n')
        elif trouble != "cut":
            self._send(self._end(ollama, body["model"]))
        return None

    def _piece(self, ollama: bool, model: str, text: str) -> str:
        if ollama:
            message = {"role": "assistant", "content": text}
            return json.dumps({"model": model, "created_at": "2026-01-01T00:00:00Z", "message": message, "done": False}) + "\n"
        return f"data: {json.dumps({'choices': [{'index': 0, 'delta': {'content': text}, 'finish_reason': None}]})}\n\n"

    def _end(self, ollama: bool, model: str) -> str:
        if ollama:
            message = {"role": "assistant", "content": ""}
            return json.dumps({"model": model, "message": message, "done": True, "done_reason": "stop"}) + "\n"
        return f"data: {json.dumps({'choices': [{'index': 0, 'delta': {}, 'finish_reason': 'stop'}]})}\n\ndata: [DONE]\n\n"

    def _send(self, text: str) -> None:
        self.wfile.write(text.encode())
        self.wfile.flush()

    def _json(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    """The URL of a server that behaves so."""
    handler = type("Handler", (_Handler,), {"behaviour": behaviour})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        behaviour.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
