"""Whisper models whose weights lie on this machine, as one library loads them: the offer that all such libraries share."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import Any

from escribano_tui.backends.fetch import fetchable
from escribano_tui.backends.offer import Model, Offer, Opening, Wanted
from escribano_tui.backends.speech.weights import Weights, find_weights, knows, pick
from escribano_tui.backends.speech.whisper import WhisperTranscriber
from escribano_tui.ports import Availability, BackendError, BackendInfo

SMALL = "small"  # what is suggested where there are no weights yet


@dataclass(frozen=True, slots=True)
class WhisperFamily:
    """`name` is that of the backend and of its folder of weights; `files` are patterns that a model must hold, `libraries`
    the modules that it needs, with why and remedy where they are missing. `factory` is that of the host process.

    `overhead` is memory by size of the weights on disk; weights over `most_mb` serve only where they are named.
    """

    name: str
    label: str
    files: tuple[str, ...]
    libraries: tuple[str, ...]
    missing: tuple[str, str]
    factory: str
    overhead: float
    most_mb: float = float("inf")

    def offer(self) -> Offer:
        return Offer("speech", self.name, self._look, self._open, self._models)

    def _found(self, wanted: Wanted) -> Weights | None:
        return pick(find_weights(wanted.models, self.name, self.files), wanted.model, self.files, self.most_mb)

    def _installed(self) -> bool:
        return all(importlib.util.find_spec(library) is not None for library in self.libraries)

    def _look(self, wanted: Wanted) -> BackendInfo:
        weights = self._found(wanted)
        return BackendInfo(
            "speech", self.name, weights.name if weights else wanted.model, self.label, self._available(weights, wanted),
            size_mb=round(weights.size_mb * self.overhead) if weights else 0, licence="MIT",
            languages=() if weights is None or knows(weights.name, "other") else ("en",),
        )  # fmt: skip

    def _available(self, weights: Weights | None, wanted: Wanted) -> Availability:
        if not self._installed():
            return Availability(False, *self.missing)
        if weights is None:
            model = wanted.model or SMALL
            why = f"the weights of {wanted.model} are not on this machine" if wanted.model else "no weights are on this machine"
            remedy = f"Fetch them with: escribano-tui models pull {self.name}/{model}"
            return Availability(False, why, remedy, fetchable(f"{self.name}/{model}"))
        if not knows(weights.name, wanted.language):
            remedy = f"Fetch another: escribano-tui models pull {self.name}/{SMALL}"
            return Availability(False, f"{weights.name} knows English only", remedy, fetchable(f"{self.name}/{SMALL}"))
        return Availability(True)

    def _models(self, wanted: Wanted) -> list[Model]:
        found = find_weights(wanted.models, self.name, self.files) if self._installed() else []
        return [
            Model(w.name, w.size_mb * self.overhead, quick=w.size_mb <= self.most_mb)
            for w in found if knows(w.name, wanted.language)
        ]  # fmt: skip

    def _open(self, opening: Opening) -> Any:
        weights = self._found(opening.wanted)
        if weights is None:
            raise BackendError("the weights are not on this machine any more", fatal=True)
        lease = opening.hosts(
            self.factory, {"folder": str(weights.folder)}, label=f"{self.label}, {weights.name}",
            size_mb=weights.size_mb * self.overhead, load_timeout_s=300.0,
        )  # fmt: skip
        return WhisperTranscriber(lease, beam=int(opening.options.get("beam", 1)))
