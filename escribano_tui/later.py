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
    """A mapping that is made when it is first looked into."""

    def __init__(self, make: Callable[[], Mapping[str, T]]) -> None:
        self._later = _Later(make)

    def __getitem__(self, key: str) -> T:
        return self._later._object()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._later._object())

    def __len__(self) -> int:
        return len(self._later._object())
