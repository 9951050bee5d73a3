"""Sentences and their times."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.domain.evidence import Word
from escribano_tui.pipeline.lines import split_lines, split_sentences
from escribano_tui.ports import Heard
from tests.sounds import RATE, hiss, silence

TEXT = st.text(alphabet="ab .!?\"'", max_size=80)


@given(TEXT)
def test_sentences_hold_all_words_in_order(text: str) -> None:
    assert " ".join(split_sentences(text)).split() == text.split()


def test_letters_with_stops_are_no_sentences() -> None:
    assert split_sentences("Reported in U. T. C. by all gauges. It is fine now.") == [
        "Reported in U. T. C. by all gauges.",
        "It is fine now.",
    ]


def test_a_sentence_ends_at_the_pause_near_its_share_of_the_letters() -> None:
    voice = np.concatenate([silence(0.4), hiss(4, 0.1), silence(0.3), hiss(2, 0.1), silence(0.4)])
    heard = Heard("This is the longer sentence of the two. And this the shorter.", 0.9)
    first, second = split_lines(heard, voice, 0.4, 6.7)
    assert (first.text, second.text) == ("This is the longer sentence of the two.", "And this the shorter.")
    assert abs(first.end_s - 4.4) < 0.05
    assert abs(second.start_s - 4.7) < 0.05
    assert (first.start_s, second.end_s) == (0.4, 6.7)


def test_sentences_without_a_pause_are_told_together() -> None:
    heard = Heard("One two three four. Five six seven eight.", 0.9)
    (line,) = split_lines(heard, hiss(5, 0.1), 0.0, 5.0)
    assert line.text == heard.text


def test_times_of_words_are_used_where_there_are_any() -> None:
    words = tuple(Word(k * 0.5, k * 0.5 + 0.4, text) for k, text in enumerate(["One", "two", "three.", "Four", "five", "six."]))
    lines = split_lines(Heard("", 0.9, words), silence(4), 0.1, 2.8)
    assert [(line.start_s, line.end_s, line.text) for line in lines] == [
        (0.1, 1.4, "One two three."),
        (1.5, 2.8, "Four five six."),
    ]
    told = sum((line.words for line in lines), ())
    assert told[1:-1] == words[1:-1]
    assert (told[0].start_s, told[-1].end_s) == (0.1, 2.8), "a word lies inside of its line"
    assert [w.text for w in told] == [w.text for w in words]


@given(TEXT, st.floats(0.0, 3.0), st.integers(0, 3))
def test_lines_stay_inside_and_in_order(text: str, length_s: float, seed: int) -> None:
    samples = np.concatenate([hiss(length_s / 2, 0.1, seed), silence(length_s / 2)])
    lines = split_lines(Heard(text, 0.9), samples, 0.0, len(samples) / RATE)
    times = [t for line in lines for t in (line.start_s, line.end_s)]
    assert times == sorted(times)
    assert all(0 <= t <= length_s + 1e-6 for t in times)
    assert " ".join(line.text for line in lines).split() == text.split()


def test_no_line_lasts_over_a_long_pause() -> None:
    voice = np.concatenate([hiss(2, 0.1), silence(1.2), hiss(1, 0.1), silence(0.3), hiss(1, 0.1)])
    first, second = split_lines(Heard("ever tried, ever failed, no matter, try again", 0.9), voice, 0.0, 5.5)
    assert (first.text, second.text) == ("ever tried, ever failed,", "no matter, try again")
    assert abs(first.end_s - 2.0) < 0.05
    assert abs(second.start_s - 3.2) < 0.05
    (line,) = split_lines(Heard("Hm.", 0.9), voice, 0.0, 5.5)
    assert line.text == "Hm."


def test_timed_words_are_told_apart_at_a_long_pause() -> None:
    words = tuple(Word(t, t + 0.4, text) for t, text in ((0.0, "one"), (0.5, "two"), (2.5, "three"), (3.0, "four.")))
    lines = split_lines(Heard("", 0.9, words), silence(4), 0.0, 4.0)
    assert [(line.start_s, line.end_s, line.text) for line in lines] == [(0.0, 0.9, "one two"), (2.5, 3.4, "three four.")]


def test_a_long_pause_is_found_over_noise() -> None:
    voice = np.concatenate([hiss(2, 0.1), silence(1.2), hiss(2, 0.1)]) + hiss(5.2, 0.02, 1)
    lines = split_lines(Heard("one two three four five six", 0.9), voice.astype(np.float32), 0.0, 5.2)
    assert [line.text for line in lines] == ["one two three", "four five six"]
    assert abs(lines[0].end_s - 2.0) < 0.1
