"""Search: as corrected, by moment, with filters, and whatever is typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escribano_tui.domain.evidence import Box, Description, ScreenLine, Utterance
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.segment import Segment, Subject
from escribano_tui.domain.session import Found, Hit, PhaseRecord
from escribano_tui.domain.summary import Summary
from escribano_tui.domain.timeline import Assign, RenameSubject, Split
from escribano_tui.store.library import LibraryStore
from escribano_tui.usecases.following import Follower
from escribano_tui.usecases.search import SearchDesk

FIRST = Recording("aaaa00000001", "/films/morning talk.mp4", "a1", 5, 900.0, started_at="2026-11-01T09:00:00+00:00")
SECOND = Recording("bbbb00000002", "/films/evening.mp4", "b2", 5, 900.0, started_at="2026-11-20T23:55:00+00:00")
SEGMENTS = (
    Segment("s1", 0, 300_000, "coding", "parser.py", apps=("Kate",), topics=("grammar",), subject_id="b1"),
    Segment("s2", 300_000, 600_000, "debugging", "pytest: 1 failed", apps=("Konsole",), subject_id="b1"),
    Segment("s3", 600_000, 900_000, "other", "bank", apps=("Firefox",), subject_id="b2", personal=True),
)
SUBJECTS = (Subject("b1", "Label fix"), Subject("b2", "Errands"))


class Shelf:
    """A library with what is put in as it were drafted, and a search over it."""

    def __init__(self, store: LibraryStore) -> None:
        self.store = store
        self.desk = SearchDesk(store, Follower(store, lambda: ["card", "standup"]), lambda: UTC)

    def put(self, recording: Recording, *evidence: object, segments: tuple[Segment, ...] = SEGMENTS, key: str = "k") -> None:
        self.store.recordings.save(recording)
        run = self.store.runs.begin(recording.id, "quick")
        of = {"read": ScreenLine, "transcribe": Utterance, "describe": Description}
        for phase, kind in of.items():
            output = self.store.outputs.open(recording.id, phase, key, "", "")
            self.store.outputs.put(output.id, "all", [e for e in evidence if isinstance(e, kind)])
            self.store.runs.phase(run.id, PhaseRecord(phase, "finished", output_id=output.id))
        output = self.store.outputs.open(recording.id, "subjects", key, "", "")
        self.store.outputs.put(output.id, "all", [*segments, *SUBJECTS])
        self.store.runs.phase(run.id, PhaseRecord("subjects", "finished", output_id=output.id))

    def find(self, text: str, limit: int = 50, a_recording: int = 50) -> Found:
        return self.desk.find(text, limit, a_recording, patience_s=60)

    def hits(self, text: str) -> list[Hit]:
        return list(self.find(text).hits)

    def texts(self, text: str) -> list[str]:
        return [h.text for h in self.hits(text)]


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    store = LibraryStore(tmp_path / "home" / "library.db")
    yield Shelf(store)
    store.close()


def line(text: str, start_s: float, end_s: float, id: str = "") -> ScreenLine:
    return ScreenLine(id or f"{text}@{start_s}", text, Box(0, 0, 9, 9), start_s, end_s)


def said(text: str, start_s: float, doubtful: bool = False) -> Utterance:
    return Utterance(f"u{start_s}", start_s, start_s + 3, text, "mic", doubtful=doubtful)


def test_words_are_found_inside_of_names_and_before_punctuation_and_marked(shelf: Shelf) -> None:
    shelf.put(FIRST, line("open src/parser.py now", 10, 20), said("That is the bug.", 30))
    (hit,) = [h for h in shelf.hits("parser") if h.kind == "screen"]
    assert [hit.text[a:b] for a, b in hit.marks] == ["parser"]
    assert hit.t_s == 10
    assert shelf.texts("bug") == ["That is the bug."]
    assert "open src/parser.py now" in shelf.texts("pars")
    assert "open src/parser.py now" in shelf.texts("parser.py")
    assert shelf.texts("src.py") == [], "a word with a dot stands side by side"


def test_text_on_the_screen_for_ten_minutes_is_one_hit(shelf: Shelf) -> None:
    shelf.put(FIRST, line("alpha beta", 0, 600), *(line("gamma delta", k, k + 1) for k in range(600)))
    assert [(h.t_s, h.times) for h in shelf.hits("alpha")] == [(0, 1)]
    (hit,) = shelf.hits("gamma")
    assert hit.kind == "screen"
    assert shelf.find("gamma", limit=5).groups[0].more == 0


def test_corrections_are_what_is_searched(shelf: Shelf) -> None:
    shelf.put(FIRST)
    assert [h.t_s for h in shelf.hits("title:pytest")] == [300]
    shelf.store.journal.append(FIRST.id, "edit", [Assign(300_000, 600_000, "title", "zebra hunt")], 0, "", 0)
    assert shelf.hits("title:pytest") == []
    assert [h.t_s for h in shelf.hits("zebra")] == [300]
    shelf.store.journal.append(FIRST.id, "edit", [RenameSubject(0, 300_000, "Quagga repair")], 0, "", 1)
    assert {h.subject for h in shelf.hits("quagga")} == {"Quagga repair"}
    shelf.store.journal.append(FIRST.id, "edit", [Assign(0, 300_000, "activity", "writing"), Split(100_000)], 0, "", 2)
    assert [h.t_s for h in shelf.hits("activity:writing")] == [0, 100]
    shelf.store.journal.append(FIRST.id, "undo", (), 3, "", 3)
    assert shelf.hits("activity:writing") == []


def test_summaries_are_found_at_the_moment_that_they_cite(shelf: Shelf) -> None:
    shelf.put(FIRST)
    text = "# Card\n\n- Committed `walrus` fix [5:07, 6:00]. Said: “Done.” [8:00]\n"
    shelf.store.summaries.save(FIRST.id, Summary("card", 0, text, "deterministic"))
    (hit,) = shelf.hits("walrus")
    assert (hit.kind, hit.t_s, hit.text, hit.activity) == ("summary", 307.0, "Committed walrus fix.", "debugging")
    shelf.store.summaries.save(FIRST.id, Summary("card", 1, "- Nothing [1:00].\n", "deterministic"))
    assert shelf.hits("walrus") == [], "only the newest version is searched"


def test_filters_narrow_by_what_the_segment_is(shelf: Shelf) -> None:
    shelf.put(
        FIRST, line("make test", 10, 20), line("make test", 310, 320), line("make all", 590, 700), said("make it so", 320)
    )
    assert [h.t_s for h in shelf.hits("make activity:debugging")] == [310, 320, 590]
    assert [h.t_s for h in shelf.hits("make app:kate")] == [10]
    assert [h.text for h in shelf.hits("make said:")] == ["make it so"]
    assert {h.kind for h in shelf.hits("screen:make")} == {"screen"}
    assert [h.t_s for h in shelf.hits('make subject:"label fix" screen:')] == [10, 590]
    assert [h.t_s for h in shelf.hits("make personal:only")] == [600], "the part that lies in the personal segment"
    assert [h.text for h in shelf.hits("make -test screen:")] == ["make all"]
    assert [h.activity for h in shelf.hits("activity:debugging")] == ["debugging"]
    assert shelf.find("activity:sleeping").problems[0].startswith("There is no activity “sleeping”")


def test_days_begin_at_midnight_and_a_recording_may_lie_in_two(shelf: Shelf) -> None:
    shelf.put(FIRST, said("walk the dog", 5))
    shelf.put(SECOND, said("walk the dog", 5), said("walk the cat", 400))
    assert [(h.recording_id, h.t_s) for h in shelf.hits("walk said: after:2026-11-21")] == [(SECOND.id, 400)]
    assert [(h.recording_id, h.t_s) for h in shelf.hits("walk said: on:2026-11-20")] == [(SECOND.id, 5)]
    assert [h.recording_id for h in shelf.hits("walk before:2026-11-02")] == [FIRST.id]
    assert [h.recording_id for h in shelf.hits("walk recording:talk")] == [FIRST.id]
    assert shelf.hits("walk after:2027") == []


def test_personal_moments_are_flagged(shelf: Shelf) -> None:
    shelf.put(FIRST, said("open the account", 700), said("open the file", 10))
    assert [(h.text, h.personal) for h in shelf.hits("open said:")] == [("open the file", False), ("open the account", True)]


def test_the_best_recording_comes_first_and_hits_by_time(shelf: Shelf) -> None:
    shelf.put(FIRST, line("zebra", 700, 710), said("a zebra", 20))
    named = (replace(SEGMENTS[0], title="zebra.py"), *SEGMENTS[1:])
    shelf.put(SECOND, line("zebra", 1, 2), segments=named)
    found = shelf.find("zebra")
    assert [g.recording_id for g in found.groups] == [SECOND.id, FIRST.id]
    assert [h.t_s for h in found.groups[1].hits] == [20, 700]
    few = shelf.find("zebra", limit=2, a_recording=1)
    assert [(g.recording_id, len(g.hits), g.more) for g in few.groups] == [(SECOND.id, 1, 1), (FIRST.id, 1, 1)]


def test_only_the_draft_that_is_shown_is_searched(shelf: Shelf) -> None:
    shelf.put(FIRST, line("first reading", 1, 2))
    shelf.put(FIRST, line("second reading", 1, 2), key="other")
    assert shelf.texts("reading") == ["second reading"]
    shelf.store.recordings.set_deleted(FIRST.id, True)
    assert shelf.texts("reading") == []
    shelf.store.recordings.set_deleted(FIRST.id, False)
    assert shelf.texts("reading") == ["second reading"]
    shelf.store.recordings.set_deleted(FIRST.id, True)
    shelf.store.recordings.purge()
    assert shelf.store.overviews.moments() == []


def test_what_was_transcribed_again_is_found_in_its_second_form_only(shelf: Shelf) -> None:
    from escribano_tui.domain.evidence import SpeechSpan

    shelf.store.recordings.save(FIRST)
    run = shelf.store.runs.begin(FIRST.id, "quick")
    parts: dict[str, list[object]] = {
        "listen": [SpeechSpan(10, 14, "mic")], "transcribe": [said("the pastor", 10)],
        "refine": [Utterance("r", 10, 13, "the parser", "mic")], "subjects": [*SEGMENTS, *SUBJECTS],
    }  # fmt: skip
    for phase, evidence in parts.items():
        output = shelf.store.outputs.open(FIRST.id, phase, "k", "", "")
        shelf.store.outputs.put(output.id, "all", evidence)  # type: ignore[arg-type]
        shelf.store.runs.phase(run.id, PhaseRecord(phase, "finished", items=1, output_id=output.id))
    assert shelf.texts("said:the") == ["the parser"]


def test_doubtful_speech_comes_after_what_is_sure(shelf: Shelf) -> None:
    shelf.put(FIRST, said("heron one", 10, doubtful=True))
    shelf.put(SECOND, said("heron two", 10))
    assert [g.recording_id for g in shelf.find("heron").groups] == [SECOND.id, FIRST.id]


HOSTILE = (
    '"', "*", "NEAR(", "a AND", "x" * 10_000, "\x00", "", "col:umn", "-", "'; DROP TABLE items", "a" * 399 + '"', "OR", "^a",
    "{a b}:c", 'said:"', "before:99999", "after:0000-00", "\ud800", "日本 語", "ﷺ", "a\u0301b", "𞤀𞤀",
)  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE)
def test_hostile_queries_get_an_answer_or_a_sentence(shelf: Shelf, query: str) -> None:
    shelf.put(FIRST, line("near the column", 1, 2), said("or and not", 4))
    found = shelf.find(query)
    assert isinstance(found, Found)
    assert all(p.endswith((".", ")")) for p in found.problems)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60) | st.text(alphabet='"*():-^{} aORANDNEARsaid:after20', max_size=40))
def test_no_query_raises(shelf: Shelf, query: str) -> None:
    if not shelf.store.overviews.rows():
        shelf.put(FIRST, line("near the column", 1, 2), said("or and not", 4))
    assert isinstance(shelf.find(query), Found)


def test_rows_of_two_recordings_between_each_other_are_told_apart(shelf: Shelf) -> None:
    outputs = {}
    for recording in (FIRST, SECOND):
        shelf.put(recording)
        outputs[recording.id] = shelf.store.outputs.find(recording.id, "read", "k")
    for k in range(20):
        for recording in (FIRST, SECOND):
            output = outputs[recording.id]
            assert output is not None
            shelf.store.outputs.put(output.id, f"i{k}", [line(f"marker {k} of {recording.id}", k, k + 1)])
    for recording in (FIRST, SECOND):
        shelf.store.journal.append(recording.id, "edit", [Assign(0, 300_000, "reviewed", True)], 0, "", 0)
    hits = shelf.hits("marker recording:evening")
    assert len(hits) == 10, "some of each recording"
    assert {h.recording_id for h in hits} == {SECOND.id}
    assert all(h.text.endswith(SECOND.id) for h in hits)


def test_what_ends_where_a_segment_begins_is_not_of_that_segment(shelf: Shelf) -> None:
    shelf.put(FIRST, line("bittern one", 310, 600), line("bittern two", 310, 601, "b"), line("bittern three", 600, 600, "c"))
    found = {h.text: (h.t_s, h.since_s) for h in shelf.hits("bittern personal:only")}
    assert found == {"bittern two": (600.0, 310.0), "bittern three": (600.0, 600.0)}
