"""Phase `describe`: every frame is told by somebody, the best first, and what failed can be tried again alone."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from escribano_tui.domain.evidence import Box, Description, Envelope, Frame, ScreenLine
from escribano_tui.domain.exclusions import stand_in
from escribano_tui.domain.profile import DescribeSettings, FramesSettings, Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.secrets import MASK
from escribano_tui.pipeline.describe import Describe
from escribano_tui.pipeline.describing.breaker import FAILURES
from escribano_tui.pipeline.describing.budget import Budget
from escribano_tui.pipeline.describing.order import best_first
from escribano_tui.ports import Availability, BackendError, BackendInfo, Cancelled, Choice, Scene
from tests.fakes import MemoryContext
from tests.pipeline.reading_room import Files, Film

RECORDING = Recording("r", "r.mp4", "f", 1, 1000.0, 1600, 900)
Answer = Callable[[Scene], Description | BackendError]


def described(scene: Scene, sentence: str = "", backend: str = "eye", **more: Any) -> Description:
    told = sentence or f"Seen at {scene.frame.t_s:g}"
    return Description(scene.frame.t_s, told, "coding", 0.7, backend=backend, **more)


class Eye:
    """A describer that looks; `answer` tells what it sees."""

    wants_image, wants_text = True, False

    def __init__(self, answer: Answer = described) -> None:
        self.answer = answer
        self.batches: list[list[float]] = []
        self.sizes: set[tuple[int, ...]] = set()
        self.closed = False

    def describe(self, scenes: Sequence[Scene]) -> Sequence[Description | BackendError]:
        self.batches.append([scene.frame.t_s for scene in scenes])
        self.sizes |= {scene.image.shape for scene in scenes if scene.image is not None}
        return [self.answer(scene) for scene in scenes]

    def close(self) -> None:
        self.closed = True

    @property
    def asked(self) -> list[float]:
        return [t_s for batch in self.batches for t_s in batch]


class Page:
    """A describer that goes by the text."""

    wants_image, wants_text = False, True

    def __init__(self) -> None:
        self.scenes: list[Scene] = []

    def describe(self, scenes: Sequence[Scene]) -> Sequence[Description | BackendError]:
        self.scenes += scenes
        told = []
        for scene in scenes:
            text = " / ".join(f"{line.text}@{line.region}" for line in scene.lines)
            told.append(described(scene, f"Reads {text}", "screen-reader", apps=("Geany",)))
        return told

    def close(self) -> None:
        """Nothing is held."""


class Backends:
    """The one that was chosen, and the screen reader."""

    def __init__(self, chosen: Any, reader: Any) -> None:
        self.chosen, self.reader = chosen, reader
        self.options: dict[str, Any] = {}

    def choose(self, port: str, names: Sequence[str], model: str = "", url: str = "") -> Choice:
        return choice("screen-reader") if self.reader else Choice(port, None)

    def open(self, chosen: Choice, options: dict[str, Any]) -> Any:
        if chosen.serves is not None and chosen.serves.name == "screen-reader" and self.reader is not None:
            return self.reader
        self.options = options
        return self.chosen


def choice(name: str) -> Choice:
    return Choice("vision", BackendInfo("vision", name, "m", name.title(), Availability(True)), (), "m")


def frames(count: int, step_s: float = 40.0, **more: Any) -> list[Frame]:
    """Frames that all look different."""
    rng = random.Random(7)
    return [
        Frame(k * step_s + 1, "change", k * step_s, (k + 1) * step_s, rng.getrandbits(64), score=rng.random(), **more)
        for k in range(count)
    ]  # fmt: skip


def line(text: str, start_s: float = 0.0, end_s: float = 1e6, name: str = "", region: str = "content") -> ScreenLine:
    return ScreenLine(name or text, text, Box(0, 0, 10, 10), start_s, end_s, region=region)


def phase(
    chosen: Any,
    taken: Sequence[Frame],
    lines: Sequence[ScreenLine] = (),
    *,
    reader: Any = None,
    live: Any = None,
    **settings: Any,
) -> MemoryContext:
    name = "eye" if chosen.wants_image else "screen-reader"
    wanted: dict[str, Any] = {"look_every_s": 0.0} | settings
    pictures = {f.t_s: np.full((90, 160, 3), 40, np.uint8) for f in taken}
    motion = Envelope("motion", 0.5, tuple(k / 2000 for k in range(2000)))
    standing_by = reader or (Page() if chosen.wants_image else chosen)
    context = MemoryContext(
        RECORDING, profile=Profile("p", frames=FramesSettings(description_side=80), describe=DescribeSettings(**wanted)),
        backends=Backends(chosen, standing_by), choice=choice(name), files=Files(), media=Film(pictures),
        lines=live if live is not None else lines,
        earlier={"frames": list(taken), "read": [*(f.item for f in taken), *lines], "scan": [motion]},  # type: ignore[list-item]
    )  # fmt: skip
    context.may_replace = True
    return context


def told(context: MemoryContext) -> dict[float, Description]:
    return {d.t_s: d for d in context.mine(Description)}


# ---------------------------------------------------------------- by the text


def test_a_reader_is_given_the_lines_and_the_motion_of_each_frame() -> None:
    taken = frames(3)
    lines = [line("always"), line("first", 0, 40), line("later", 40)]
    reader = Page()
    context = phase(reader, taken, lines)
    Describe().run(context)
    assert [d.sentence for d in told(context).values()] == [
        "Reads always@content / first@content", "Reads always@content / later@content", "Reads always@content / later@content",
    ]  # fmt: skip
    scene = reader.scenes[1]
    assert (scene.width, scene.height, scene.image) == (1600, 900, None)
    assert list(scene.motion) == [k / 2000 for k in range(74, 98)]
    assert context.total == 3


def test_what_was_read_too_early_is_put_right_at_the_end() -> None:
    """Which lines are panel is known only when all is read: the outcome does not hang on how far reading had come."""
    taken = frames(2)
    lines = [line("panel", region="chrome"), line("text")]
    early = [replace(one, region="content") for one in lines]
    context = phase(Page(), taken, lines, live=early)
    Describe().run(context)
    assert {d.sentence for d in told(context).values()} == {"Reads panel@chrome / text@content"}
    late = phase(Page(), taken, lines)
    Describe().run(late)
    assert told(late) == told(context)


def test_a_frame_that_is_not_to_be_described_is_left_alone() -> None:
    taken = [*frames(2), Frame(500.0, "gap", 480.0, 520.0, to_describe=False)]
    context = phase(Page(), taken)
    Describe().run(context)
    assert set(told(context)) == {1.0, 41.0}


def test_a_picture_that_was_not_read_is_no_bare_desktop() -> None:
    taken = frames(3)
    context = phase(Page(), taken, [line("first", 0, 40)])
    context.failed_earlier["read"] = frozenset({taken[1].item})
    Describe().run(context)
    assert set(told(context)) == {1.0, 81.0}
    assert set(context.failed) == {taken[1].item}


# ---------------------------------------------------------------- by looking


def test_every_frame_is_looked_at_once_in_batches_at_the_size_asked_for() -> None:
    eye, taken = Eye(), frames(10)
    context = phase(eye, taken, batch_size=4, max_tokens=77)
    Describe().run(context)
    assert sorted(eye.asked) == [f.t_s for f in taken]
    assert max(len(batch) for batch in eye.batches) == 4
    assert eye.sizes == {(45, 80, 3)}
    assert eye.closed
    assert context.backends.options["max_tokens"] == 77
    assert set(context.items) == {f.item for f in taken}


def test_within_a_budget_the_best_are_looked_at_and_the_rest_read() -> None:
    eye, taken = Eye(), frames(9)
    context = phase(eye, taken, most_frames=3)
    Describe().run(context)
    assert eye.asked == [f.t_s for f in best_first(taken)[:3]]
    assert {t_s for t_s, d in told(context).items() if d.backend == "screen-reader"} == {f.t_s for f in best_first(taken)[3:]}
    assert set(context.items) == {f.item for f in taken}
    assert not context.failed


def still_reading(context: MemoryContext, taken: Sequence[Frame], eye: Eye) -> list[int]:
    """Let the frames be read one by one; gives how many had been looked at when each was asked for."""
    asked: list[int] = []
    lines = [one for one in context.earlier["read"] if isinstance(one, ScreenLine)]

    def read() -> Iterator[Any]:
        for frame in taken:
            asked.append(len(eye.asked))
            yield frame.item
        yield from lines

    context.earlier["frames"], context.earlier["read"] = iter(taken), read()
    context.load = lambda name, kind: {"frames": taken, "read": lines}.get(name, [])  # type: ignore
    return asked


def test_what_was_read_is_looked_at_while_the_rest_is_being_read() -> None:
    eye, taken = Eye(), frames(8)
    context = phase(eye, taken, batch_size=2)
    asked = still_reading(context, taken, eye)
    Describe().run(context)
    assert asked == list(range(8)), "a frame that was read is looked at before the next one is waited for"
    assert sorted(eye.asked) == [f.t_s for f in taken]


def test_a_budget_is_spent_on_all_of_the_recording_also_while_it_is_being_read() -> None:
    eye, taken = Eye(), frames(20)
    context = phase(eye, taken, most_frames=4)
    still_reading(context, taken, eye)
    Describe().run(context)
    assert len(eye.asked) == 4
    assert max(eye.asked) - min(eye.asked) > 400
    assert len(told(context)) == 20


def test_seconds_are_a_budget_too() -> None:
    now = [0.0]

    def answer(scene: Scene) -> Description:
        now[0] += 3.0
        return described(scene)

    budget = Budget(0, 10.0, lambda: now[0])
    looked = 0
    while budget.room(1.0):
        with budget.looking(1):
            answer(Scene(frames(1)[0], 1, 1))
        looked += 1
    assert looked == 4
    assert Budget(0, 10.0, lambda: 0.0).room(0.0) == 0
    assert Budget(3, 0.0).room(0.5) == 2
    assert Budget(0, 0.0).room(0.0) > 10**6


class Titled(Page):
    """A screen reader that says which window is in front by the first line."""

    def describe(self, scenes: Sequence[Scene]) -> Sequence[Description | BackendError]:
        return [
            described(s, "Reads", "screen-reader", apps=("Geany",), title=s.lines[0].text, site="x.org", page="Board")
            for s in scenes
        ]


def test_one_of_each_stay_at_a_window_is_looked_at() -> None:
    eye, taken = Eye(), frames(12, step_s=20.0)  # 240 s: three windows of 80 s each
    lines = [line(name, 80.0 * k, 80.0 * (k + 1)) for k, name in enumerate(("a.py", "b.txt", "c.html"))]
    context = phase(eye, taken, lines, reader=Titled(), look_every_s=100.0)
    Describe().run(context)
    assert len(eye.asked) == 3
    assert {int(t_s // 80) for t_s in eye.asked} == {0, 1, 2}
    assert len(told(context)) == 12
    again = phase(eye := Eye(), taken, lines, reader=Titled(), look_every_s=40.0)
    Describe().run(again)
    assert len(eye.asked) == 6


def test_what_the_screen_says_for_certain_is_told_with_what_a_model_says() -> None:
    context = phase(Eye(), frames(1), [line("a.py")], reader=Titled())
    Describe().run(context)
    found = told(context)[1.0]
    assert (found.backend, found.site, found.page) == ("eye", "x.org", "Board")


# ---------------------------------------------------------------- what a model must not see or tell


def elsewhere(context: MemoryContext) -> MemoryContext:
    serves = BackendInfo("vision", "eye", "m", "Eye", Availability(True), leaves_machine="vision.example")
    context.choice = Choice("vision", serves, (), "m")
    return context


def test_a_picture_with_a_secret_does_not_leave_this_machine() -> None:
    taken = frames(3)
    secret = [line(f"password = {MASK}", 40.0, 80.0)]
    far = elsewhere(phase(eye := Eye(), taken, secret))
    asked = still_reading(far, taken, eye)
    Describe().run(far)
    assert sorted(eye.asked) == [1.0, 81.0]
    assert told(far)[41.0].backend == "screen-reader"
    assert asked == [0, 1, 1], "none is sent before it was read"
    assert any("1 pictures with secrets" in note for note in far.notes)
    Describe().run(near := phase(eye := Eye(), taken, secret))
    assert sorted(eye.asked) == [1.0, 41.0, 81.0], "a model on this machine may look"
    assert len(told(near)) == 3


class Watched(Page):
    """A screen reader before which a personal program comes to the front at times."""

    def describe(self, scenes: Sequence[Scene]) -> Sequence[Description | BackendError]:
        told = []
        for s in scenes:
            app, title = ("Signal", "Anna") if 40 <= s.frame.t_s < 80 else ("Geany", "Doctor" if s.frame.t_s >= 80 else "a.py")
            told.append(described(s, "Reads", "screen-reader", apps=(app,), title=title))
        return told


def test_no_model_is_shown_a_personal_window() -> None:
    """Neither one on this machine; by the shipped list and by the owner's rules."""
    context = phase(eye := Eye(), frames(3), [line("x")], reader=Watched())
    Describe().run(context)
    assert sorted(eye.asked) == [1.0, 81.0]
    assert told(context)[41.0].backend == "screen-reader"
    assert any("1 pictures of personal windows were not shown to Eye" in note for note in context.notes)

    own = phase(eye := Eye(), frames(3), [line("x")], reader=Watched())
    assert own.choice is not None
    own.choice = replace(own.choice, own_cues='[[rule]]\npersonal = true\ntitle = "doctor"\n')
    Describe().run(own)
    assert eye.asked == [1.0]


def test_a_picture_that_was_not_read_does_not_leave_this_machine() -> None:
    taken = frames(3)
    context = elsewhere(phase(eye := Eye(), taken))
    context.failed_earlier["read"] = frozenset({taken[1].item})
    Describe().run(context)
    assert sorted(eye.asked) == [1.0, 81.0]
    assert list(context.failed) == [taken[1].item]


def test_what_is_never_read_is_not_looked_at() -> None:
    taken = frames(3)
    out = stand_in(taken[1], 40.0, "KeePassXC", "")
    context = phase(eye := Eye(), taken, [line("a.py", 0.0, 40.0), out, line("a.py", 80.0, 120.0, "later")])
    Describe().run(context)
    assert sorted(eye.asked) == [1.0, 81.0]
    assert told(context)[41.0].backend == "exclusions"


def test_a_model_tells_no_secret() -> None:
    def answer(scene: Scene) -> Description | BackendError:
        if scene.frame.t_s > 40:
            return BackendError("its answer cannot be used", raw="I see the password: hunter2!x in a box")
        return described(scene, "Enters the password: hunter2!x", title="password: hunter2!x", topics=("password: hunter2!x",))

    context = phase(Eye(answer), frames(2))
    Describe().run(context)
    assert MASK in told(context)[1.0].sentence
    assert "hunter2" not in repr((context.items, context.instead, context.raws))


def test_near_duplicates_share_a_description() -> None:
    alike = [replace(f, phash=0xF0F0F0F0F0F0F0F0 ^ (1 << k)) for k, f in enumerate(frames(4))]
    eye = Eye()
    context = phase(eye, alike, [line("the same text all the time")])
    Describe().run(context)
    assert len(told(context)) == 4
    one_by_one = Eye()
    context = phase(one_by_one, alike, [line("the same text all the time")], batch_size=1)
    Describe().run(context)
    assert len(one_by_one.asked) == 1
    assert {d.sentence for d in told(context).values()} == {f"Seen at {one_by_one.asked[0]:g}"}
    other_text = Eye()
    lines = [line(f"other text {k}", k * 40.0, (k + 1) * 40.0) for k in range(4)]
    Describe().run(phase(other_text, alike, lines, batch_size=1))
    assert len(other_text.asked) == 4


def test_what_cannot_be_told_is_put_aside_with_its_answer_and_read_instead() -> None:
    def answer(scene: Scene) -> Description | BackendError:
        return BackendError("its answer cannot be used: no JSON", raw="<hm>") if scene.frame.t_s == 41.0 else described(scene)

    eye, taken = Eye(answer), frames(5)
    context = phase(eye, taken)
    Describe().run(context)
    bad = taken[1].item
    assert list(context.failed) == [bad]
    assert context.raws[bad] == "<hm>"
    assert [d.backend for d in context.instead[bad]] == ["screen-reader"]  # type: ignore[union-attr]
    again = context.resumed(retry_failed=True)
    again.may_replace = True
    eye.batches, eye.answer = [], described
    Describe().run(again)
    assert eye.asked == [41.0]
    assert not again.failed
    assert {d.backend for d in told(again).values()} == {"eye"}


def test_a_server_that_dies_in_the_middle_costs_little_and_nothing_is_lost() -> None:
    seen: list[float] = []

    def answer(scene: Scene) -> Description | BackendError:
        seen.append(scene.frame.t_s)
        return described(scene) if len(seen) <= 70 else BackendError("it did not answer")

    eye, taken = Eye(answer), frames(200, step_s=5.0)
    context = phase(eye, taken)
    Describe().run(context)
    assert len(seen) <= 70 + FAILURES + 4, "a dead server is not asked for every frame"
    assert len(told(context)) == 200
    assert len(context.failed) == 200 - 70
    assert any("stopped answering" in note for note in context.notes)
    failed = set(context.failed)
    again = context.resumed(retry_failed=True)
    again.may_replace = True
    eye.batches, eye.answer = [], described
    Describe().run(again)
    assert {f.item for f in taken if f.t_s in set(eye.asked)} == failed
    assert {d.backend for d in told(again).values()} == {"eye"}


def test_a_model_that_is_gone_for_good_is_not_asked_again() -> None:
    eye = Eye(lambda scene: BackendError("model not found", fatal=True))
    context = phase(eye, frames(20), batch_size=1)
    Describe().run(context)
    assert len(eye.asked) == 1
    assert len(context.failed) == 20


def test_going_on_after_a_cancel_looks_only_at_what_is_left() -> None:
    eye, taken = Eye(), frames(12)
    context = phase(eye, taken)
    context.cancel_after = 5
    with pytest.raises(Cancelled):
        Describe().run(context)
    first = set(context.items)
    later = context.resumed()
    later.may_replace = True
    eye.batches = []
    Describe().run(later)
    assert {f.item for f in taken if f.t_s in set(eye.asked)} == {f.item for f in taken} - first
    assert len(told(later)) == 12


def test_a_picture_that_cannot_be_decoded_is_told_by_its_text() -> None:
    taken = frames(3)
    context = phase(Eye(), taken)
    context.media = Film({f.t_s: np.zeros((90, 160, 3), np.uint8) for f in taken}, lost=[41.0])
    Describe().run(context)
    assert list(context.failed) == [taken[1].item]
    assert "cannot be decoded" in context.failed[taken[1].item]
    assert len(told(context)) == 3


def test_without_a_screen_reader_failures_are_still_counted() -> None:
    eye = Eye(lambda scene: BackendError("no", raw="?"))
    context = phase(eye, frames(3))
    context.backends.reader = None
    Describe().run(context)
    assert len(context.failed) == 3
    assert told(context) == {}


def test_the_phase_holds_what_was_seen_against_what_was_read() -> None:
    eye = Eye(lambda scene: described(scene, apps=("Photoshop",) if scene.frame.t_s > 40 else ("Geany",)))
    context = phase(eye, frames(2), [line("normalize.py - Geany")])
    Describe().run(context)
    found = told(context)
    assert (found[1.0].doubtful, found[41.0].doubtful) == (False, True)
    assert found[1.0].confidence > 0.7 > found[41.0].confidence
