"""Where data would go, by the address that the profile names."""

from __future__ import annotations

import pytest

from escribano_tui.backends.web import host_elsewhere


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
