"""Finding moments in all recordings (the port Search)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from escribano_tui.domain.query import parse
from escribano_tui.domain.session import Found
from escribano_tui.ports import Store
from escribano_tui.usecases.following import Follower


@dataclass(frozen=True, slots=True)
class SearchDesk:
    """`zone_of` gives the owner's time zone."""

    store: Store
    follower: Follower
    zone_of: Callable[[], tzinfo]

    def find(self, text: str, limit: int = 60, a_recording: int = 12, patience_s: float = 0.05) -> Found:
        left = self.follower.catch_up(patience_s)
        zone = self.zone_of()
        query = parse(text, datetime.now(zone).date())
        return replace(self.store.finder.search(query, zone, limit, a_recording), unsettled=left)
