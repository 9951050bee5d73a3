"""Phase `read`: the text on the screen, with boxes and the spans in which it was visible. Only what is new is read."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from escribano_tui.domain.evidence import Frame, ScreenLine
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.times import clock
from escribano_tui.pipeline.masking import MaskingReader, shows_secret
from escribano_tui.pipeline.reading.edges import Edges
from escribano_tui.pipeline.reading.pixels import grayed
from escribano_tui.pipeline.reading.shelf import Shelf
from escribano_tui.pipeline.reading.stored_pictures import StoredPictures
from escribano_tui.pipeline.reading.tracker import Seen, State, Tracker, longer
from escribano_tui.ports import BackendError, PhaseContext, TextReader


class Read:
    """An item is a frame. One that looks like the frame before it is not read: its lines stand longer."""

    name = "read"
    version = 1
    port = "screen_text"

    def skip(self, recording: Recording, profile: Profile) -> str:
        return "" if recording.has_video else "This recording has no pictures."

    def run(self, context: PhaseContext) -> None:
        if context.choice is None:
            raise BackendError("No backend for screen text was chosen.", fatal=True)
        options = {"stop": context.stop, "height": context.recording.height}
        reader: TextReader = context.backends.open(context.choice, options)
        if context.profile.read.mask_secrets:
            reader = MaskingReader(reader)
        try:
            _Reading(context, reader).run()
        finally:
            reader.close()


class _Reading:
    """The phase on one recording."""

    def __init__(self, context: PhaseContext, reader: TextReader) -> None:
        self._context = context
        self._reader = reader
        self._shelf = Shelf(context)
        self._pictures = StoredPictures(context)
        self._tracker = Tracker(reader, self._shelf, context.profile.read.min_confidence)
        self._through: list[Frame] = []  # frames that were read, in time order
        self._all: list[Frame] | None = None  # once it is known
        self._state: State | None = None
        self._edges: Edges | None = None
        self._read = self._recognised = 0

    def run(self) -> None:
        context, done = self._context, self._context.done()
        for frame, last in _with_last(context.follow("frames", Frame)):
            context.check()
            if frame.item in done:
                if self._shelf.holds(frame):
                    self._shelf.load(frame)
                    insort(self._through, frame, key=_time)
                continue
            self._expect()
            self._take(frame, last)
        if self._read:
            self._shelf.share()
            context.note(f"{self._recognised} line images recognised in {self._read} pictures{self._masked()}")

    def _masked(self) -> str:
        found = self._reader.found if isinstance(self._reader, MaskingReader) else 0
        return f", {found} secrets masked" if found else ""

    def _expect(self) -> None:
        if self._all is None and self._context.count("frames", Frame) is not None:
            self._all = self._context.load("frames", Frame)
            self._context.expect(len(self._all))

    # ------------------------------------------------------------ one frame

    def _take(self, frame: Frame, last: bool) -> None:
        self._go_to(frame)
        before = self._state
        if before is not None and not frame.to_read:
            lines = tuple(longer(line, frame) for line in before.lines)
            self._keep(frame, before, State(frame, before.gray, lines), Seen((), (), 0.0), last)
            return
        image = self._pictures.get(frame, self._following(frame))
        if image is None:
            self._fail(frame, f"The picture at {clock(frame.t_s)} cannot be decoded.")
            return
        try:
            state, seen = self._tracker.read(before, frame, image)
        except BackendError as problem:
            if problem.fatal:
                raise
            self._fail(frame, f"The picture at {clock(frame.t_s)} could not be read: {problem}", problem.raw)
            return
        self._read += 1
        self._recognised += len(seen.learned)
        self._keep(frame, before, state, seen, last)

    def _fail(self, frame: Frame, message: str, raw: str = "") -> None:
        self._shelf.forget(frame)
        self._context.fail(frame.item, message, raw)

    def _keep(self, frame: Frame, before: State | None, state: State, seen: Seen, last: bool) -> None:
        """Store what a frame gave. Nothing of this object changes before that."""
        height, width = state.gray.shape
        edges = self._edges or Edges(width, height)
        edges = edges.after(before.lines if before else (), state.lines, seen.share)
        placed = replace(state, lines=edges.placed(state.lines))
        stood = {line.id: line for line in before.lines} if before else {}
        changed = [*(line for line in placed.lines if line != stood.get(line.id)), *edges.placed(seen.ended)]
        if last:
            changed += self._placed_anew(edges, {line.id for line in changed})
        if frame.thumbnail and shows_secret(placed.lines):
            self._context.files.drop_thumbnail(self._context.recording.id, frame.thumbnail)
        learned = self._shelf.keep(frame, seen.learned, edges)
        self._context.put(frame.item, changed)
        self._shelf.add(learned)
        self._state, self._edges = placed, edges
        insort(self._through, frame, key=_time)
        self._context.look(frame.t_s, frame.thumbnail, _first_new(changed, frame))

    def _placed_anew(self, edges: Edges, known: set[str]) -> list[ScreenLine]:
        """Lines whose region is known only now that the whole recording was seen."""
        mine = [line for line in self._context.mine(ScreenLine) if line.id not in known]
        return [now for line, now in zip(mine, edges.placed(mine), strict=True) if now != line]

    # ------------------------------------------------------------ where it stands

    def _go_to(self, frame: Frame) -> None:
        """Be where reading stood after the frame before this one: after an interruption, or for one that had failed."""
        place = bisect_left(self._through, frame.t_s, key=_time)
        if place == 0:
            self._state = self._edges = None
            return
        previous = self._through[place - 1]
        if self._state is not None and self._state.frame.item == previous.item:
            return
        self._state = self._edges = None
        pictured = next((f for f in reversed(self._through[:place]) if f.to_read), previous)
        image = self._pictures.get(pictured)
        if image is None:
            return
        self._pictures.drop(pictured)
        lines = [line for line in self._context.mine(ScreenLine) if line.start_s <= previous.t_s < line.end_s]
        gray = grayed(image)
        self._state = State(previous, gray, tuple(lines))
        self._edges = self._shelf.edges(previous, gray.shape[1], gray.shape[0])

    def _following(self, frame: Frame) -> Sequence[Frame]:
        done = self._context.done()
        return [f for f in self._all or () if f.t_s > frame.t_s and f.to_read and f.item not in done]


def _time(frame: Frame) -> float:
    return frame.t_s


def _with_last(frames: Iterable[Frame]) -> Iterator[tuple[Frame, bool]]:
    """Each frame, and whether it is the last one."""
    coming = iter(frames)
    frame = next(coming, None)
    while frame is not None:
        following = next(coming, None)
        yield frame, following is None
        frame = following


def _first_new(lines: Sequence[ScreenLine], frame: Frame) -> str:
    """The longest line of those that this frame brought."""
    new = [line.text for line in lines if line.id.startswith(frame.item) and line.region == "content"]
    return max(new, key=len, default="")
