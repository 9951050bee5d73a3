"""The phase `listen`, with the real voice activity model in its host process."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest

from escribano_tui.backends.registry import Registry
from escribano_tui.domain.evidence import Envelope, LeftOut, SpeechSpan
from escribano_tui.domain.profile import ListenSettings, Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.pipeline.listen import Listen
from escribano_tui.ports import BackendError, BackendInfo, Cancelled
from tests.fakes import MemoryContext, OneBackend, SoundMedia, sound_recording
from tests.sounds import RATE, Sound, hiss, music, silence, typing, voice

pytestmark = pytest.mark.native


def listen(registry: Any, sounds: dict[str, Sound], **more: Any) -> MemoryContext:
    context = MemoryContext(
        sound_recording(sounds), media=SoundMedia(sounds), backends=registry, choice=choice(registry), **more
    )
    Listen().run(context)
    return context


def choice(registry: Any) -> Any:
    return registry.choose("speech_spans", ["auto"]) if isinstance(registry, Registry) else None


def spans(context: MemoryContext) -> list[SpeechSpan]:
    return context.mine(SpeechSpan)


def test_spans_lie_where_the_voice_is(registry: Registry) -> None:
    said = voice("beckett")
    track = np.concatenate([silence(31), said, silence(40), hiss(20, 0.003), said, silence(5)])
    found = spans(listen(registry, {"embedded:0": track}))
    for start in (31.0, 31 + len(said) / RATE + 60):
        inside = [s for s in found if start - 0.3 <= s.start_s and s.end_s <= start + len(said) / RATE + 0.3]
        assert 6.0 < sum(s.duration_s for s in inside) < 9.0
        assert inside[0].start_s - start < 0.5
    assert all(start - 0.3 <= s.start_s <= start + 10.3 for s in found for start in [31.0 if s.start_s < 60 else 100.9])


def test_items_are_handed_on_as_they_come_and_the_track_last(registry: Registry) -> None:
    said = voice("beckett")
    context = listen(registry, {"mic": np.concatenate([said, silence(60), said]), "system": silence(90)})
    assert context.puts[-1] == "system"
    assert context.puts.index("mic") == len(spans(context))
    assert [s.track for s in spans(context)] == ["mic"] * len(spans(context))
    assert "of speech in" in context.notes[-1]


def test_the_loudness_envelope_is_that_of_the_samples(registry: Registry) -> None:
    track = np.concatenate([silence(3.05), hiss(40, 0.1), silence(0.95)])
    (envelope,) = listen(registry, {"embedded:0": track}).mine(Envelope)
    assert envelope.name == "loudness:embedded:0"
    assert len(envelope.values) == 440
    assert envelope.values[10] == -120
    assert abs(envelope.mean(5, 40) + 20) < 0.2
    want = 10 * np.log10(np.mean(np.square(track[round(3.0 * RATE) : round(3.1 * RATE)], dtype=np.float64)))
    assert abs(envelope.values[30] - want) < 0.02


@pytest.mark.parametrize("seed", [1, 2])
def test_music_typing_and_noise_are_no_speech(registry: Registry, seed: int) -> None:
    for track in (hiss(60, 0.003, seed), hiss(60, 0.1, seed), typing(90, seed), music(90, seed), music(90, seed, 3.0)):
        assert spans(listen(registry, {"embedded:0": track})) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "make", [lambda: hiss(1800, 0.003), lambda: hiss(1800, 0.05), lambda: typing(1800), lambda: music(1800)]
)
def test_half_an_hour_of_it_is_no_speech(registry: Registry, make: Any) -> None:
    assert spans(listen(registry, {"embedded:0": make()})) == []


def test_a_voice_over_music_is_heard(registry: Registry) -> None:
    said = voice("two_cities")
    found = spans(listen(registry, {"embedded:0": said + 0.05 * music(len(said) / RATE + 1)[: len(said)]}))
    assert sum(s.duration_s for s in found) > 0.7 * len(said) / RATE


def test_long_speech_is_cut_to_the_length_that_the_profile_asks_for(registry: Registry) -> None:
    profile = Profile("test", listen=ListenSettings(max_span_s=6.0))
    found = spans(listen(registry, {"embedded:0": voice("two_cities")}, profile=profile))
    assert len(found) > 5
    assert max(s.duration_s for s in found) <= 6.001


def test_an_interrupted_run_goes_on_and_ends_the_same(registry: Registry) -> None:
    said = voice("beckett")
    sounds = {"mic": np.concatenate([said, silence(40), said]), "system": np.concatenate([silence(5), said])}
    whole = listen(registry, sounds)
    for stop_after in (1, 2, 3):
        context = MemoryContext(
            whole.recording, media=whole.media, backends=registry, choice=whole.choice, cancel_after=stop_after
        )
        with pytest.raises(Cancelled):
            Listen().run(context)
        resumed = context.resumed()
        Listen().run(resumed)
        assert resumed.items == whole.items
        assert not set(resumed.puts) & set(context.puts)


def test_a_recording_without_sound_is_skipped() -> None:
    assert Listen().skip(Recording("r", "r.webm", "f", 1, 10.0), Profile("p")) == "This recording has no sound."
    assert Listen().skip(sound_recording({"embedded:0": silence(1)}), Profile("p")) == ""


class DeafOnce:
    """A spotter that fails on its first block."""

    skipped: ClassVar[dict[str, int]] = {}
    made = 0

    def __init__(self, fatal: bool = False) -> None:
        DeafOnce.made += 1
        self._fails = DeafOnce.made == 1
        self._fatal = fatal

    def feed(self, samples: Any) -> list[tuple[float, float]]:
        if self._fails:
            raise BackendError("it is deaf", fatal=self._fatal)
        return [(0.0, 1.0)]

    def finish(self) -> list[tuple[float, float]]:
        return []

    def close(self) -> None:
        self._fails = False


def test_a_track_that_fails_is_counted_and_the_next_one_is_heard() -> None:
    DeafOnce.made = 0
    sounds = {"mic": hiss(5, 0.1), "system": hiss(5, 0.1)}
    backends = OneBackend(lambda options: DeafOnce())
    some = BackendInfo("speech_spans", "x", "x", "x", None)  # type: ignore[arg-type]
    context = MemoryContext(sound_recording(sounds), media=SoundMedia(sounds), backends=backends, choice=some)  # type: ignore[arg-type]
    Listen().run(context)
    assert context.failed == {"mic": "it is deaf"}
    assert "system" in context.items
    again = context.resumed(retry_failed=True)
    Listen().run(again)
    assert again.failed == {}
    assert set(again.puts) == {"mic", "mic@0000000000"}


def test_a_backend_that_is_gone_for_good_ends_the_phase() -> None:
    DeafOnce.made = 0
    sounds = {"mic": hiss(5, 0.1)}
    backends = OneBackend(lambda options: DeafOnce(fatal=True))
    some: Any = object()
    context = MemoryContext(sound_recording(sounds), media=SoundMedia(sounds), backends=backends, choice=some)
    with pytest.raises(BackendError, match="deaf"):
        Listen().run(context)


def test_what_was_skipped_is_counted_over_all_runs(registry: Registry) -> None:
    clicks = silence(30)
    for at in range(2, 30, 4):
        clicks[at * RATE : at * RATE + 1600] = voice("beckett")[RATE : RATE + 1600]
    sounds = {"mic": clicks, "system": clicks}
    whole = listen(registry, sounds)
    counted = sum(o.count for o in whole.mine(LeftOut))
    assert counted > 0
    stopped = MemoryContext(whole.recording, media=whole.media, backends=registry, choice=whole.choice, cancel_after=1)
    with pytest.raises(Cancelled):
        Listen().run(stopped)
    again = stopped.resumed()
    Listen().run(again)
    assert sum(o.count for o in again.mine(LeftOut)) == counted
    assert again.notes[-1] == whole.notes[-1]
