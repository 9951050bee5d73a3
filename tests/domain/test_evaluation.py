"""The figures that a draft is measured by."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.domain.evaluation import corrections, edit_distance, evaluate, f1, paired, reliability, segments_of, words


def session(segments: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    told = [{"id": f"s{k}", "confidence": 0.9, "apps": ["Geany"], **s} for k, s in enumerate(segments)]
    return {"segments": told, "subjects": [{"segment_ids": [s["id"] for s in told]}], **more}


TRUE = segments_of([0, 20, 40, 60], ["coding", "research", "coding"])
TRUTH = {"duration_s": 60.0, "segments": [{**s, "apps": ["Geany"]} for s in TRUE]}


def test_the_truth_itself_is_perfect() -> None:
    found = evaluate(TRUTH, session(TRUE))
    assert found["boundary_1s_f1"] == found["activity_accuracy"] == found["app_accuracy"] == 1.0
    assert found["corrections_per_hour"] == 0
    assert found["tiling_faults_count"] == found["segments_in_no_or_two_subjects_count"] == 0
    assert found["word_error_rate"] is None


@pytest.mark.parametrize(
    ("cuts", "labels", "wanted"),
    [
        ([0, 20, 40, 60], ["coding", "coding", "coding"], {"relabel": 1}),
        ([0, 20, 60], ["coding", "research"], {"split": 1, "relabel": 1}),
        ([0, 20, 30, 40, 60], ["coding", "research", "review", "coding"], {"merge": 1}),
        ([0, 26, 40, 60], ["coding", "research", "coding"], {"move": 1}),
        ([0, 21.5, 40, 60], ["coding", "research", "coding"], {}),
        ([0, 60], ["idle"], {"split": 2, "relabel": 2}),  # labelled coding before it is split
    ],
)
def test_corrections_are_the_fewest_that_a_hand_needs(cuts: list[float], labels: list[str], wanted: dict[str, int]) -> None:
    found = corrections(TRUE, segments_of(cuts, labels), 60.0)
    assert found["corrections"] == {"relabel": 0, "split": 0, "merge": 0, "move": 0, **wanted}
    assert found["corrections_per_hour"] == sum(wanted.values()) * 60


def test_faults_of_tiling_and_grouping_are_counted() -> None:
    broken = session(segments_of([0, 20, 40], ["coding", "idle"]))
    broken["subjects"].append({"segment_ids": ["s0"]})
    found = evaluate(TRUTH, broken)
    assert found["tiling_faults_count"] == 1
    assert found["segments_in_no_or_two_subjects_count"] == 1


def test_reliability_says_how_much_of_what_was_sure_was_right() -> None:
    (band,) = reliability(TRUE, [{**s, "confidence": 0.95} for s in segments_of([0, 30, 60], ["coding", "coding"])])
    assert band == {"said": 0.95, "right": 0.667, "seconds": 60.0}


@given(st.lists(st.floats(0, 100), max_size=12), st.lists(st.floats(0, 100), max_size=12), st.floats(0, 5))
def test_pairs_are_never_more_than_there_are(truth: list[float], found: list[float], tolerance: float) -> None:
    hits = paired(truth, found, tolerance)
    assert 0 <= hits <= min(len(truth), len(found))
    assert paired(truth, truth, tolerance) == len(truth)
    assert all(0 <= figure <= 1 for figure in f1(hits, len(truth), len(found)))


def test_words_are_counted_as_word_error_rates_are() -> None:
    assert words("Naïve: it's 5 o'clock!") == ["naive", "it's", "5", "o'clock"]
    assert edit_distance(words("run the tests"), words("ran tests now")) == 3
