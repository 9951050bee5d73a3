"""The phase `transcribe`: with the real model on human voices, and with backends that misbehave."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from escribano_tui.backends.registry import Registry
from escribano_tui.domain.evidence import SpeechSpan, Utterance, Word
from escribano_tui.domain.profile import Profile, TranscribeSettings
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.speech import NOT_ENGLISH, settled
from escribano_tui.pipeline.hearing import at_usual_pace
from escribano_tui.pipeline.listen import Listen
from escribano_tui.pipeline.transcribe import MARGIN_S, Transcribe, with_margins
from escribano_tui.ports import Availability, BackendError, BackendInfo, Cancelled, Choice, Heard
from tests.fakes import MemoryContext, OneBackend, SoundMedia, sound_recording
from tests.sounds import BECKETT, RATE, TWO_CITIES, Sound, hiss, music, silence, voice, word_error_rate

INFO = BackendInfo("speech", "fake", "model-1", "Fake", Availability(True))
CHOICE = Choice("speech", INFO, model="model-1")


class FakeTranscriber:
    """Says what `say` gives for a span; `say` may raise."""

    def __init__(self, say: Callable[[Any], Heard]) -> None:
        self._say = say
        self.calls: list[tuple[int, str, str, tuple[float, float]]] = []
        self.closed = 0

    def transcribe(
        self, samples: Any, language: str = "", prompt: str = "", margins_s: tuple[float, float] = (0.0, 0.0)
    ) -> Heard:
        self.calls.append((len(samples), language, prompt, margins_s))
        return self._say(samples)

    def close(self) -> None:
        self.closed += 1


def span(start_s: float, end_s: float, track: str = "embedded:0") -> SpeechSpan:
    return SpeechSpan(start_s, end_s, track)


def context_of(transcriber: FakeTranscriber, spans: Any, seconds: float = 60.0, **more: Any) -> MemoryContext:
    sounds = {"embedded:0": hiss(seconds, 0.1), "mic": hiss(seconds, 0.1), "system": hiss(seconds, 0.1)}
    backends = OneBackend(lambda options: transcriber)
    return MemoryContext(
        sound_recording(sounds), media=SoundMedia(sounds), backends=backends, choice=CHOICE, earlier={"listen": spans}, **more
    )


def heard(text: str = "The tests pass now.", confidence: float = 0.9, **more: Any) -> Heard:
    return Heard(text, confidence, **more)


# ---------------------------------------------------------------- the real thing


def transcribed(registry: Registry, sounds: dict[str, Sound], may_replace: bool = False) -> MemoryContext:
    first = MemoryContext(
        sound_recording(sounds), media=SoundMedia(sounds), backends=registry,
        choice=registry.choose("speech_spans", ["auto"]),
    )  # fmt: skip
    Listen().run(first)
    context = MemoryContext(
        first.recording, media=first.media, backends=registry, choice=registry.choose("speech", ["moonshine"]),
        earlier={"listen": first.mine(SpeechSpan)},
    )  # fmt: skip
    context.may_replace = may_replace
    Transcribe().run(context)
    return context


@pytest.mark.native
@pytest.mark.parametrize(("name", "text"), [("two_cities", TWO_CITIES), ("beckett", BECKETT)])
def test_human_voices_are_understood(registry: Registry, name: str, text: str) -> None:
    said = transcribed(registry, {"embedded:0": voice(name)}).mine(Utterance)
    assert word_error_rate(text, " ".join(u.text for u in said)) <= 0.08
    assert not any(u.doubtful for u in said)
    assert all(u.confidence > 0.7 and u.model == "tiny-en" and u.language == "en" for u in said)


@pytest.mark.native
def test_a_long_speech_is_told_in_sentences_with_their_times(registry: Registry) -> None:
    said = transcribed(registry, {"embedded:0": np.concatenate([silence(7), voice("two_cities")])}).mine(Utterance)
    assert len(said) >= 8
    assert all(a.end_s <= b.start_s + 1e-6 for a, b in itertools.pairwise(said))
    wisdom = next(u for u in said if "wisdom" in u.text)
    assert 11.0 < wisdom.start_s < wisdom.end_s < 13.8


@pytest.mark.native
def test_what_is_made_of_music_is_not_kept(registry: Registry) -> None:
    """Even where something took it for speech: every second of it is forced upon the model."""
    sounds = {"embedded:0": np.concatenate([music(40, 3), hiss(20, 0.02)])}
    spans = [span(k, k + 4.0) for k in range(0, 56, 5)]
    context = MemoryContext(
        sound_recording(sounds), media=SoundMedia(sounds), backends=registry,
        choice=registry.choose("speech", ["moonshine"]), earlier={"listen": spans},
    )  # fmt: skip
    context.may_replace = True
    Transcribe().run(context)
    assert [u.text for u in context.mine(Utterance) if not u.doubtful] == []
    assert len(set(context.puts)) == len(spans)
    assert "left out" in context.notes[-1] or "doubtful" in context.notes[-1]


@pytest.mark.native
def test_the_same_speech_on_two_tracks_is_told_once_and_other_speech_by_both(registry: Registry) -> None:
    said, other = voice("beckett"), voice("two_cities")[: 8 * RATE]
    mic = np.concatenate([said, silence(5), silence(8)])
    system = np.concatenate([silence(0.3), 0.2 * said + hiss(len(said) / RATE + 1, 0.001)[: len(said)], silence(4.7), other])
    context = transcribed(registry, {"mic": mic, "system": system})
    told = settled(context.mine(Utterance), [], context.load("listen", SpeechSpan))
    assert word_error_rate(BECKETT, " ".join(u.text for u in told if u.start_s < 12)) <= 0.17
    assert {u.track for u in told if u.start_s > 14} == {"system"}
    both = transcribed(registry, {"mic": np.concatenate([said, silence(1)]), "system": other})
    kept = settled(both.mine(Utterance), [], both.load("listen", SpeechSpan))
    assert {u.track for u in kept} == {"mic", "system"}
    assert len(kept) == len(both.mine(Utterance))


# ---------------------------------------------------------------- what becomes of a span


def test_an_utterance_carries_all_that_is_known() -> None:
    words = (Word(0.5, 0.9, " The", 0.9), Word(1.0, 1.4, "tests", 0.8), Word(1.5, 2.0, "pass.", 0.7))
    transcriber = FakeTranscriber(lambda s: heard("The tests pass.", 0.8, words=words, language="en"))
    context = context_of(transcriber, [span(10.0, 13.0)])
    Transcribe().run(context)
    (said,) = context.mine(Utterance)
    assert (said.text, said.track, said.backend, said.model) == ("The tests pass.", "embedded:0", "fake", "model-1")
    assert (said.confidence, said.language, said.doubtful) == (0.8, "en", False)
    assert (said.start_s, said.end_s) == (10.1, 11.6)
    assert next((w.start_s, w.end_s, w.text) for w in said.words) == (10.1, 10.5, "The")
    assert said.id.startswith("u")
    assert transcriber.closed == 1


def test_text_from_a_model_is_cleaned() -> None:
    transcriber = FakeTranscriber(lambda s: heard("plain [/b] \x1b]0;t\x07 \u202etext all along"))
    context = context_of(transcriber, [span(1.0, 4.0)])
    Transcribe().run(context)
    (said,) = context.mine(Utterance)
    assert "\x1b" not in said.text
    assert "\u202e" not in said.text
    assert said.text.startswith("plain")


def test_what_is_doubtful_is_kept_and_what_is_dropped_is_counted() -> None:
    answers = iter([heard("Some words here", 0.5), heard("Thank you for watching", 0.7), heard("", 0.9), heard()])
    context = context_of(FakeTranscriber(lambda s: next(answers)), [span(k, k + 2.0) for k in (1, 5, 9, 13)])
    Transcribe().run(context)
    assert [(u.text, u.doubtful, u.why_doubtful) for u in context.mine(Utterance)] == [
        ("Some words here", True, "low probability"),
        ("The tests pass now.", False, ""),
    ]
    assert context.notes[-1] == "1 doubtful, 1 left out (no words), 1 left out (stock line)"
    assert len(context.items) == 4


def test_neighbours_are_never_heard_twice() -> None:
    """The silence around a span is heard with it, but no part of another span of its track."""
    spans = [span(0.2, 3.0), span(3.0, 6.0), span(6.5, 8.0), span(7.0, 9.0, "mic"), span(30.0, 31.0)]
    found = {s.item: (before, after) for s, before, after in with_margins(spans)}
    assert len(found) == 5
    assert found[spans[0].item] == (0.2, 0.0)
    assert found[spans[1].item] == (0.0, 0.25)
    assert found[spans[2].item] == (0.25, MARGIN_S)
    assert found[spans[3].item] == (MARGIN_S, MARGIN_S)
    assert found[spans[4].item] == (MARGIN_S, MARGIN_S)


def test_the_backend_is_told_the_margins_and_the_prompt() -> None:
    transcriber = FakeTranscriber(lambda s: heard())
    profile = Profile("p", transcribe=TranscribeSettings(prompt="Escribano", language="en"))
    context = context_of(transcriber, [span(10.0, 12.0)], profile=profile)
    Transcribe().run(context)
    assert transcriber.calls == [(round((2.0 + 2 * MARGIN_S) * RATE), "en", "Escribano", (MARGIN_S, MARGIN_S))]
    assert context.media.sounds_asked == [("embedded:0", 10.0 - MARGIN_S, 12.0 + MARGIN_S)]


def test_the_language_is_settled_by_the_first_spans_that_agree() -> None:
    languages = iter(["en", "de", "de", "de", "", ""])
    transcriber = FakeTranscriber(lambda s: heard(language=next(languages)))
    context = context_of(transcriber, [span(k * 5, k * 5 + 2.0) for k in range(6)])
    Transcribe().run(context)
    assert [call[1] for call in transcriber.calls] == ["", "", "", "", "de", "de"]
    assert [u.language for u in context.mine(Utterance)] == ["en", "de", "de", "de", "de", "de"]


# ---------------------------------------------------------------- a language that the model does not know

ENGLISH_ONLY = Choice("speech", replace(INFO, languages=("en",)), model="model-1")


def unsure(confidences: list[float], choice: Choice = ENGLISH_ONLY, **more: Any) -> MemoryContext:
    told = iter(confidences)
    spans = [span(k * 8.0, k * 8.0 + 4.0) for k in range(len(confidences))]
    context = context_of(FakeTranscriber(lambda s: heard("Too much for a minute", next(told), language="en")), spans, **more)
    context.choice = choice
    context.may_replace = True
    Transcribe().run(context)
    return context


def test_speech_in_a_language_that_the_model_does_not_know_is_marked_not_printed_as_if_it_were() -> None:
    context = unsure([0.46, 0.3, 0.62, 0.45, 0.5])
    said = context.mine(Utterance)
    assert len(said) == 4
    assert {(u.doubtful, u.why_doubtful, u.language) for u in said} == {(True, NOT_ENGLISH, "")}
    assert context.notes[-1].startswith(f"embedded:0: {NOT_ENGLISH}")


def test_a_mumbled_sentence_or_two_do_not_make_a_foreign_language() -> None:
    for confidences in ([0.5, 0.9, 0.45, 0.92, 0.88], [0.5, 0.5]):
        context = unsure(confidences)
        assert not any(u.why_doubtful == NOT_ENGLISH for u in context.mine(Utterance))


def test_it_is_not_asked_of_a_model_that_knows_many_or_where_the_owner_says_so() -> None:
    many = unsure([0.5, 0.5, 0.5, 0.5], CHOICE)
    said_so = unsure([0.5, 0.5, 0.5, 0.5], profile=Profile("p", transcribe=TranscribeSettings(language="en")))
    for context in (many, said_so):
        assert {u.why_doubtful for u in context.mine(Utterance)} == {"low probability"}


@pytest.mark.native
def test_languages_other_than_english_are_found_out(registry: Registry) -> None:
    """Speech of no language: the human voices played backwards."""
    backwards = np.concatenate([voice("two_cities")[::-1], silence(2), voice("beckett")[::-1]])
    context = transcribed(registry, {"embedded:0": np.ascontiguousarray(backwards)}, may_replace=True)
    said = context.mine(Utterance)
    assert all(u.doubtful for u in said)
    assert NOT_ENGLISH in context.notes[-1]


# ---------------------------------------------------------------- trouble


def failing_on(which: int, problem: Exception) -> FakeTranscriber:
    def say(samples: Any) -> Heard:
        if len(transcriber.calls) == which:
            raise problem
        return heard()

    transcriber = FakeTranscriber(say)
    return transcriber


@pytest.mark.parametrize("problem", [BackendError("no answer within 5 s", "raw"), ValueError("boom"), MemoryError()])
def test_a_span_that_fails_is_counted_and_the_rest_goes_on(problem: Exception) -> None:
    spans = [span(k * 5, k * 5 + 2.0) for k in range(4)]
    context = context_of(failing_on(2, problem), spans)
    Transcribe().run(context)
    assert list(context.failed) == [spans[1].item]
    assert len(context.mine(Utterance)) == 3
    again = context.resumed(retry_failed=True)
    Transcribe().run(again)
    assert again.puts == [spans[1].item]
    assert again.failed == {}
    assert len(again.mine(Utterance)) == 4


def test_a_backend_that_is_gone_for_good_ends_the_phase_with_its_reason() -> None:
    transcriber = failing_on(1, BackendError("it could not be loaded", fatal=True))
    context = context_of(transcriber, [span(1, 3), span(5, 7)])
    with pytest.raises(BackendError, match="could not be loaded"):
        Transcribe().run(context)
    assert transcriber.closed == 1


def test_the_next_backend_serves_where_one_cannot_be_loaded_and_its_spans_can_be_tried_again() -> None:
    spans = [span(k * 5, k * 5 + 2.0) for k in range(3)]
    other = BackendInfo("speech", "other", "small", "The other", Availability(True))
    made = [failing_on(1, BackendError("it died twice", fatal=True)), FakeTranscriber(lambda s: heard())]
    context = context_of(made[0], spans)
    context.backends = OneBackend(lambda options: made[len(context.backends.opened) - 1], later=other)
    Transcribe().run(context)
    assert [u.model for u in context.mine(Utterance)] == ["small"] * 3
    assert set(context.failed.values()) == {"heard by The other, instead: it died twice"}
    assert context.notes[-1] == "The other serves instead: it died twice"
    assert [m.closed for m in made] == [1, 1]
    assert context.costs == [(0.0, 0.0)], "the speed of another backend is not that of the one that was chosen"
    again = context.resumed(retry_failed=True)
    again.backends = OneBackend(lambda options: FakeTranscriber(lambda s: heard("A better text altogether.")))
    Transcribe().run(again)
    assert again.failed == {}
    assert {(u.model, u.text) for u in again.mine(Utterance)} == {("model-1", "A better text altogether.")}


def test_what_it_cost_is_measured_from_the_second_span_on() -> None:
    context = context_of(FakeTranscriber(lambda s: heard()), [span(k * 5, k * 5 + 2.0) for k in range(3)])
    Transcribe().run(context)
    ((sound_s, took_s),) = context.costs
    assert sound_s == pytest.approx(2 * (2.0 + 2 * MARGIN_S))
    assert 0 < took_s < 1


def test_a_moment_when_the_machine_was_busy_makes_no_model_slow() -> None:
    assert at_usual_pace([(10.0, 1.0), (4.0, 0.4), (10.0, 30.0), (6.0, 0.6)]) == pytest.approx((30.0, 3.0))
    assert at_usual_pace([]) == (0.0, 0.0)


def test_totals_hold_after_an_interrupted_run() -> None:
    answers = iter([heard("", 0.9), heard("Thank you for watching", 0.7), heard("Some words here", 0.5), heard("", 0.9)])
    spans = [span(k, k + 2.0) for k in (1, 5, 9, 13)]
    context = context_of(FakeTranscriber(lambda s: next(answers)), spans, cancel_after=2)
    with pytest.raises(Cancelled):
        Transcribe().run(context)
    again = context.resumed()
    Transcribe().run(again)
    assert again.notes[-1] == "1 doubtful, 2 left out (no words), 1 left out (stock line)"


def test_nothing_is_loaded_where_nothing_is_left_to_do() -> None:
    transcriber = FakeTranscriber(lambda s: heard())
    context = context_of(transcriber, [])
    Transcribe().run(context)
    assert context.backends.opened == []


def test_an_interrupted_run_goes_on_with_the_next_span() -> None:
    spans = [span(k * 5, k * 5 + 2.0) for k in range(5)]
    context = context_of(FakeTranscriber(lambda s: heard()), spans, cancel_after=2)
    with pytest.raises(Cancelled):
        Transcribe().run(context)
    again = context.resumed()
    Transcribe().run(again)
    assert again.puts == [s.item for s in spans[2:]]
    assert len(again.mine(Utterance)) == 5


def test_spans_are_written_down_while_they_are_still_being_found() -> None:
    """All but the last one, which waits until it is known what follows it."""
    written: list[int] = []

    def live() -> Iterator[SpeechSpan]:
        for k in range(4):
            written.append(len(context.puts))
            yield span(k * 5, k * 5 + 2.0)

    context = context_of(FakeTranscriber(lambda s: heard()), live())
    Transcribe().run(context)
    assert written == [0, 0, 1, 2]
    assert context.total == 4


def test_a_recording_without_sound_is_skipped() -> None:
    assert Transcribe().skip(Recording("r", "r.webm", "f", 1, 10.0), Profile("p")) == "This recording has no sound."
