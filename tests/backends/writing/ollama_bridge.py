"""Ollama's protocol before a server that speaks OpenAI's: a real model answers as Ollama would have it."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx


class _Handler(BaseHTTPRequestHandler):
    behind: str
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        """`/api/tags`: the models that there are, with their sizes."""
        served = httpx.get(f"{self.behind}/v1/models", trust_env=False).json()["data"]
        self._json({"models": [{"model": m["id"], "name": m["id"], "size": 100_000_000} for m in served]})

    def do_POST(self) -> None:
        """`/api/chat`: the answer as lines of JSON, as it comes."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        options = asked["options"]
        assert options["num_ctx"] >= options["num_predict"]
        body = {
            "model": asked["model"], "messages": asked["messages"], "stream": True, "max_tokens": options["num_predict"],
            "temperature": options["temperature"],
        }  # fmt: skip
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Connection", "close")
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # the writer hangs up as soon as every fact is worded
            self._answer(asked["model"], body)

    def _answer(self, model: str, body: dict[str, Any]) -> None:
        with httpx.stream("POST", f"{self.behind}/v1/chat/completions", json=body, timeout=120, trust_env=False) as answer:
            for line in answer.iter_lines():
                data = line.removeprefix("data:").strip()
                if line.startswith("data:") and data != "[DONE]":
                    delta = (json.loads(data).get("choices") or [{}])[0].get("delta") or {}
                    self._line(model, delta.get("content") or "", False)
        self._line(model, "", True)

    def _line(self, model: str, text: str, done: bool) -> None:
        message = {"role": "assistant", "content": text}
        self.wfile.write((json.dumps({"model": model, "message": message, "done": done}) + "\n").encode())
        self.wfile.flush()

    def _json(self, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def bridge(behind: str) -> Iterator[str]:
    """The URL of an Ollama whose model is that of the server behind it."""
    handler = type("Handler", (_Handler,), {"behind": behind})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
