"""Work on several cores at once, in the order in which it was given: the results are those of the builtin `map`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

A = TypeVar("A")
B = TypeVar("B")

_MOST = 6  # threads; each holds the activations of one call (about 150 MB)


class Spread(Protocol):
    """As the builtin `map` of one list."""

    def __call__(self, work: Callable[[A], B], items: Iterable[A], /) -> Iterator[B]: ...


def reading_threads() -> int:
    """Reading is the longest lane by far: it takes every core, and what else runs at the same time gets its share of them."""
    return max(1, min(_MOST, os.cpu_count() or 1))


def spread_over(threads: int) -> Spread:
    """A `map` over so many threads, of use where the work lets go of the GIL, as a call of onnxruntime does."""
    if threads <= 1:
        return map
    pool = ThreadPoolExecutor(threads, thread_name_prefix="read")
    return pool.map
