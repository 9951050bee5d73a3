"""The evidence of the segment under the cursor: a picture, the film strip, why, said, read."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container
from textual.timer import Timer
from textual.widget import Widget

from escribano_tui.domain.evidence import Frame
from escribano_tui.domain.segment import Segment
from escribano_tui.ui.jobs import job
from escribano_tui.ui.palette import Palette
from escribano_tui.ui.review.place import Review
from escribano_tui.ui.review.telling import frame_at, frames_of, heading, tell, telling_lines
from escribano_tui.ui.widgets.facts import Facts
from escribano_tui.ui.widgets.filmstrip import FilmStrip
from escribano_tui.ui.widgets.heading import Heading
from escribano_tui.ui.widgets.picture import Picture

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp

WAIT_S = 0.08  # a selection that moves on sooner is not looked at
PATIENCE_S = 0.15  # what is fetched sooner is shown together with what is in memory
KEPT = 200


@dataclass(frozen=True, slots=True)
class Found:
    """What was fetched for a segment."""

    read: tuple[str, ...]
    alike: int


class EvidencePane(Widget, can_focus=False):
    """Follows a review: its heading at once; picture and facts once the selection rests, so that the list never waits for
    them; then what had to be fetched in a thread."""

    DEFAULT_CSS = """
    EvidencePane { layout: vertical; }
    EvidencePane #evidence-body { height: 1fr; }
    """

    def __init__(self, app: EscribanoApp, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._house_app = app
        self._review: Review | None = None
        self._shown: tuple[str, int, int, int] | None = None
        self._found: OrderedDict[tuple[str, int, int, int], Found] = OrderedDict()
        self._timer: Timer | None = None
        self._frames: tuple[tuple[int, int, int], list[Frame]] | None = None

    @property
    def palette(self) -> Palette:
        return self._house_app.palette

    def compose(self) -> ComposeResult:
        yield Heading(lambda: self.palette, id="evidence-heading")
        with Container(id="evidence-body"):
            with Container(id="look"):
                yield Picture(self._house_app.painter, lambda: self.palette, id="picture")
                yield FilmStrip(self._house_app.painter, lambda: self.palette, id="strip")
            yield Facts(lambda: self.palette, id="told")

    def report(self, error: Exception) -> None:
        self._house_app.report(error)

    def show(self, review: Review) -> None:
        if self._review is not review:
            self._review = review
            self._fit(review)
        segment = review.segment
        unsure = not segment.reviewed and segment.confidence < 0.6
        told = heading(segment, review.timeline.duration_ms)
        self.query_one("#evidence-heading", Heading).show(told, "warning" if unsure else "primary")
        if self._key(review) == self._shown:
            self._show_picture(review, segment)
            self._tell(review, segment, keep_place=True)
        else:
            if self._timer is not None:
                self._timer.stop()
            self._timer = self.set_timer(WAIT_S, self._look)

    def _key(self, review: Review) -> tuple[str, int, int, int]:
        segment = review.segment
        return segment.id, segment.start_ms, segment.end_ms, len(review.segments)

    def on_resize(self) -> None:
        if self._review is not None:
            self.call_after_refresh(self._fit, self._review)

    def _fit(self, review: Review) -> None:
        recording = review.session.recording
        body = self.query_one("#evidence-body").size
        beside = self.screen.has_class("-narrow")  # the facts stand beside the pictures, not below them
        room = body.height if beside else max(6, body.height * 5 // 8)
        strip = self.query_one("#strip", FilmStrip).fit_height((recording.width, recording.height), room - 6)
        gap = 0 if beside or strip == 1 else 1
        self.query_one("#strip", FilmStrip).styles.margin = (gap, 0, 0, 0)
        self.query_one("#picture", Picture).fit_height(recording, max(3, room - strip - gap))

    def _show_picture(self, review: Review, segment: Segment) -> None:
        recording = review.session.recording
        frames = self._frames_of(review, segment)
        at = frame_at(frames, review.looked_at_ms / 1000)
        self.query_one("#strip", FilmStrip).show(frames, at, (recording.width, recording.height), self._small_picture)
        picture = self.query_one("#picture", Picture)
        if at is None or not frames[at].thumbnail:
            picture.show(None, "No picture was taken here.")
        else:
            path = self._house_app.house.sessions.picture(recording.id, frames[at].thumbnail)
            picture.show(path, "No picture is kept of this moment.")

    def _frames_of(self, review: Review, segment: Segment) -> list[Frame]:
        """The same list for the same segment, so that its pictures are known to be the same."""
        key = (id(review.outline), segment.start_ms, segment.end_ms)
        if self._frames is None or self._frames[0] != key:
            self._frames = (key, frames_of(review.outline.frames, segment))
        return self._frames[1]

    def _small_picture(self, frame: Frame) -> Path | None:
        if self._review is None or not frame.thumbnail:
            return None
        return self._house_app.house.sessions.thumbnail(self._review.session.recording.id, frame.thumbnail)

    def _tell(self, review: Review, segment: Segment, keep_place: bool) -> None:
        found = self._found.get(self._key(review))
        key = self._house_app.keymap.shown("review.alike")
        facts = tell(review.session, segment, review.outline, found.read if found else None, found.alike if found else 0, key)
        self.query_one("#told", Facts).show(facts, keep_place)

    def _look(self) -> None:
        """The selection rests: show what is in memory, and fetch the rest."""
        self._timer = None
        review = self._review
        if review is None:
            return
        self._shown = key = self._key(review)
        self._show_picture(review, review.segment)
        if key in self._found:
            self._tell(review, review.segment, keep_place=False)
        else:
            self._fetch(review, review.segment, key)

    @job("evidence")
    async def _fetch(self, review: Review, segment: Segment, key: tuple[str, int, int, int]) -> None:
        looking = asyncio.ensure_future(asyncio.to_thread(self._look_up, review.session.recording.id, segment))
        try:  # mostly it comes at once, and one paint does
            await asyncio.wait_for(asyncio.shield(looking), PATIENCE_S)
        except TimeoutError:
            self._told(key, keep_place=False)
            self._found[key] = await looking
            self._told(key, keep_place=True)
        else:
            self._found[key] = looking.result()
            self._told(key, keep_place=False)
        while len(self._found) > KEPT:
            self._found.popitem(last=False)

    def _told(self, key: tuple[str, int, int, int], keep_place: bool) -> None:
        if key == self._shown and self._review is not None:
            self._tell(self._review, self._review.segment, keep_place)

    def _look_up(self, recording_id: str, segment: Segment) -> Found:
        """In a thread."""
        sessions = self._house_app.house.sessions
        lines = sessions.evidence(recording_id, segment.start_s, segment.end_s).lines
        return Found(tuple(telling_lines(lines, segment)), len(sessions.alike(recording_id, segment.id)))

    def scroll_told(self, by: int) -> None:
        self.query_one("#told", Facts).scroll_relative(y=2 * by, animate=False)
