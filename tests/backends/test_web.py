"""Where data would go, by the address that the profile names."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from escribano_tui.backends.web import ask, host_elsewhere
from escribano_tui.ports import BackendError


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://localhost:11434", ""),
        ("http://LOCALHOST/v1", ""),
        ("http://box.localhost:8000/v1", ""),
        ("http://127.0.0.1:8000", ""),
        ("http://127.3.2.1", ""),
        ("http://[::1]:8000/v1", ""),
        ("https://api.example.com/v1", "api.example.com"),
        ("http://gpu-box:8000", "gpu-box"),
        ("http://192.168.1.7:11434", "192.168.1.7"),
        ("http://[2001:db8::1]/v1", "2001:db8::1"),
        ("http://localhost.example.com", "localhost.example.com"),
        ("http://127.0.0.1.example.com", "127.0.0.1.example.com"),
        ("http://localhost@example.com", "example.com"),
    ],
)
def test_only_this_machine_is_no_place_elsewhere(url: str, host: str) -> None:
    assert host_elsewhere(url) == host


def test_a_server_that_sends_us_on_gets_nothing_sent_elsewhere() -> None:
    """A redirect would take what is on the screen to a host that the profile does not name."""
    asked: list[str] = []

    class Server(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_response(307)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Tests are silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        with pytest.raises(BackendError, match="answered 307"):
            ask(url, 10.0, Event(), lambda client: client.post(f"{url}/v1", json={}))
        server.shutdown()
    assert asked == ["/v1"]
