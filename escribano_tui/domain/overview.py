"""What a session comes to as corrected, flat: to be listed, searched and summed up without opening it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from escribano_tui.domain.session import Session
from escribano_tui.domain.summary import Summary
from escribano_tui.domain.timeline import Timeline
from escribano_tui.domain.times import parse_clock

_TIME = r"(?:\d+:)?\d{1,3}:\d{2}(?:\.\d{1,3})?"
_CITED = re.compile(rf"\[({_TIME})(?:\s*[,;–-]\s*{_TIME})*\]")
_SENTENCE = re.compile(r"(?<=\]\.)\s+|(?<=\])\s+(?=[A-Z*`“])")  # every sentence of a summary ends in its times
_DRESS = re.compile(r"[*`]+|^[\s#>-]+|\\(?=[\W_])")


_LOOSE = re.compile(r" ([.,;:])")


@dataclass(frozen=True, slots=True)
class Moment:
    """A segment as corrected, with its subject. `kind` is that of the subject: work, idle or personal."""

    recording_id: str
    start_ms: int
    end_ms: int
    activity: str
    title: str = ""
    description: str = ""
    apps: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    subject_id: str = ""
    subject: str = ""
    kind: str = "work"
    personal: bool = False
    reviewed: bool = False

    @property
    def duration_ms(self) -> int:
        return self.end_ms - self.start_ms


SAID = "said"  # the format of what was said, in the owner's words


@dataclass(frozen=True, slots=True)
class Point:
    """A sentence of a summary and the first moment that it cites, to the end of that segment; or, with the format SAID,
    an utterance as the owner corrected it."""

    t_s: float
    end_s: float
    format: str
    text: str


@dataclass(frozen=True, slots=True)
class Overview:
    """A session in short. `outputs` are (phase, output id) of the run that is shown; `untold` are (output id, utterance id)
    of utterances that another one stands for."""

    recording_id: str
    run_id: str
    revision: int
    duration_ms: int
    moments: tuple[Moment, ...]
    points: tuple[Point, ...] = ()
    outputs: tuple[tuple[str, int], ...] = ()
    untold: tuple[tuple[int, str], ...] = ()

    @property
    def activities(self) -> tuple[tuple[str, int], ...]:
        """(activity, ms), longest first."""
        times: Counter[str] = Counter()
        for moment in self.moments:
            times[moment.activity] += moment.duration_ms
        return tuple(times.most_common())

    @property
    def unreviewed(self) -> int:
        return sum(not m.reviewed for m in self.moments)


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """A recording of the library with what its session comes to; `drafted` says whether there is one. `last_run` is the
    state of the last run, empty where there was none."""

    id: str
    name: str
    path: str
    started_at: str
    duration_s: float
    added_at: str
    last_run: str = ""
    profile: str = ""
    drafted: bool = False
    segments: int = 0
    unreviewed: int = 0
    activities: tuple[tuple[str, int], ...] = ()
    revision: int = 0
    duration_ms: int = 0


def moments_of(session: Session) -> tuple[Moment, ...]:
    """The segments of a session with their subjects, in order."""
    subjects = {s.id: s for s in session.timeline.subjects}
    return tuple(
        Moment(
            session.recording.id, s.start_ms, s.end_ms, s.activity, s.title, s.description, s.apps, s.topics, s.subject_id,
            subjects[s.subject_id].label, subjects[s.subject_id].kind, s.personal, s.reviewed,
        )
        for s in session.timeline.segments
    )  # fmt: skip


def points_of(summary: Summary, timeline: Timeline) -> list[Point]:
    """The sentences of a summary that cite a moment, as plain text."""
    found = []
    for line in summary.markdown.splitlines():
        for sentence in _SENTENCE.split(line):
            cited = _CITED.search(sentence)
            t_s = parse_clock(cited.group(1)) if cited else None
            text = _LOOSE.sub(r"\1", " ".join(_DRESS.sub("", _CITED.sub("", sentence)).split())).replace("”.", "”")
            if t_s is not None and len(text) > 2:
                found.append(Point(t_s, timeline.at(t_s * 1000).end_s, summary.format, text))
    return found


def told_once(points: Iterable[Point]) -> tuple[Point, ...]:
    """Without the points of a later format that tell of a moment which an earlier format tells of."""
    first: dict[float, str] = {}
    kept: dict[tuple[str, float], Point] = {}
    for point in points:
        if first.setdefault(point.t_s, point.format) == point.format:
            kept.setdefault((point.text, point.t_s), point)
    return tuple(kept.values())
