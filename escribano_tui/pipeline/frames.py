"""Phase `frames`: few pictures, well chosen: few enough to be read, enough that nothing that stood is missed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from escribano_tui.domain.evidence import Change, Envelope, Frame, LeftOut
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.times import clock
from escribano_tui.pipeline.contests import Contest, contests, settled
from escribano_tui.pipeline.coverage_first import capped
from escribano_tui.pipeline.effort import Effort
from escribano_tui.pipeline.looks import Gray, Look, look, newness, worth
from escribano_tui.pipeline.moments import Moment, Seen, candidates
from escribano_tui.ports import PhaseContext, Picture

# Why a candidate is left out.
CLOSE, OVER, NOTHING_NEW, LESS_CLEAR = "close to another", "over the cap", "showed nothing new", "less clear than one beside it"
UNREADABLE = "cannot be decoded, but one beside it"
TAKEN_S = 0.017  # for a million pixels, on a slow machine
MUCH_CLEARER = 0.03  # a rival whose picture is worth less than this more gives no reason to take another moment
# Of all 8x8 blocks: a clock in the panel and a blinking cursor are below, a typed word is not.
SAME = 0.0006
DESCRIBED_AGAIN = 0.02

Pictured = tuple[Moment, Picture | None]


class Frames:
    """An item is a moment, named as its frame. One that shows nothing new is done without a frame.

    Chosen in two stages: by what the scan says of all candidates, then by their pictures, where several would show the
    same stretch. What is left out is stored as LeftOut, with the reason.
    """

    name = "frames"
    version = 3
    port = ""

    def skip(self, recording: Recording, profile: Profile) -> str:
        return "" if recording.has_video else "This recording has no pictures."

    def run(self, context: PhaseContext) -> None:
        settings = context.profile.frames
        seen = _seen(context)
        found, close = candidates(seen, settings)
        taken, _ = capped(found, settings.most_per_minute, seen)
        chosen = set(taken)
        over = [m for m in found if m not in chosen]
        wanted, alone = contests(taken, [*close, *over], seen)
        context.expect(sum(len(contest.moments) for contest in wanted))
        each_s = TAKEN_S * context.recording.width * context.recording.height / 1e6
        context.weigh({_item(m): each_s for contest in wanted for m in contest.moments})
        taker = _Taker(context, wanted, seen, [] if context.mine(LeftOut) else _left_out(close, over, alone, seen.duration_s))
        for pictures in _contested(wanted, _pictures(context, [m for contest in wanted for m in contest.moments])):
            context.check()
            taker.take(pictures)
        context.note(told_of_frames(len(context.mine(Frame)), context.mine(LeftOut)))


def _left_out(close: Sequence[Moment], over: Sequence[Moment], alone: Sequence[Moment], whole_s: float) -> list[LeftOut]:
    """What is left out for good before any picture is seen."""
    were_close, were_over = set(close), set(over)
    counts = {CLOSE: sum(m in were_close for m in alone), OVER: sum(m in were_over for m in alone)}
    return [LeftOut("", 0.0, whole_s, why, count) for why, count in counts.items() if count]


def _contested(wanted: Sequence[Contest], pictures: Iterator[Pictured]) -> Iterator[list[Pictured]]:
    """Pictures that come in time order, by the contest that they belong to; the one known before by itself."""
    number = {m: k for k, contest in enumerate(wanted) for m in contest.moments}
    for _, group in groupby(pictures, key=lambda pictured: number.get(pictured[0], -1)):
        yield list(group)


def _seen(context: PhaseContext) -> Seen:
    motion = next((e for e in context.load("scan", Envelope) if e.name == "motion"), None)
    keyframes = context.media.keyframes(context.recording, context.stop)
    return Seen(context.recording.duration_s, context.load("scan", Change), motion, keyframes)


def _pictures(context: PhaseContext, wanted: Sequence[Moment]) -> Iterator[Pictured]:
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


@dataclass(frozen=True, slots=True)
class _Looked:
    """A picture of a contest, with what is measured on it."""

    moment: Moment
    picture: Picture
    look: Look
    new: float
    worth: float


class _Taker:
    """Takes pictures in time order, contest by contest; keeps the last one to see what is new in the next."""

    def __init__(self, context: PhaseContext, wanted: Sequence[Contest], seen: Seen, left_out: list[LeftOut]) -> None:
        self._context = context
        self._seen = seen
        self._left_out = left_out  # told with the first item
        self._changes = [c.t_s for c in seen.changes]
        self._first_choices = {contest.moment for contest in wanted}
        next_s = [contest.moment.t_s for contest in wanted[1:]]
        self._following = {m.t_s: t_s for contest, t_s in zip(wanted, next_s, strict=False) for m in contest.moments}
        self._before: tuple[float, Gray] | None = None
        self._described: Gray | None = None
        self._effort = Effort()

    def take(self, pictures: Sequence[Pictured]) -> None:
        """The best of a contest goes on. The others are put first, so that a run that is stopped between goes on to the
        same end."""
        looked = [self._looked(moment, picture) for moment, picture in pictures if picture is not None]
        for moment, picture in pictures:
            if picture is None and not looked:
                self._context.fail(_item(moment), f"The picture at {clock(moment.t_s)} cannot be decoded.")
            elif picture is None:
                self._put(moment, LeftOut("", moment.t_s, moment.t_s, UNREADABLE))
        if not looked:
            return
        best = max(looked, key=lambda one: one.worth + MUCH_CLEARER * (one.moment in self._first_choices))
        for one in looked:
            if one is not best:
                self._put(one.moment, LeftOut("", one.moment.t_s, one.moment.t_s, LESS_CLEAR))
        self._take(best)

    def _looked(self, moment: Moment, picture: Picture) -> _Looked:
        seen = look(picture.image)
        new = newness(self._before[1] if self._before else None, seen.gray)
        return _Looked(moment, picture, seen, new, worth(seen, new, settled(moment.t_s, self._seen)))

    def _take(self, best: _Looked) -> None:
        moment, gray = best.moment, best.look.gray
        if moment.reason == "known":
            self._before, self._described = (moment.t_s, gray), gray
            self._effort.see(gray)
            return
        if best.new < SAME and self._can_be_left_out(moment):
            self._put(moment, LeftOut("", moment.t_s, moment.t_s, NOTHING_NEW))
            return
        describe = moment.describe or newness(self._described, gray) >= DESCRIBED_AGAIN
        self._keep(best, describe)
        self._before = (moment.t_s, gray)
        if describe:
            self._described = gray

    def _can_be_left_out(self, moment: Moment) -> bool:
        """Whether the frames before and after it lie close enough together without it."""
        following_s = self._following.get(moment.t_s)
        if following_s is None or self._before is None:
            return False
        return following_s - self._before[0] <= self._context.profile.frames.still_gap_s

    def _keep(self, best: _Looked, describe: bool) -> None:
        moment, image = best.moment, best.picture.image
        item, identity = _item(moment), self._context.recording.id
        thumbnail = self._context.files.save_thumbnail(identity, item, image)
        read = best.new >= SAME
        if read or describe:
            self._context.files.save_work(identity, item, image)
        shows_from_s, shows_until_s = self._stands(moment.t_s)
        to_read_s = self._effort.see(best.look.gray) if read else 0.0
        frame = Frame(
            moment.t_s, moment.reason, round(shows_from_s, 3), round(shows_until_s, 3), best.look.phash, thumbnail,
            to_read=read, to_describe=describe, score=round(best.worth, 4), fresh=to_read_s,
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


def told_of_frames(kept: int, left_out: Sequence[LeftOut]) -> str:
    """How many pictures, and how many candidates were left out and why."""
    said = f"{kept} picture{'' if kept == 1 else 's'}"
    counts = {
        why: sum(one.count for one in left_out if one.why == why) for why in (NOTHING_NEW, LESS_CLEAR, OVER, CLOSE, UNREADABLE)
    }
    reasons = ", ".join(f"{count} {why}" for why, count in counts.items() if count)
    return f"{said}; left out: {reasons}" if reasons else said
