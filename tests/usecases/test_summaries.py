"""Summaries on a real store: written again, gone back to, and with the owner's own text over them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from escribano_tui.backends.registry import Registry
from escribano_tui.domain.operations import Assign, AssignSubject, Say, Split
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.summary_diff import diff
from escribano_tui.exports import renderers
from escribano_tui.store.library import LibraryStore
from escribano_tui.usecases.exports import ExportDesk
from escribano_tui.usecases.sessions import SessionDesk
from escribano_tui.usecases.summaries import SummaryDesk
from tests.pipeline.scripted import NoFiles
from tests.usecases.drafted import RECORDING, drafted

ID = RECORDING.id


class House:
    """The desks of a drafted library with two subjects: the parser (0 and 2), the manual (1)."""

    def __init__(self, tmp_path: Path) -> None:
        self.store = drafted(tmp_path)
        self.sessions = SessionDesk(self.store, NoFiles(Path("/nowhere")))  # type: ignore[arg-type]
        self.registry = Registry(tmp_path / "models", tmp_path / "log")
        formats = ("card", "standup", "narrative")
        self.summaries = SummaryDesk(
            self.store, self.sessions, self.registry, lambda name: Profile(name), lambda: formats, {"templates": ""}
        )
        self.exports = ExportDesk(self.store, self.sessions, renderers(lambda *_: Path("/nowhere")), self.summaries.views)
        self.edit(AssignSubject(20_000, 40_000, "the manual"))

    def edit(self, *operations: object) -> None:
        self.sessions.edit(ID, operations, self.sessions.revision(ID)[1])  # type: ignore[arg-type]

    def rewrite(self, format: str, before: str, after: str) -> None:
        view = self.summaries.view(ID, format)
        assert view.summary
        assert before in view.markdown
        self.summaries.rewrite(ID, format, view.summary.id, view.markdown.replace(before, after))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    for format in made.summaries.formats():
        made.summaries.regenerate(ID, format)
    yield made
    made.registry.close()
    made.store.close()


RELABEL = Assign(20_000, 40_000, "activity", "planning")


def test_own_words_survive_where_their_subject_did_not_change(house: House) -> None:
    house.rewrite("card", "Worked on `parser.py`", "Taught the parser what a comma is")
    house.edit(RELABEL)
    house.summaries.regenerate(ID, "card")

    view = house.summaries.view(ID, "card")

    assert "Taught the parser what a comma is" in view.markdown
    assert "planning 0:20" in view.markdown
    assert not view.waiting


def test_own_words_wait_where_their_subject_changed_and_the_owner_decides(house: House) -> None:
    house.rewrite("card", "research 0:20\n", "research 0:20, all of it in the manual\n")
    house.edit(RELABEL)
    assert not house.summaries.view(ID, "card").waiting  # nothing was written anew yet
    house.summaries.regenerate(ID, "card")
    view = house.summaries.view(ID, "card")
    assert "all of it in the manual" not in view.markdown
    assert len(view.waiting) == 1

    kept = house.summaries.decide(ID, "card", view.waiting[0], keep=True)

    assert "research 0:20, all of it in the manual" in kept.markdown
    assert not kept.waiting
    assert house.summaries.view(ID, "card").markdown == kept.markdown


def test_own_words_that_are_given_up_are_gone_but_in_the_versions(house: House) -> None:
    house.rewrite("card", "research 0:20\n", "research 0:20, all of it in the manual\n")
    house.edit(RELABEL)
    house.summaries.regenerate(ID, "card")
    waiting = house.summaries.view(ID, "card").waiting[0]

    view = house.summaries.decide(ID, "card", waiting, keep=False)

    assert (view.waiting, "all of it in the manual" in view.markdown) == ((), False)
    texts = [v.text for v in house.summaries.versions(ID, "card")]
    assert sum("all of it in the manual" in t for t in texts) == 1


def test_an_undone_label_brings_the_own_words_back_by_itself(house: House) -> None:
    house.rewrite("card", "research 0:20\n", "research 0:20, all of it in the manual\n")
    house.edit(RELABEL)
    house.summaries.regenerate(ID, "card")
    house.sessions.undo(ID, house.sessions.revision(ID)[1])
    house.summaries.regenerate(ID, "card")

    assert "all of it in the manual" in house.summaries.view(ID, "card").markdown


def test_a_second_window_sees_them_after_a_restart(house: House, tmp_path: Path) -> None:
    house.rewrite("standup", "## Did", "## Done")
    other = LibraryStore(tmp_path / "home" / "library.db")
    assert other.summaries.own(ID, "standup")[0][2][0].come == ("## Done",)
    other.close()


def test_exports_and_the_stand_up_have_the_own_words(house: House) -> None:
    house.rewrite("narrative", "I worked on `parser.py`", "I taught the parser what a comma is")
    house.rewrite("standup", "## Did", "## Yesterday")

    for format in ("md", "html", "json"):
        assert "taught the parser what a comma is" in house.exports.export(ID, format)
    assert "## Yesterday" in house.exports.export(ID, "json")
    assert house.summaries.view(ID, "standup").markdown.startswith("# Stand-up")


def test_an_own_text_cannot_bring_controls_to_a_terminal(house: House) -> None:
    house.rewrite("card", "Worked", "Toiled \x1b]0;x\x07\u202e")
    assert not set("\x1b\x07\u202e") & set(house.summaries.view(ID, "card").markdown)


def test_going_back_makes_an_older_version_the_newest_one(house: House) -> None:
    first = house.summaries.view(ID, "card").markdown
    house.rewrite("card", "Worked on `parser.py`", "Taught the parser")
    house.edit(RELABEL)
    house.summaries.regenerate(ID, "card")
    versions = house.summaries.versions(ID, "card")
    assert ["Taught" in v.text for v in versions] == [True, True, False]

    view = house.summaries.restore(ID, versions[-1])

    assert view.markdown == first
    assert view.stale
    assert view.changed == "1 label"
    assert len(house.summaries.versions(ID, "card")) == 5  # the layer was taken off as well, which is a state of its own
    assert "Taught" in house.summaries.restore(ID, versions[1]).markdown


def test_exactly_the_sentences_of_the_subject_change(house: House) -> None:
    before = house.summaries.view(ID, "narrative").markdown
    house.edit(RELABEL)
    after = house.summaries.regenerate(ID, "narrative").markdown

    manual = after[after.index("## the manual") : after.index("## Timeline")]
    changed = [s for line in diff(before, after) if line.kind == "come" for s, same in line.parts if not same]
    assert changed
    assert all(line in manual or line.startswith("[0:20]") for line in changed), changed


def test_the_stale_line_counts_what_changed(house: House) -> None:
    house.edit(RELABEL)
    house.edit(Assign(0, 20_000, "activity", "terminal"))
    house.edit(Assign(40_000, 60_000, "activity", "review"))
    house.edit(Split(50_000))
    view = house.summaries.view(ID, "card")
    assert view.stale
    assert view.changed == "3 labels, 1 split"


def test_what_was_said_is_told_as_the_owner_corrected_it(house: House) -> None:
    house.edit(Say(21_000, 23_000, "embedded:0", "The test fails because the parser drops the last comma."))
    view = house.summaries.view(ID, "card")
    assert (view.stale, view.changed) == (True, "1 correction of speech")

    again = house.summaries.regenerate(ID, "card").markdown

    assert "“The test fails because the parser drops the last comma.” [0:21]" in again
    assert "look it up" not in again
