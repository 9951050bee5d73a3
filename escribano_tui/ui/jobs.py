"""Work away from the event loop: what a screen asks of the house runs in a thread, and a failure is told, not thrown."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from typing import Any, cast

from textual.worker import Worker


def job(group: str, exclusive: bool = True) -> Callable[[Callable[..., Coroutine[Any, Any, None]]], Callable[..., Any]]:
    """Make an async method a worker of its screen, which is told of a failure by its `report`.

    In an exclusive group the newest one wins.
    """

    def wrap(method: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., Any]:
        @functools.wraps(method)
        def start(self: Any, *args: Any, **kwargs: Any) -> Worker[None]:
            async def run() -> None:
                try:
                    await method(self, *args, **kwargs)
                except Exception as error:  # noqa: BLE001 - the boundary at which a failure becomes a sentence
                    self.report(error)

            return cast("Worker[None]", self.run_worker(run, name=method.__name__, group=group, exclusive=exclusive))

        return start

    return wrap
