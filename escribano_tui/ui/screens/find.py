"""Finding a moment in all recordings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from escribano_tui.domain.session import Hit
from escribano_tui.domain.times import clock
from escribano_tui.ui.screens.pick import Item, PickScreen

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp


class FindScreen(PickScreen[Hit]):
    """Searches the library as one types; enter opens the review at the moment."""

    def __init__(self) -> None:
        super().__init__(
            "Find in all recordings", search=self.search, placeholder="what was said, shown or titled",
            hint="enter look at it   esc close",
        )  # fmt: skip

    def search(self, query: str) -> Sequence[Item[Hit]]:
        hits = cast("EscribanoApp", self.app).house.library.search(query, 100)
        return [Item(h, h.text, f"{h.recording_name}", f"{h.kind} {clock(h.t_s)}", ink="accent") for h in hits]
