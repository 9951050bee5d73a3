"""The fact sheet: sums, moments, corrections, and what must never be told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escribano_tui.domain.activity import ACTIVITIES
from escribano_tui.domain.evidence import Box, ScreenLine, Utterance
from escribano_tui.domain.facts import build, gather
from escribano_tui.domain.session import Dossier
from escribano_tui.domain.summary import Claim, FactSheet, SubjectFacts
from escribano_tui.domain.timeline import (
    Assign,
    AssignSubject,
    DoesNotFit,
    Merge,
    MoveBoundary,
    Operation,
    RenameSubject,
    Split,
    Timeline,
    apply,
)
from escribano_tui.domain.times import cite, parse_clock
from tests.sample_session import EDITS, SECRET, draft, sample


def subject(sheet: FactSheet, label: str) -> SubjectFacts:
    return next(s for s in sheet.subjects if s.label == label)


def texts(facts: SubjectFacts, kind: str = "") -> list[str]:
    return [c.text for c in facts.claims if not kind or c.kind == kind]


def all_claims(sheet: FactSheet) -> list[Claim]:
    return [c for s in sheet.subjects for c in s.claims]


def test_times_add_up_to_the_millisecond() -> None:
    sheet = build(sample())

    assert sheet.work_ms + sheet.idle_ms + sheet.personal_ms == sheet.duration_ms == 480_000
    assert sum(s.duration_ms for s in sheet.subjects) == sheet.work_ms
    assert (sheet.idle_ms, sheet.personal_ms) == (53_200, 31_483)
    for facts in sheet.subjects:
        assert sum(ms for _, ms in facts.by_activity) == facts.duration_ms


def test_what_was_done_is_told_in_whole_sentences() -> None:
    done = texts(subject(build(sample()), "Rounding of hive weights"), "did")

    assert done[0] == "Picked “Hive weights lose their last digit” from Board of the [hive] project."
    assert "weigh_frame in scales.py" in done[1]
    assert done[2] == "Ran python3 -m pytest -q; test_tare_twice failed."
    assert "Quantizing and rounding in decimal — Decimal arithmetic — Python documentation" in done[3]
    assert done[4] == "Went back to scales.py and worked on tare_twice."


def test_results_are_points_of_their_own() -> None:
    results = texts(subject(build(sample()), "Rounding of hive weights"), "result")

    assert results == ["All 4 tests passed.", "Committed “Keep the last digit of hive weights” as 1f0e9bc."]


def test_a_return_joins_the_sentence_of_the_first_visit() -> None:
    joined = gather(c for c in subject(build(sample()), "Rounding of hive weights").claims if c.deed)

    coding = next(c for c in joined if c.deed and c.deed.activity == "coding")
    assert "weigh_frame and tare_twice in scales.py" in coding.text
    assert [t for t, _ in coding.moments] == [41.35, 214.9]
    assert coding.segment_ids == ("seg-1", "seg-4")


def test_what_is_to_come_is_said_once() -> None:
    notes = subject(build(sample()), "Apiary notes")

    assert texts(notes, "next") == ["“Tomorrow I have to calibrate the second scale with the new weights.”"]
    assert texts(notes, "said") == []


def test_a_test_that_failed_last_is_left_to_do() -> None:
    cut = tuple(line for line in sample().evidence.lines if "4 passed" not in line.text)

    coming = texts(subject(build(sample(lines=cut)), "Rounding of hive weights"), "next")

    assert coming == ["test_tare_twice failed in the last run."]


@pytest.mark.parametrize("operations", [EDITS, (*EDITS, Split(100_000), Merge(371_800)), ()])
def test_every_moment_lies_in_a_segment_that_the_claim_speaks_of(operations: tuple[Operation, ...]) -> None:
    dossier = sample(operations)
    spans = {s.id: (s.start_s, s.end_s) for s in dossier.session.timeline.segments}

    for claim in all_claims(build(dossier)):
        assert claim.moments
        for (t_s, end_s), segment_id in zip(claim.moments, claim.segment_ids, strict=True):
            start, end = spans[segment_id]
            assert (start <= t_s < end, end_s) == (True, end)
            printed = parse_clock(cite(t_s, end_s))
            assert printed is not None
            assert start <= printed < end


def test_personal_content_is_nowhere() -> None:
    sheet = build(sample())

    assert SECRET not in repr(sheet)
    assert [row for row in sheet.timeline if row[2] == "personal"] == [(260_017, 291_500, "personal", "", "", "")]
    assert "Banking" not in " ".join(s.label for s in sheet.subjects)


def test_personal_text_that_stays_on_the_screen_is_nowhere_either() -> None:
    stays = ScreenLine("x", f"def {SECRET.replace('-', '_')}(x):", Box(200, 400, 300, 18), 270.0, 330.0)
    dossier = sample()
    dossier = replace(dossier, evidence=replace(dossier.evidence, lines=(*dossier.evidence.lines, stays)))

    assert "SECRET" not in repr(build(dossier))


def test_personal_time_that_is_shown_again_is_told() -> None:
    assert SECRET in repr(build(sample(EDITS[1:])))


def test_doubtful_speech_is_not_quoted() -> None:
    assert "la la" not in repr(build(sample()))


def test_without_evidence_the_labels_alone_are_told() -> None:
    bare = sample(lines=(), utterances=(), descriptions=(), frames=())

    done = texts(subject(build(bare), "Rounding of hive weights"))

    assert "Went through Board of the [hive] project." in [t.replace("Looked over", "Went through") for t in done]
    assert all(t[0].isupper() and t.endswith(".") for t in done)


# ---------------------------------------------------------------- corrections


def after(*operations: Operation) -> FactSheet:
    return build(sample((*EDITS, *operations)))


def test_the_owners_title_is_verbatim() -> None:
    title = "My [b]odd[/] *title* & `more`"

    told = texts(subject(after(Assign(171_233, 214_900, "title", title)), "Rounding of hive weights"), "did")

    assert any(title in t for t in told)


def test_the_owners_apps_and_topics_are_told() -> None:
    sheet = after(
        Assign(41_350, 128_600, "apps", ("Emacs", "Firefox")), Assign(41_350, 128_600, "topics", ("rounding errors", "bees"))
    )

    told = texts(subject(sheet, "Rounding of hive weights"), "did")[1]

    assert told.endswith("with Emacs, about rounding errors and bees.")


def test_the_owners_description_takes_the_place_of_the_machines_sentence() -> None:
    sheet = after(Assign(128_600, 171_233, "description", "Found the [real] reason with Astrid."))

    facts = subject(sheet, "Rounding of hive weights")

    assert texts(facts, "told") == ["Found the [real] reason with Astrid."]
    assert not any("pytest" in t for t in texts(facts, "did"))


@pytest.mark.parametrize("activity", [a for a in ACTIVITIES if a not in ("idle", "research")])
def test_a_new_label_changes_its_own_subject_alone(activity: str) -> None:
    before, later = build(sample()), after(Assign(171_233, 214_900, "activity", activity))

    changed = {s.label for s in later.subjects} - {s.label for s in before.subjects if s.key in {x.key for x in later.subjects}}

    assert changed == {"Rounding of hive weights"}
    assert before.key != later.key
    assert [c.text for c in all_claims(before)] != [c.text for c in all_claims(later)]
    assert dict(subject(later, "Rounding of hive weights").by_activity)[activity] >= 43_667


def test_idle_by_label_is_idle_time() -> None:
    sheet = after(Assign(171_233, 214_900, "activity", "idle"))

    assert sheet.idle_ms == 53_200 + 43_667
    assert sheet.work_ms + sheet.idle_ms + sheet.personal_ms == sheet.duration_ms
    assert not any("Quantiz" in c.text for c in all_claims(sheet))


def test_idle_put_back_to_work_is_a_subject_of_its_own() -> None:
    sheet = after(Assign(371_800, 425_000, "activity", "reading"), Assign(371_800, 425_000, "title", "The bee atlas"))

    assert subject(sheet, "The bee atlas").duration_ms == 53_200
    assert sheet.idle_ms == 0


def test_a_segment_moved_to_another_subject_is_told_there() -> None:
    sheet = after(AssignSubject(330_500, 371_800, "Apiary notes"))

    assert any(t.startswith("Answered") for t in texts(subject(sheet, "Apiary notes")))
    assert len(sheet.subjects) == 2


def test_the_key_tells_facts_apart_and_not_revisions() -> None:
    assert build(sample()).key == build(sample()).key
    reviewed = after(Assign(41_350, 128_600, "reviewed", True))
    assert reviewed.revision == build(sample()).revision + 1
    assert reviewed.key == build(sample()).key


_TIMES = st.integers(0, 480_000)


def _operations() -> st.SearchStrategy[Any]:
    spans = st.sampled_from([(s.start_ms, s.end_ms) for s in draft().segments])
    words = st.text(alphabet="ab [*`<", min_size=1, max_size=12)
    return st.one_of(
        st.builds(Split, _TIMES), st.builds(Merge, _TIMES, st.sampled_from(["left", "right"])),
        st.builds(MoveBoundary, _TIMES, _TIMES),
        st.builds(lambda s, a: Assign(*s, "activity", a), spans, st.sampled_from(ACTIVITIES)),
        st.builds(lambda s, v: Assign(*s, "personal", v), spans, st.booleans()),
        st.builds(lambda s, v: Assign(*s, "title", v), spans, words),
        st.builds(lambda s, v: AssignSubject(*s, v), spans, words),
        st.builds(lambda s, v: RenameSubject(*s, v), spans, words),
    )  # fmt: skip


@settings(max_examples=60)
@given(st.lists(_operations(), max_size=8))
def test_whatever_is_corrected_the_facts_hold(operations: list[Operation]) -> None:
    timeline, fitting = draft(), []
    for operation in operations:
        try:
            timeline = apply(timeline, operation)
        except DoesNotFit:
            continue
        fitting.append(operation)
    dossier = sample(fitting)

    sheet = build(dossier)

    assert sheet.work_ms + sheet.idle_ms + sheet.personal_ms == sheet.duration_ms
    assert sum(s.duration_ms for s in sheet.subjects) == sheet.work_ms
    assert (sheet.timeline[0][0], sheet.timeline[-1][1]) == (0, sheet.duration_ms)
    assert all(a[1] == b[0] for a, b in zip(sheet.timeline, sheet.timeline[1:], strict=False))
    personal = [(s.start_s, s.end_s) for s in dossier.session.timeline.segments if s.personal]
    for claim in all_claims(sheet):
        for t_s, end_s in claim.moments:
            assert t_s < end_s
            assert not any(a <= t_s < b for a, b in personal)


def test_a_session_of_twelve_hours_comes_out_whole() -> None:
    dossier = long_session(1_000, 100)

    sheet = build(dossier)

    assert sheet.duration_ms == 12 * 3_600_000
    assert len(sheet.subjects) == 20
    assert sum(len(s.claims) for s in sheet.subjects) > 1_000


def long_session(segments: int, lines_each: int) -> Dossier:
    """Twelve hours of invented work."""
    base = draft()
    length = 12 * 3_600_000 // segments
    pattern = [s for s in base.segments if s.activity != "idle"]
    made, lines, said = [], [], []
    subjects = tuple(replace(base.subjects[0], id=f"sub-{k}", label=f"Subject {k}") for k in range(20))
    for k in range(segments):
        a = pattern[k % len(pattern)]
        start = k * length
        made.append(
            replace(a, id=f"seg-{k}", start_ms=start, end_ms=start + length, subject_id=f"sub-{k % 20}", returns_to_ms=-1)
        )
        for n in range(lines_each):
            text = f"def function_{k}_{n % 7}(x):" if n % 9 == 0 else f"line {k} number {n} says something new about bees"
            t_s = start / 1000 + (n % 5) * 4.0
            lines.append(
                ScreenLine(f"l{k}-{n}", text, Box(200, 20 * (n % 34), 400, 18), t_s, min(t_s + 30, (start + length) / 1000))
            )
        said.append(
            Utterance(
                f"u{k}", start / 1000 + 3, start / 1000 + 8, f"The test number {k} fails because the scale is wrong.", "mic"
            )
        )
    timeline = Timeline(segments * length, tuple(made), subjects)
    return sample((), base=timeline, lines=tuple(lines), utterances=tuple(said), descriptions=(), frames=(), changes=())
