"""Parts that are made when they are first used, so that the library opens without the libraries of a run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")


class _Later(Generic[T]):
    """Stands for an object: makes it at the first look at one of its attributes."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make_it = make
        self._making = threading.RLock()
        self._made: list[T] = []

    def _object(self) -> T:
        with self._making:
            if not self._made:
                self._made.append(self._make_it())
            return self._made[0]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._object(), name)


def later(make: Callable[[], T]) -> T:
    """What `make` gives, made when it is first used. Safe from several threads."""
    return cast(T, _Later(make))


class LaterMapping(Mapping[str, T]):
    """A mapping that is made when it is first looked into, and anew where `stamp` has changed since."""

    def __init__(self, make: Callable[[], Mapping[str, T]], stamp: Callable[[], object] = lambda: None) -> None:
        self._make = make
        self._stamp = stamp
        self._made: tuple[object, Mapping[str, T]] | None = None
        self._making = threading.RLock()

    def _now(self) -> Mapping[str, T]:
        stamp = self._stamp()
        with self._making:
            if self._made is None or self._made[0] != stamp:
                self._made = (stamp, self._make())
            return self._made[1]

    def __getitem__(self, key: str) -> T:
        return self._now()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())
