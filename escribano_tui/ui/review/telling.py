"""What is told of a segment: why this label, what was said and read, where it came from."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from escribano_tui.domain.evidence import Frame, ScreenLine, Utterance
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.session import Evidence, Session
from escribano_tui.domain.times import cite, span
from escribano_tui.ui.lines import plain
from escribano_tui.ui.widgets.facts import Fact, fact
from escribano_tui.ui.words import many

READ_SHOWN = 14
_WORD = re.compile(r"[^\W\d_]{3,}")


def frames_of(frames: Sequence[Frame], segment: Segment) -> list[Frame]:
    """The frames that show a segment, of all frames in time order: those taken in it, and the one before and after."""
    first = max(0, bisect_left(frames, segment.start_s, key=lambda f: f.t_s) - 2)
    last = bisect_right(frames, segment.end_s, key=lambda f: f.t_s) + 2
    return [f for f in frames[first:last] if f.shows_until_s > segment.start_s and f.shows_from_s < segment.end_s]


def frame_at(frames: Sequence[Frame], t_s: float) -> int | None:
    """Index of the frame that shows a moment, else of the nearest."""
    within = [k for k, f in enumerate(frames) if f.shows_from_s <= t_s < f.shows_until_s]
    if within:
        return within[-1]
    return min(range(len(frames)), key=lambda k: abs(frames[k].t_s - t_s), default=None)


def said_in(utterances: Iterable[Utterance], segment: Segment) -> list[Utterance]:
    return [u for u in utterances if u.start_s < segment.end_s and u.end_s > segment.start_s]


def telling_lines(lines: Iterable[ScreenLine], segment: Segment, most: int = READ_SHOWN) -> list[str]:
    """The screen text that says most about a segment: content before chrome, new before old, words before signs, large
    before small."""
    best: dict[str, tuple[bool, bool, int, int]] = {}
    for line in lines:
        words = len(_WORD.findall(line.text))
        if words:
            rank = (line.region == "content", line.start_s >= segment.start_s - 1, min(4, words), line.box.h)
            text = plain(line.text)
            best[text] = max(best.get(text, (False, False, 0, 0)), rank)
    return sorted(best, key=lambda t: tuple(-int(x) for x in best[t]))[:most]


def heading(segment: Segment, whole_ms: int) -> str:
    """The span, label and marks of a segment of a timeline that is `whole_ms` long."""
    sure = "you said so" if segment.confidence >= 1.0 and segment.edited else f"{segment.confidence:.0%} sure"
    marks = [m for m, on in (("personal", segment.personal), ("✓", segment.reviewed), ("edited", segment.edited)) if on]
    return " · ".join([f"{'–'.join(span(segment.start_s, segment.end_s, whole_ms / 1000))} {segment.activity}", sure, *marks])


def tell(
    session: Session, segment: Segment, evidence: Evidence, read: Sequence[str] | None, alike: int, key: str
) -> list[Fact]:
    """The facts of the evidence pane. `read` is None while it is being fetched; `key` applies an edit to all alike."""
    subject = session.timeline.subject(segment.subject_id)
    others = len(session.timeline.of_subject(segment.subject_id)) - 1
    facts = [fact("title", (segment.title, "*foreground"))] if segment.title else []
    facts += [fact("apps", ", ".join(segment.apps))] if segment.apps else []
    facts += [fact("what", segment.description)] if segment.description else []
    facts += [fact("why", " · ".join(segment.why))] if segment.why else []
    for k, utterance in enumerate(said_in(evidence.utterances, segment)):
        text = f"“{utterance.text}” " if utterance.text else "(nothing could be made out) "
        doubt = " yours" if utterance.edited else f" doubtful: {utterance.why_doubtful}" if utterance.doubtful else ""
        facts.append(fact("" if k else "said", text, (cite(utterance.start_s, utterance.end_s) + doubt, "muted")))
    if read is None:
        facts.append(fact("read", ("…", "muted")))
    elif read:
        facts.append(
            fact("read", *(p for k, line in enumerate(read) for p in ((" · ", "muted"), (line, "foreground"))[not k :]))
        )
    more = f" · {many(others, 'other segment')}" if others else ""
    facts.append(fact("subject", subject.label, (more, "muted")))
    facts += [fact("topics", ", ".join(segment.topics))] if segment.topics else []
    if alike:
        like = "looks like this" if alike == 1 else "look like this"
        facts.append(fact("also", f"{many(alike, 'other segment')} {like} ", (f"({key} to change all)", "accent")))
    return facts
