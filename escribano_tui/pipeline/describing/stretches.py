"""Which stretches of work matter: the importance of the segment that a frame lies in, by a draft from its text alone."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from escribano_tui.domain.evidence import Change, Description, Envelope, Frame, SpeechSpan
from escribano_tui.domain.segment import Segment
from escribano_tui.pipeline.segmenting.clues import gather
from escribano_tui.pipeline.segmenting.drafting import draft
from escribano_tui.pipeline.segmenting.spans import Settings
from escribano_tui.ports import PhaseContext

# What a look at a second of it is worth: a commit, tests that ran, much that was said come before a page that was passed.
WORTH = {"critical": 3.0, "high": 2.0, "medium": 1.0, "low": 0.7, "minimal": 0.35}
GROWTH = 0.1  # it is drafted anew when so much more of it is known


class Stretches:
    """Takes what the screen reader tells of frames, in time order, and weighs the stretches that they lie in."""

    def __init__(self, context: PhaseContext, motion: Envelope | None) -> None:
        self._context = context
        self._motion = motion
        self._told: list[Description] = []
        self._changes: Sequence[Change] | None = None
        self._known = 0
        self._segments: list[Segment] = []

    def see(self, description: Description) -> None:
        self._told.append(description)

    def weights(self, frames: Sequence[Frame], spans: Sequence[SpeechSpan]) -> dict[str, float]:
        """By the item of each frame what a look at it is worth; 1 is usual."""
        if len(self._told) > (1 + GROWTH) * self._known:
            self._segments = self._drafted(spans)
            self._known = len(self._told)
        return {frame.item: self._weight(frame) for frame in frames}

    def _weight(self, frame: Frame) -> float:
        at = bisect_right(self._segments, frame.t_s, key=lambda s: s.start_s) - 1
        return WORTH[self._segments[at].importance] if self._segments else 1.0

    def _drafted(self, spans: Sequence[SpeechSpan]) -> list[Segment]:
        if self._changes is None:
            self._changes = self._context.load("scan", Change)
        until_ms = round(max(d.t_s for d in self._told) * 1000) + 1000
        settings = self._context.profile.segment
        clues = gather(until_ms, self._changes, self._motion, (), self._told, (), spans)
        return draft(clues, Settings(settings.min_segment_s, settings.idle_after_s))
