"""Speech backends for tests, in real host processes, that raise, hang or die on the spans that a plan names.

The plan is a file of JSON beside the models: `{"odd": {"2": "raise", "4": "hang"}, ...}` by the number of the call; a
call says how many it is, counted over all processes.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from escribano_tui.backends.offer import Lease, Offer, Opening, Wanted
from escribano_tui.ports import Availability, BackendInfo, Heard

PLAN = "plan.json"


class OddModel:
    """Lives in a host process."""

    def __init__(self, name: str, folder: str) -> None:
        self._name = name
        self._folder = Path(folder)
        if self._does("load") == "die":
            os._exit(9)

    def hear(self, seconds: float) -> str:
        count = self._folder / f"{self._name}.calls"
        n = int(count.read_text()) + 1 if count.exists() else 1
        count.write_text(str(n))
        match self._does(str(n)):
            case "raise":
                raise ValueError("it cannot hear that")
            case "hang":
                time.sleep(3600)
            case "die":
                os._exit(9)
        return f"The {self._name} one heard {seconds:.1f} seconds in call {n}."

    def _does(self, key: str) -> str:
        plan = self._folder / PLAN
        told = json.loads(plan.read_text()) if plan.exists() else {}
        return str(told.get(self._name, {}).get(key, ""))


def load(name: str, folder: str) -> OddModel:
    """Factory of the host process."""
    return OddModel(name, folder)


class OddTranscriber:
    def __init__(self, lease: Lease, confidence: float) -> None:
        self._lease = lease
        self._confidence = confidence

    def transcribe(
        self, samples: Any, language: str = "", prompt: str = "", margins_s: tuple[float, float] = (0.0, 0.0)
    ) -> Heard:
        return Heard(self._lease.call("hear", len(samples) / 16_000, timeout_s=2.0), self._confidence, language="en")

    def close(self) -> None:
        self._lease.close()


def offer(name: str, confidence: float) -> Offer:
    """A backend of this name, as sure of all that it says."""

    def look(wanted: Wanted) -> BackendInfo:
        return BackendInfo("speech", name, f"{name}-1", f"The {name} one", Availability(True))

    def make(opening: Opening) -> OddTranscriber:
        options = {"name": name, "folder": str(opening.wanted.models)}
        return OddTranscriber(opening.hosts(f"{__name__}:load", options, label=name, size_mb=20), confidence)

    return Offer("speech", name, look, make)
