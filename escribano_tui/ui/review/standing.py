"""How a review stands, in words: what is left, what waits for a decision, and what the title tells."""

from __future__ import annotations

from escribano_tui.config.keymap import Keymap
from escribano_tui.domain.session import Session
from escribano_tui.domain.times import duration
from escribano_tui.ui.review.place import Review
from escribano_tui.ui.words import many, minutes_left, when


def counted(session: Session, keymap: Keymap) -> tuple[str, str]:
    """What stands over the list, and its ink."""
    left = session.unreviewed
    total = many(len(session.timeline.segments), "segment")
    ink = "primary" if left else "success"
    if session.live:
        return f"{total} so far · {left} to review", ink
    if session.misfits:
        return f"{total} · {left} to review · {misfits_told(session)}: {keymap.shown('review.history')}", "warning"
    if left:
        return f"{total} · {left} to review · {minutes_left(left)}", ink
    return f"{total} · all reviewed · {keymap.shown('review.summary')} writes the summary", ink


def misfits_told(session: Session) -> str:
    count = len(session.misfits)
    return "1 correction no longer fits" if count == 1 else f"{count} corrections no longer fit"


def standing(review: Review) -> list[str]:
    """What is out of the ordinary: a selection, a draft that still grows."""
    facts = [f"{len(review.selected)} selected"] if review.selected else []
    if review.session.live:
        at, end = duration(review.timeline.duration_ms), duration(review.session.recording.duration_ms)
        facts.append(f"live: drafted up to {at} of {end}")
    return facts


def dated(review: Review) -> list[str]:
    session = review.session
    return [f"{session.run.profile} · revision {session.revision}", when(session.recording.started_at)]
