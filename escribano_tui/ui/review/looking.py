"""Commands of the review that look: evidence, history, players, the summary."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from escribano_tui.domain.recording import UnusableInput
from escribano_tui.domain.text import clean_line
from escribano_tui.domain.times import duration
from escribano_tui.ui import players
from escribano_tui.ui.review import edits
from escribano_tui.ui.review.editing import edit
from escribano_tui.ui.review.moving import review_of
from escribano_tui.ui.review.telling import frame_at
from escribano_tui.ui.review.wording import correct_said
from escribano_tui.ui.screens.pick import Item
from escribano_tui.ui.widgets.keybar import KeyBar
from escribano_tui.ui.words import many

if TYPE_CHECKING:
    from escribano_tui.ui.screens.review import ReviewScreen

AROUND_S = 1.5  # of an edge that is heard


def evidence(screen: ReviewScreen) -> None:
    from escribano_tui.ui.screens.evidence import EvidenceScreen

    screen.app.push_screen(
        EvidenceScreen(screen.recording_id, review_of(screen), partial(correct_said, screen)),
        lambda t: screen.go_to_ms(t) if t is not None else None,
    )


def scroll_evidence(screen: ReviewScreen, by: int) -> None:
    from escribano_tui.ui.widgets.evidence import EvidencePane

    screen.query_one(EvidencePane).scroll_told(by)


def alike(screen: ReviewScreen) -> None:
    """Apply this label to all that look alike; where some are selected, to those."""
    screen.ask_house(show_alike)


async def show_alike(screen: ReviewScreen) -> None:
    from escribano_tui.ui.screens.alike import AlikeScreen

    review = review_of(screen)
    segment = review.segment
    if review.selected - {segment.id}:
        ids = [s.id for s in review.segments if s.id in review.selected and s.id != segment.id]
    else:
        found = await asyncio.to_thread(screen.house_app.house.sessions.alike, screen.recording_id, segment.id)
        ids = [s.id for s in review.segments if s.id in set(found) and s.id != segment.id]
    if not ids:
        screen.tell("No other segment looks like this one.")
        return
    others = [s for s in review.segments if s.id in set(ids)]

    def take(chosen: list[str] | None) -> None:
        if chosen:
            wanted = [segment, *(s for s in review.segments if s.id in set(chosen))]
            review.selected.clear()
            edit(screen, edits.relabel(wanted, segment.activity), screen.show)

    screen.app.push_screen(AlikeScreen(segment, others), take)


def rule(screen: ReviewScreen) -> None:
    """Offer the rules behind the label that was given just now, else behind this one; what is accepted holds from the next
    run on."""
    from escribano_tui.ui.screens.rule import RuleScreen

    def told(says: str | None) -> None:
        if says:
            screen.tell(f"Kept: {says} It holds from the next run on.", timeout=8.0)

    screen.app.push_screen(RuleScreen(screen.recording_id, review_of(screen).just_labelled or review_of(screen).segment), told)


def open_here(screen: ReviewScreen) -> None:
    """Open the recording at the time cursor in a player of this machine."""
    review = review_of(screen)
    path = review.session.recording.path
    start(screen, players.video_player(path, review.cursor_ms / 1000), path, sound=False)


def play(screen: ReviewScreen) -> None:
    segment = review_of(screen).segment
    hear(screen, segment.start_s, segment.end_s)


def hear_edge(screen: ReviewScreen) -> None:
    """The sound around the edge that was moved last, else around the nearer one."""
    review = review_of(screen)
    edge = review.edge_ms if review.edge_ms is not None else review.nearer_edge()
    if edge is None:
        screen.tell("This segment has no edge that can be moved.")
        return
    last_s = review.timeline.duration_ms / 1000
    hear(screen, max(0.0, edge / 1000 - AROUND_S), min(last_s, edge / 1000 + AROUND_S))


def hear(screen: ReviewScreen, start_s: float, end_s: float) -> None:
    """Play the sound of a span beside the app, or stop what plays."""
    if screen.house_app.stop_sound():
        return
    recording = review_of(screen).session.recording
    if not recording.tracks:
        screen.tell("This recording has no sound.", "warning")
        return
    start(screen, players.sound_player(recording.path, start_s, end_s), recording.path, sound=True)


def start(screen: ReviewScreen, command: players.Command | None, path: str, sound: bool) -> None:
    if command is None:
        screen.tell("No player was found: install mpv, which goes to the very moment.", "warning", 8.0)
        return
    screen.ask_house(partial(start_player, command=command, path=path, sound=sound))


async def start_player(screen: ReviewScreen, command: players.Command, path: str, sound: bool) -> None:
    if not await asyncio.to_thread(Path(path).is_file):
        key = screen.house_app.keymap.shown("review.find-file")
        shown = not sound and await asyncio.to_thread(show_kept, screen)
        instead = " The full picture that was kept is opened instead." if shown else ""
        screen.tell(f"The recording is not where it was: {key} looks for it by its content.{instead}", "warning", 8.0)
        return
    started = await asyncio.to_thread(players.start, command)
    name = Path(command.argv[0]).name
    if sound:
        screen.house_app.sound = started
        screen.tell(f"Playing with {name}; {screen.house_app.keymap.shown('review.play')} stops it.")
    else:
        screen.tell(f"Opened with {name}" + ("." if command.exact else ", from the beginning."))


def show_kept(screen: ReviewScreen) -> bool:
    """In a thread: open the full picture of this moment, where one was kept and something can show it."""
    review = review_of(screen)
    at = frame_at(review.outline.frames, review.cursor_ms / 1000)
    if at is None or not review.outline.frames[at].thumbnail:
        return False
    sessions, thumbnail = screen.house_app.house.sessions, review.outline.frames[at].thumbnail
    picture = sessions.picture(screen.recording_id, thumbnail)
    command = players.picture_viewer(str(picture))
    if picture == sessions.thumbnail(screen.recording_id, thumbnail) or command is None:
        return False
    players.start(command)
    return True


def find_file(screen: ReviewScreen) -> None:
    """Look for a moved recording by its content; where it is not near, ask."""
    screen.ask_house(partial(look_for_file, path=None))


def ask_for_file(screen: ReviewScreen, why: str) -> None:
    from escribano_tui.ui.screens.add import AddScreen

    def take(paths: list[str] | None) -> None:
        if paths:
            screen.ask_house(partial(look_for_file, path=Path(paths[0]).expanduser()))

    old = Path(review_of(screen).session.recording.path)
    name = clean_line(old.name)
    screen.app.push_screen(AddScreen(title=f"{why} Where is “{name}” now?"), take)


async def look_for_file(screen: ReviewScreen, path: Path | None) -> None:
    review = review_of(screen)
    if path is None and await asyncio.to_thread(Path(review.session.recording.path).is_file):
        screen.tell("The recording is where it was.")
        return
    try:
        found = await asyncio.to_thread(screen.house_app.house.library.relink, screen.recording_id, path)
    except UnusableInput as why:
        ask_for_file(screen, str(why))
        return
    if found is None:
        ask_for_file(screen, "It is not near its old place.")
        return
    screen.take(replace(review.session, recording=found))
    screen.tell(f"Found again: {clean_line(found.path)}")


def coverage(screen: ReviewScreen) -> None:
    screen.ask_house(show_coverage)


async def show_coverage(screen: ReviewScreen) -> None:
    from escribano_tui.ui.screens.pick import PickScreen

    c = await asyncio.to_thread(screen.house_app.house.sessions.coverage, screen.recording_id)
    missing, spoken = (duration(round(s * 1000)) for s in (c.speech_untranscribed_s, c.spoken_s))
    rows = [
        Item("", f"{c.share_of_time:.0%} of the time lies within 15 s of a frame that was looked at"),
        Item("", f"{many(c.frames_failed, 'frame')} gave no result"),
        Item("", f"{missing} of {spoken} spoken could not be written down"),
        *(Item("", note, mark="!", ink="warning") for note in c.notes),
    ]
    again = f"{screen.house_app.keymap.shown('review.run')} in the review, then “retry failed”, tries again   "
    hint = f"{again if c.frames_failed or c.speech_untranscribed_s else ''}esc close"
    screen.app.push_screen(PickScreen("What was not looked at or not understood", rows, hint=hint))


def summary(screen: ReviewScreen) -> None:
    screen.house_app.go_summary(screen.recording_id)


def run_again(screen: ReviewScreen) -> None:
    screen.house_app.go_chooser(screen.recording_id)


def all_keys(screen: ReviewScreen) -> None:
    screen.query_one("#keybar", KeyBar).turn()


COMMANDS: dict[str, Callable[[ReviewScreen], None]] = {
    "evidence": evidence,
    "evidence-down": partial(scroll_evidence, by=1),
    "evidence-up": partial(scroll_evidence, by=-1),
    "alike": alike,
    "rule": rule,
    "coverage": coverage,
    "find-file": find_file,
    "open": open_here,
    "play": play,
    "hear-edge": hear_edge,
    "summary": summary,
    "run": run_again,
    "all-keys": all_keys,
}
