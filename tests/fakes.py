"""An in-memory PhaseContext, so that a phase can be tested on its own, and parts that misbehave when told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from escribano_tui.domain.evidence import ScreenLine
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording, Track
from escribano_tui.domain.segment import Segment
from escribano_tui.ports import BackendInfo, Cancelled, Choice, Evidence, Stop

T = TypeVar("T")


class MemoryContext:
    """What a phase works with, in memory.

    `earlier` holds what each earlier phase gave: a list (it has ended), or a generator that is drawn from while the phase
    runs (it still runs).
    `items` collects what the phase puts, in order. Make a second one with `resumed()` to run the phase again as after
    an interruption. `cancel_after` sets the stop once so many items are through.
    """

    def __init__(
        self, recording: Recording, *, profile: Profile | None = None, media: Any = None, files: Any = None,
        backends: Any = None, choice: Choice | None = None, earlier: dict[str, Iterable[Evidence]] | None = None,
        lines: Sequence[ScreenLine] = (), kept: dict[tuple[str, bytes], bytes] | None = None,
        items: dict[str, list[Evidence]] | None = None, failed: dict[str, str] | None = None,
        cancel_after: int | None = None,
    ) -> None:  # fmt: skip
        self.recording = recording
        self.profile = profile or Profile("test")
        self.media = media
        self.files = files
        self.backends = backends
        self.choice = choice
        self.earlier: dict[str, Iterable[Evidence]] = earlier or {}
        self.lines = list(lines)
        self.failed_earlier: dict[str, frozenset[str]] = {}
        self.drawn: dict[str, list[Any]] = {}  # what phases that still run have given
        self.kept = kept if kept is not None else {}
        self.items: dict[str, list[Evidence]] = dict(items or {})
        self.failed: dict[str, str] = dict(failed or {})
        self.raws: dict[str, str] = {}
        self.instead: dict[str, list[Evidence]] = {}  # what stands in for failed items
        self.notes: list[str] = []
        self.looks: list[tuple[float, str, str]] = []
        self.drafts: list[list[Segment]] = []
        self.progressed: list[tuple[int, int | None, str]] = []
        self.total: int | None = None
        self.stopped = threading.Event()
        self.cancel_after = cancel_after
        self.anew = False
        self.may_replace = False  # a phase that puts its items right
        self.costs: list[tuple[float, float]] = []  # what was measured: seconds of sound, seconds in the backend
        self.foreseen: list[tuple[float | None, int | None]] = []  # seconds, pictures to be looked at
        self.in_hand = ""
        self.puts: list[str] = []  # every item that was put or failed in this run, in order

    @property
    def stop(self) -> threading.Event:
        return self.stopped

    def check(self) -> None:
        if self.stopped.is_set():
            raise Cancelled

    def weigh(self, weights: Mapping[str, float], rest: float = 0.0, anew: float = 1.0) -> None:
        self.weights = weights

    def foresee(self, seconds: float | None, looks: int | None = None) -> None:
        self.foreseen.append((seconds, looks))

    def progress_of(self, phase: str) -> tuple[int, int | None]:
        return 1, 1

    def take_in_hand(self, item: str) -> None:
        self.in_hand = item

    def expect(self, total: int | None) -> None:
        self.total = total

    def done(self) -> frozenset[str]:
        return frozenset(self.items) | frozenset(self.failed)

    def failed_items(self) -> frozenset[str]:
        return frozenset(self.failed)

    def put(self, item: str, evidence: Sequence[Evidence]) -> None:
        assert item not in self.items or self.may_replace, f"{item} was done twice"
        self.items[item] = list(evidence)
        self.failed.pop(item, None)
        self._through(item)

    def fail(self, item: str, message: str, raw: str = "", instead: Sequence[Evidence] = ()) -> None:
        assert item not in self.items, f"{item} was done already"
        self.failed[item] = message
        self.instead[item] = list(instead)
        self.raws[item] = raw
        self._through(item)

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        self.progressed.append((done, total, note))

    def note(self, text: str) -> None:
        self.notes.append(text)

    def look(self, t_s: float, thumbnail: str = "", line: str = "") -> None:
        self.looks.append((t_s, thumbnail, line))

    def drafted(self, segments: Sequence[Segment]) -> None:
        self.drafts.append(list(segments))

    def follow(self, phase: str, kind: type[T]) -> Iterator[T]:
        for one in self.earlier.get(phase, ()):
            self.check()
            if isinstance(one, kind):
                yield one

    def follow_items(self, phase: str) -> Iterator[str]:
        for one in self.earlier.get(phase, ()):
            self.check()
            self.drawn.setdefault(phase, []).append(one)
            yield _item_of(one)
        if not isinstance(self.earlier.get(phase, ()), (list, tuple)):
            self.earlier[phase] = self.drawn.get(phase, [])  # it has ended

    def load(self, phase: str, kind: type[T]) -> list[T]:
        found = [one for one in self.earlier.get(phase, ()) if isinstance(one, kind)]
        return sorted(found, key=when)

    def so_far(self, phase: str, kind: type[T]) -> list[T]:
        earlier = self.earlier.get(phase, ())
        known = earlier if isinstance(earlier, (list, tuple)) else self.drawn.get(phase, ())
        return sorted((one for one in known if isinstance(one, kind)), key=when)

    def count(self, phase: str, kind: type[Any]) -> int | None:
        earlier = self.earlier.get(phase, ())
        return sum(isinstance(one, kind) for one in earlier) if isinstance(earlier, (list, tuple)) else None

    def mine(self, kind: type[T]) -> list[T]:
        """As in the store: what was put last under an id stays."""
        stored: dict[object, T] = {}
        for one in [e for given in (*self.items.values(), *self.instead.values()) for e in given]:
            if isinstance(one, kind):
                stored[getattr(one, "id", getattr(one, "item", id(one)))] = one
        return sorted(stored.values(), key=when)

    def through(self, phase: str) -> tuple[frozenset[str], bool]:
        earlier = self.earlier.get(phase, ())
        ended = isinstance(earlier, (list, tuple))
        known = earlier if ended else self.drawn.get(phase, ())
        return frozenset(map(_item_of, known)), ended

    def failed_in(self, phase: str) -> frozenset[str]:
        own = frozenset() if phase in self.earlier else frozenset(self.failed)
        return self.failed_earlier.get(phase, own)

    def lines_at(self, t_s: float) -> list[ScreenLine]:
        return [line for line in self.lines if line.start_s <= t_s < line.end_s]

    def remember(self, namespace: str, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        return {key: self.kept[namespace, key] for key in keys if (namespace, key) in self.kept}

    def keep(self, namespace: str, values: dict[bytes, bytes], used: Sequence[bytes] = ()) -> None:
        self.kept.update({(namespace, key): value for key, value in values.items()})

    def forget(self, namespace: str, keys: Sequence[bytes]) -> None:
        for key in keys:
            self.kept.pop((namespace, key), None)

    def measured(self, material_s: float, model_s: float) -> None:
        self.costs.append((material_s, model_s))

    # ------------------------------------------------------------ for tests

    def resumed(self, *, retry_failed: bool = False, earlier: dict[str, Iterable[Evidence]] | None = None) -> MemoryContext:
        """The context of a later run of the same phase: what was done is known, and failures too unless retried."""
        return MemoryContext(
            self.recording, profile=self.profile, media=self.media, files=self.files, backends=self.backends,
            choice=self.choice, earlier=earlier or self.earlier, lines=self.lines, kept=self.kept, items=self.items,
            failed={} if retry_failed else self.failed,
        )  # fmt: skip

    def _through(self, item: str) -> None:
        self.puts.append(item)
        if self.cancel_after is not None and len(self.puts) >= self.cancel_after:
            self.stopped.set()


def _item_of(one: Any) -> str:
    return one if isinstance(one, str) else str(getattr(one, "item", ""))


def when(evidence: Any) -> tuple[float, float]:
    """Sort key: when it begins."""
    start = getattr(evidence, "start_s", getattr(evidence, "t_s", 0.0))
    return (start, getattr(evidence, "end_s", start))


class OneBackend:
    """A `Backends` that opens whatever `make` makes, for every port; `opened` keeps the options it was opened with."""

    def __init__(self, make: Callable[[dict[str, Any]], Any], later: BackendInfo | None = None) -> None:
        self._make = make
        self._later = later
        self.opened: list[dict[str, Any]] = []
        self.chosen: list[Choice | None] = []

    def open(self, choice: Choice | None, options: dict[str, Any]) -> Any:
        self.opened.append(options)
        self.chosen.append(choice)
        return self._make(options)

    def instead(self, choice: Choice, why: str) -> Choice:
        """`later` serves, once."""
        later, self._later = self._later, None
        return Choice(choice.port, later, (), later.model if later else "", why=f"instead: {why}")

    def release(self) -> None:
        self.opened.clear()

    def close(self) -> None:
        self.opened.clear()


class SoundMedia:
    """A `Media` of sounds only: 16 kHz samples by track name. `sounds_asked` keeps the spans that were asked for."""

    def __init__(self, sounds: dict[str, Any]) -> None:
        self._sounds = sounds
        self.sounds_asked: list[tuple[str, float, float]] = []

    def sound(self, track: Track, start_s: float, end_s: float, rate: int = 16_000) -> Any:
        import numpy as np

        self.sounds_asked.append((track.name, start_s, end_s))
        samples, first, last = self._sounds[track.name], round(start_s * rate), round(end_s * rate)
        part = samples[max(0, first) : max(0, last)]
        return np.pad(part, (max(0, -first), max(0, last - first - len(part) - max(0, -first)))).astype(np.float32)

    def sound_blocks(self, track: Track, stop: Stop, block_s: float = 30.0, rate: int = 16_000) -> Iterator[tuple[float, Any]]:
        samples, size = self._sounds[track.name], round(block_s * rate)
        for first in range(0, len(samples), size):
            if stop.is_set():
                raise Cancelled
            yield first / rate, samples[first : first + size]


def sound_recording(sounds: dict[str, Any], rate: int = 16_000) -> Recording:
    """A recording with these tracks."""
    longest = max((len(s) for s in sounds.values()), default=0) / rate
    tracks = tuple(Track(name, f"{name}.wav", duration_s=len(s) / rate) for name, s in sounds.items())
    return Recording("r1", "r1.mp4", "f1", 1, longest, tracks=tracks)
