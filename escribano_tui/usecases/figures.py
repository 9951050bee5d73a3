"""What backends cost on this machine, out of the records of its runs."""

from __future__ import annotations

from collections.abc import Callable

from escribano_tui.domain.machine import Figures, figures_of
from escribano_tui.ports import RunLog

PHASES_OF: dict[str, tuple[str, ...]] = {
    "speech_spans": ("listen",),
    "speech": ("transcribe", "refine"),
    "screen_text": ("read",),
    "vision": ("describe",),
    "writing": ("summarize",),
}


def measured(runs: RunLog) -> Callable[[str, str, str], Figures | None]:
    """Figures by port, backend and model."""

    def look(port: str, backend: str, model: str) -> Figures | None:
        return figures_of(runs.costs(PHASES_OF[port], backend, model)) if port in PHASES_OF else None

    return look
