"""JSON, truth and CSV: the contract, held against other readers."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from escribano_tui.domain.evidence import Utterance, Word
from escribano_tui.domain.session import Dossier, SummaryView
from escribano_tui.domain.summary import Summary
from escribano_tui.domain.timeline import Assign, Split
from escribano_tui.exports import NAMES, renderers
from escribano_tui.exports.csv import COLUMNS, guarded
from tests.domain.test_facts import long_session
from tests.sample_session import EDITS, HOSTILE, SECRET, sample

FORMATS = renderers()

# The contract of the schema: keys may be added, never taken away.
CONTRACT: dict[str, Any] = {
    "schema": "",
    "recording": {"id", "path", "fingerprint", "duration_s", "width", "height", "fps", "video_codec", "audio_tracks",
                  "started_at", "started_at_source"},
    "run": {"id", "profile", "revision", "phases"},
    "changes": {"t_s", "score", "size"},
    "frames": {"t_s", "reason", "description", "backend"},
    "screen_text": {"start_s", "end_s", "lines"},
    "utterances": {"id", "start_s", "end_s", "text", "track", "model", "confidence", "doubtful"},
    "segments": {"id", "start_s", "end_s", "activity", "title", "description", "apps", "topics", "subject_id", "confidence",
                 "importance", "personal", "reviewed", "edited", "utterance_ids", "frame_times_s"},
    "subjects": {"id", "label", "segment_ids", "duration_s"},
    "summaries": {"format", "revision", "stale", "writer", "created_at", "markdown"},
    "coverage": {"share_of_time", "frames_failed", "speech_untranscribed_s", "notes"},
}  # fmt: skip
PHASE_KEYS = {"name", "state", "wall_s", "busy_s", "items", "items_failed", "backend", "model", "reused"}


def summarised(dossier: Dossier) -> Dossier:
    return replace(
        dossier, summaries=(SummaryView(Summary("card", 3, f"# Card\n\n{HOSTILE}\n", "deterministic")), SummaryView(None))
    )


def exported(dossier: Dossier) -> Any:
    return json.loads(FORMATS["json"](dossier))


def test_every_format_is_there_and_an_unknown_one_is_not() -> None:
    assert tuple(FORMATS) == NAMES == ("json", "md", "srt", "vtt", "csv", "html", "truth")
    assert "pdf" not in FORMATS
    with pytest.raises(KeyError):
        FORMATS["pdf"]


def test_the_json_keeps_the_contract() -> None:
    session = exported(summarised(sample()))

    assert session["schema"] == "escribano-tui/session@1"
    for key, keys in CONTRACT.items():
        rows = session[key] if isinstance(session[key], list) else [session[key]]
        assert rows, key
        assert all(keys <= set(row) for row in rows if isinstance(row, dict)), key
    assert all(set(p) >= PHASE_KEYS for p in session["run"]["phases"])
    assert (session["recording"]["audio_tracks"], session["run"]["revision"]) == (1, 3)


def test_segments_tile_and_subjects_hold_each_once() -> None:
    session = exported(sample((*EDITS, Split(100_000))))

    segments = session["segments"]
    assert segments[0]["start_s"] == 0.0
    assert segments[-1]["end_s"] == session["recording"]["duration_s"] == 480.0
    assert all(a["end_s"] == b["start_s"] for a, b in pairwise(segments))
    grouped = [i for s in session["subjects"] for i in s["segment_ids"]]
    assert sorted(grouped) == sorted(s["id"] for s in segments)
    assert sum(s["duration_s"] for s in session["subjects"]) == pytest.approx(480.0)


def test_edits_are_applied() -> None:
    session = exported(sample((*EDITS, Assign(41_350, 128_600, "activity", "review"))))

    assert session["segments"][0]["title"] == "Board of the [hive] project"
    assert session["segments"][1]["activity"] == "review"
    assert [s["personal"] for s in session["segments"]].count(True) == 1
    assert "Apiary notes" in [s["label"] for s in session["subjects"]]


def test_utterances_are_aligned_parts_that_segments_name() -> None:
    words = tuple(Word(40.5 + 0.5 * k, 41.0 + 0.5 * k, w) for k, w in enumerate(["first", "here", "then", "there"]))
    across = Utterance("ux", 40.5, 42.5, "first here then there", "mic", words=words)
    session = exported(sample(utterances=(across,)))

    assert [(u["id"], u["text"], u["segment_id"]) for u in session["utterances"]] == [
        ("ux", "first here", "seg-0"),
        ("ux.1", "then there", "seg-1"),
    ]
    named = {i for s in session["segments"] for i in s["utterance_ids"]}
    assert named == {u["id"] for u in session["utterances"]}


def test_frames_carry_their_description() -> None:
    frames = exported(sample())["frames"]

    assert frames[1]["description"] == "A look at 43 s."
    assert frames[1]["backend"] == "screen-reader"
    assert exported(sample(descriptions=()))["frames"][1]["description"] is None


def test_lines_that_came_and_went_together_are_one_block() -> None:
    blocks = exported(sample())["screen_text"]

    board = next(b for b in blocks if "Hive board" in b["lines"])
    assert board == {"start_s": 0.0, "end_s": 41.3, "lines": ["Hive board", "Hive weights lose their last digit",
                                                              "Export as spreadsheet", "Battery alarm"]}  # fmt: skip
    assert sum(len(b["lines"]) for b in blocks) == len(sample().evidence.lines)


def test_a_hundred_thousand_lines_are_exported_whole() -> None:
    dossier = long_session(1_000, 100)

    blocks = exported(dossier)["screen_text"]

    assert sum(len(b["lines"]) for b in blocks) == 100_000


def test_the_truth_file_scores_its_own_session_as_perfect() -> None:
    dossier = sample()
    truth, session = json.loads(FORMATS["truth"](dossier)), exported(dossier)

    assert [(s["start_s"], s["end_s"], s["activity"]) for s in truth["segments"]] == [
        (s["start_s"], s["end_s"], s["activity"]) for s in session["segments"]
    ]
    assert truth["duration_s"] == truth["segments"][-1]["end_s"]
    assert len(truth["speech"]) == sum(not u["doubtful"] for u in session["utterances"])
    legible = [k for s in truth["segments"] for k in s["keywords_on_screen"]]
    shown = {line for b in session["screen_text"] for line in b["lines"]}
    assert len(legible) > 10
    assert set(legible) <= shown


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_is_read_back_by_another_program() -> None:
    operations = (*EDITS, Assign(41_350, 128_600, "title", 'a "b", c\nd'), Assign(41_350, 128_600, "topics", ("x; y", "z")))
    text = FORMATS["csv"](sample(operations))

    rows = rows_of(text)

    assert len(rows) == 10
    assert tuple(rows[0]) == COLUMNS
    assert rows[1]["title"] == 'a "b", c\nd'
    assert (rows[1]["start_s"], rows[1]["duration_s"], rows[1]["edited"]) == ("41.35", "87.25", "yes")
    assert text.count("\r\n") == 11


def test_csv_tells_nothing_personal() -> None:
    row = rows_of(FORMATS["csv"](sample()))[5]

    assert (row["title"], row["personal"], row["said"], row["apps"]) == ("Personal", "yes", "", "")
    assert SECRET not in FORMATS["csv"](sample())


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+1", "@SUM(A1)", " =1", "\t=1", "=HYPERLINK(0)"])
def test_no_cell_is_a_formula(text: str) -> None:
    operations = (*EDITS, Assign(41_350, 128_600, "title", text))

    assert rows_of(FORMATS["csv"](sample(operations)))[1]["title"] == guarded(text) == f"'{text}"


def test_plain_cells_stay_plain() -> None:
    assert [guarded(t) for t in ("", "a=b", "1 - 2", "scales.py")] == ["", "a=b", "1 - 2", "scales.py"]
