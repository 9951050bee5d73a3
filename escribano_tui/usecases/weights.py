"""Fetching weights that the owner asks for (the port Fetching)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from escribano_tui.ports import Stop

Pull = Callable[[str, Callable[[int, int, str], None], Stop], Path]


@dataclass(frozen=True, slots=True)
class WeightDesk:
    """`pull` fetches; `look_again` lets what was fetched serve at once."""

    pull: Pull
    look_again: Callable[[], None]

    def fetch(self, name: str, progress: Callable[[int, int, str], None], stop: Stop) -> Path:
        folder = self.pull(name, progress, stop)
        self.look_again()
        return folder
