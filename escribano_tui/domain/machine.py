"""What this machine has and holds: models in memory, the limit that they share, and memory that is free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


def amount(megabytes: float) -> str:
    """`351 MB`, `1.5 GB`: memory and weights are told so everywhere."""
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"


def served_by(label: str, model: str) -> str:
    """A backend and its model in words, what both say said once.

    >>> served_by("RapidOCR", "PP-OCRv6_small"), served_by("Moonshine tiny-en", "tiny-en")
    ('RapidOCR PP-OCRv6_small', 'Moonshine tiny-en')
    >>> served_by("Silero VAD", "silero-vad-v6")
    'Silero VAD v6'
    """
    if model in label:
        return label
    said, words = label.casefold().split(), model.split("-")
    rest = words[len(said) :] if [word.casefold() for word in words[: len(said)]] == said else [model]
    return f"{label} {'-'.join(rest)}".strip()


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


@dataclass(frozen=True, slots=True)
class Cost:
    """What a backend cost in a phase of a run: so many seconds of sound in so many seconds, its load time, its memory.

    `work` and `alone_s` are as in `PastPhase`. What was not measured is 0.0.
    """

    material_s: float = 0.0
    model_s: float = 0.0
    load_s: float = 0.0
    memory_mb: float = 0.0
    work: float = 0.0
    alone_s: float = 0.0


@dataclass(frozen=True, slots=True)
class PastPhase:
    """How long a phase was busy in a past run, on a recording of so many seconds; `items` is how many there were. `work` is
    how long they take on a slow machine, `alone_s` how long they took here, each had it had the machine to itself."""

    busy_s: float
    duration_s: float
    profile: str
    recording_id: str
    work: float = 0.0
    items: int = 0
    alone_s: float = 0.0


PAST_COUNTED = 5  # of the newest runs


def pace_of(past: Sequence[PastPhase], recording_id: str, anew: float = 1.0) -> tuple[float, int]:
    """(seconds that one second of work takes here, by past runs, newest first; by how many of them). `anew` is the share
    of the work that is left where an earlier run has been through the same recording."""
    again = any(one.recording_id == recording_id for one in past)
    paces = []
    for k, one in enumerate(past):
        if one.work > 0 and one.alone_s > 0:
            was_again = any(earlier.recording_id == one.recording_id for earlier in past[k + 1 :])
            paces.append(one.alone_s / one.work * (1.0 if was_again == again else anew if again else 1 / anew))
    newest = paces[:PAST_COUNTED]
    return (median(newest), len(newest)) if newest else (anew if again else 1.0, 0)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a model costs on this machine, out of its newest runs. `times_real` is seconds of sound heard in a second."""

    runs: int
    times_real: float = 0.0
    load_s: float = 0.0
    memory_mb: float = 0.0

    @property
    def said(self) -> str:
        """In words, without what was not measured."""
        speed = f"{self.times_real:.0f}" if self.times_real >= 10 else f"{self.times_real:.1f}"
        parts = (
            f"{speed} times real time" if self.times_real else "",
            f"loads in {self.load_s:.1f} s" if self.load_s else "",
            amount(self.memory_mb) if self.memory_mb else "",
        )
        return ", ".join(part for part in parts if part)


LEAST_MATERIAL_S = 20.0  # less sound than this says nothing about speed


def figures_of(costs: Sequence[Cost]) -> Figures | None:
    """Medians over the runs, newest first; None where nothing was measured. Runs with little sound count together."""
    heard = [c for c in costs if c.material_s > 0 and c.model_s > 0]
    loads = [c.load_s for c in costs if c.load_s > 0]
    sizes = [c.memory_mb for c in costs if c.memory_mb > 0]
    if not heard and not loads and not sizes:
        return None
    return Figures(len(costs), _times_real(heard), _middle(loads), max(sizes, default=0.0))


def _times_real(heard: Sequence[Cost]) -> float:
    long = [c.material_s / c.model_s for c in heard if c.material_s >= LEAST_MATERIAL_S]
    if long:
        return median(long)
    material_s = sum(c.material_s for c in heard)
    return material_s / sum(c.model_s for c in heard) if material_s >= LEAST_MATERIAL_S else 0.0


def _middle(values: Sequence[float]) -> float:
    return median(values) if values else 0.0


@dataclass(frozen=True, slots=True)
class Fetchable:
    """Weights that are not on this machine and can be fetched: `name` as `models pull` takes it, about how large they
    are (0: not known before it is asked), and under which licence."""

    name: str
    size_mb: int = 0
    licence: str = ""
