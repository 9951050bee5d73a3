"""Phase `segment`: the time line in segments of one activity each, from all that was seen and heard."""

from __future__ import annotations

import time
from collections.abc import Sequence

from escribano_tui.domain.cues import Cues
from escribano_tui.domain.evidence import Change, Description, Envelope, Frame, ScreenLine, SpeechSpan, Utterance
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording, UnusableInput
from escribano_tui.domain.ruling import looks_of, ruled
from escribano_tui.domain.speech import settled
from escribano_tui.domain.time_left import LOOKS_PER_MINUTE, MOST_LOOKS
from escribano_tui.pipeline.known_cues import known_cues
from escribano_tui.pipeline.segmenting.closer import Thumb, thumb
from escribano_tui.pipeline.segmenting.clues import gather
from escribano_tui.pipeline.segmenting.drafting import draft
from escribano_tui.pipeline.segmenting.spans import Settings
from escribano_tui.ports import PhaseContext

ITEM = "segments"
UNSEEN = "no picture could be described: the draft goes by motion and sound alone"
REDRAFT_S = 2.0  # the draft that is shown while frames are described is made anew this often at most,
MOST_PARTS = 4.0  # a draft of less than a quarter says nothing of how long the whole one takes
REDRAFT_REST = 20.0  # and takes no more than one part in so many of the time


class SegmentPhase:
    """One item: all segments of the recording, without subjects. `own_cues` is the text of an owner's cues."""

    name = "segment"
    version = 6
    port = ""

    def __init__(self, own_cues: str = "") -> None:
        self.own_cues = own_cues

    def skip(self, recording: Recording, profile: Profile) -> str:
        return ""

    def run(self, context: PhaseContext) -> None:
        context.expect(1)
        cues = known_cues(self.own_cues)
        changes = context.load("scan", Change)
        motion = next((e for e in context.load("scan", Envelope) if e.name == "motion"), None)
        descriptions, looks = _follow(context, changes, motion, cues)
        spans = context.load("listen", SpeechSpan)
        said = settled(context.load("transcribe", Utterance), context.load("refine", Utterance), spans)
        clues = gather(
            context.recording.duration_ms, changes, motion, context.load("frames", Frame), descriptions, said, spans,
            context.load("read", ScreenLine),
        )  # fmt: skip
        context.check()
        looked = _Looked(context, looks)
        segments = draft(clues, settings_of(context.profile), cues, looked)
        context.drafted(segments)
        context.put(ITEM, segments)
        troubles = [UNSEEN] if clues.frames and not clues.descriptions else []
        troubles += [looked.problem] if looked.problem else []
        context.note(" · ".join([f"{len(segments)} segment{'' if len(segments) == 1 else 's'}", *troubles]))


class _Looked:
    """Small pictures of the recording at some moments, for boundaries that are in doubt. Where the recording cannot be
    read any more, boundaries stay as they are and the bar says so."""

    def __init__(self, context: PhaseContext, expected: int) -> None:
        self._context = context
        self._expected = expected  # how many it will be in all, as far as that is known
        self.problem = ""

    def __call__(self, times_s: Sequence[float]) -> dict[float, Thumb]:
        pictures: dict[float, Thumb] = {}
        expected = max(self._expected, len(times_s))
        self._context.foresee(None, expected)
        try:
            for picture in self._context.media.pictures(self._context.recording, times_s, self._context.stop):
                self._context.check()
                pictures[picture.t_s] = thumb(picture.image)
                self._context.foresee(None, max(0, expected - len(pictures)))
        except UnusableInput as problem:
            self.problem = f"boundaries were not looked at more closely: {problem}"
        self._expected = max(0, self._expected - len(times_s))
        self._context.foresee(None, self._expected)
        return pictures


class _Counted:
    """Counts at how many pictures a draft would look."""

    def __init__(self) -> None:
        self.pictures = 0

    def __call__(self, times_s: Sequence[float]) -> dict[float, Thumb]:
        self.pictures += len(times_s)
        return {}


def _looks(counted: int, until_ms: int, context: PhaseContext) -> int:
    """At how many pictures the whole draft will look, by those at which the draft so far would."""
    minutes, rest = until_ms / 60_000, max(0, context.recording.duration_ms - until_ms) / 60_000
    return min(MOST_LOOKS, round(counted + (counted + LOOKS_PER_MINUTE) / (minutes + 1.0) * rest))


def settings_of(profile: Profile) -> Settings:
    return Settings(profile.segment.min_segment_s, profile.segment.idle_after_s)


def _follow(context: PhaseContext, changes: list[Change], motion: Envelope | None, cues: Cues) -> tuple[list[Description], int]:
    """The descriptions under the owner's rules, and at how many pictures the draft will look; with a first draft of what
    has been described so far now and then."""
    descriptions: list[Description] = []
    looks: dict[str, int] = {}
    next_at, pictures = 0.0, 0
    for description in context.follow("describe", Description):
        if cues.rules and description.item not in looks:  # a frame is taken before it is described; others are still to come
            looks = looks_of(context.so_far("frames", Frame))
        descriptions.append(ruled(description, cues.rules, looks.get(description.item, 0)))
        if time.monotonic() >= next_at:
            until_ms = min(context.recording.duration_ms, round(max(d.t_s for d in descriptions) * 1000) + 1)
            heard = context.count("listen", SpeechSpan) is not None
            spans = context.so_far("listen", SpeechSpan) if heard else ()
            clues = gather(until_ms, changes, motion, (), descriptions, (), spans)
            began, counted = time.monotonic(), _Counted()
            context.drafted(draft(clues, settings_of(context.profile), cues, counted))
            took_s = time.monotonic() - began
            parts = context.recording.duration_ms / max(1, until_ms)
            pictures = _looks(counted.pictures, until_ms, context)
            context.foresee(took_s * parts if parts <= MOST_PARTS else None, pictures)
            next_at = began + max(REDRAFT_S, took_s * REDRAFT_REST)
    looks = looks_of(context.load("frames", Frame))
    last = context.load("describe", Description)  # some were put right after they had been handed on
    return [ruled(d, cues.rules, looks.get(d.item, 0)) for d in last], pictures
