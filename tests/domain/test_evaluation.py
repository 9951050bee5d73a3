"""The figures that a draft is measured by."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.domain.evaluation import (
    corrections,
    edit_distance,
    evaluate,
    f1,
    paired,
    reliability,
    words,
    wrong_with_truth,
)
from tests.domain.test_corrections import segments_of


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


def test_texts_of_other_segments_in_the_middle_of_one_are_counted() -> None:
    truth = {"duration_s": 40.0, "segments": segments_of([0, 20, 40], ["coding", "research"])}
    truth["segments"][0]["keywords_on_screen"] = ["station_code"]  # type: ignore[index]
    truth["segments"][1]["keywords_on_screen"] = ["Aware and Naive", "tzinfo"]  # type: ignore[index]
    read = [{"start_s": 0, "end_s": 40, "lines": ["def station_code():"]}, {"start_s": 20, "end_s": 22, "lines": ["tzinfo"]}]
    found = evaluate(truth, session(truth["segments"], screen_text=read))  # type: ignore[arg-type]
    assert found["screen_text_recall"] == pytest.approx(2 / 3)
    assert found["screen_text_astray"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, ""),
        ({"duration_s": None}, "duration_s"),
        ({"duration_s": True}, "duration_s"),
        ({"duration_s": 99.0}, "end at 60 s of 99 s"),
        ({"segments": []}, "at least one"),
        ({"segments": [1]}, "at least one"),
        ({"segments": segments_of([0, 20, 60], ["coding", "juggling"])}, "segment 2 has an activity"),
        ({"segments": [*TRUE[:1], *TRUE[2:]]}, "segment 2 does not begin"),
        ({"segments": [{**TRUE[0], "end_s": "20"}, *TRUE[1:]]}, "segment 1 does not begin"),
        ({"segments": [{**TRUE[0], "apps": "Geany"}, *TRUE[1:]]}, "apps must be a list"),
        ({"speech": ["hello"]}, "speech must be"),
    ],
)
def test_what_is_wrong_with_a_truth_is_said(change: dict[str, Any], why: str) -> None:
    told = wrong_with_truth({**TRUTH, **change})
    assert why in told
    assert bool(told) is bool(why)
    assert wrong_with_truth([]) == "it holds no object"
