"""The phase `summarize`: formats as items, the embedded writer where another one fails."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from escribano_tui.backends.registry import Registry
from escribano_tui.domain.profile import Profile, SummarizeSettings
from escribano_tui.domain.session import Dossier
from escribano_tui.domain.summary import FactSheet, Summary
from escribano_tui.pipeline.summarize import Summarize
from escribano_tui.ports import Availability, BackendError, BackendInfo, Cancelled, Choice
from tests.fakes import MemoryContext
from tests.sample_session import sample

EMBEDDED = ("escribano_tui.backends.writing.deterministic",)


class Context(MemoryContext):
    """With a dossier and the last summaries."""

    made_dossiers = 0

    def dossier(self) -> Dossier:
        self.made_dossiers += 1
        return sample()

    def latest_summary(self, format: str) -> Summary | None:
        return None


class Fails:
    """A writer that answers what it is told to, or raises it."""

    def __init__(self, answers: list[Any]) -> None:
        self.answers = answers
        self.closed = False

    def write(
        self, sheet: FactSheet, format: str, before: Summary | None, stop: object, on_text: Callable[[str], None] | None = None
    ) -> Summary:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        assert on_text
        on_text("words\nas they come")
        return Summary(format, sheet.revision, str(answer), "model")

    def close(self) -> None:
        self.closed = True


class TwoBackends(Registry):
    """The embedded writer, and one that is made for a test."""

    def __init__(self, path: Path, other: Fails) -> None:
        super().__init__(path, modules=EMBEDDED)
        self.other = other

    def open(self, choice: Choice, options: dict[str, Any]) -> Any:
        return self.other if choice.serves and choice.serves.name == "model" else super().open(choice, options)


MODEL = Choice("writing", BackendInfo("writing", "model", "m", "The model", Availability(True)))


def context(
    path: Path, answers: list[Any] | None = None, formats: tuple[str, ...] = ("card", "standup"), at_once: int = 1
) -> Context:
    backends = TwoBackends(path, Fails(answers or []))
    choice = MODEL if answers else backends.choose("writing", ("auto",))
    profile = replace(Profile("test"), summarize=SummarizeSettings(formats=formats, at_once=at_once))
    return Context(sample().session.recording, profile=profile, backends=backends, choice=choice)


def written(c: Context) -> dict[str, Summary]:
    return {item: found[0] for item, found in c.items.items() if isinstance(found[0], Summary)}


def test_each_format_is_an_item(tmp_path: Path) -> None:
    c = context(tmp_path)

    Summarize().run(c)

    assert (c.total, c.puts) == (2, ["card", "standup"])
    assert written(c)["card"].markdown.startswith("# Session card")
    assert written(c)["card"].revision == 3


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    c = context(tmp_path)
    c.items["card"] = []

    Summarize().run(c)

    assert c.puts == ["standup"]
    again = c.resumed()
    again.__class__ = Context
    Summarize().run(again)  # type: ignore[arg-type]
    assert (again.puts, getattr(again, "made_dossiers", 0)) == ([], 0)


def test_without_formats_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert Summarize().skip(sample().session.recording, context(tmp_path, formats=()).profile)
    assert not Summarize().skip(sample().session.recording, Profile("p"))


def test_the_embedded_writer_takes_over_and_says_why(tmp_path: Path) -> None:
    c = context(tmp_path, [BackendError("it said nothing for 60 s"), "# From the model"])

    Summarize().run(c)

    assert written(c)["card"].writer == "deterministic"
    assert written(c)["card"].note == "The model: it said nothing for 60 s"
    assert written(c)["standup"].markdown == "# From the model"
    assert c.notes[-1] == "The model: it said nothing for 60 s"
    assert c.backends.other.closed


def test_a_writer_that_is_gone_for_good_is_not_asked_again(tmp_path: Path) -> None:
    c = context(tmp_path, [BackendError("the server is gone", fatal=True)])

    Summarize().run(c)

    assert [s.note for s in written(c).values()] == ["The model: the server is gone"] * 2


def test_a_format_that_nobody_knows_has_failed_and_the_rest_is_written(tmp_path: Path) -> None:
    c = context(tmp_path, formats=("poem", "card"))

    Summarize().run(c)

    assert "there is no summary format poem" in c.failed["poem"]
    assert c.puts == ["poem", "card"]


class Together(Fails):
    """A writer whose formats wait for each other."""

    def __init__(self, parties: int) -> None:
        super().__init__([])
        self.barrier = threading.Barrier(parties, timeout=20)

    def write(self, sheet: FactSheet, format: str, *rest: Any) -> Summary:
        self.barrier.wait()
        return Summary(format, sheet.revision, f"# {format}", "model")


def test_formats_are_written_at_once(tmp_path: Path) -> None:
    c = context(tmp_path, ["unused"], formats=("card", "standup", "narrative"), at_once=3)
    c.backends.other = Together(3)

    Summarize().run(c)

    assert {f: s.markdown for f, s in written(c).items()} == {f: f"# {f}" for f in ("card", "standup", "narrative")}


def test_it_stops_between_formats(tmp_path: Path) -> None:
    c = context(tmp_path)
    c.cancel_after = 1

    with pytest.raises(Cancelled):
        Summarize().run(c)

    assert c.puts == ["card"]
    assert isinstance(c.stop, threading.Event)
