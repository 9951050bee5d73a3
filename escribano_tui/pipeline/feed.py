"""Items handed on from a phase to those that follow it: what is stored first, then live."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from escribano_tui.ports import Evidence, Outputs

T = TypeVar("T")
Waiting = Callable[[threading.Condition], None]


class Feed:
    """What one phase of a run gives. `output_id` is None where the phase was skipped: then it has ended, empty.

    Storing and handing on happen under one lock, so that a follower who looks into the store and then listens sees
    everything once.
    """

    def __init__(self, outputs: Outputs, output_id: int | None, ended: bool) -> None:
        self._outputs = outputs
        self.output_id = output_id
        self._changed = threading.Condition()
        self._live: list[tuple[str, Sequence[Evidence]]] = []
        self._ended = ended or output_id is None

    def put(self, item: str, evidence: Sequence[Evidence]) -> None:
        """Store what an item gave and hand it on."""
        with self._changed:
            if self.output_id is None:
                raise ValueError("a skipped phase gives nothing")
            self._outputs.put(self.output_id, item, evidence)
            self._live.append((item, tuple(evidence)))
            self._changed.notify_all()

    def failed(self, item: str, message: str, raw: str, instead: Sequence[Evidence] = ()) -> None:
        """Store that an item gave nothing, and what stands in for it; followers hear of it as of any other."""
        with self._changed:
            if self.output_id is None:
                raise ValueError("a skipped phase has no items")
            self._outputs.fail(self.output_id, item, message, raw, instead)
            self._live.append((item, tuple(instead)))
            self._changed.notify_all()

    @property
    def ended(self) -> bool:
        return self._ended

    def end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def evidence(self, kind: type[T], wait: Waiting) -> Iterator[T]:
        """All evidence of one kind as it comes. `wait` is called with the condition held, until something changes."""
        with self._changed:
            stored = self._outputs.load(self.output_id, kind) if self.output_id is not None else []
            at = len(self._live)
        yield from stored
        for _, evidence in self._listen(at, wait):
            yield from (one for one in evidence if isinstance(one, kind))

    def items(self, wait: Waiting) -> Iterator[str]:
        """Names of all items as they are through."""
        with self._changed:
            stored = list(self._outputs.items(self.output_id)) if self.output_id is not None else []
            at = len(self._live)
        yield from stored
        for item, _ in self._listen(at, wait):
            yield item

    def _listen(self, at: int, wait: Waiting) -> Iterator[tuple[str, Sequence[Evidence]]]:
        while True:
            with self._changed:
                while at >= len(self._live) and not self._ended:
                    wait(self._changed)
                if at >= len(self._live):
                    return
                batch = self._live[at:]
            yield from batch
            at += len(batch)

    def until_ended(self, wait: Waiting) -> None:
        with self._changed:
            while not self._ended:
                wait(self._changed)
