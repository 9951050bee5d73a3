"""The vision client against llama.cpp's own server: every picture gets an answer or a reason, and none is lost.

SmolLM2 sees no pictures, which the server says; so this shows the protocol and the refusal, not descriptions. What it needs
is told in `tests/backends/writing/test_real_model.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from escribano_tui.ports import BackendError
from tests.backends.test_vision_servers import opened, scenes
from tests.backends.writing.test_real_model import server

__all__ = ["server"]
pytestmark = [pytest.mark.slow, pytest.mark.native]


def test_a_model_that_sees_nothing_is_told_of_for_each_picture(tmp_path: Path, server: str) -> None:
    describer, choice = opened(tmp_path, "openai", server, timeout_s=60.0)
    assert choice.serves is not None
    assert choice.serves.model.endswith(".gguf")
    found = describer.describe(scenes(10, 200))
    describer.close()
    assert len(found) == 2
    for one in found:
        assert isinstance(one, BackendError)
        assert "image input is not supported" in one.raw
