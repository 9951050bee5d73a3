"""Commands of the review that ask for words: title, apps, topics, subject, and what was said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from escribano_tui.domain.evidence import Utterance
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.timeline import Operation
from escribano_tui.domain.times import cite
from escribano_tui.ui.review import edits
from escribano_tui.ui.review.editing import edit
from escribano_tui.ui.review.moving import review_of
from escribano_tui.ui.review.telling import said_in
from escribano_tui.ui.words import many

if TYPE_CHECKING:
    from escribano_tui.ui.screens.review import ReviewScreen

LONGEST_SAID = 4000


def ask(
    screen: ReviewScreen, title: str, value: str, kind: str, known: Iterable[str], make: Callable[[str], list[Operation]],
    several: bool = False, check: Callable[[str], str] = lambda text: "",
) -> None:  # fmt: skip
    """A line with what this recording knows as completion at once, and what the whole library knows of its `kind` when
    that has come."""
    from escribano_tui.ui.screens.ask import AskScreen

    more = partial(screen.house_app.house.library.known, kind)
    screen.app.push_screen(
        AskScreen(title, value, known=list(known), several=several, check=check, more=more),
        lambda text: edit(screen, make(text)) if text is not None else None,
    )


def often(values: Iterable[str]) -> list[str]:
    """The most used first."""
    counted: dict[str, int] = {}
    for value in values:
        counted[value] = counted.get(value, 0) + 1
    return sorted(counted, key=lambda v: (-counted[v], v.casefold()))


def _of(segments: Sequence[Segment]) -> str:
    return f" of {many(len(segments), 'segment')}" if len(segments) > 1 else ""


def title(screen: ReviewScreen) -> None:
    review = review_of(screen)
    chosen = review.chosen
    known = often(s.title for s in review.segments if s.title)
    ask(screen, f"Title{_of(chosen)}", review.segment.title, "title", known, lambda text: edits.set_text(chosen, "title", text))


def listing(screen: ReviewScreen, field: str) -> None:
    review = review_of(screen)
    chosen = review.chosen
    known = often(v for s in review.segments for v in getattr(s, field))
    heading = "Apps, the one in front first" if field == "apps" else "Topics"
    value = ", ".join(getattr(review.segment, field))
    ask(screen, f"{heading}{_of(chosen)}, with commas between", value, field, known,
        lambda text: edits.set_list(chosen, field, text), several=True)  # fmt: skip


def needs_name(text: str) -> str:
    return "" if text else "A subject needs a name."


def subject(screen: ReviewScreen) -> None:
    review = review_of(screen)
    chosen = review.chosen
    labels_known = often(review.timeline.subject(s.subject_id).label for s in review.segments)
    now = review.timeline.subject(review.segment.subject_id).label
    ask(screen, f"Subject{_of(chosen)}, an old or a new one", now, "subject", labels_known,
        lambda text: edits.put_into(chosen, text, review.timeline), check=needs_name)  # fmt: skip


def rename_subject(screen: ReviewScreen) -> None:
    review = review_of(screen)
    segment = review.segment
    now = review.timeline.subject(segment.subject_id).label
    ask(screen, f"New name of “{now}”, for all of its segments", now, "subject", [],
        lambda text: edits.rename_subject(segment, text) if text != now else [], check=needs_name)  # fmt: skip


# ---------------------------------------------------------------- what was said


def said(screen: ReviewScreen) -> None:
    """Correct an utterance of this segment; which one is asked where there are several."""
    from escribano_tui.ui.screens.pick import Item, PickScreen

    review = review_of(screen)
    told = said_in(review.outline.utterances, review.segment)
    if not told:
        screen.tell("Nothing was said in this segment.")
        return
    if len(told) == 1:
        correct_said(screen, told[0])
        return
    items = [Item(u, u.text, "yours" if u.edited else "", cite(u.start_s, u.end_s), ink="accent") for u in told]
    cursor = min(range(len(told)), key=lambda k: _distance_ms(told[k], review.cursor_ms))
    screen.app.push_screen(
        PickScreen("Correct what was said", items, cursor=cursor, hint="enter correct it   esc close"),
        lambda utterance: correct_said(screen, utterance) if utterance is not None else None,
    )


def _distance_ms(utterance: Utterance, t_ms: int) -> float:
    """How far a time lies outside of an utterance."""
    return max(utterance.start_s * 1000 - t_ms, t_ms - utterance.end_s * 1000, 0.0)


def correct_said(screen: ReviewScreen, utterance: Utterance, then: Callable[[], None] | None = None) -> None:
    """Ask for another text; what follows comes once it is written."""
    from escribano_tui.ui.screens.ask import AskScreen

    at = f"{cite(utterance.start_s, utterance.end_s)}–{cite(utterance.end_s)}"
    screen.app.push_screen(
        AskScreen(f"What was said, {at}; empty where it was nothing", utterance.text, longest=LONGEST_SAID),
        lambda text: edit(screen, edits.say(utterance, text), then) if text is not None else None,
    )


COMMANDS: dict[str, Callable[[ReviewScreen], None]] = {
    "title": title,
    "apps": partial(listing, field="apps"),
    "topics": partial(listing, field="topics"),
    "subject": subject,
    "rename-subject": rename_subject,
    "said": said,
}
