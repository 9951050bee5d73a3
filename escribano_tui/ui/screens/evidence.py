"""All evidence of a segment: every frame, line of screen text, utterance and change, with the picture of the moment."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.screen import ModalScreen
from textual.strip import Strip

from escribano_tui.domain.evidence import Description, Frame, ScreenLine, Utterance
from escribano_tui.domain.session import Evidence
from escribano_tui.domain.times import cite
from escribano_tui.ui.jobs import job
from escribano_tui.ui.lines import Line
from escribano_tui.ui.palette import Palette
from escribano_tui.ui.review.place import Review
from escribano_tui.ui.review.telling import frame_at, frames_of, heading
from escribano_tui.ui.widgets.boxkeys import BoxKeys
from escribano_tui.ui.widgets.facts import Fact, Facts, fact
from escribano_tui.ui.widgets.filmstrip import FilmStrip
from escribano_tui.ui.widgets.heading import Heading
from escribano_tui.ui.widgets.picture import Picture, refresh_pictures
from escribano_tui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp

ORDER = {"change": 0, "seen": 1, "said": 2, "doubtful": 2, "yours": 2, "read": 3, "edge": 4}


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the list."""

    t_ms: int
    kind: str
    ink: str
    text: str
    utterance: Utterance | None = None


def told_of(evidence: Evidence, start_s: float, end_s: float) -> list[Told]:
    """A line for each piece of evidence, in time order; what began earlier is told at the beginning."""
    first, last = round(start_s * 1000), round(end_s * 1000) - 1
    rows = [Told(round(c.t_s * 1000), "change", "muted", f"{c.size}, {c.score:.0%} sure") for c in evidence.changes]
    rows += [Told(round(d.t_s * 1000), "seen", "secondary", d.sentence or d.activity) for d in evidence.descriptions]
    for u in evidence.utterances:
        kind = "yours" if u.edited else "doubtful" if u.doubtful else "said"
        rows.append(Told(round(u.start_s * 1000), kind, "accent", f"“{u.text}”", u))
    for line, text in screen_lines(evidence.lines, start_s):
        content = line.region == "content"
        kind, ink = ("read", "foreground") if content else ("edge", "muted")
        rows.append(Told(round(line.start_s * 1000), kind, ink, text))
    placed = [replace(row, t_ms=max(first, min(row.t_ms, last))) for row in rows]
    return sorted(placed, key=lambda row: (row.t_ms, ORDER[row.kind]))  # stable: screen text stays in reading order


def screen_lines(lines: Sequence[ScreenLine], start_s: float) -> list[tuple[ScreenLine, str]]:
    """Screen text as it stands on the screen: from top to bottom, what is side by side and came together on one line."""
    found: list[tuple[ScreenLine, str]] = []
    moments: dict[tuple[int, str], list[ScreenLine]] = {}
    for line in lines:
        moments.setdefault((round(max(line.start_s, start_s) * 2), line.region), []).append(line)
    for together in moments.values():
        for row in _rows(together):
            found.append((row[0], "  ".join(line.text for line in row)))
    return found


def _rows(lines: list[ScreenLine]) -> list[list[ScreenLine]]:
    rows: list[list[ScreenLine]] = []
    for line in sorted(lines, key=lambda x: (x.box.y, x.box.x)):
        if rows and abs(rows[-1][0].box.y - line.box.y) * 2 < max(1, rows[-1][0].box.h):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda x: x.box.x) for row in rows]


BACKENDS = {"screen-reader": "screen reader"}  # as the chooser names them


def maker(described: Description) -> str:
    """Who described a picture: backend and model, but for a model that is only a checksum of rules."""
    model = "" if re.fullmatch("[0-9a-f]{12,}", described.model) else described.model
    return f"{BACKENDS.get(described.backend, described.backend)} {model}".rstrip()


Correct = Callable[[Utterance, Callable[[], None]], None]


class EvidenceScreen(ModalScreen[int | None]):
    """Enter goes back to the review at that moment: gives the time in ms, or None."""

    CSS_PATH = "evidence.tcss"
    BINDINGS = [  # noqa: RUF012
        Binding("escape,q", "close", show=False),
        Binding("enter", "take", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("home", "move(-100000)", show=False),
        Binding("end", "move(100000)", show=False),
        Binding("comma,left", "frame(-1)", show=False),
        Binding("full_stop,right", "frame(1)", show=False),
        Binding("e,E", "correct", show=False),
    ]

    def __init__(self, recording_id: str, review: Review, correct: Correct) -> None:
        """`correct` asks for another text of an utterance, and calls back once it is written."""
        super().__init__()
        self._correct = correct
        self._recording_id = recording_id
        self._segment = review.segment
        self._recording = review.session.recording
        self._shape = (self._recording.width, self._recording.height)
        self._whole_ms = review.timeline.duration_ms
        self._frames = frames_of(review.outline.frames, review.segment)
        self._evidence = Evidence()
        self._rows: list[Told] = []
        self._t_ms = review.cursor_ms
        self._loaded = False

    @property
    def palette(self) -> Palette:
        return cast("EscribanoApp", self.app).palette

    def report(self, error: Exception) -> None:
        cast("EscribanoApp", self.app).report(error)

    def compose(self) -> ComposeResult:
        app = cast("EscribanoApp", self.app)
        yield Heading(lambda: self.palette, heading(self._segment, self._whole_ms), id="heading")
        with Container(id="body"):
            with Container(id="look"):
                yield Picture(app.painter, lambda: self.palette, id="picture")
                yield FilmStrip(app.painter, lambda: self.palette, id="strip")
                yield Facts(lambda: self.palette, id="about")
            yield Rows(self.paint, id="rows")
        yield BoxKeys("enter go there   ↓ ↑ moments   ← → frames   e correct what was said   esc back", ground="panel")

    def on_mount(self) -> None:
        self.fit_size()
        self.load()

    def on_resize(self) -> None:
        self.fit_size()

    def on_screen_resume(self) -> None:
        refresh_pictures(self)

    def on_screen_suspend(self) -> None:
        refresh_pictures(self)

    def fit_size(self) -> None:
        self.set_class(self.app.size.width >= 100, "-wide")
        self.call_after_refresh(self.fit_pictures)

    def fit_pictures(self) -> None:
        height = self.query_one("#look").size.height
        strip = self.query_one(FilmStrip).fit_height(self._shape, height - 14)
        self.query_one(Picture).fit_height(self._recording, max(3, height - strip - 6))

    @job("load")
    async def load(self) -> None:
        app = cast("EscribanoApp", self.app)
        s = self._segment
        self._evidence = await asyncio.to_thread(app.house.sessions.evidence, self._recording_id, s.start_s, s.end_s)
        self._rows = await asyncio.to_thread(told_of, self._evidence, s.start_s, s.end_s)
        self._loaded = True
        at = next((k for k, row in enumerate(self._rows) if row.t_ms >= self._t_ms), 0)
        self.query_one(Rows).set_count(max(1, len(self._rows)), at)
        self.look_at(self._t_ms)

    def paint(self, index: int, line: int, width: int, here: bool) -> Strip:
        style = self.palette.style
        if index >= len(self._rows):
            said = "Nothing was seen or heard here." if self._loaded else "Looking …"
            return Line().add(" " + said, style("muted")).strip(width, style("muted"))
        row = self._rows[index]
        ground = "selection" if here else "background"
        out = Line().add("▸ " if here else "  ", style("accent", ground))
        out.fit(cite(row.t_ms / 1000, self._segment.end_s), 8, style("muted", ground))
        out.fit(row.kind, 9, style("primary", ground))
        return out.fit(row.text, width - out.width, style(row.ink, ground)).strip(width, style(row.ink, ground))

    def look_at(self, t_ms: int, kind: str = "", text: str = "") -> None:
        """The picture of a moment, the whole of a line that may be cut in the list, and what was made of the picture."""
        self._t_ms = t_ms
        at = frame_at(self._frames, t_ms / 1000)
        self.query_one("#strip", FilmStrip).show(self._frames, at, self._shape, self.small_picture)
        frame = None if at is None or not self._frames[at].thumbnail else self._frames[at]
        if frame is None:
            self.query_one(Picture).show(None, "No picture was taken here.")
        else:
            path = cast("EscribanoApp", self.app).house.sessions.picture(self._recording_id, frame.thumbnail)
            self.query_one(Picture).show(path, "No picture is kept of this moment.")
        told = [fact(kind, (text, "*foreground"))] if kind in ("read", "edge", "said", "doubtful", "yours") else []
        self.query_one("#about", Facts).show([*told, *self.about(None if at is None else self._frames[at].t_s)])

    def small_picture(self, frame: Frame) -> Path | None:
        sessions = cast("EscribanoApp", self.app).house.sessions
        return sessions.thumbnail(self._recording_id, frame.thumbnail) if frame.thumbnail else None

    def about(self, t_s: float | None) -> list[Fact]:
        described = None if t_s is None else self._evidence.description_at(t_s)
        if described is None:
            return [fact("what", ("nothing was described here", "muted"))]
        facts = [fact("what", described.sentence or described.activity)]
        facts += [fact("window", described.title)] if described.title else []
        facts += [fact("apps", ", ".join(described.apps))] if described.apps else []
        facts += [fact("why", " · ".join(described.why))] if described.why else []
        facts.append(
            fact(
                "by",
                maker(described),
                (f", {described.confidence:.0%} sure", "muted"),
            )
        )
        return facts

    # ------------------------------------------------------------ keys

    @on(Rows.Moved)
    def moved(self, event: Rows.Moved) -> None:
        if event.index < len(self._rows):
            row = self._rows[event.index]
            self.look_at(row.t_ms, row.kind, row.text)

    def action_correct(self) -> None:
        at = self.query_one(Rows).cursor
        utterance = self._rows[at].utterance if at < len(self._rows) else None
        if utterance is None:
            cast("EscribanoApp", self.app).tell("Only what was said can be corrected here.")
        else:
            self._correct(utterance, self.load)

    def action_move(self, by: int) -> None:
        self.query_one(Rows).cursor += by

    def action_page(self, by: int) -> None:
        rows = self.query_one(Rows)
        rows.cursor += by * rows.page

    def action_frame(self, by: int) -> None:
        at = frame_at(self._frames, self._t_ms / 1000)
        if at is not None:
            frame = self._frames[max(0, min(at + by, len(self._frames) - 1))]
            self.look_at(round(max(frame.t_s, self._segment.start_s) * 1000))

    @on(FilmStrip.Clicked)
    def frame_clicked(self, event: FilmStrip.Clicked) -> None:
        self.look_at(round(max(event.frame.t_s, self._segment.start_s) * 1000))

    @on(Rows.Chosen)
    def action_take(self) -> None:
        self.dismiss(self._t_ms)

    def action_close(self) -> None:
        self.dismiss(None)
