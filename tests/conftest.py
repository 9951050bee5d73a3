"""What holds for all tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None)  # a busy machine is no failure
settings.load_profile("house")


@pytest.fixture(autouse=True, scope="session")
def careless_umask_of_the_session() -> None:
    os.umask(0)


@pytest.fixture(autouse=True)
def careless_umask() -> None:
    """What is private is so by its own mode; a house that was built before in this process has set its own umask."""
    os.umask(0)
