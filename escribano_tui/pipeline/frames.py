"""Phase `frames`: few pictures, well chosen: few enough to be read, enough that nothing that stood is missed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from escribano_tui.domain.evidence import Change, Envelope, Frame, LeftOut
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.times import clock
from escribano_tui.pipeline.coverage_first import capped
from escribano_tui.pipeline.looks import Gray, fresh_text, look, newness
from escribano_tui.pipeline.moments import Moment, Seen, candidates
from escribano_tui.ports import PhaseContext, Picture

CLOSE, OVER, NOTHING_NEW = "close to another", "over the cap", "showed nothing new"  # why a candidate is left out
# Of all 8x8 blocks: a clock in the panel and a blinking cursor are below, a typed word is not.
SAME = 0.0006
DESCRIBED_AGAIN = 0.02


class Frames:
    """An item is a moment, named as its frame. One that shows nothing new is done without a frame.

    Chosen in two stages: by what the scan says of all candidates, then by their pictures. What is left out is stored as
    LeftOut, with the reason.
    """

    name = "frames"
    version = 2
    port = ""

    def skip(self, recording: Recording, profile: Profile) -> str:
        return "" if recording.has_video else "This recording has no pictures."

    def run(self, context: PhaseContext) -> None:
        settings = context.profile.frames
        seen = _seen(context)
        found, close = candidates(seen, settings)
        wanted, over = capped(found, settings.most_per_minute, seen)
        context.expect(len(wanted))
        whole_s = context.recording.duration_s
        before = [LeftOut("", 0.0, whole_s, why, count) for why, count in ((CLOSE, close), (OVER, over)) if count]
        taker = _Taker(context, wanted, [] if context.mine(LeftOut) else before)
        for moment, picture in _pictures(context, wanted):
            context.check()
            taker.take(moment, picture)
        context.note(_told(len(context.mine(Frame)), context.mine(LeftOut)))


def _seen(context: PhaseContext) -> Seen:
    motion = next((e for e in context.load("scan", Envelope) if e.name == "motion"), None)
    keyframes = context.media.keyframes(context.recording, context.stop)
    return Seen(context.recording.duration_s, context.load("scan", Change), motion, keyframes)


def _pictures(context: PhaseContext, wanted: Sequence[Moment]) -> Iterator[tuple[Moment, Picture | None]]:
    """Each moment that is not done, with its picture or None; the last done one before them, to compare with."""
    done = context.done()
    left = [m for m in wanted if _item(m) not in done]
    if not left:
        return
    known = [f.t_s for f in context.mine(Frame) if f.t_s < left[0].t_s]
    times = [*known[-1:], *(m.t_s for m in left)]
    asked = iter(left)
    moment = next(asked)
    for picture in context.media.pictures(context.recording, times, context.stop):
        if picture.t_s < left[0].t_s:
            yield Moment(picture.t_s, "known", 0.0), picture
            continue
        while moment.t_s < picture.t_s:
            yield moment, None
            moment = next(asked)
        yield moment, picture
        following = next(asked, None)
        if following is None:
            return
        moment = following
    yield moment, None
    for moment in asked:
        yield moment, None


class _Taker:
    """Takes pictures in time order; keeps the last one to see what is new in the next."""

    def __init__(self, context: PhaseContext, wanted: Sequence[Moment], left_out: list[LeftOut]) -> None:
        self._context = context
        self._left_out = left_out  # told with the first item
        self._changes = [c.t_s for c in context.load("scan", Change)]
        self._following = dict(zip((m.t_s for m in wanted), [m.t_s for m in wanted[1:]], strict=False))
        self._before: tuple[float, Gray] | None = None
        self._described: Gray | None = None

    def take(self, moment: Moment, picture: Picture | None) -> None:
        if picture is None:
            self._context.fail(_item(moment), f"The picture at {clock(moment.t_s)} cannot be decoded.")
            return
        seen = look(picture.image)
        if moment.reason == "known":
            self._before, self._described = (moment.t_s, seen.gray), seen.gray
            return
        new = newness(self._before[1] if self._before else None, seen.gray)
        if new < SAME and self._can_be_left_out(moment):
            self._put(moment, LeftOut("", moment.t_s, moment.t_s, NOTHING_NEW))
            return
        describe = moment.describe or newness(self._described, seen.gray) >= DESCRIBED_AGAIN
        text = fresh_text(self._before[1] if self._before else None, seen.gray)
        score = 0.4 * new**0.5 + 0.3 * seen.sharpness + 0.3 * seen.density
        self._keep(moment, picture, seen.phash, new, score, describe, text)
        self._before = (moment.t_s, seen.gray)
        if describe:
            self._described = seen.gray

    def _can_be_left_out(self, moment: Moment) -> bool:
        """Whether the frames before and after it lie close enough together without it."""
        following_s = self._following.get(moment.t_s)
        if following_s is None or self._before is None:
            return False
        return following_s - self._before[0] <= self._context.profile.frames.still_gap_s

    def _keep(
        self, moment: Moment, picture: Picture, phash: int, new: float, score: float, describe: bool, text: float
    ) -> None:  # fmt: skip
        item, identity = _item(moment), self._context.recording.id
        thumbnail = self._context.files.save_thumbnail(identity, item, picture.image)
        read = new >= SAME
        if read or describe:
            self._context.files.save_work(identity, item, picture.image)
        shows_from_s, shows_until_s = self._stands(moment.t_s)
        frame = Frame(
            moment.t_s, moment.reason, round(shows_from_s, 3), round(shows_until_s, 3), phash, thumbnail,
            to_read=read, to_describe=describe, score=round(min(1.0, score), 4), fresh=text,
        )  # fmt: skip
        self._put(moment, frame)
        self._context.look(moment.t_s, thumbnail)

    def _put(self, moment: Moment, evidence: Frame | LeftOut) -> None:
        self._context.put(_item(moment), [evidence, *self._left_out])
        self._left_out = []

    def _stands(self, t_s: float) -> tuple[float, float]:
        """From when until when the picture at a moment stands: between two changes, and not before the last frame,
        which looked different."""
        after = bisect_right(self._changes, t_s)
        from_s = self._changes[after - 1] if after else 0.0
        until_s = self._changes[after] if after < len(self._changes) else self._context.recording.duration_s
        return max(from_s, self._before[0] if self._before else 0.0), until_s


def _item(moment: Moment) -> str:
    return Frame(moment.t_s, moment.reason, 0.0, 0.0).item


def _told(kept: int, left_out: Sequence[LeftOut]) -> str:
    """How many pictures, and how many candidates were left out and why."""
    said = f"{kept} picture{'' if kept == 1 else 's'}"
    counts = {why: sum(one.count for one in left_out if one.why == why) for why in (NOTHING_NEW, OVER, CLOSE)}
    reasons = ", ".join(f"{count} {why}" for why, count in counts.items() if count)
    return f"{said}; left out: {reasons}" if reasons else said
