"""Commands of the review that edit. Each makes operations from what is shown and hands them to the screen to write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from escribano_tui.domain.activity import ACTIVITIES, LETTERS, MEANINGS
from escribano_tui.domain.timeline import DoesNotFit, Operation
from escribano_tui.ui.review import edits
from escribano_tui.ui.review.moving import review_of
from escribano_tui.ui.words import many

if TYPE_CHECKING:
    from escribano_tui.ui.screens.review import ReviewScreen

STEPS_MS = (1000, 5000, 0)  # 0 is one frame


def edit(screen: ReviewScreen, operations: Sequence[Operation], then: Callable[[], None] | None = None) -> None:
    """Write one row of the journal; where nothing would change, only do what follows."""
    if not operations:
        if then is not None:
            then()
        return
    session = review_of(screen).session
    sessions = screen.house_app.house.sessions
    screen.write(partial(sessions.edit, screen.recording_id, list(operations), session.revision), then)


def on_to_next(screen: ReviewScreen) -> Callable[[], None]:
    """Go to the next segment, unless several were edited at once: their selection ends then."""
    review = review_of(screen)
    several = bool(review.selected)

    def go() -> None:
        if several:
            review.selected.clear()
            screen.show()
        else:
            review.choose(review.index + 1)
            screen.show_place()

    return go


def label(screen: ReviewScreen, activity: str) -> None:
    review = review_of(screen)
    corrected = review.segment.id if review.segment.activity != activity and not review.selected else ""
    go_on = on_to_next(screen)

    def then() -> None:
        go_on()
        if corrected:
            offer_rule(screen, corrected)

    edit(screen, edits.relabel(review.chosen, activity), then)


def offer_rule(screen: ReviewScreen, segment_id: str) -> None:
    """Let the next key make a rule of the label that was given just now, and say so once for each opening."""
    review = review_of(screen)
    if review.session.live:
        return
    review.labelled = segment_id
    if not review.told_of_rules:
        review.told_of_rules = True
        screen.tell(f"{screen.house_app.keymap.shown('review.rule')} makes a rule of this label, for windows like that one.")


def labels(screen: ReviewScreen) -> None:
    from escribano_tui.ui.screens.pick import Item, PickScreen

    review = review_of(screen)
    digits = {a: screen.house_app.keymap.shown(f"review.label-{k}") for k, a in enumerate(ACTIVITIES[:9], 1)}
    items = [
        Item(a, f"{a}: {MEANINGS[a]}", (digit := digits.get(a, "")), LETTERS[a], LETTERS[a].lower(), a, also=digit)
        for a in ACTIVITIES
    ]
    several = f" of {many(len(review.selected), 'segment')}" if review.selected else ""
    cursor = ACTIVITIES.index(review.segment.activity)
    screen.app.push_screen(
        PickScreen(f"Label{several}", items, cursor=cursor, hint="enter or its letter   esc close"),
        lambda activity: label(screen, activity) if activity else None,
    )


def accept(screen: ReviewScreen) -> None:
    edit(screen, edits.mark(review_of(screen).chosen, "reviewed", True), on_to_next(screen))


def unreview(screen: ReviewScreen) -> None:
    edit(screen, edits.mark(review_of(screen).chosen, "reviewed", False))


def personal(screen: ReviewScreen) -> None:
    chosen = review_of(screen).chosen
    edit(screen, edits.mark(chosen, "personal", not all(s.personal for s in chosen)))


def select(screen: ReviewScreen) -> None:
    review = review_of(screen)
    review.selected ^= {review.segment.id}
    review.choose(review.index + 1)
    screen.show()


def refused(screen: ReviewScreen, make: Callable[[], None]) -> None:
    """Do it, or say why it cannot be done."""
    try:
        make()
    except DoesNotFit as why:
        screen.tell(str(why), "warning")


def split(screen: ReviewScreen) -> None:
    def make() -> None:
        operations, at_ms = edits.split(review_of(screen))
        edit(screen, operations, lambda: screen.go_to_ms(at_ms))

    refused(screen, make)


def merge(screen: ReviewScreen, direction: int) -> None:
    def done() -> None:
        if review_of(screen).selected:
            review_of(screen).selected.clear()
            screen.show()

    refused(screen, lambda: edit(screen, edits.merge(review_of(screen), direction), done))


def move_edge(screen: ReviewScreen, edge: str, direction: int) -> None:
    def make() -> None:
        review = review_of(screen)
        segment_id, on_edge = review.segment.id, review.cursor_ms == review.segment.start_ms
        by_ms = direction * (screen.step_ms or review.frame_ms)

        def then() -> None:  # the cursor stays with the segment whose edge was moved
            k = next((k for k, s in enumerate(review.segments) if s.id == segment_id), review.index)
            if k != review.index or on_edge:
                review.choose(k)
            moved = review.segments[k]
            review.edge_ms = moved.start_ms if edge == "start" else moved.end_ms
            screen.show_place()

        edit(screen, edits.move_edge(review, edge, by_ms), then)

    refused(screen, make)


def snap(screen: ReviewScreen) -> None:
    def make() -> None:
        review = review_of(screen)
        segment_id = review.segment.id
        operations, at_ms = edits.snap(review)

        def then() -> None:
            k = next((k for k, s in enumerate(review.segments) if s.id == segment_id), review.index)
            segment = review.segments[k]
            screen.go_to_ms(at_ms if segment.start_ms == at_ms else min(review.cursor_ms, segment.end_ms - 1))

        edit(screen, operations, then)

    refused(screen, make)


def edge_here(screen: ReviewScreen) -> None:
    refused(screen, lambda: edit(screen, edits.edge_here(review_of(screen))))


def next_step(screen: ReviewScreen) -> None:
    screen.step_ms = STEPS_MS[(STEPS_MS.index(screen.step_ms) + 1) % len(STEPS_MS)]
    screen.show_place()
    screen.tell(f"Edges move by {screen.step_words()}.")


def drag(screen: ReviewScreen, from_ms: int, to_ms: int) -> None:
    refused(screen, lambda: edit(screen, edits.move_boundary(review_of(screen), from_ms, to_ms)))


# ---------------------------------------------------------------- journal


def undo(screen: ReviewScreen) -> None:
    session = review_of(screen).session
    if not session.standing.can_undo:
        screen.tell("There is nothing to undo.")
        return
    said = session.standing.edits[-1].said
    sessions = screen.house_app.house.sessions
    screen.write(
        partial(sessions.undo, screen.recording_id, session.revision), lambda: screen.tell(f"Undone: {said}", timeout=2.5)
    )


def redo(screen: ReviewScreen) -> None:
    session = review_of(screen).session
    if not session.standing.can_redo:
        screen.tell("There is nothing to redo.")
        return
    said = session.standing.redoable[-1].said
    sessions = screen.house_app.house.sessions
    screen.write(
        partial(sessions.redo, screen.recording_id, session.revision), lambda: screen.tell(f"Again: {said}", timeout=2.5)
    )


COMMANDS: dict[str, Callable[[ReviewScreen], None]] = {
    **{f"label-{k}": partial(label, activity=name) for k, name in enumerate(ACTIVITIES[:9], 1)},
    "labels": labels,
    "accept": accept,
    "unreview": unreview,
    "personal": personal,
    "select": select,
    "split": split,
    "merge-next": partial(merge, direction=1),
    "merge-previous": partial(merge, direction=-1),
    "start-earlier": partial(move_edge, edge="start", direction=-1),
    "start-later": partial(move_edge, edge="start", direction=1),
    "end-earlier": partial(move_edge, edge="end", direction=-1),
    "end-later": partial(move_edge, edge="end", direction=1),
    "snap": snap,
    "edge-here": edge_here,
    "step": next_step,
    "undo": undo,
    "redo": redo,
}
