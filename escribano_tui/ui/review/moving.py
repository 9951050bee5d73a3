"""Commands of the review that move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from escribano_tui.domain.evidence import Frame
from escribano_tui.domain.session import Evidence
from escribano_tui.domain.times import cite, clock, parse_clock
from escribano_tui.ui.review.place import Review, begins_ms
from escribano_tui.ui.screens.pick import Item
from escribano_tui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from escribano_tui.ui.screens.review import ReviewScreen

FOUND_MOST = 300


def review_of(screen: ReviewScreen) -> Review:
    """The review of a screen that has opened it; commands come only then."""
    assert screen.review is not None
    return screen.review


def step(screen: ReviewScreen, by: int) -> None:
    review = review_of(screen)
    review.choose(review.index + by)
    screen.show_place()


def page(screen: ReviewScreen, by: int) -> None:
    step(screen, by * screen.query_one("#rows", Rows).page)


def to_end(screen: ReviewScreen, last: bool) -> None:
    review = review_of(screen)
    review.choose(len(review.segments) - 1 if last else 0)
    screen.show_place()


def to_found(screen: ReviewScreen, find: Callable[[Review], int | None], nothing: str) -> None:
    review = review_of(screen)
    k = find(review)
    if k is None:
        screen.tell(nothing)
        return
    review.choose(k)
    screen.show_place()


def cursor(screen: ReviewScreen, by_ms: int) -> None:
    """0 ms of a step stands for one frame; its sign is that of the direction."""
    review = review_of(screen)
    review.go_to(review.cursor_ms + by_ms)
    screen.show_place()


def cursor_frame(screen: ReviewScreen, direction: int) -> None:
    cursor(screen, direction * review_of(screen).frame_ms)


def change(screen: ReviewScreen, direction: int) -> None:
    if review_of(screen).to_change(direction):
        screen.show_place()
    else:
        screen.tell("There is no further change in this direction.")


def to_frame(screen: ReviewScreen, frame: Frame) -> None:
    """To where a frame of the film strip begins, without leaving the segment: it may have been seen before its start."""
    segment = review_of(screen).segment
    screen.go_to_ms(max(segment.start_ms, min(begins_ms(frame), segment.end_ms - 1)))


def picture(screen: ReviewScreen, direction: int) -> None:
    if review_of(screen).to_picture(direction):
        screen.show_place()
    else:
        screen.tell("There is no further picture in this direction.")


def zoom(screen: ReviewScreen, closer: bool | None) -> None:
    review = review_of(screen)
    if closer is None:
        review.zoom_all()
    else:
        review.zoom(closer)
    screen.show_place()


def go_to(screen: ReviewScreen) -> None:
    from escribano_tui.ui.screens.ask import AskScreen

    review = review_of(screen)
    length = clock(review.timeline.duration_ms / 1000)

    def check(text: str) -> str:
        t_s = parse_clock(text)
        if t_s is None:
            return "A time is written as 1:06, 1:01:01.5 or 90."
        return "" if t_s * 1000 <= review.timeline.duration_ms else f"The recording ends at {length}."

    def go(text: str | None) -> None:
        t_s = parse_clock(text) if text else None
        if t_s is not None:
            screen.go_to_ms(round(t_s * 1000))

    screen.app.push_screen(AskScreen(f"Go to a time, 0:00 to {length}", placeholder="1:06", check=check), go)


def search(screen: ReviewScreen) -> None:
    from escribano_tui.ui.screens.pick import PickScreen

    review = review_of(screen)
    rows: list[tuple[str, Item[int]]] = []

    def look(query: str) -> Sequence[Item[int]]:
        if not rows:
            rows.extend(haystack(review, screen.house_app.house.sessions.evidence(screen.recording_id)))
        return find(rows, query)

    def go(t_ms: int | None) -> None:
        if t_ms is not None:
            screen.go_to_ms(t_ms)

    screen.app.push_screen(
        PickScreen("Search in this recording", search=look, placeholder="titles, what was said, what was on screen",
                   hint="enter go there   esc close"), go
    )  # fmt: skip


def haystack(review: Review, evidence: Evidence) -> list[tuple[str, Item[int]]]:
    """Everything that can be found, in time order: what is compared, and what is shown."""
    found: list[Item[int]] = []
    for s in review.segments:
        text = " · ".join(filter(None, (s.title, ", ".join(s.apps), ", ".join(s.topics), s.activity)))
        found.append(Item(s.start_ms, text, "segment", cite(s.start_s, s.end_s), ink=s.activity))
    for u in evidence.utterances:
        found.append(Item(round(u.start_s * 1000), u.text, "said", cite(u.start_s, u.end_s), ink="accent"))
    found += [Item(round(x.start_s * 1000), x.text, "screen", cite(x.start_s), ink="muted") for x in evidence.lines]
    found.sort(key=lambda item: item.value)
    return [(item.text.casefold(), item) for item in found]


def find(rows: Sequence[tuple[str, Item[int]]], query: str) -> list[Item[int]]:
    """Rows with every word of the query, each text once for each minute, at most FOUND_MOST."""
    words = query.casefold().split()
    found: dict[tuple[str, int], Item[int]] = {}
    for text, item in rows:
        if all(w in text for w in words):
            found.setdefault((text, item.value // 60_000), item)
            if len(found) >= FOUND_MOST:
                break
    return list(found.values())


COMMANDS: dict[str, Callable[[ReviewScreen], None]] = {
    "down": partial(step, by=1),
    "up": partial(step, by=-1),
    "page-down": partial(page, by=1),
    "page-up": partial(page, by=-1),
    "first": partial(to_end, last=False),
    "last": partial(to_end, last=True),
    "next-unreviewed": partial(to_found, find=Review.next_unreviewed, nothing="Everything else is reviewed."),
    "least-sure": partial(to_found, find=Review.least_sure, nothing="Everything else is reviewed."),
    "next-of-subject": partial(to_found, find=Review.next_of_subject, nothing="No other segment is in this subject."),
    "cursor-back": partial(cursor, by_ms=-1000),
    "cursor-on": partial(cursor, by_ms=1000),
    "cursor-back-5": partial(cursor, by_ms=-5000),
    "cursor-on-5": partial(cursor, by_ms=5000),
    "cursor-back-frame": partial(cursor_frame, direction=-1),
    "cursor-on-frame": partial(cursor_frame, direction=1),
    "change-back": partial(change, direction=-1),
    "change-on": partial(change, direction=1),
    "picture-back": partial(picture, direction=-1),
    "picture-on": partial(picture, direction=1),
    "zoom-in": partial(zoom, closer=True),
    "zoom-out": partial(zoom, closer=False),
    "zoom-all": partial(zoom, closer=None),
    "go-to": go_to,
    "search": search,
}
