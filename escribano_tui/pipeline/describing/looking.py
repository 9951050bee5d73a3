"""A describer that looks at pictures: one of each stay at a window, the best first; the screen reader tells the rest.

A frame is looked at once it has been read: what it shows decides whether it may be (secrets do not leave this machine),
and whether it is worth a look. The model works on what is read while the rest is being read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from escribano_tui.domain import exclusions
from escribano_tui.domain.evidence import Description, Envelope, Frame, ScreenLine, SpeechSpan
from escribano_tui.domain.times import clock
from escribano_tui.pipeline.describing.alike import near, same_text, shared
from escribano_tui.pipeline.describing.aside import StandIn, by_model, with_facts
from escribano_tui.pipeline.describing.borne_out import checked
from escribano_tui.pipeline.describing.breaker import Breaker
from escribano_tui.pipeline.describing.budget import Budget
from escribano_tui.pipeline.describing.order import best_first, worth
from escribano_tui.pipeline.describing.scenes import LinesByTime, scaled, scene_of
from escribano_tui.pipeline.describing.stays import Part, Sight, Stays
from escribano_tui.pipeline.describing.stretches import Stretches
from escribano_tui.pipeline.known_cues import known_cues
from escribano_tui.pipeline.masking import mask_description, mask_text, shows_secret
from escribano_tui.pipeline.reading.stored_pictures import StoredPictures
from escribano_tui.pipeline.segmenting.personal import shows_personal
from escribano_tui.ports import BackendError, Describer, PhaseContext, Scene

if TYPE_CHECKING:
    from escribano_tui.ports import Image


class Looking:
    """The phase with a describer that wants pictures."""

    def __init__(self, context: PhaseContext, describer: Describer, motion: Envelope | None) -> None:
        self._context = context
        self._describer = describer
        self._motion = motion
        self._pictures = StoredPictures(context)
        self._breaker = Breaker()
        self._stand_in = StandIn(context, motion)
        self._masking = context.profile.read.mask_secrets
        settings = context.profile.describe
        self._budget = Budget(settings.most_frames, settings.most_seconds)
        self._stretches = Stretches(context, motion) if settings.most_frames or settings.most_seconds else None
        self._stays = Stays(settings.look_every_s, self._was_looked_at, self._is_open, self._worth)
        self._coming = context.follow("frames", Frame)
        self._ahead: Frame | None = None
        self._queue: list[Frame] = []  # to be looked at
        self._looked: list[tuple[Frame, Description]] = []
        self._aside: list[tuple[Frame, BackendError]] = []  # to be told by the screen reader, and tried again later
        self._kept_here = 0  # frames that a model elsewhere was not shown
        self._personal = 0  # frames that no model was shown
        self._cues = known_cues(context.choice.own_cues if context.choice else "")
        self._by_text: set[str] = set()  # frames that the screen reader told, in this run
        self._unread: set[str] = set()
        self._taken = self._described = 0
        self._speech: Sequence[SpeechSpan] | None = None
        self._known_s = 0.0  # how far the recording was read
        self._before = {d.item: d for d in context.mine(Description)}
        self._done = context.done()

    def run(self) -> None:
        try:
            for batch in self._batches():
                self._context.check()
                self._look(batch)
            self._settle()
        finally:
            self._stand_in.close()

    # ------------------------------------------------------------ which frames, in which order

    def _batches(self) -> Iterator[list[Frame]]:
        """Frames to be looked at, the best of those that are known first; waits where none is."""
        reading = self._context.follow_items("read")
        while True:
            through, ended = self._context.through("read")
            self._take_in(through, ended)
            batch = self._next_batch(ended)
            if batch:
                yield batch
            elif ended:
                return
            else:
                next(reading, None)

    def _take_in(self, through: frozenset[str], ended: bool) -> None:
        """Sort the frames that were read since the last time."""
        while (frame := self._next(through, ended)) is not None:
            self._known_s = frame.t_s
            if frame.to_describe:
                self._sort(frame, frame.item in through)
        if ended:
            self._context.expect(self._described)
            self._divide(self._stays.end(self._context.recording.duration_s))

    def _next(self, through: frozenset[str], ended: bool) -> Frame | None:
        """The next frame if it was read. Nothing is waited for while reading goes on: what was read was taken before."""
        if self._ahead is None and (ended or len(through) > self._taken):
            self._ahead = next(self._coming, None)
            self._taken += self._ahead is not None
        if self._ahead is None or not (ended or self._ahead.item in through):
            return None
        frame, self._ahead = self._ahead, None
        return frame

    def _sort(self, frame: Frame, read: bool) -> None:
        self._described += 1
        before = self._before.get(frame.item)
        if before is not None and by_model(before):
            self._looked.append((frame, before))
        if not read or frame.item in self._context.failed_in("read"):
            self._unread.add(frame.item)
        lines = self._context.lines_at(frame.t_s)
        told = self._told(frame, lines)
        if self._stretches is not None and told is not None:
            self._stretches.see(told)
        if exclusions.left_out(lines) is not None:
            self._tell(frame, told)
        elif told is not None and shows_personal(told, self._cues, frame.phash):
            self._personal += 1
            self._tell(frame, told)
        elif self._must_stay_here(frame, lines):
            self._kept_here += 1
            self._tell(frame, told)
        elif frame.item in self._unread:
            self._queue += [frame] if self._is_open(frame) else []
        else:
            self._divide(self._stays.take(Sight(frame, told)))

    def _divide(self, parts: Sequence[Part]) -> None:
        """One of each part is looked at; the others are told by the screen reader at once."""
        for part in parts:
            self._queue += [sight.frame for sight in part.look]
            for sight in part.others:
                self._tell(sight.frame, sight.said)

    def _must_stay_here(self, frame: Frame, lines: Sequence[ScreenLine]) -> bool:
        """Whether a model on another machine must not see a frame: it shows a secret, or nobody knows whether it does."""
        serves = self._context.choice.serves if self._context.choice else None
        if serves is None or not serves.leaves_machine or not self._masking:
            return False
        return shows_secret(lines) or frame.item in self._unread

    def _next_batch(self, ended: bool) -> list[Frame]:
        """The best of those that are known, as far as the budget goes."""
        known = 1.0 if ended else self._known_s / max(self._context.recording.duration_s, 1e-3)
        room = min(self._context.profile.describe.batch_size, self._budget.room(known))
        ordered = self._ordered() if room else []
        batch = ordered[: int(room)]
        self._queue = [frame for frame in self._queue if frame not in batch]
        return batch

    def _ordered(self) -> list[Frame]:
        """Where time or looks are short, stretches of work that matter come first."""
        weights = self._stretches.weights(self._queue, self._spans()) if self._stretches is not None else None
        return best_first(self._queue, self._spans(), [frame for frame, _ in self._looked], weights)

    def _worth(self, frame: Frame) -> float:
        return worth(frame, self._spans())

    def _spans(self) -> Sequence[SpeechSpan]:
        """What is said, once that is known."""
        if self._speech is None and self._context.count("listen", SpeechSpan) is not None:
            self._speech = self._context.load("listen", SpeechSpan)
        return self._speech or ()

    def _was_looked_at(self, frame: Frame) -> bool:
        before = self._before.get(frame.item)
        return before is not None and by_model(before)

    def _is_open(self, frame: Frame) -> bool:
        return frame.item not in self._done

    # ------------------------------------------------------------ looking

    def _look(self, batch: Sequence[Frame]) -> None:
        fresh: list[Frame] = []
        for frame in batch:
            twin = self._twin(frame, self._context.lines_at)
            if twin is not None:
                self._put(frame, shared(twin, frame))
            elif self._breaker.open:
                self._aside.append((frame, BackendError(f"{self._name} has stopped answering.")))
            else:
                fresh.append(frame)
        scenes = [scene for frame in fresh if (scene := self._scene(frame)) is not None]
        if not scenes:
            return
        with self._budget.looking(len(scenes)):
            answers = self._ask(scenes)
        for scene, answer in zip(scenes, answers, strict=True):
            if isinstance(answer, Description):
                self._breaker.answered()
                seen = mask_description(answer) if self._masking else answer
                self._looked.append((scene.frame, seen))
                self._put(scene.frame, seen)
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
        lines = self._context.lines_at(frame.t_s) if self._describer.wants_text else ()
        return scene_of(self._context.recording, frame, self._motion, lines, small)

    def _twin(self, frame: Frame, lines_at: Callable[[float], Sequence[ScreenLine]]) -> Description | None:
        """The description of a frame that shows nearly the same, from near and from afar."""
        for other, description in self._looked:
            if near(frame, other) and same_text(lines_at(frame.t_s), lines_at(other.t_s)):
                return description
        return None

    @property
    def _name(self) -> str:
        serves = self._context.choice.serves if self._context.choice else None
        return serves.label if serves else "The vision backend"

    # ------------------------------------------------------------ what the screen reader does

    def _told(self, frame: Frame, lines: Sequence[ScreenLine]) -> Description | None:
        """What the screen reader says of a frame. An empty page that nobody read would be taken for a bare desktop."""
        return self._stand_in.tells(frame, lines) if lines or frame.item not in self._unread else None

    def _tell(self, frame: Frame, told: Description | None) -> None:
        """A frame that is not looked at, as far as it is known now."""
        if not self._is_open(frame):
            return
        if frame.item in self._unread:
            message = f"The picture at {clock(frame.t_s)} was not read, so it is not described."
            self._context.fail(frame.item, message, "", [told] if told else [])
        else:
            self._by_text.add(frame.item)
            self._context.put(frame.item, [told] if told else [])
            self._context.look(frame.t_s, frame.thumbnail, told.sentence if told else "")

    def _settle(self) -> None:
        """Once all is read: what was put aside or lies over the budget is told by the screen reader, what it told before is
        told again by lines that are known better now, and what the model told is held against the screen."""
        lines = LinesByTime(self._context.load("read", ScreenLine))
        self._fail_those_aside(lines)
        for frame in self._queue:
            self._tell(frame, self._told(frame, lines.at(frame.t_s)))
        frames = {f.item: f for f in self._context.load("frames", Frame)}
        said = {d.item: d for d in self._context.mine(Description)}
        for item in sorted({*said, *self._by_text} - self._context.failed_in("describe")):
            self._context.check()
            known, before = frames.get(item), said.get(item)
            settled = self._settled(known, before, lines) if known is not None else None
            if settled is not None and settled != before:
                self._context.put(item, [settled])
        withheld = [f"{self._kept_here} pictures with secrets, or not read, were not sent"] if self._kept_here else []
        withheld += [f"{self._personal} pictures of personal windows were not shown"] if self._personal else []
        if withheld:
            self._context.note(f"{'; '.join(withheld)} to {self._name}")

    def _settled(self, frame: Frame, before: Description | None, lines: LinesByTime) -> Description | None:
        visible = lines.at(frame.t_s)
        read = self._told(frame, visible)
        if before is not None and by_model(before):
            return with_facts(checked(before, visible, read), read) if lines else before
        twin = self._twin(frame, lines.at) if exclusions.left_out(visible) is None else None
        return shared(twin, frame) if twin is not None else read

    def _fail_those_aside(self, lines: LinesByTime) -> None:
        for frame, problem in self._aside:
            self._context.check()
            told = self._told(frame, lines.at(frame.t_s))
            raw = mask_text(problem.raw) if self._masking else problem.raw
            self._context.fail(frame.item, str(problem), raw, [told] if told else [])
