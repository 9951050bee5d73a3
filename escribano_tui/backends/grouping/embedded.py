"""The embedded grouper: what shared documents, projects, words and returns have put together stands."""

from __future__ import annotations

from collections.abc import Sequence

from escribano_tui.backends.offer import Offer, Opening, Wanted
from escribano_tui.ports import Availability, BackendInfo, Card, Stop

NAME = "embedded"


class Found:
    """The port `Grouper`: groups cards by the thread that they were found in."""

    def group(self, cards: Sequence[Card], stop: Stop) -> Sequence[Sequence[int]]:
        threads: dict[int, list[int]] = {}
        for k, card in enumerate(cards):
            threads.setdefault(card.found, []).append(k)
        return list(threads.values())

    def close(self) -> None:
        """Nothing is held."""


def _look(wanted: Wanted) -> BackendInfo:
    return BackendInfo("grouping", NAME, "", "shared documents and words", Availability(True), embedded=True, licence="MIT")


def _open(opening: Opening) -> Found:
    return Found()


OFFER = Offer("grouping", NAME, _look, _open)
