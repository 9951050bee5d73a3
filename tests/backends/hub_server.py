"""A small hub for tests: lists a repository, serves ranges, and breaks off, slows down or damages files when told to."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LARGE = 1000  # bytes from which a file is kept outside of git, as the hub does
DRIP = 1000  # bytes at a time, every hundredth of a second, once a file comes slowly


class Hub(ThreadingHTTPServer):
    """`files` of the one repository; `break_after` bytes the connection is cut, `damaged` files arrive changed; after
    `slow_after` bytes the rest only drips until `hurry` is set; a `silent` one answers nothing until then."""

    daemon_threads = True

    def __init__(self, repository: str, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repository = repository
        self.files = files
        self.break_after: int | None = None
        self.slow_after: int | None = None
        self.hurry = threading.Event()
        self.silent = False
        self.asked = threading.Event()
        self.damaged: set[str] = set()
        self.sent: list[tuple[str, int, int]] = []  # (file, from, bytes)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        hub, path = self.server, self.path
        hub.asked.set()
        if hub.silent:
            hub.hurry.wait()
        if path == f"/api/models/{hub.repository}":
            self._json({"sha": "abc123"})
        elif path == f"/api/models/{hub.repository}/tree/abc123":
            self._json([_entry(name, data) for name, data in hub.files.items()])
        elif path.startswith(f"/{hub.repository}/resolve/abc123/"):
            self._file(path.rsplit("/", 1)[1])
        else:
            self.send_error(404)

    def _json(self, value: Any) -> None:
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _file(self, name: str) -> None:
        data = self.server.files[name]
        if name in self.server.damaged:
            data = bytes(255 - b for b in data)
        first = int(self.headers.get("Range", "bytes=0-")[6:-1])
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(data) - first))
        self.end_headers()
        last = len(data) if self.server.break_after is None else min(len(data), first + self.server.break_after)
        self.server.sent.append((name, first, last - first))
        try:
            self._send(data[first:last])
        except OSError:  # whoever fetched has stopped
            self.close_connection = True
        if last < len(data):
            self.close_connection = True

    def _send(self, data: bytes) -> None:
        at = len(data) if self.server.slow_after is None else min(len(data), self.server.slow_after)
        self.wfile.write(data[:at])
        while at < len(data):
            some = len(data) if self.server.hurry.wait(0.01) else DRIP
            self.wfile.write(data[at : at + some])
            at += some

    def log_message(self, *_: Any) -> None:
        """Nothing goes to the terminal."""


def _entry(name: str, data: bytes) -> dict[str, Any]:
    blob = hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()
    entry: dict[str, Any] = {"type": "file", "path": name, "size": len(data), "oid": blob}
    if len(data) >= LARGE:
        entry["lfs"] = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data)}
    return entry


@contextmanager
def hub_server(repository: str, files: dict[str, bytes]) -> Iterator[Hub]:
    hub = Hub(repository, files)
    thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()
        thread.join()
