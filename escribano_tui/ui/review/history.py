"""The history of a review, and what becomes of corrections that no longer fit the draft of a later run."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from escribano_tui.domain.journal import Entry, Misfit
from escribano_tui.domain.session import Session
from escribano_tui.domain.timeline import Operation
from escribano_tui.domain.times import cite
from escribano_tui.ui.review import edits
from escribano_tui.ui.review.moving import review_of
from escribano_tui.ui.screens.pick import Item
from escribano_tui.ui.words import many

if TYPE_CHECKING:
    from escribano_tui.ui.screens.review import ReviewScreen


def history(screen: ReviewScreen) -> None:
    screen.ask_house(show_history)


async def show_history(screen: ReviewScreen) -> None:
    from escribano_tui.ui.screens.pick import PickScreen

    rows = await asyncio.to_thread(screen.house_app.house.sessions.history, screen.recording_id)
    if not rows:
        screen.tell("Nothing has been corrected yet.")
        return
    session = review_of(screen).session
    misfits = {m.revision: m for m in session.misfits}
    items = history_items(rows, session)
    at = next((k for k, (entry, _) in enumerate(rows) if entry.revision in misfits), len(items) - 1)
    title = f"History of corrections, revision {session.revision}"
    title += f" · {many(len(misfits), 'correction')} to decide about" if misfits else ""
    hint = "enter decides about one that no longer fits   esc close" if misfits else "esc close"
    entries = {entry.revision: entry for entry, _ in rows}

    def take(revision: int | None) -> None:
        if revision in misfits:
            decide(screen, misfits[revision], entries[revision].operations)

    screen.app.push_screen(PickScreen(title, items, cursor=at, hint=hint), take)


def history_items(rows: list[tuple[Entry, str]], session: Session) -> list[Item[int]]:
    """A line for each row of the journal: what it was, and what has become of it."""
    said = {entry.revision: entry.said for entry, _ in rows}
    why = {m.revision: m.why for m in session.misfits}
    items = []
    for entry, state in rows:
        match entry.kind:
            case "edit":
                text = entry.said
            case "undo":
                text = f"Undid {entry.target}: {said.get(entry.target, '')}"
            case "redo":
                text = f"Did {entry.target} again: {said.get(entry.target, '')}"
            case _:
                text = f"Gave up {entry.target}: {said.get(entry.target, '')}"
        misfit = entry.revision in why
        note = f"no longer fits: {why[entry.revision]}" if misfit else state if state != "standing" else ""
        ink = "error" if misfit else "success" if state == "standing" else "muted"
        items.append(Item(entry.revision, text, note, f"{entry.revision:>4}", ink=ink))
    return items


def decide(screen: ReviewScreen, misfit: Misfit, operations: Sequence[Operation]) -> None:
    """Ask what becomes of a correction: another run has drafted something else where it was made."""
    from escribano_tui.ui.screens.pick import PickScreen

    review = review_of(screen)
    instead = edits.fitted(operations, review.timeline)
    at_ms = min(edits.moment(operations), review.timeline.duration_ms - 1)
    there = review.segments[review.timeline.index_at(at_ms)]
    time = cite(there.start_s, there.end_s)
    items = [Item("go", f"Look at {cite(at_ms / 1000)}, and decide later", key="g")]
    if instead:
        items.append(Item("here", f"Make it of what is there now: {time} {there.activity} {there.title}".rstrip(), key="a"))
    items.append(Item("up", "Give it up; the history keeps it", key="d"))
    items.append(Item("stay", "Leave it: it comes back where a later run drafts what it was made of", key="k"))

    def take(answer: str | None) -> None:
        if answer == "go":
            screen.go_to_ms(at_ms)
        elif answer == "here":
            make_here(screen, misfit.revision, instead)
        elif answer == "up":
            give_up(screen, misfit.revision)

    screen.app.push_screen(PickScreen(f"{misfit.said}: {misfit.why}", items, hint="enter or its letter   esc close"), take)


def make_here(screen: ReviewScreen, revision: int, operations: Sequence[Operation]) -> None:
    """The correction as it fits now, and only then the old one given up."""
    session = review_of(screen).session
    sessions = screen.house_app.house.sessions

    def call() -> Session:
        made = sessions.edit(screen.recording_id, list(operations), session.revision)
        return sessions.dismiss(screen.recording_id, revision, made.revision)

    screen.write(call, partial(on_to_next, screen, "Made of what is there now."))


def give_up(screen: ReviewScreen, revision: int) -> None:
    session = review_of(screen).session
    sessions = screen.house_app.house.sessions
    screen.write(
        partial(sessions.dismiss, screen.recording_id, revision, session.revision),
        partial(on_to_next, screen, "Given up; the history keeps it."),
    )


def on_to_next(screen: ReviewScreen, said: str) -> None:
    """The next one that waits for a decision, if any."""
    screen.tell(said)
    if review_of(screen).session.misfits:
        history(screen)


COMMANDS = {"history": history}
