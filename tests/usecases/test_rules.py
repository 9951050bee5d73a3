"""From one label to a rule, and from the rule to the drafts of other recordings: with the real reader and segmentation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from escribano_tui.backends.registry import Registry
from escribano_tui.bootstrap.later import LaterMapping
from escribano_tui.config.rule_file import RuleFile
from escribano_tui.domain.cues import Rule
from escribano_tui.domain.evidence import Change, Frame, ScreenLine
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.timeline import Assign
from escribano_tui.pipeline.describe import Describe
from escribano_tui.pipeline.runner import Runner
from escribano_tui.pipeline.segment import SegmentPhase
from escribano_tui.pipeline.subjects import Subjects
from escribano_tui.ports import Phase, PhaseContext, RunOptions
from escribano_tui.store.library import LibraryStore
from escribano_tui.usecases.dossiers import make_dossier
from escribano_tui.usecases.rules import RuleDesk
from escribano_tui.usecases.sessions import SessionDesk
from tests.backends.screen_reader_screens import HEIGHT, WIDTH, browser, panel, screens
from tests.domain.test_cues import SHIPPED
from tests.pipeline.scripted import NoFiles, Scripted, StillMedia, Work

SHOWN_S = 20
OTHER_PAGES = [
    *browser(
        "Date functions", "www.store.example/docs/dates.html",
        "Date functions\nTable of Contents\nOverview\nSyntax\nAll of them take a moment and give a text.",
    ),
    *panel("Date functions"),
]  # fmt: skip
SCREENS = {name: list(told.lines) for name, (_, _, told) in screens().items()} | {"other documentation": OTHER_PAGES}
STORIES = {
    "first": ("documentation", "source in a code editor", "webmail"),
    "second": ("source in a code editor", "other documentation", "webmail", "notes in nano"),
    "third": ("source in a code editor", "notes in nano"),
}
WANTED = {"first": ["research", "coding", "communication"], "third": ["coding", "writing"]}
SECOND = ["coding", "research", "communication", "writing"]
# A look of its own for each screen, far from all others, as that of different windows is.
LOOKS = {name: (k + 1) * 0x9E37_79B9_7F4A_7C15 % 2**64 for k, name in enumerate(SCREENS)}
RECORDINGS = {
    name: Recording(f"{name}0000", f"/films/{name}.mp4", f"{name}0000", k, float(SHOWN_S * len(STORIES[name])),
                    WIDTH, HEIGHT, 30.0, "h264")
    for k, name in enumerate(STORIES)
}  # fmt: skip


class NoPictures(StillMedia):
    """A recording of which no picture is decoded: boundaries stay where the changes are."""

    def pictures(self, recording: Recording, times_s: Sequence[float], stop: object) -> Iterator[object]:
        return iter(())


def phases(own_cues: str) -> dict[str, Phase]:
    """Real phases from `describe` on; before them what was seen is told by the story of the recording."""

    def scan(context: PhaseContext) -> None:
        starts = range(SHOWN_S, int(context.recording.duration_s), SHOWN_S)
        context.put("all", [Change(float(t), 0.9, "large") for t in starts])

    def frames(context: PhaseContext) -> None:
        for k, t in enumerate(range(0, int(context.recording.duration_s), SHOWN_S)):
            phash = LOOKS[STORIES[Path(context.recording.path).stem][k]]
            frame = Frame(t + 2.0, "change", float(t), float(t + SHOWN_S), phash, f"{k}.jpg")
            context.put(frame.item, [frame])

    def read(context: PhaseContext) -> None:
        story = STORIES[Path(context.recording.path).stem]
        for k, (frame, name) in enumerate(zip(context.follow("frames", Frame), story, strict=True)):
            start, end = float(k * SHOWN_S), float((k + 1) * SHOWN_S)
            lines = [replace(x, id=f"{k}-{n}", start_s=start, end_s=end) for n, x in enumerate(SCREENS[name])]
            context.put(frame.item, [ScreenLine(x.id, x.text, x.box, x.start_s, x.end_s) for x in lines])

    scripts = {"scan": scan, "frames": frames, "read": read}
    made: dict[str, Phase] = {**Work().phases(), **{name: Scripted(name, script) for name, script in scripts.items()}}
    return made | {"describe": Describe(), "segment": SegmentPhase(own_cues), "subjects": Subjects(own_cues)}


@dataclass(frozen=True)
class World:
    """Recordings that run in this process, with the owner's cues read as they are when a run begins."""

    runner: Runner
    store: LibraryStore
    sessions: SessionDesk
    desk: RuleDesk
    cues: Path

    def run(self, name: str) -> list[str]:
        """The activities of the machine's draft after a run."""
        run = self.runner.start(RECORDINGS[name], Profile("quick"), RunOptions(), lambda event: None)
        assert run.wait(60)
        assert run.state.state == "finished", run.state.message
        return [s.activity for s in self.segments(name)]

    def segments(self, name: str) -> tuple[Segment, ...]:
        return self.sessions.open(RECORDINGS[name].id).draft.segments

    def label(self, name: str, segment: Segment, activity: str) -> None:
        revision = self.sessions.open(RECORDINGS[name].id).revision
        self.sessions.edit(RECORDINGS[name].id, [Assign(segment.start_ms, segment.end_ms, "activity", activity)], revision)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    cues = tmp_path / "config" / "cues.toml"

    def own_cues() -> str:
        return cues.read_text("utf-8") if cues.exists() else ""

    store = LibraryStore(tmp_path / "library.db")
    registry = Registry(tmp_path / "models", own_cues=own_cues)
    files = NoFiles(tmp_path)
    runner = Runner(
        LaterMapping(lambda: phases(own_cues()), own_cues), store, NoPictures(), files, registry,  # type: ignore[arg-type]
        lambda recording, run: make_dossier(store, recording, run), tmp_path / "locks",
    )  # fmt: skip
    for recording in RECORDINGS.values():
        store.recordings.save(recording)
    sessions = SessionDesk(store, files)  # type: ignore[arg-type]
    made = World(runner, store, sessions, RuleDesk(store, sessions, RuleFile(cues, SHIPPED), lambda picture: True), cues)
    yield made
    registry.close()
    store.close()


@pytest.fixture
def drafted(world: World) -> World:
    assert {name: world.run(name) for name in STORIES} == {**WANTED, "second": SECOND}
    world.label("first", world.segments("first")[0], "planning")
    return world


def candidate(world: World, says: str, n: int = 0) -> Rule:
    offered = world.desk.candidates(RECORDINGS["first"].id, world.segments("first")[n].id)
    return next(c.rule for c in offered if c.sentence == says)


def test_the_rules_behind_a_label_go_from_the_site_to_the_program(drafted: World) -> None:
    offered = drafted.desk.candidates(RECORDINGS["first"].id, drafted.segments("first")[0].id)
    assert [c.sentence for c in offered] == [
        "Pages of docs.lang.example are planning.",
        "Documentation pages are planning.",
        "Windows of Chromium titled “math — Mathematical functions” are planning.",
        "Windows of Chromium are planning.",
        "Windows of Chromium that look like first.mp4 at 0:02 are planning.",
    ]


def test_a_rule_relabels_the_like_segments_of_another_recording_and_nothing_else(drafted: World) -> None:
    before = {name: drafted.segments(name) for name in STORIES}
    rule = candidate(drafted, "Documentation pages are planning.")
    preview = drafted.desk.preview(rule, RECORDINGS["first"].id)
    assert preview.here == (), "what the owner labelled is not changed"
    assert [(a.recording_name, a.segment.start_s) for a in preview.elsewhere] == [("second.mp4", 20.0)]

    drafted.desk.accept(rule)
    assert drafted.run("second") == ["coding", "planning", "communication", "writing"]
    changed = drafted.segments("second")
    assert "your rule: Documentation" in changed[1].why
    assert [changed[k] for k in (0, 2, 3)] == [before["second"][k] for k in (0, 2, 3)]
    assert drafted.run("third") == WANTED["third"]
    assert drafted.segments("third") == before["third"]

    assert drafted.desk.remove(1) == rule
    for name in STORIES:
        drafted.run(name)
        assert drafted.segments(name) == before[name], "removing the rule brings the draft back"


def test_a_rule_by_look_holds_in_another_recording_and_nowhere_else(drafted: World) -> None:
    before = {name: drafted.segments(name) for name in STORIES}
    drafted.label("first", before["first"][2], "planning")
    rule = candidate(drafted, "Windows of Chromium that look like first.mp4 at 0:42 are planning.", 2)
    preview = drafted.desk.preview(rule, RECORDINGS["first"].id)
    assert preview.here == ()
    assert [(a.recording_name, a.segment.activity) for a in preview.elsewhere] == [("second.mp4", "communication")]

    drafted.desk.accept(rule)
    assert drafted.desk.list() == (rule,), "as it is read back from the file"
    assert drafted.run("second") == ["coding", "research", "planning", "writing"]
    changed = drafted.segments("second")
    assert "your rule: Chromium · looks like first.mp4 at 0:42" in changed[2].why
    assert [changed[k] for k in (0, 1, 3)] == [before["second"][k] for k in (0, 1, 3)]
    assert drafted.run("third") == WANTED["third"]

    drafted.desk.replace(1, replace(rule, activity="", personal=True), rule)
    drafted.run("second")
    assert [s.personal for s in drafted.segments("second")] == [False, False, True, False]
    drafted.desk.remove(1)
    for name in STORIES:
        drafted.run(name)
        assert drafted.segments(name) == before[name], "removing the rule brings the draft back"


def test_a_broad_rule_says_what_it_would_change_and_changes_just_that(drafted: World) -> None:
    rule = candidate(drafted, "Windows of Chromium are planning.")
    preview = drafted.desk.preview(rule, RECORDINGS["first"].id)
    assert [a.segment.activity for a in preview.here] == ["communication"]
    assert [a.segment.activity for a in preview.elsewhere] == ["research", "communication"]
    drafted.desk.accept(rule)
    assert drafted.run("first") == ["planning", "coding", "planning"]
    assert drafted.run("second") == ["coding", "planning", "planning", "writing"]
    narrower = Rule("communication", site="mail.works.example")
    drafted.desk.accept(narrower)
    assert drafted.run("second") == ["coding", "planning", "communication", "writing"], "the last one that fits counts"


def test_a_run_goes_by_the_cues_it_began_with(drafted: World) -> None:
    """What is accepted while a run is under way is for the next one; nothing is kept under the wrong key."""
    rule = candidate(drafted, "Documentation pages are planning.")
    before = drafted.segments("second")
    again = drafted.runner.start(RECORDINGS["second"], Profile("quick"), RunOptions(force=True), lambda event: None)
    drafted.desk.accept(rule)
    assert again.wait(60)
    drafted.run("second")
    assert drafted.segments("second")[1].activity == "planning"
    drafted.desk.remove(1)
    drafted.run("second")
    assert drafted.segments("second") == before


def test_what_says_nothing_or_holds_already_is_refused(world: World) -> None:
    for rule, why in ((Rule("planning"), "must name"), (Rule("weaving", site="a.b"), "no"), (Rule(site="a.b"), "must give")):
        with pytest.raises(ValueError, match=why):
            world.desk.accept(rule)
    assert not world.cues.exists()
    world.desk.accept(Rule("planning", site="a.b"))
    with pytest.raises(ValueError, match="holds already"):
        world.desk.accept(Rule("planning", site="a.b"))
    assert world.desk.list() == (Rule("planning", site="a.b"),)
    with pytest.raises(LookupError, match="no rule 2; there is one"):
        world.desk.remove(2)
