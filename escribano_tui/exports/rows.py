"""What several formats show alike: segments with their subject, speech and frames; personal ones without content."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, replace

from escribano_tui.domain import times
from escribano_tui.domain.alignment import align
from escribano_tui.domain.evidence import Frame, Utterance
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.session import Dossier
from escribano_tui.domain.text import clean_line


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A segment and what lies in it, in time order. `said` are parts of utterances."""

    segment: Segment
    subject: str
    said: tuple[Utterance, ...]
    frames: tuple[Frame, ...]


def shown_name(recording: Recording) -> str:
    """The file's name as a document may show it: names are text from outside."""
    return clean_line(os.path.basename(recording.path))


def segment_rows(dossier: Dossier, personal: bool = True) -> list[SegmentRow]:
    """All segments of the corrected timeline. Without `personal`, personal ones keep their times alone."""
    timeline, evidence = dossier.session.timeline, dossier.evidence
    said: dict[str, list[Utterance]] = defaultdict(list)
    for part in align(timeline, evidence.utterances):
        said[part.segment_id].append(part.utterance)
    frames = sorted(evidence.frames, key=lambda f: f.t_s)
    taken = [f.t_s for f in frames]
    labels = {s.id: s.label for s in timeline.subjects}
    rows = []
    for s in timeline.segments:
        if s.personal and not personal:
            rows.append(SegmentRow(without_content(s), "", (), ()))
            continue
        here = frames[bisect_left(taken, s.start_s) : bisect_left(taken, s.end_s)]
        rows.append(SegmentRow(s, labels[s.subject_id], tuple(said[s.id]), tuple(here)))
    return rows


def span(segment: Segment, whole_ms: int) -> tuple[str, str]:
    """When a segment begins and ends, as printed: it ends where the next one begins, and no time lies before it."""
    return times.span(segment.start_s, segment.end_s, whole_ms / 1000)


def without_content(segment: Segment) -> Segment:
    """A personal segment as others may see it: that it was, and when."""
    return replace(
        segment, activity="other", title="Personal", description="", apps=(), topics=(), subject_id="", why=(), returns_to_ms=-1
    )  # fmt: skip


def seconds(t_s: float) -> float:
    """Milliseconds are exact enough for every reader."""
    return round(float(t_s), 3)
