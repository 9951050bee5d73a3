"""A describer that looks at pictures: the best frames first, near-duplicates once, and the screen reader for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from escribano_tui.domain.evidence import Description, Envelope, Frame, ScreenLine, SpeechSpan
from escribano_tui.domain.times import clock
from escribano_tui.pipeline.describing.alike import near, same_text, shared
from escribano_tui.pipeline.describing.borne_out import checked
from escribano_tui.pipeline.describing.breaker import Breaker
from escribano_tui.pipeline.describing.order import best_first
from escribano_tui.pipeline.describing.scenes import LinesByTime, scaled, scene_of
from escribano_tui.pipeline.reading.stored_pictures import StoredPictures
from escribano_tui.ports import BackendError, Describer, PhaseContext, Scene

if TYPE_CHECKING:
    from escribano_tui.ports import Image

STANDS_IN = "screen-reader"


class Looking:
    """The phase with a describer that wants pictures."""

    def __init__(self, context: PhaseContext, describer: Describer, motion: Envelope | None) -> None:
        self._context = context
        self._describer = describer
        self._motion = motion
        self._pictures = StoredPictures(context)
        self._breaker = Breaker()
        self._read = context.follow_items("read")
        self._through: set[str] = set()
        self._looked: list[tuple[Frame, Description]] = []
        self._aside: list[tuple[Frame, BackendError]] = []  # to be told by the screen reader, and tried again later
        self._rest: list[Frame] = []  # over the budget: to be told by the screen reader

    def run(self) -> None:
        for batch in self._batches():
            self._context.check()
            self._look(batch)
        self._stand_in()

    # ------------------------------------------------------------ which frames, in which order

    def _batches(self) -> Iterator[list[Frame]]:
        """The first ones as they come, where there is no budget; the rest best first."""
        settings = self._context.profile.describe
        size = settings.batch_size
        if not settings.most_frames and self._context.count("frames", Frame) is None:
            done = self._context.done()
            coming = (f for f in self._context.follow("frames", Frame) if f.to_describe and f.item not in done)
            yield list(islice(coming, size))
        frames = [f for f in self._context.load("frames", Frame) if f.to_describe]
        self._context.expect(len(frames))
        done = self._context.done()
        self._remember(frames)
        ordered = best_first(frames, self._context.load("listen", SpeechSpan))
        budget = settings.most_frames or len(ordered)
        self._rest = sorted((f for f in ordered[budget:] if f.item not in done), key=lambda f: f.t_s)
        yield from _chunks((f for f in ordered[:budget] if f.item not in done), size)

    def _remember(self, frames: Sequence[Frame]) -> None:
        """Frames that were looked at in an earlier run, so that others may share their descriptions."""
        said = {d.item: d for d in self._context.mine(Description) if d.backend != STANDS_IN}
        looked = {frame.item for frame, _ in self._looked}
        self._looked += [(f, said[f.item]) for f in frames if f.item in said and f.item not in looked]

    # ------------------------------------------------------------ looking

    def _look(self, batch: Sequence[Frame]) -> None:
        fresh: list[Frame] = []
        for frame in batch:
            twin = self._twin(frame)
            if twin is not None:
                self._put(frame, shared(twin, frame))
            elif self._breaker.open:
                self._aside.append((frame, BackendError(f"{self._name} has stopped answering.")))
            else:
                fresh.append(frame)
        scenes = [scene for frame in fresh if (scene := self._scene(frame)) is not None]
        if not scenes:
            return
        for scene, answer in zip(scenes, self._ask(scenes), strict=True):
            if isinstance(answer, Description):
                self._breaker.answered()
                self._looked.append((scene.frame, answer))
                self._put(scene.frame, answer)
            else:
                self._put_aside(scene.frame, answer)

    def _ask(self, scenes: Sequence[Scene]) -> Sequence[Description | BackendError]:
        try:
            return self._describer.describe(scenes)
        except BackendError as problem:
            return [problem] * len(scenes)

    def _put(self, frame: Frame, description: Description) -> None:
        self._context.put(frame.item, [description])
        self._context.look(frame.t_s, frame.thumbnail, description.sentence)

    def _put_aside(self, frame: Frame, problem: BackendError) -> None:
        self._aside.append((frame, problem))
        if not problem.raw:  # an answer that makes no sense is still an answer: the server lives
            self._breaker.failed(problem.fatal)
        if self._breaker.open:
            self._context.note(f"{self._name} has stopped answering; the screen reader describes the rest")

    def _scene(self, frame: Frame) -> Scene | None:
        image = self._pictures.get(frame)
        if image is None:
            problem = BackendError(f"The picture at {clock(frame.t_s)} cannot be decoded.", raw="no picture")
            self._aside.append((frame, problem))
            return None
        small: Image = scaled(image, self._context.profile.frames.description_side)
        lines: Sequence[ScreenLine] = ()
        if self._describer.wants_text:
            self._until_read(frame)
            lines = self._context.lines_at(frame.t_s)
        return scene_of(self._context.recording, frame, self._motion, lines, small)

    def _twin(self, frame: Frame) -> Description | None:
        """The description of a frame that shows nearly the same, from near and from afar."""
        for other, description in self._looked:
            if near(frame, other):
                self._until_read(frame)
                self._until_read(other)
                if same_text(self._context.lines_at(frame.t_s), self._context.lines_at(other.t_s)):
                    return description
        return None

    def _until_read(self, frame: Frame) -> None:
        while frame.item not in self._through:
            item = next(self._read, None)
            if item is None:
                return
            self._through.add(item)

    @property
    def _name(self) -> str:
        serves = self._context.choice.serves if self._context.choice else None
        return serves.label if serves else "The vision backend"

    # ------------------------------------------------------------ what the screen reader does

    def _stand_in(self) -> None:
        """The frames that were put aside or lie over the budget, told by the screen reader; and what was told by the
        model, held against the screen."""
        lines = LinesByTime(self._context.load("read", ScreenLine))
        choice = self._context.backends.choose("vision", (STANDS_IN,))
        reader: Describer | None = None
        if choice.serves is not None:
            reader = self._context.backends.open(choice, {"stop": self._context.stop})
        try:
            self._check(reader, lines)
            for frame, problem in self._aside:
                self._context.check()
                told = self._told(reader, frame, lines)
                self._context.fail(frame.item, str(problem), problem.raw, [told] if told else [])
            for frame in self._rest:
                self._context.check()
                told = self._told(reader, frame, lines)
                if told is not None:
                    self._put(frame, told)
        finally:
            if reader is not None:
                reader.close()

    def _told(self, reader: Describer | None, frame: Frame, lines: LinesByTime) -> Description | None:
        """What the screen reader says of a frame."""
        if reader is None:
            return None
        scene = scene_of(self._context.recording, frame, self._motion, lines.at(frame.t_s))
        answer = reader.describe([scene])[0]
        return answer if isinstance(answer, Description) else None

    def _check(self, reader: Describer | None, lines: LinesByTime) -> None:
        if not lines:
            return
        frames = {f.item: f for f in self._context.load("frames", Frame)}
        for description in self._context.mine(Description):
            frame = frames.get(description.item)
            if frame is None or description.backend == STANDS_IN:
                continue
            self._context.check()
            held = checked(description, lines.at(frame.t_s), self._told(reader, frame, lines))
            if held != description:
                self._context.put(description.item, [held])


def _chunks(frames: Iterable[Frame], size: int) -> Iterator[list[Frame]]:
    coming = iter(frames)
    while chunk := list(islice(coming, size)):
        yield chunk
