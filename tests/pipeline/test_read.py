"""Phase `read`: the same lines as reading every picture whole, for the price of what is new."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from escribano_tui.domain.evidence import Frame, ScreenLine
from escribano_tui.domain.profile import ReadSettings
from escribano_tui.pipeline.read import Read
from escribano_tui.pipeline.reading.memory import packed, unpacked
from escribano_tui.ports import BackendError, Cancelled
from tests.fakes import MemoryContext, OneBackend
from tests.pipeline.reading_room import CHOICE, RECORDING, Desk, DrawnReader, Files, Film, framed, whole

WORDS = (
    "tide", "gauge", "station", "label", "export", "import", "hourly", "mean", "level", "blank", "trailing", "space",
    "window", "review", "commit",
)  # fmt: skip


def story(seed: int, steps: int = 14) -> list[Any]:
    """Pictures of somebody who types, scrolls, switches windows and comes back."""
    rng = random.Random(seed)
    desk = Desk(
        {name: [" ".join(rng.choices(WORDS, k=rng.randint(1, 4))) for _ in range(60)] for name in ("Mail", "Editor", "Web")}
    )
    desk.front = "Editor"
    pictures = []
    for k in range(steps):
        what = rng.choice(("type", "type", "scroll", "switch", "wait", "tick"))
        lines = desk.windows[desk.front]
        first = desk.first_row.setdefault(desk.front, 0)
        if what == "type":
            lines[first + rng.randrange(12)] += " " + rng.choice(WORDS)
        elif what == "scroll":
            desk.first_row[desk.front] = max(0, min(40, first + rng.choice((-7, -3, 3, 5))))
        elif what == "switch":
            desk.front = rng.choice([name for name in desk.windows if name != desk.front])
        elif what == "tick":
            desk.clock = f"10:{13 + k}"
        pictures.append(desk.picture())
    return pictures


def reading(
    pictures: Sequence[Any], reader: DrawnReader | None = None, frames: list[Frame] | None = None, **more: Any
) -> MemoryContext:
    made, by_time = framed(pictures)
    frames = frames or made
    work = {f.item: picture for f, picture in zip(frames, pictures, strict=True)}
    more.setdefault("files", Files(work))
    more.setdefault("media", Film(by_time))
    backends = OneBackend(lambda options: reader or DrawnReader())
    return MemoryContext(RECORDING, backends=backends, choice=CHOICE, earlier={"frames": frames}, **more)


def lines_at(context: MemoryContext, t_s: float) -> list[ScreenLine]:
    return [line for line in context.mine(ScreenLine) if line.start_s <= t_s < line.end_s]


# ---------------------------------------------------------------- the same lines


@pytest.mark.parametrize("seed", range(12))
def test_every_frame_shows_what_reading_it_whole_shows(seed: int) -> None:
    pictures = story(seed)
    reader = DrawnReader()
    context = reading(pictures, reader)
    Read().run(context)
    frames, _ = framed(pictures)
    for frame, picture in zip(frames, pictures, strict=True):
        assert sorted(line.text for line in lines_at(context, frame.t_s)) == sorted(whole(picture)), frame
    full = sum(len(whole(picture)) for picture in pictures)
    assert len(reader.recognised) < 0.5 * full
    assert reader.closed


def test_a_window_that_comes_back_costs_nothing_and_is_not_searched() -> None:
    desk = Desk({"Mail": ["dear harbour master", "the labels are fixed"], "Web": ["aware objects", "naive objects"]})
    pictures = []
    for front in ("Mail", "Web", "Mail", "Web"):
        desk.front = front
        pictures.append(desk.picture())
    reader = DrawnReader()
    Read().run(reading(pictures, reader))
    once = set(whole(pictures[0])) | set(whole(pictures[1]))
    assert sorted(reader.recognised) == sorted(once)


def test_a_line_that_was_scrolled_is_the_same_line() -> None:
    desk = Desk({"Editor": [f"row {k} {WORDS[k % len(WORDS)]} {WORDS[k * 7 % len(WORDS)]}" for k in range(40)]}, "Editor")
    first = desk.picture()
    desk.first_row["Editor"] = 4
    second = desk.picture()
    reader = DrawnReader()
    context = reading([first, second], reader)
    Read().run(context)
    stayed = [line for line in context.mine(ScreenLine) if line.start_s == 0.0 and line.end_s == 4.0]
    assert len(stayed) == len(set(whole(first)) & set(whole(second)))
    assert len(reader.recognised) == len(set(whole(first)) | set(whole(second)))


def test_lines_stand_from_when_they_came_until_they_went() -> None:
    desk = Desk({"Mail": ["stays"], "Web": ["another window"]}, "Mail")
    a = desk.picture()
    desk.windows["Mail"].append("comes later")
    b = desk.picture()
    desk.front = "Web"
    c = desk.picture()
    context = reading([a, b, c])
    Read().run(context)
    spans = {line.text: (line.start_s, line.end_s) for line in context.mine(ScreenLine)}
    new = set(whole(b)) - set(whole(a))
    only_mail = (set(whole(a)) & set(whole(b))) - set(whole(c))
    assert {spans[text] for text in new} == {(2.0, 4.0)}
    assert {spans[text] for text in only_mail} == {(0.0, 4.0)}
    assert {spans[text] for text in set(whole(c)) - set(whole(b))} == {(4.0, 6.0)}


def test_two_frames_within_one_span_share_it() -> None:
    """What the second does not show any more cannot have stood to the end of the span."""
    desk = Desk({"Mail": ["first words"]}, "Mail")
    a = desk.picture()
    desk.windows["Mail"] = ["other words"]
    b = desk.picture()
    frames = [Frame(1.0, "change", 0.0, 10.0), Frame(5.0, "gap", 0.0, 10.0)]
    context = reading([a, b], frames=frames, media=Film({1.0: a, 5.0: b}))
    Read().run(context)
    spans = {line.text: (line.start_s, line.end_s) for line in context.mine(ScreenLine)}
    assert {spans[text] for text in set(whole(a)) - set(whole(b))} == {(0.0, 3.0)}
    assert {spans[text] for text in set(whole(b)) - set(whole(a))} == {(3.0, 10.0)}


def test_a_frame_that_is_not_to_be_read_lets_its_lines_stand_longer() -> None:
    desk = Desk({"Mail": ["dear harbour master"]}, "Mail")
    frames = [Frame(1.0, "change", 0.0, 2.0), Frame(9.0, "gap", 8.0, 10.0, to_read=False)]
    reader = DrawnReader()
    context = reading([desk.picture(), desk.picture()], reader, frames=frames)
    Read().run(context)
    assert {(line.start_s, line.end_s) for line in context.mine(ScreenLine)} == {(0.0, 10.0)}
    assert set(context.items) == {f.item for f in frames}
    assert reader.calls == 1


def test_what_stands_at_the_edge_whatever_is_in_front_is_chrome() -> None:
    names = ("Mail", "Web", "Editor", "Board")
    desk = Desk({name: [f"{name} {word}" for word in WORDS[:14]] for name in names})
    pictures = []
    for k, front in enumerate((*names, "Mail")):
        desk.front, desk.clock = front, f"10:{12 + k}"
        pictures.append(desk.picture())
    context = reading(pictures)
    Read().run(context)
    for line in context.mine(ScreenLine):
        assert (line.region == "chrome") == (line.box.y > 440), line


# ---------------------------------------------------------------- going on


@pytest.mark.parametrize("after", range(1, 14))
def test_going_on_after_an_interruption_gives_the_same(after: int) -> None:
    pictures = story(5)
    at_once = reading(pictures)
    Read().run(at_once)
    broken = reading(pictures, cancel_after=after)
    with pytest.raises(Cancelled):
        Read().run(broken)
    assert len(broken.items) == after
    later = broken.resumed()
    for frame, _ in zip(framed(pictures)[0], range(after), strict=False):
        later.files.drop_work("desk", frame.item)  # both lanes were through with these
    Read().run(later)
    assert later.mine(ScreenLine) == at_once.mine(ScreenLine)
    assert later.notes == at_once.notes, "the export says the same, whether a run was broken off or not"
    assert not set(later.files.pictures) & set(broken.items), "a picture that was decoded again is not left behind"


def test_a_frame_that_cannot_be_read_fails_alone_and_can_be_tried_again() -> None:
    pictures = story(3, steps=8)
    reader = DrawnReader()
    context = reading(pictures, reader)
    frames = framed(pictures)[0]
    reader.fails_at = {2}
    Read().run(context)
    assert len(context.failed) == 1
    (failed,) = context.failed
    assert "SIGSEGV" in context.failed[failed]
    for frame, picture in zip(frames, pictures, strict=True):
        if frame.item != failed:
            assert sorted(line.text for line in lines_at(context, frame.t_s)) == sorted(whole(picture))
    again = context.resumed(retry_failed=True)
    Read().run(again)
    assert not again.failed
    for frame, picture in zip(frames, pictures, strict=True):
        shown = sorted(line.text for line in lines_at(again, frame.t_s))
        if frame.item != failed:
            assert shown == sorted(whole(picture))
        else:  # the lines of its neighbours were said to stand through it; nothing of its own is missing
            assert set(whole(picture)) <= set(shown)


def test_a_backend_that_is_gone_for_good_ends_the_phase() -> None:
    reader = DrawnReader()

    def gone(image: Any) -> Sequence[Any]:
        raise BackendError("it could not be loaded", fatal=True)

    reader.detect = gone  # type: ignore[method-assign]
    with pytest.raises(BackendError, match="could not be loaded"):
        Read().run(reading(story(1, steps=3), reader))
    assert reader.closed


def test_pictures_that_are_gone_are_decoded_again_together() -> None:
    pictures = story(7, steps=5)
    frames, by_time = framed(pictures)
    media = Film(by_time, lost=[frames[2].t_s])
    context = reading(pictures, files=Files(), media=media)
    Read().run(context)
    assert media.asked[0] == [f.t_s for f in frames]
    assert list(context.failed) == [frames[2].item]
    assert "cannot be decoded" in context.failed[frames[2].item]


def test_lines_of_other_recordings_are_known() -> None:
    pictures = story(9, steps=6)
    first = reading(pictures)
    Read().run(first)
    kept = {key: value for key, value in first.kept.items() if key[0].startswith("lines/")}
    assert kept
    reader = DrawnReader()
    second = reading(pictures, reader, kept=kept)
    Read().run(second)
    assert reader.recognised == []
    assert [line.text for line in second.mine(ScreenLine)] == [line.text for line in first.mine(ScreenLine)]


def test_what_served_is_said_to_have_served_and_only_the_edges_stay_of_a_recording_that_is_read() -> None:
    first = reading(story(7))
    Read().run(first)
    assert {key.rpartition(b":")[2] for space, key in first.kept if space.startswith("reading/")} == {b"edges"}
    second = reading(story(7), kept=dict(first.kept))
    served: set[bytes] = set()
    keep = second.keep
    second.keep = lambda space, values, used=(): (served.update(used), keep(space, values, used))[1]  # type: ignore[method-assign]
    Read().run(second)
    assert served == {key for space, key in first.kept if space.startswith("lines/")}


def test_what_is_to_be_read_anew_is_recognised_again_and_counts() -> None:
    pictures = story(9, steps=6)
    first = reading(pictures)
    Read().run(first)
    shared = {key: value for key, value in first.kept.items() if key[0].startswith("lines/")}
    wrong = {key: packed(replace(known, text="misread") for known in unpacked(value)) for key, value in shared.items()}
    reader = DrawnReader()
    again = reading(pictures, reader, kept=dict(wrong))
    again.anew = True
    Read().run(again)
    assert reader.recognised
    assert again.mine(ScreenLine) == first.mine(ScreenLine)
    now = [known.text for key in shared for known in unpacked(again.kept[key])]
    assert now
    assert "misread" not in now


def test_lines_that_were_read_without_masking_are_not_for_a_run_that_masks() -> None:
    pictures = story(9, steps=6)
    open_ = reading(pictures)
    open_.profile = replace(open_.profile, read=ReadSettings(mask_secrets=False))
    Read().run(open_)
    reader = DrawnReader()
    Read().run(reading(pictures, reader, kept=dict(open_.kept)))
    assert reader.recognised


@pytest.mark.parametrize("seed", [2, 5, 9])
def test_a_recording_reads_the_same_whatever_was_read_before_it(seed: int) -> None:
    """Also what is searched: a line that another recording knew hides no less of the picture than one read here."""
    pictures = story(seed, steps=10)
    readers = DrawnReader(), DrawnReader()
    first = reading(pictures, readers[0])
    Read().run(first)
    again = reading(pictures, readers[1], kept={k: v for k, v in first.kept.items() if k[0].startswith("lines/")})
    Read().run(again)
    assert readers[1].detected == readers[0].detected
    assert again.mine(ScreenLine) == first.mine(ScreenLine)
    assert again.notes == first.notes


def test_another_size_of_picture_begins_anew() -> None:
    desk = Desk({"Mail": ["dear harbour master"]}, "Mail")
    small = desk.picture()[:300, :400].copy()
    context = reading([desk.picture(), small, desk.picture()])
    Read().run(context)
    frames, _ = framed([desk.picture(), small, desk.picture()])
    assert sorted(line.text for line in lines_at(context, frames[1].t_s)) == sorted(whole(small))
