"""Card, stand-up and narrative of the deterministic writer, as a demanding reader would look at them."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from escribano_tui.backends.registry import Registry
from escribano_tui.backends.writing import templates
from escribano_tui.backends.writing.deterministic import DeterministicWriter
from escribano_tui.domain.facts import build
from escribano_tui.domain.session import Dossier
from escribano_tui.domain.timeline import Assign, Merge, MoveBoundary, Operation, Split
from escribano_tui.domain.times import parse_clock
from escribano_tui.ports import BackendError
from tests.domain.test_facts import long_session
from tests.sample_session import EDITS, HOSTILE, INJECTION, SECRET, sample

FORMATS = ("card", "standup", "narrative")
_TIME = r"\d+(?::\d\d){1,2}"


def write(dossier: Dossier, format: str) -> str:
    summary = DeterministicWriter(templates.load()[0]).write(build(dossier), format, None, threading.Event())
    assert (summary.format, summary.writer, summary.facts_key) == (format, "deterministic", build(dossier).key)
    return summary.markdown


def seconds(text: str) -> int:
    found = parse_clock(text)
    assert found is not None
    return round(found)


def points(markdown: str) -> list[str]:
    return [line for line in markdown.splitlines() if line.startswith("- ")]


def test_the_card_reads_well() -> None:
    """The whole text: to be looked at whenever it changes."""
    assert write(sample(EDITS), "card").replace("\\", "") == (
        "# Session card, 4 May 2026\n\n"
        "8:00 recorded: 6:35 at work, 0:53 idle, 0:32 personal.\n\n"
        "## Rounding of hive weights, 4:59\n"
        "coding 2:12 · research 0:44 · debugging 0:43 · planning 0:41 · terminal 0:39\n\n"
        "- Picked “Hive weights lose their last digit” from *Board of the [hive] project* [0:09]. Worked on "
        "`weigh_frame` and `tare_twice` in `scales.py` [0:42, 3:35]. Said: “The weigh frame function rounds too early, so "
        "every hive loses up to fifty grams.” [0:52]\n"
        "- Ran `python3 -m pytest -q`; `test_tare_twice` failed [2:13]. Said: “Three tests pass now, but the tare test still "
        "fails.” [2:14]\n"
        "- Looked up *Quantizing and rounding* in *decimal — Decimal arithmetic — Python documentation* [2:52]. Said: "
        "“Quantize is the right method, because it keeps the number of digits.” [2:56]\n"
        "- All 4 tests passed [5:00]. Committed “Keep the last digit of hive weights” as `1f0e9bc` [5:13].\n\n"
        "## Apiary notes, 0:55\n"
        "writing 0:55\n\n"
        "- Worked on `notes.md` with Mousepad: “The third hive needs a new frame before the lime trees bloom.” [7:05]\n\n"
        f"## Mail {HOSTILE}, 0:41\n"
        "communication 0:41\n\n"
        f"- Answered “Wrong totals {HOSTILE}”: “the totals are right again since this morning.” [5:36]\n\n"
        "---\n"
        "*Idle 0:53. Personal 0:32. Not described: nothing. Not transcribed: 0:00 of 0:49 spoken. Sum 8:00.*\n"
    )


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("operations", [(), EDITS, (*EDITS, Split(99_700), MoveBoundary(171_233, 170_999), Merge(330_500))])
def test_printed_times_add_up(format: str, operations: tuple[Operation, ...]) -> None:
    text = write(sample(operations), format)

    headings = re.findall(rf"^## .*, ({_TIME})$|^- \*\*.*?\*\*, ({_TIME}):", text, re.M)
    subjects = sum(seconds(a or b) for a, b in headings)
    whole, *rest = (
        seconds(t) for t in re.findall(rf"(?<![\[\d:])({_TIME}) (?:recorded|idle|personal|long|was idle|was personal)", text)
    )
    other = (
        sum(rest[:2])
        if format != "narrative"
        else sum(seconds(t) for t in re.findall(rf"({_TIME}) was (?:idle|personal)", text))
    )
    assert subjects + other == whole == 480
    for line in re.findall(r"^(\w+ [\d:]+(?: · \w+ [\d:]+)*)$", text, re.M):
        shown = sum(seconds(t) for t in re.findall(_TIME, line))
        assert shown in [seconds(a or b) for a, b in headings]
    rows = re.findall(rf"^- \[.*?\] .*, ({_TIME})$", text.split("## Timeline")[-1], re.M) if "## Timeline" in text else []
    assert sum(map(seconds, rows)) in (0, 480)


@pytest.mark.parametrize("format", FORMATS)
def test_every_point_ends_in_its_times(format: str) -> None:
    for point in points(write(sample(), format).split("## Timeline")[0]):
        assert re.search(rf"\[{_TIME}(?:, {_TIME})*\]\.?$", point), point


@pytest.mark.parametrize("format", FORMATS)
def test_a_new_label_rewrites_the_sentences_of_its_subject_alone(format: str) -> None:
    before = write(sample(EDITS), format).splitlines()
    after = write(sample((*EDITS, Assign(330_500, 371_800, "activity", "planning"))), format).splitlines()

    gone, come = [line for line in before if line not in after], [line for line in after if line not in before]
    assert gone and come  # noqa: PT018
    for line in gone + come:  # each cites a moment of that segment, or is its subject's line of activities
        assert re.search(r"\[5:3\d\]", line) or re.match(r"(communication|planning) 0:41", line), line


@pytest.mark.parametrize("format", FORMATS)
def test_hostile_text_is_neither_markup_nor_link(format: str) -> None:
    parser, shown = MarkdownIt("gfm-like"), ""
    for token in parser.parse(write(sample(), format)):
        assert token.type != "html_block"
        for child in token.children or ():
            assert child.type not in ("link_open", "image", "html_inline", "s_open"), child
            shown += child.content
    assert HOSTILE in shown


@pytest.mark.parametrize("format", FORMATS)
def test_no_content_of_personal_time(format: str) -> None:
    text = write(sample(), format)

    assert SECRET not in text
    assert "0:32" in text


def test_an_instruction_in_speech_is_quoted_at_most() -> None:
    text = write(sample(), "narrative")

    assert text.count("5000") == 1
    assert f"“{INJECTION}.”" in text


@pytest.mark.parametrize("format", FORMATS)
def test_no_moment_is_told_twice(format: str) -> None:
    told = write(sample(), format).split("## Timeline")[0]

    cited = [t for group in re.findall(r"(?<!\\)\[([\d:., ]+)\]", told) for t in group.split(", ")]
    assert len(cited) == len(set(cited))


def test_the_stand_up_has_three_parts_and_few_lines() -> None:
    text = write(sample(), "standup")

    assert re.findall(r"^## (.*)$", text, re.M) == ["Did", "Outcomes", "Next"]
    assert len(text.splitlines()) <= 12
    assert "calibrate the second scale" in text.split("## Next")[1]


@pytest.mark.parametrize(("format", "least", "most"), [("card", 100, 500), ("narrative", 500, 1500)])
def test_a_long_session_keeps_to_the_length_of_its_format(format: str, least: int, most: int) -> None:
    assert least <= len(write(long_session(240, 40), format).split()) <= most


def test_a_long_session_keeps_twelve_lines_and_all_of_its_time() -> None:
    text = write(long_session(240, 40), "standup")

    assert len(text.splitlines()) <= 12
    shown = [
        *re.findall(rf"^- \*\*.*?\*\*, ({_TIME}):", text, re.M),
        *re.findall(rf", ({_TIME})(?=[;.])", text.split("Also:")[1]),
    ]
    assert sum(map(seconds, shown)) == 12 * 3600


def test_without_evidence_it_is_short_and_true() -> None:
    bare = sample((), utterances=(), lines=(), frames=(), descriptions=())

    narrative = write(bare, "narrative")

    assert "said" not in narrative.casefold()
    assert len(narrative.split()) < 250


def test_a_silent_recording_says_no_sound() -> None:
    dossier = sample(utterances=())
    silent = replace(dossier, session=replace(dossier.session, recording=replace(dossier.session.recording, tracks=())))

    assert "No sound. Sum 8:00." in write(silent, "card")
    assert "spoken" not in write(silent, "card")


def test_nothing_but_idle_time() -> None:
    spans = [(s.start_ms, s.end_ms) for s in sample(()).session.timeline.segments]
    idle = sample(tuple(Assign(a, b, "activity", "idle") for a, b in spans))

    assert "8:00 recorded: 0:00 at work, 8:00 idle." in write(idle, "card")
    assert "Nothing was done in this recording." in write(idle, "standup")
    assert "nothing was done in it" in write(idle, "narrative")


def test_it_is_the_same_each_time_and_streams_whole() -> None:
    heard: list[str] = []
    writer = DeterministicWriter(templates.load()[0])
    sheet = build(sample())

    summary = writer.write(sheet, "card", None, threading.Event(), heard.append)

    assert "".join(heard) == summary.markdown == writer.write(sheet, "card", summary, threading.Event()).markdown


def test_a_format_that_is_not_there_is_an_error_that_names_the_others() -> None:
    with pytest.raises(BackendError, match="card, narrative, standup"):
        DeterministicWriter(templates.load()[0]).write(build(sample()), "poem", None, threading.Event())


def test_the_registry_offers_it(tmp_path: Path) -> None:
    registry = Registry(tmp_path, modules=("escribano_tui.backends.writing.deterministic",))
    choice = registry.choose("writing", ("auto",))

    assert choice.serves is not None
    assert choice.serves.embedded
    assert registry.open(choice, {}).write(build(sample()), "card", None, threading.Event()).markdown
