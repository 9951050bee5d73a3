"""Phase `describe`: what is done on each chosen frame, by a describer that reads its text or one that looks at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from escribano_tui.domain import exclusions
from escribano_tui.domain.evidence import Description, Envelope, Frame, ScreenLine
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.times import clock
from escribano_tui.pipeline.describing.looking import Looking
from escribano_tui.pipeline.describing.scenes import LinesByTime, scene_of
from escribano_tui.pipeline.reading.stored_pictures import StoredPictures
from escribano_tui.ports import BackendError, Describer, PhaseContext


class Describe:
    """An item is a frame."""

    name = "describe"
    version = 1
    port = "vision"

    def skip(self, recording: Recording, profile: Profile) -> str:
        return "" if recording.has_video else "This recording has no pictures."

    def run(self, context: PhaseContext) -> None:
        if context.choice is None:
            raise BackendError("No backend that describes frames was chosen.", fatal=True)
        settings = context.profile.describe
        options = {
            **asdict(settings), "stop": context.stop, "side": context.profile.frames.description_side,
        }  # fmt: skip
        describer: Describer = context.backends.open(context.choice, options)
        motion = next((e for e in context.load("scan", Envelope) if e.name == "motion"), None)
        try:
            if describer.wants_image:
                Looking(context, describer, motion).run()
            else:
                _Reading(context, describer, motion).run()
        finally:
            describer.close()


class _Reading:
    """A describer that goes by the screen text alone: frames in their order, each as soon as it has been read."""

    def __init__(self, context: PhaseContext, describer: Describer, motion: Envelope | None) -> None:
        self._context = context
        self._describer = describer
        self._motion = motion
        self._pictures = StoredPictures(context)
        self._read = context.follow_items("read")
        self._through: set[str] = set()
        self._went_by: dict[str, int] = {}  # what each frame was described by in this run
        self._expected = False

    def run(self) -> None:
        done = self._context.done()
        for frame in self._context.follow("frames", Frame):
            self._context.check()
            self._expect()
            if not frame.to_describe or frame.item in done:
                continue
            self._until_read(frame)
            lines = self._context.lines_at(frame.t_s)
            if not lines and not self._was_read(frame):
                # An empty page would be taken for a bare desktop: what was not seen is not told.
                self._context.fail(frame.item, f"The picture at {clock(frame.t_s)} was not read, so it is not described.")
                continue
            self._describe(frame, lines)
        self._settle()

    def _expect(self) -> None:
        if not self._expected and self._context.count("frames", Frame) is not None:
            self._expected = True
            self._context.expect(sum(f.to_describe for f in self._context.load("frames", Frame)))

    def _until_read(self, frame: Frame) -> None:
        while frame.item not in self._through:
            item = next(self._read, None)
            if item is None:
                return
            self._through.add(item)

    def _was_read(self, frame: Frame) -> bool:
        return frame.item in self._through and frame.item not in self._context.failed_in("read")

    def _ask(self, frame: Frame, lines: Sequence[ScreenLine]) -> Description | BackendError:
        out = exclusions.left_out(lines)
        if out is not None:
            return exclusions.described(frame, out)
        scene = scene_of(self._context.recording, frame, self._motion, lines)
        scene = replace(scene, look=lambda: self._pictures.get(frame))
        try:
            return self._describer.describe([scene])[0]
        except BackendError as problem:
            if problem.fatal:
                raise
            return problem

    def _describe(self, frame: Frame, lines: Sequence[ScreenLine]) -> None:
        answer = self._ask(frame, lines)
        self._went_by[frame.item] = _shown(lines)
        if isinstance(answer, BackendError):
            self._context.fail(frame.item, str(answer), answer.raw)
            return
        self._context.put(frame.item, [answer])
        self._context.look(frame.t_s, frame.thumbnail, answer.sentence)

    def _settle(self) -> None:
        """Once all is read, some lines are known better (where they stand, what is a panel): descriptions that differ
        for it are put right. So they do not hang on how the phases overlapped."""
        lines = LinesByTime(self._context.load("read", ScreenLine))
        said = {d.item: d for d in self._context.mine(Description)}
        for frame in self._context.load("frames", Frame):
            self._context.check()
            before = said.get(frame.item)
            if before is None:
                continue
            visible = lines.at(frame.t_s)
            if self._went_by.get(frame.item) == _shown(visible):
                continue
            answer = self._ask(frame, visible)
            if isinstance(answer, Description) and answer != before:
                self._context.put(frame.item, [answer])


def _shown(lines: Sequence[ScreenLine]) -> int:
    """A digest of all of some lines but their ends, which a moment does not know."""
    return hash(frozenset((line.id, line.text, line.box, line.start_s, line.region, line.confidence) for line in lines))
