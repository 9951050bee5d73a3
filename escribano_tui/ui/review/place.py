"""Where one is in a review: the segment, the time cursor, what is selected, the visible part of the time line."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil
from typing import Final

from escribano_tui.domain.evidence import Change, Frame
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.session import Evidence, Session
from escribano_tui.domain.timeline import Timeline
from escribano_tui.domain.times import cite, duration, durations

UNSURE: Final = 0.6  # a label less sure than this carries a question mark
LEAST_VIEW_MS: Final = 4_000
ZOOM: Final = 2.0


@dataclass(frozen=True, slots=True)
class Times:
    """Starts and lengths of all segments as printed: a start as a summary cites it, lengths that add up."""

    of: Timeline
    starts: tuple[str, ...]
    lengths: tuple[str, ...]
    room: int  # cells of the widest start

    @classmethod
    def print(cls, timeline: Timeline) -> Times:
        starts = tuple(cite(s.start_s, s.end_s) for s in timeline.segments)
        lengths = tuple(durations([s.duration_ms for s in timeline.segments]))
        return cls(timeline, starts, lengths, max(len(duration(timeline.duration_ms)), *map(len, starts)))


@dataclass
class Review:
    """A session as it is looked at. Times are ms; the time cursor always lies in the chosen segment."""

    session: Session
    outline: Evidence = field(default_factory=Evidence)
    index: int = 0
    cursor_ms: int = 0
    selected: set[str] = field(default_factory=set)
    edge_ms: int | None = None  # the edge that was moved last: it is looked at until the cursor moves
    view: tuple[int, int] = (0, 0)
    labelled: str = ""  # the segment that was given another label just now, until the cursor moves again
    told_of_rules: bool = False

    def __post_init__(self) -> None:
        self._least_sure = ""
        self._times: Times | None = None
        self.see(self.outline)
        if self.view[1] <= self.view[0]:
            self.view = (0, self.timeline.duration_ms)
        self.go_to(self.cursor_ms)

    def see(self, outline: Evidence) -> None:
        """What was seen and heard, as it is known now."""
        self.outline = outline
        self.changes_ms = sorted({round(c.t_s * 1000) for c in outline.changes})
        self.frames_ms = sorted({begins_ms(f) for f in outline.frames})

    @property
    def timeline(self) -> Timeline:
        return self.session.timeline

    @property
    def segments(self) -> tuple[Segment, ...]:
        return self.session.timeline.segments

    @property
    def times(self) -> Times:
        """How the segments' times are printed; made anew where the timeline has become another."""
        if self._times is None or self._times.of is not self.timeline:
            self._times = Times.print(self.timeline)
        return self._times

    @property
    def segment(self) -> Segment:
        return self.segments[self.index]

    @property
    def just_labelled(self) -> Segment | None:
        """The segment that was given another label just now, where nobody has gone elsewhere since."""
        return self.timeline.by_id(self.labelled) if self.labelled else None

    def grows(self, index: int) -> bool:
        """Whether a segment is the last one of a draft that is not whole."""
        session = self.session
        last = index == len(self.segments) - 1
        return bool(session.live) and last and self.timeline.duration_ms < session.recording.duration_ms

    @property
    def chosen(self) -> list[Segment]:
        """What an edit of several acts on: the selected ones, else the one under the cursor."""
        return [s for s in self.segments if s.id in self.selected] or [self.segment]

    @property
    def frame_ms(self) -> int:
        """One frame, at least 1 ms; 1/30 s where the rate is not known."""
        return max(1, round(1000 / (self.session.recording.fps or 30.0)))

    def take(self, session: Session) -> None:
        """Show a session as it has become; the time cursor stays where it is."""
        all_of_it = self.view == (0, self.timeline.duration_ms)
        self.session = session
        known = {s.id for s in session.timeline.segments}
        self.selected &= known
        duration = session.timeline.duration_ms
        low, high = (0, duration) if all_of_it else self.view
        self.view = (min(low, max(0, duration - 1)), min(high, duration)) if high <= duration else (0, duration)
        self.go_to(self.cursor_ms)

    # ------------------------------------------------------------ moving

    def go_to(self, t_ms: int) -> None:
        """Put the time cursor somewhere, and choose the segment that lies there."""
        self.cursor_ms = max(0, min(t_ms, self.timeline.duration_ms - 1))
        self.index = self.timeline.index_at(self.cursor_ms)
        self.edge_ms = None
        self.labelled = ""
        self._keep_in_view()

    @property
    def looked_at_ms(self) -> int:
        """The moment whose picture is shown."""
        return self.cursor_ms if self.edge_ms is None else self.edge_ms

    def choose(self, index: int) -> None:
        """Choose a segment; the time cursor goes to its start."""
        self.go_to(self.segments[max(0, min(index, len(self.segments) - 1))].start_ms)

    def to_change(self, direction: int) -> bool:
        """Put the time cursor on the next change, or the one before; False where there is none."""
        return self._to_mark(self.changes_ms, direction)

    def to_picture(self, direction: int) -> bool:
        """Put the time cursor where the next picture begins to be seen, or the one before; False where there is none: a
        split or an edge there is where the window changed."""
        return self._to_mark(self.frames_ms, direction)

    def _to_mark(self, marks: list[int], direction: int) -> bool:
        k = bisect_right(marks, self.cursor_ms) if direction > 0 else bisect_left(marks, self.cursor_ms) - 1
        if not 0 <= k < len(marks):
            return False
        self.go_to(marks[k])
        return True

    def _from_here(self) -> list[int]:
        """All other segments, from the next one on, around the end."""
        return [*range(self.index + 1, len(self.segments)), *range(self.index)]

    def next_unreviewed(self) -> int | None:
        return next((k for k in self._from_here() if not self.segments[k].reviewed), None)

    def least_sure(self) -> int | None:
        """The least sure segment that is not reviewed; asked again on the spot, the one that is next in that order.

        None where there is no other.
        """
        left = sorted((s.confidence, k) for k, s in enumerate(self.segments) if not s.reviewed and k != self.index)
        if not left:
            return None
        here = (self.segment.confidence, self.index) if self.segment.id == self._least_sure else (-1.0, -1)
        k = next((k for confidence, k in left if (confidence, k) > here), left[0][1])
        self._least_sure = self.segments[k].id
        return k

    def next_of_subject(self) -> int | None:
        subject = self.segment.subject_id
        return next((k for k in self._from_here() if self.segments[k].subject_id == subject), None)

    # ------------------------------------------------------------ the visible part

    def _keep_in_view(self) -> None:
        low, high = self.view
        span = high - low
        if span >= self.timeline.duration_ms:
            self.view = (0, self.timeline.duration_ms)
        elif self.cursor_ms < low or self.cursor_ms >= high:
            self._look_at(self.cursor_ms - span // 3, span)

    def _look_at(self, low: int, span: int) -> None:
        span = min(span, self.timeline.duration_ms)
        low = max(0, min(low, self.timeline.duration_ms - span))
        self.view = (low, low + span)

    def zoom(self, closer: bool) -> None:
        """Show half as much, or twice as much, around the time cursor, which stays at its place on the screen."""
        low, high = self.view
        span = high - low
        new = max(min(LEAST_VIEW_MS, self.timeline.duration_ms), int(span / ZOOM)) if closer else int(span * ZOOM)
        share = (self.cursor_ms - low) / max(1, span)
        start = round(self.cursor_ms - share * new)
        self._look_at(max(self.cursor_ms - new + 1, min(start, self.cursor_ms)), new)  # rounding must not lose the cursor

    def zoom_all(self) -> None:
        self.view = (0, self.timeline.duration_ms)

    # ------------------------------------------------------------ edges

    def nearer_edge(self) -> int | None:
        """The inner edge of the chosen segment that is nearer to the time cursor; None where it has none."""
        segment = self.segment
        inner = [t for t in (segment.start_ms, segment.end_ms) if 0 < t < self.timeline.duration_ms]
        return min(inner, key=lambda t: abs(t - self.cursor_ms), default=None)

    def edge_to_snap(self) -> tuple[int, int] | None:
        """The edge that a snap is for, and the time that it should come near: the edge that was moved last stays about
        where it is; else the one nearer to the time cursor comes to the cursor. None where there is no such edge."""
        if self.edge_ms is not None and self.edge_ms in self.timeline.boundaries_ms:
            return self.edge_ms, self.edge_ms
        edge = self.nearer_edge()
        return None if edge is None else (edge, self.cursor_ms)

    def nearest_change(self, t_ms: int, low: int, high: int) -> int | None:
        """The change nearest to a time, between two others."""
        within = [c for c in self.changes_ms if low < c < high]
        return min(within, key=lambda c: abs(c - t_ms), default=None)

    def change_inside(self) -> int | None:
        """Where a split of the chosen segment would best go, after the cursor and half a second from its edges or more: the
        change that begins to show another window or activity, else the next one, a large one before a small one."""
        segment = self.segment
        low, high = max(self.cursor_ms, segment.start_ms + 500), segment.end_ms - 500
        order = {"large": 0, "medium": 1, "small": 2}
        inside = [c for c in self.outline.changes if low <= c.t_s * 1000 <= high]
        turns = [(a, b) for a, b in self._turns() if low < b]
        for after, until in turns:
            between = [c for c in inside if after < c.t_s * 1000 <= until]
            if between:
                best = min(between, key=lambda c: (order.get(c.size, 2), -c.t_s))
                return round(best.t_s * 1000)
        found = min(inside, key=lambda c: (order.get(c.size, 2), c.t_s), default=None)
        return round(found.t_s * 1000) if found else None

    def _turns(self) -> list[tuple[int, int]]:
        """Between which two pictures of the chosen segment the activity or the program in front becomes another."""
        start, end = self.segment.start_s, self.segment.end_s
        seen = [d for d in self.outline.descriptions if start <= d.t_s < end]
        return [
            (round(a.t_s * 1000), round(b.t_s * 1000))
            for a, b in pairwise(seen)
            if (a.activity, a.apps[:1]) != (b.activity, b.apps[:1])
        ]


def begins_ms(frame: Frame) -> int:
    """The first ms at which a frame is what is seen."""
    return ceil(frame.shows_from_s * 1000)


def size_of(change: Change) -> int:
    """0 small, 1 medium, 2 large."""
    return {"small": 0, "medium": 1, "large": 2}.get(change.size, 0)
