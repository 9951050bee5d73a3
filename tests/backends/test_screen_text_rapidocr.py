"""RapidOCR's real models in a real host process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from escribano_tui.backends.registry import Registry
from escribano_tui.backends.screen_text.rapidocr import load, weights
from escribano_tui.domain.text import squash
from escribano_tui.ports import Cancelled
from tests.pictures import screen

pytestmark = pytest.mark.native
LINES = [
    "def station_code(name: str) -> str:",
    "FAILED tests/test_normalize.py::test_time_is_utc",
    "Remember to water the plants on Friday",
    "SELECT id, level FROM gauges WHERE id = 42;",
]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    made = Registry(Path(tmp_path_factory.mktemp("models")), modules=("escribano_tui.backends.screen_text.rapidocr",))
    yield made
    made.close()


@pytest.fixture(scope="module")
def reader(registry: Registry) -> Any:
    choice = registry.choose("screen_text", ("auto",))
    assert choice.serves is not None
    assert choice.serves.embedded
    assert "PP-OCR" in choice.model
    return registry.open(choice, {})


def read(reader: Any, image: Any) -> list[str]:
    boxes = reader.detect(image)
    crops = [np.ascontiguousarray(image[b.y : b.bottom, b.x : b.right]) for b in boxes]
    return [text for text, confidence in reader.recognise(crops) if confidence > 0.5]


@pytest.mark.parametrize(("ground", "ink"), [("white", "#202020"), ("#1e1e2e", "#cdd6f4")])
def test_text_is_read_with_its_spaces_in_reading_order(reader: Any, ground: str, ink: str) -> None:
    image = screen([(40, 30 + 60 * k, line) for k, line in enumerate(LINES)], ground=ground, ink=ink)
    found = read(reader, image)
    assert [squash(line) for line in found] == [squash(line) for line in LINES]
    assert [len(line.split()) for line in found] == [len(line.split()) for line in LINES]


def test_small_parts_are_read_at_their_own_scale(reader: Any) -> None:
    """A crop of one line costs what one line costs, and reads the same."""
    image = screen([(40, 40, LINES[2])], width=480, height=90)
    assert [squash(line) for line in read(reader, image)] == [squash(LINES[2])]


def test_several_threads_read_the_same_to_the_letter() -> None:
    found = weights()
    assert found is not None
    page = [(20 + 500 * (k % 2), 20 + 28 * k, f"{k} {LINES[k % 4][: 8 + 3 * k]}") for k in range(14)]
    image = screen(page, width=1100, height=420)
    alone, together = (load(*map(str, found), threads=threads) for threads in (1, 4))
    boxes = alone.detect(image)
    assert len(boxes) >= len(page)
    assert together.detect(image) == boxes
    crops = [np.ascontiguousarray(image[y : y + h, x : x + w]) for x, y, w, h in boxes]
    assert together.recognise(crops) == alone.recognise(crops)


def test_a_very_long_line_is_read_to_its_end(reader: Any) -> None:
    words = " ".join(f"word{k}" for k in range(40))
    image = screen([(10, 10, words)], width=3000, height=60)
    assert "".join(squash(line) for line in read(reader, image)) == squash(words)


def test_nothing_is_read_where_there_is_nothing(reader: Any) -> None:
    assert list(reader.detect(screen())) == []
    assert list(reader.recognise([])) == []


def test_a_stop_ends_a_call(registry: Registry) -> None:
    stop = threading.Event()
    reader = registry.open(registry.choose("screen_text", ("auto",)), {"stop": stop})
    stop.set()
    with pytest.raises(Cancelled):
        reader.detect(screen([(40, 40, "something")]))
    reader.close()
