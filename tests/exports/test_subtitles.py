"""SRT and WebVTT: lines of 42 characters, no overlap, nothing lost, opened by another program."""

from __future__ import annotations

import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.domain.evidence import Utterance, Word
from escribano_tui.exports import renderers, srt, vtt
from escribano_tui.exports.cues import LINES, WIDTH, cues
from tests.sample_session import EDITS, SECRET, sample

FORMATS = renderers()

_WORD = st.text(alphabet="abcdefghijklmnop", min_size=1, max_size=60)


@st.composite
def speech(draw: st.DrawFn) -> tuple[Utterance, ...]:
    made = []
    for k in range(draw(st.integers(1, 12))):
        start = draw(st.floats(0, 470))
        end = start + draw(st.floats(0.05, 30))
        words = draw(st.lists(_WORD, min_size=1, max_size=40))
        step = (end - start) / len(words)
        timed = (
            tuple(Word(start + i * step, start + (i + 1) * step, w) for i, w in enumerate(words)) if draw(st.booleans()) else ()
        )
        made.append(Utterance(f"u{k}", start, end, " ".join(words), draw(st.sampled_from(["mic", "system"])), words=timed))
    return tuple(made)


@given(speech())
def test_cues_are_short_in_order_and_apart(utterances: tuple[Utterance, ...]) -> None:
    made = cues(sample((), utterances=utterances), mark="[{}] ")

    assert all(len(line) <= WIDTH for c in made for line in c.lines)
    assert all(1 <= len(c.lines) <= LINES for c in made)
    assert all(c.start_ms < c.end_ms for c in made)
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(made))


@given(speech())
def test_no_word_is_lost(utterances: tuple[Utterance, ...]) -> None:
    made = cues(sample((), utterances=utterances))

    told = "".join(line.replace(" ", "") for c in made for line in c.lines)
    said = "".join(u.text.replace(" ", "") for u in utterances)
    assert sorted(told) == sorted(said)


def test_words_give_the_times() -> None:
    words = tuple(Word(10.0 + k, 10.5 + k, w) for k, w in enumerate(["hives" * 4, "weigh" * 4, "more" * 5, "than" * 5, "ever"]))
    utterance = Utterance("u", 10.0, 15.0, " ".join(w.text for w in words), "mic", words=words)

    made = cues(sample((), utterances=(utterance,)))

    assert [(c.start_ms, c.end_ms) for c in made] == [(10_000, 13_500), (14_000, 14_500)]


def test_tracks_are_told_apart_where_there_are_several() -> None:
    two = (Utterance("a", 1, 3, "Do you hear me?", "mic"), Utterance("b", 4, 6, "Yes & no <b>.", "system"))

    assert "[mic] Do you hear me?" in srt.render(sample((), utterances=two))
    assert "<v system>Yes &amp; no &lt;b&gt;." in vtt.render(sample((), utterances=two))
    assert "[mic]" not in srt.render(sample((), utterances=two[:1]))


def test_personal_and_doubtful_speech_is_left_out_unless_asked() -> None:
    assert SECRET not in srt.render(sample()) + vtt.render(sample())
    assert "la la" not in srt.render(sample())
    assert SECRET in srt.render(sample(), personal=True)


def test_a_session_without_speech_gives_an_empty_file_that_is_valid() -> None:
    silent = sample(utterances=())

    assert (srt.render(silent), vtt.render(silent)) == ("", "WEBVTT\n")


def test_arrows_and_tags_in_speech_do_no_harm() -> None:
    nasty = (Utterance("a", 1, 3, "00:00:09,000 --> 00:00:10,000 <i>x</i> {\\an8}", "mic"),)

    assert srt.render(sample((), utterances=nasty)).count(" --> ") == 1
    assert vtt.render(sample((), utterances=nasty)).count("-->") == 1


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed")
@pytest.mark.parametrize("name", ["srt", "vtt"])
def test_ffmpeg_reads_them(name: str, tmp_path: Path) -> None:
    nasty = Utterance("n", 440.0, 444.0, "a <script> {\\an8} & --> b", "embedded:0")
    dossier = sample(EDITS, utterances=(*sample().evidence.utterances, nasty))
    source = tmp_path / f"x.{name}"
    source.write_text(FORMATS[name](dossier), encoding="utf-8")

    done = subprocess.run(["ffmpeg", "-v", "error", "-i", source, "-f", "srt", "-"], capture_output=True, text=True, check=True)

    assert done.stderr == ""
    assert len(re.findall(r"^\d\d:\d\d:\d\d,\d{3} --> ", done.stdout, re.M)) == len(cues(dossier))
    assert "Three tests pass now, but the tare test" in done.stdout
    shown = done.stdout.replace("\u2060", "").replace("\n", " ")
    assert "<script>" in shown
    assert "& --> b" in shown
