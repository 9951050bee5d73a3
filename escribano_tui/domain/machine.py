"""What this machine has and holds: models in memory, the limit that they share, and memory that is free."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Resident:
    """A model in a host process, in memory (`loaded`) or put out of it again.

    `size_mb` is measured once it was loaded, an estimate before. `users` is how many phases hold it now, `busy` that it
    is inside of a call, `idle_s` since its last call; `load_s` is how long it took to load last, `starts` how often.
    """

    label: str
    port: str = ""
    backend: str = ""
    model: str = ""
    size_mb: float = 0.0
    loaded: bool = False
    busy: bool = False
    users: int = 0
    idle_s: float = 0.0
    load_s: float = 0.0
    starts: int = 0


@dataclass(frozen=True, slots=True)
class Residents:
    """All models that this program has loaded, in the order of first use.

    `limit_mb` is what they may take together; `free_mb` the machine's memory that is free now (0.0: it does not say).
    """

    models: tuple[Resident, ...] = ()
    limit_mb: float = 0.0
    free_mb: float = 0.0

    @property
    def loaded(self) -> tuple[Resident, ...]:
        """Those that are in memory now."""
        return tuple(model for model in self.models if model.loaded)

    @property
    def used_mb(self) -> float:
        """Memory of all that are loaded."""
        return sum(model.size_mb for model in self.loaded)
