"""Phase `read`: the text on the screen, with boxes and the spans in which it was visible. Only what is new is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from escribano_tui.domain.evidence import Frame, ScreenLine
from escribano_tui.domain.exclusions import REGION, left_out, stand_in
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.secrets import MASK
from escribano_tui.domain.text import squash
from escribano_tui.domain.times import clock
from escribano_tui.pipeline.masking import MaskingReader, shows_secret
from escribano_tui.pipeline.reading.edges import Edges
from escribano_tui.pipeline.reading.in_front import InFront
from escribano_tui.pipeline.reading.pixels import grayed
from escribano_tui.pipeline.reading.shelf import Shelf
from escribano_tui.pipeline.reading.stored_pictures import StoredPictures
from escribano_tui.pipeline.reading.tracker import Seen, State, Tracker, longer, since
from escribano_tui.ports import BackendError, PhaseContext, TextReader

SETTLED_S = 0.004  # for a picture that looks like the one before
USUAL_S, USUAL_COUNTS = 0.15, 5  # for a picture before any is known; it counts as much as so many
UNKNOWN_S = 0.2  # for one of which nobody told what is new in it
READ_AGAIN = 0.5  # of the time is taken where an earlier run has read the recording: its lines are known by their looks


class Read:
    """An item is a frame. One that looks like the frame before it is not read: its lines stand longer."""

    name = "read"
    version = 2
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
        self._in_front = InFront(context)
        self._out: ScreenLine | None = None  # stands for the last frame, where that was not to be read
        self._read = 0

    def run(self) -> None:
        context, done = self._context, self._context.done()
        last_done = max(done, default="")
        for frame, last in _with_last(context.follow("frames", Frame)):
            context.check()
            if frame.item in done:
                if self._shelf.holds(frame):
                    self._shelf.load(frame)
                    self._through.append(frame)
                    self._read += frame.to_read
                continue
            self._expect()
            context.take_in_hand(frame.item)
            if frame.item < last_done:
                self._take_late(frame)
            else:
                self._take(frame, last)
        if self._read:
            self._shelf.share()
            # Of the whole recording: a run that was broken off and went on says what one that was not would say.
            lines, pictures = self._shelf.learned, self._read
            told = f"{lines} line{'' if lines == 1 else 's'} recognised in {pictures} picture{'' if pictures == 1 else 's'}"
            context.note(f"{told}{self._masked()}{self._left_out()}")
        if not context.failed_items() and not context.failed_in("frames"):
            self._shelf.clear(self._through)

    def _masked(self) -> str:
        masked = self._shelf.holding(MASK)
        return f", {masked} secrets masked" if masked else ""

    def _left_out(self) -> str:
        """How many pictures were not read because of what was in front, and of what."""
        out = [line for line in self._context.mine(ScreenLine) if line.region == REGION]
        names = ", ".join(dict.fromkeys(line.text for line in out))
        return f"; {len(out)} picture{'' if len(out) == 1 else 's'} left unread: {names}" if out else ""

    def _expect(self) -> None:
        if self._all is not None:
            return
        if self._context.count("frames", Frame) is not None:
            self._all = self._context.load("frames", Frame)
            self._context.expect(len(self._all))
            self._context.weigh(_weights(self._all), anew=READ_AGAIN)
        else:
            done, total = self._context.progress_of("frames")
            if total:
                weights = _weights(self._context.so_far("frames", Frame))
                self._context.weigh(weights, (total - done) * _usual(list(weights.values()), done), READ_AGAIN)

    # ------------------------------------------------------------ one frame

    def _take(self, frame: Frame, last: bool) -> None:
        """A frame after all that were read before it."""
        self._go_to(frame)
        before = self._state
        if self._out is not None and not frame.to_read:
            self._keep_out(frame, None, self._out)
            return
        if self._out is not None and frame.shows_from_s <= self._through[-1].t_s:
            # What is new began to show after the last look, which was not read.
            frame = replace(frame, shows_from_s=round((self._through[-1].t_s + frame.t_s) / 2, 3))
        if before is not None and not frame.to_read:
            lines = tuple(longer(line, frame) for line in before.lines)
            self._keep(frame, before, State(frame, before.gray, lines), Seen((), (), 0.0), last)
            return
        given = self._read_picture(before, frame)
        if given is None:
            return
        out = self._never_read(before, frame, given[0])
        if out is not None:
            self._keep_out(frame, before, out, given[0])
        else:
            self._keep(frame, before, *given, last)

    def _never_read(self, before: State | None, frame: Frame, state: State) -> ScreenLine | None:
        """What stands for a frame on which a program or site is in front that is not to be read."""
        name, within = self._in_front.excluded(frame, state.lines)
        return stand_in(frame, since(before, frame), name, within) if name else None

    def _keep_out(self, frame: Frame, before: State | None, out: ScreenLine, state: State | None = None) -> None:
        """Store nothing of what a frame shows but that it was not read; the next one is then searched as a whole."""
        until_s = frame.shows_until_s
        if state is None:  # it looks like the one before
            out = replace(out, end_s=max(out.end_s, until_s))
        stood = before.lines if before else ()
        ended = [replace(line, end_s=out.start_s) for line in stood if line.end_s > out.start_s]
        width, height = (state.gray.shape[1], state.gray.shape[0]) if state else (0, 0)
        edges = self._edges or Edges(width, height)
        self._context.files.drop_pictures(self._context.recording.id, frame.item)
        self._shelf.keep(frame, (), edges)
        self._context.put(frame.item, [*ended, *self._out_until(out.start_s), out])
        self._state, self._edges, self._out = None, edges, out
        self._through.append(frame)
        self._context.look(frame.t_s, "", out.text)

    def _out_until(self, at_s: float) -> list[ScreenLine]:
        """The last frame's stand-in, where it was said to stand beyond a moment."""
        out = self._out
        return [replace(out, end_s=at_s)] if out is not None and out.start_s < at_s < out.end_s else []

    def _take_late(self, frame: Frame) -> None:
        """A frame that had failed, when those that follow it are read: what it shows and was not said to be there."""
        given = self._read_picture(None, frame)
        if given is None:
            return
        state, seen = given
        out = self._never_read(None, frame, state)
        if out is not None:
            self._context.files.drop_pictures(self._context.recording.id, frame.item)
            self._context.put(frame.item, [out])
            return
        there = {squash(line.text) for line in self._context.mine(ScreenLine) if line.start_s <= frame.t_s < line.end_s}
        edges = self._shelf.edges(self._through[-1] if self._through else frame, *state.gray.shape[::-1])
        lines = edges.placed(line for line in state.lines if squash(line.text) not in there)
        self._show(frame, state.lines)
        learned = self._shelf.keep(frame, seen.learned, edges)
        self._context.put(frame.item, lines)
        self._shelf.add(learned)

    def _read_picture(self, before: State | None, frame: Frame) -> tuple[State, Seen] | None:
        """What a frame shows; None where that failed, and was counted."""
        image = self._pictures.get(frame, self._following(frame))
        if image is None:
            self._fail(frame, f"The picture at {clock(frame.t_s)} cannot be decoded.")
            return None
        try:
            given = self._tracker.read(before, frame, image)
        except BackendError as problem:
            if problem.fatal:
                raise
            self._fail(frame, f"The picture at {clock(frame.t_s)} could not be read: {problem}", problem.raw)
            return None
        self._read += 1
        return given

    def _show(self, frame: Frame, lines: Sequence[ScreenLine]) -> None:
        """Now that it is known what a frame shows its picture is kept, unless a secret stands there."""
        files, identity = self._context.files, self._context.recording.id
        if shows_secret(lines):
            files.drop_pictures(identity, frame.item)
            return
        whole = self._context.profile.frames.keep_pictures
        shown = not frame.thumbnail or files.show(identity, frame.item, whole)
        if not shown and self._pictures.get(frame, self._following(frame)) is not None:  # an earlier run was broken off
            files.show(identity, frame.item, whole)

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
        changed += self._out_until(since(before, frame))
        self._show(frame, placed.lines)
        learned = self._shelf.keep(frame, seen.learned, edges)
        self._context.put(frame.item, changed)
        self._shelf.add(learned)
        self._state, self._edges, self._out = placed, edges, None
        self._through.append(frame)
        self._context.look(frame.t_s, frame.thumbnail, _first_new(changed, frame))

    def _placed_anew(self, edges: Edges, known: set[str]) -> list[ScreenLine]:
        """Lines whose region is known only now that the whole recording was seen."""
        mine = [line for line in self._context.mine(ScreenLine) if line.id not in known and line.region != REGION]
        return [now for line, now in zip(mine, edges.placed(mine), strict=True) if now != line]

    # ------------------------------------------------------------ where it stands

    def _go_to(self, frame: Frame) -> None:
        """Be where reading stood after the frame before this one, also after an interruption."""
        if not self._through or self._out is not None:
            return
        if self._state is not None and self._state.frame is self._through[-1]:
            return
        previous = self._through[-1]
        self._out = left_out(line for line in self._context.mine(ScreenLine) if line.start_s <= previous.t_s < line.end_s)
        if self._out is not None:
            self._edges = self._shelf.edges(previous, 0, 0)
            return
        pictured = next((f for f in reversed(self._through) if f.to_read), previous)
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


def _weights(frames: Sequence[Frame]) -> dict[str, float]:
    return {f.item: (f.fresh or UNKNOWN_S) if f.to_read else SETTLED_S for f in frames}


def _usual(weights: Sequence[float], candidates: int) -> float:
    """Seconds for a candidate by those before it, of which some were not taken; the first picture, which is all new, aside."""
    return (sum(weights[1:]) + USUAL_COUNTS * USUAL_S) / (max(0, candidates - 1) + USUAL_COUNTS)


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
