"""Parts that phases are tested with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from escribano_tui.backends.registry import Registry


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """The real backends, their models loaded once for all tests."""
    folder: Path = tmp_path_factory.mktemp("backends")
    made = Registry(folder / "models", folder / "hosts.log")
    yield made
    made.close()
