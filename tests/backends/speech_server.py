"""An OpenAI-compatible transcription server for tests: really parses what it is sent, and misbehaves when told to."""

from __future__ import annotations

import io
import json
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class SpeechServer(ThreadingHTTPServer):
    """`mode` is verbose, plain (knows no verbose_json), garbage, broken (500), locked (401) or silent (never answers)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mode = "verbose"
        self.asked: list[dict[str, Any]] = []
        self.released = threading.Event()
        self.waiting = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: SpeechServer

    def do_GET(self) -> None:
        if self.server.mode == "locked":
            self._answer(401, "{}")
        elif self.path == "/v1/models":
            self._answer(200, json.dumps({"data": [{"id": "other"}, {"id": "tiny-whisper"}]}))
        else:
            self._answer(404, "{}")

    def do_POST(self) -> None:
        fields = self._fields()
        self.server.asked.append(fields)
        mode = self.server.mode
        if mode == "silent":
            self.server.waiting.set()
            self.server.released.wait(30)
            return
        if mode == "broken":
            self._answer(500, "out of memory")
        elif mode == "garbage":
            self._answer(200, "<html>not what you asked for</html>")
        elif mode == "plain" and fields["response_format"] == "verbose_json":
            self._answer(400, '{"error": "unknown response_format"}')
        else:
            self._answer(200, json.dumps(_told(fields)))

    def _fields(self) -> dict[str, Any]:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        found: dict[str, Any] = {"key": self.headers.get("Authorization", "")}
        for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            if name == "file":
                with wave.open(io.BytesIO(content)) as sound:  # type: ignore[arg-type]
                    found["seconds"] = sound.getnframes() / sound.getframerate()
            else:
                found[str(name)] = content.decode()  # type: ignore[union-attr]
        return found

    def _answer(self, status: int, body: str) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Nothing goes to the terminal."""


def _told(fields: dict[str, Any]) -> dict[str, Any]:
    seconds = fields["seconds"]
    if fields["response_format"] == "json":
        return {"text": " The tests pass."}
    said = ["The", "tests", "pass."] if seconds > 0.2 else []
    words = [{"word": w, "start": seconds * k / 3, "end": seconds * (k + 0.9) / 3} for k, w in enumerate(said)]
    segment = {"text": " " + " ".join(said), "avg_logprob": -0.1, "no_speech_prob": 0.01, "tokens": [1, 2, 3, 4]}
    return {"text": segment["text"], "language": "english", "segments": [segment] if said else [], "words": words}


@contextmanager
def speech_server() -> Iterator[SpeechServer]:
    server = SpeechServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
