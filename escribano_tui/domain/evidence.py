"""What was seen and heard: changes, frames, screen text, descriptions, speech.

Times are seconds from the first video frame; boxes are pixels of the picture as it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field

FRAME_REASONS = ("change", "gap", "intro", "outro", "boundary")


@dataclass(frozen=True, slots=True)
class Change:
    """A moment at which the picture changed. `score` in 0..1 says how sure the scan is that it did."""

    t_s: float
    score: float
    size: str = "medium"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A curve over the whole recording: value k holds for k*step_s <= t < (k+1)*step_s.

    `name` is `motion` (share of the picture's information that is new, log scale, 0..1) or
    `loudness:TRACK` (dBFS, -120 for silence).
    """

    name: str
    step_s: float
    values: tuple[float, ...]

    def mean(self, start_s: float, end_s: float) -> float:
        """Mean value over a span; 0.0 where the span lies outside of the curve."""
        first = max(0, int(start_s / self.step_s))
        last = max(first + 1, int(end_s / self.step_s + 0.999))
        part = self.values[first:last]
        return sum(part) / len(part) if part else 0.0


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture taken at a time for a reason.

    `t_s` is a moment at which this picture was on the screen; it stood unchanged (as far as the scan can tell) from
    `shows_from_s` until `shows_until_s`. `phash` is a 64-bit perceptual hash. `thumbnail` is a file name inside the
    recording's media folder. `to_read` and `to_describe` say which lanes want it; `score` in 0..1 ranks the
    candidates (newness, sharpness, settledness, text density).
    """

    t_s: float
    reason: str
    shows_from_s: float
    shows_until_s: float
    phash: int = 0
    thumbnail: str = ""
    to_read: bool = True
    to_describe: bool = True
    score: float = 0.0
    importance: str = "medium"
    # Seconds that what is new in it takes to be read on two slow cores: a guess, by the pictures taken in the same run.
    fresh: float = field(default=0.0, compare=False)

    @property
    def item(self) -> str:
        """The name of this frame as an item of a phase: its time in milliseconds."""
        return f"{round(self.t_s * 1000):010d}"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels: left, top, width, height."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        return self.x + self.w

    @property
    def bottom(self) -> int:
        return self.y + self.h

    @property
    def area(self) -> int:
        return self.w * self.h

    def union(self, other: Box) -> Box:
        """The smallest box that holds both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Box(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)

    def overlap(self, other: Box) -> int:
        """Shared area in pixels."""
        w = min(self.right, other.right) - max(self.x, other.x)
        h = min(self.bottom, other.bottom) - max(self.y, other.y)
        return w * h if w > 0 and h > 0 else 0


@dataclass(frozen=True, slots=True)
class ScreenLine:
    """A line of screen text with its box and the span of time in which it was visible.

    `id` is unique within one reading of a recording. `region` is `content` or `chrome` (menu bars, clocks, docks,
    panels and task bars: what stands at the edge whatever is done).
    """

    id: str
    text: str
    box: Box
    start_s: float
    end_s: float
    confidence: float = 1.0
    region: str = "content"


@dataclass(frozen=True, slots=True)
class Description:
    """What a describer says of a frame.

    `apps` begins with the program in front. `title` is the window, document or site in front. `scores` maps
    activities to 0..1. `motion` is one of typing, scrolling, watching, still, switching or empty. `why` holds short
    reasons for the owner. `doubtful` marks what was not borne out by the screen text. `page` is the kind of page in a
    browser, by its name in the cues.
    """

    t_s: float
    sentence: str
    activity: str
    confidence: float
    apps: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    title: str = ""
    document: str = ""
    site: str = ""
    motion: str = ""
    scores: dict[str, float] = field(default_factory=dict)
    why: tuple[str, ...] = ()
    backend: str = ""
    model: str = ""
    prompt: str = ""
    doubtful: bool = False
    page: str = ""

    @property
    def item(self) -> str:
        return f"{round(self.t_s * 1000):010d}"


@dataclass(frozen=True, slots=True)
class SpeechSpan:
    """A span of a track in which somebody speaks."""

    start_s: float
    end_s: float
    track: str

    @property
    def item(self) -> str:
        return f"{self.track}@{round(self.start_s * 1000):010d}"

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Sound of which no line was kept, or a candidate for a frame that was not, and why: one, or `count` between two times.

    `track` is empty for pictures. `confidence` is of the text that was dropped, 0.0 where there was none.
    """

    track: str
    start_s: float
    end_s: float
    why: str
    count: int = 1
    confidence: float = 0.0

    @property
    def id(self) -> str:
        return f"{self.track}@{round(self.start_s * 1000):010d} {self.why}"


@dataclass(frozen=True, slots=True)
class Word:
    start_s: float
    end_s: float
    text: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Utterance:
    """A span of speech with its text. `doubtful` ones are kept and shown dim, and left out of summaries. `edited` says
    that the text is the owner's."""

    id: str
    start_s: float
    end_s: float
    text: str
    track: str
    backend: str = ""
    model: str = ""
    confidence: float = 1.0
    doubtful: bool = False
    language: str = ""
    words: tuple[Word, ...] = ()
    why_doubtful: str = ""
    edited: bool = False
